//! What is known of each recording of a channel.

use super::channel::Channel;
use super::detail::Detail;
use super::leg::Leg;
use super::numbers::{endpoint, is_dialled};
use super::recording::Recording;
use crate::ingest::pbx::Report;
use crate::model::is_withheld;

impl Channel {
    /// What has changed about its recordings.
    pub(super) fn reports(&mut self) -> Vec<Report> {
        let legs = self.past.iter().chain([&self.leg]);
        let known: Vec<Report> = legs.map(|leg| self.known(leg)).collect();
        let report = |recording: &mut Recording| recording.changed(known.get(recording.leg)?);
        self.recordings.iter_mut().filter_map(report).collect()
    }

    /// What is true of every recording of the channel that began in this leg of its call.
    fn known(&self, leg: &Leg) -> Report {
        let called = self.called(leg);
        let (answerer, answerer_name) = self.answerer(leg);
        Report {
            uniqueid: self.uniqueid.clone(),
            callid: self.callid.clone(),
            answered: leg.answer.as_ref().map(|answer| answer.at).filter(|at| *at > 0),
            talktime: self.talktime(),
            status: self.status(leg),
            caller: leg.parties.caller.clone(),
            caller_name: leg.parties.caller_name.clone(),
            shown: leg.parties.shown.clone(),
            withheld: leg.parties.withheld || is_withheld(&leg.parties.caller),
            direction: leg.parties.direction(&called),
            called,
            nobody: !self.up && !self.found && !self.was_answered(leg),
            answerer,
            answerer_name,
            context: leg.parties.context.clone(),
            account: self.account.clone(),
            queue: leg.queue.clone(),
            conference: self.conference,
            note: self.notes.join("; "),
            may_have_others: self.found && !self.up,
            ..Report::default()
        }
    }

    /// The number that was dialled. A transfer overwrites the destination in all its records, but not the DID.
    fn called(&self, leg: &Leg) -> String {
        let did = self.details.iter().map(|detail| &detail.did).find(|did| !did.is_empty());
        let sure = Some(&leg.parties.called).filter(|called| !called.is_empty() && !leg.unsure);
        let destination =
            self.details.iter().map(|detail| &detail.destination).find(|number| is_dialled(number));
        let guess = Some(&leg.parties.called).filter(|called| **called != leg.parties.caller);
        did.or(sure).or(destination).or(guess).cloned().unwrap_or_default()
    }

    fn answerer(&self, leg: &Leg) -> (String, String) {
        if let Some(answer) = &leg.answer {
            return (answer.number.clone(), answer.name.clone());
        }
        let peer = self.details.iter().find(|detail| detail.answered() && !detail.peer.is_empty());
        (peer.and_then(|detail| endpoint(&detail.peer)).unwrap_or_default(), String::new())
    }

    /// Whether somebody picked up, not only the PBX.
    fn was_answered(&self, leg: &Leg) -> bool {
        leg.answer.is_some() || self.details.iter().any(|detail| detail.answered() && !detail.peer.is_empty())
    }

    /// Ring groups and transfers have several records: what was talked in each adds up.
    fn talktime(&self) -> Option<i64> {
        let talked = self.details.iter().filter(|detail| detail.answered()).map(|detail| detail.billed);
        (!self.details.is_empty()).then(|| talked.sum())
    }

    /// Whoever picked up decides; a channel that the PBX itself answered was answered too, unless nobody came to it.
    fn status(&self, leg: &Leg) -> &'static str {
        let talked = self.details.iter().any(|detail| detail.answered() && detail.billed > 0);
        let dialled = leg.dial_status;
        if dialled == "answer" || talked {
            return "answer";
        }
        if !dialled.is_empty() {
            return dialled;
        }
        if self.details.iter().any(Detail::answered) || self.talking {
            return "answer";
        }
        let recorded = self.details.iter().map(|detail| detail.disposition).find(|word| !word.is_empty());
        recorded.unwrap_or(if self.up { "" } else { "noanswer" })
    }
}
