//! What is known of each recording of a channel.

use super::channel::Channel;
use super::detail::Detail;
use super::leg::{Leg, Waiting};
use super::numbers::{endpoint, is_dialled};
use super::recording::Recording;
use crate::ingest::pbx::{Guessed, Report};
use crate::model::{Direction, is_withheld};

impl Channel {
    /// What has changed about its recordings.
    pub(super) fn reports(&mut self) -> Vec<Report> {
        let legs = self.past.iter().chain([&self.leg]);
        let known: Vec<Report> = legs.map(|leg| self.known(leg)).collect();
        let report = |recording: &mut Recording| recording.changed(known.get(recording.leg)?);
        self.recordings.iter_mut().filter_map(report).collect()
    }

    /// The channels that those of its recordings which go on are told under.
    pub(super) fn told(&self) -> impl Iterator<Item = &String> {
        let running = self.recordings.iter().filter(|recording| recording.runs());
        running.map(|recording| self.told_of(self.past.get(recording.leg).unwrap_or(&self.leg)))
    }

    /// What is known of its call, once that is over, if it was heard from its beginning.
    pub(super) fn told_at_the_end(&self) -> Option<Report> {
        let first = self.past.first().unwrap_or(&self.leg);
        let heard = !self.up && !self.found && !self.conference;
        heard.then(|| Report { uniqueid: self.uniqueid.clone(), ..self.known(first) })
    }

    /// Whether a recording of it is told under this channel.
    pub(super) fn is_told_under(&self, uniqueid: &str) -> bool {
        let leg = |recording: &Recording| self.past.get(recording.leg).unwrap_or(&self.leg);
        self.recordings.iter().any(|recording| self.told_of(leg(recording)) == uniqueid)
    }

    /// The channel whose call detail records tell of a leg.
    fn told_of<'a>(&'a self, leg: &'a Leg) -> &'a String {
        if leg.uniqueid.is_empty() { &self.uniqueid } else { &leg.uniqueid }
    }

    /// What is true of every recording of the channel that began in this leg of its call.
    fn known(&self, leg: &Leg) -> Report {
        let called = self.called(leg);
        let (answerer, answerer_name) = self.answerer(leg);
        Report {
            uniqueid: self.told_of(leg).clone(),
            callid: self.callid.clone(),
            answered: leg.answer.as_ref().map(|answer| answer.at).filter(|at| *at > 0),
            talktime: self.talktime(leg),
            status: self.status(leg),
            caller: self.kept_caller(leg).unwrap_or(&leg.parties.caller).clone(),
            caller_name: leg.parties.caller_name.clone(),
            shown: leg.parties.shown.clone(),
            withheld: leg.parties.withheld || is_withheld(&leg.parties.caller),
            direction: self.direction(leg, &called),
            called,
            nobody: !self.up && !self.found && !self.was_answered(leg),
            answerer,
            answerer_name,
            context: leg.parties.context.clone(),
            account: self.account.clone(),
            queue: leg.queue.clone(),
            conference: self.conference,
            page: self.page,
            note: self.notes.join("; "),
            guessed: self.guessed(leg),
            // Those that nobody told of began before it was transferred.
            may_have_others: self.found && !self.up && !leg.transferred,
            ..Report::default()
        }
    }

    /// What of all that is only guessed.
    fn guessed(&self, leg: &Leg) -> Guessed {
        Guessed {
            parties: leg.found,
            caller: leg.found && self.kept_caller(leg).is_none(),
            called: leg.found && !leg.transferred && self.did(leg).is_none(),
            answerer: leg.was_talking(),
            status: leg.found && leg.dial_status.is_empty() && self.details.is_empty(),
            start: false,
            end: false,
        }
    }

    /// The caller that FreePBX keeps in the records, of a call whose beginning was not heard.
    fn kept_caller(&self, leg: &Leg) -> Option<&String> {
        let mut kept = self.details.iter().map(|detail| &detail.caller);
        kept.find(|caller| leg.found && !caller.is_empty())
    }

    /// A conference is inside, however long its number is.
    fn direction(&self, leg: &Leg, called: &str) -> Option<Direction> {
        match leg.parties.direction(called, leg.leads_outside()) {
            Some(Direction::Out) if self.conference => Some(Direction::Internal),
            direction => direction,
        }
    }

    /// The call detail records that tell of this leg. A transfer writes its target into its own, or into all.
    fn details_of(&self, leg: &Leg) -> Vec<&Detail> {
        let is_of_it = |detail: &&Detail| !leg.transferred || detail.destination == leg.parties.called;
        self.details.iter().filter(is_of_it).collect()
    }

    fn did(&self, leg: &Leg) -> Option<&String> {
        let did = self.details.iter().map(|detail| &detail.did).find(|did| !did.is_empty());
        did.filter(|_| !leg.transferred)
    }

    /// The number that was dialled. A transfer overwrites the destination in all its records, but not the DID.
    fn called(&self, leg: &Leg) -> String {
        let did = self.did(leg);
        let sure = Some(&leg.parties.called).filter(|called| !called.is_empty() && !leg.unsure);
        let destination =
            self.details.iter().map(|detail| &detail.destination).find(|number| is_dialled(number));
        let guess = Some(&leg.parties.called).filter(|called| **called != leg.parties.caller);
        did.or(sure).or(destination).or(guess).cloned().unwrap_or_default()
    }

    fn answerer(&self, leg: &Leg) -> (String, String) {
        if let Some(answer) = &leg.answer {
            return (answer.who.number.clone(), answer.who.name.clone());
        }
        (self.peer(leg).and_then(|detail| endpoint(&detail.peer)).unwrap_or_default(), String::new())
    }

    /// Whether somebody picked up, not only the PBX.
    fn was_answered(&self, leg: &Leg) -> bool {
        leg.answer.is_some() || self.peer(leg).is_some()
    }

    /// Who picked up, where only records tell: not where it was heard that it rang in vain. Where the PBX itself had answered,
    /// they have whom it rang at.
    fn peer(&self, leg: &Leg) -> Option<&Detail> {
        let rang = !leg.dial_status.is_empty() && leg.dial_status != "answer";
        let vain = rang || matches!(leg.waiting, Waiting::Yes | Waiting::Abandoned);
        let peer = |detail: &&Detail| detail.answered() && !detail.peer.is_empty();
        self.details_of(leg).into_iter().find(peer).filter(|_| !vain)
    }

    /// Ring groups and transfers have several records: what was talked in each adds up. Waiting is no talk.
    fn talktime(&self, leg: &Leg) -> Option<i64> {
        if self.details.is_empty() {
            return None;
        }
        if !matches!(self.status(leg), "answer" | "") {
            return Some(0);
        }
        let own = self.details_of(leg);
        let counted = if own.is_empty() { self.details.iter().collect() } else { own };
        Some(counted.iter().filter(|detail| detail.answered()).map(|detail| detail.billed).sum())
    }

    /// Whoever picked up decides; a channel that the PBX itself answered was answered too, unless nobody came to it.
    fn status(&self, leg: &Leg) -> &'static str {
        let details = self.details_of(leg);
        let in_vain = leg.waiting == Waiting::Yes;
        let counts = |detail: &&&Detail| {
            let vain = detail.waited() && (detail.peer.is_empty() || in_vain);
            detail.answered() && !vain && !(in_vain && detail.hung_up())
        };
        let dialled = leg.dial_status;
        if dialled == "answer" || details.iter().filter(counts).any(|detail| detail.billed > 0) {
            return "answer";
        }
        if leg.waiting == Waiting::Abandoned {
            return "cancel";
        }
        if in_vain && details.iter().any(|detail| detail.hung_up()) {
            return "noanswer";
        }
        if !dialled.is_empty() {
            return dialled;
        }
        let waited = details.iter().any(|detail| detail.waited());
        if waited || (in_vain && details.is_empty()) {
            return if self.up { "" } else { "cancel" };
        }
        if details.iter().any(|detail| counts(&detail)) || self.talking {
            return "answer";
        }
        let recorded = details.iter().map(|detail| detail.disposition).find(|word| !word.is_empty());
        recorded.unwrap_or(if self.up { "" } else { of_cause(self.cause) })
    }
}

/// How a call ended of which no record tells, by why its channel did (ITU-T Q.850, as Asterisk numbers it).
fn of_cause(cause: u32) -> &'static str {
    match cause {
        17 => "busy",
        34 | 38 | 42 => "congestion",
        3 | 20 | 27 => "chanunavail",
        _ => "noanswer",
    }
}
