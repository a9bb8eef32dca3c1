//! One channel: who is at its ends, what is recorded of it, how it went.

use super::super::codec::Message;
use super::detail::{Detail, disposition};
use super::numbers::{endpoint, is_dialled, is_subroutine, peer};
use super::parties::Parties;
use super::recording::Recording;
use crate::ingest::pbx::Report;
use crate::model::is_withheld;

/// Who picked up, and when.
struct Answer {
    at: i64,
    number: String,
    name: String,
}

/// What is known of a channel.
pub(super) struct Channel {
    uniqueid: String,
    callid: String,
    account: String,
    queue: String,
    parties: Parties,
    /// The called number is a guess.
    unsure: bool,
    answer: Option<Answer>,
    dial_status: &'static str,
    details: Vec<Detail>,
    notes: Vec<String>,
    recordings: Vec<Recording>,
    /// How many of those that run were stopped, without a word which.
    stopped: usize,
    up: bool,
    talking: bool,
    was_dialled: bool,
    conference: bool,
    /// Its beginning was not heard.
    found: bool,
}

impl Channel {
    /// As its first event says.
    pub(super) fn new(event: &Message) -> Channel {
        let name = event.text("Channel");
        let mut channel = Channel {
            parties: Parties::of(&name),
            account: event.text("AccountCode").into_owned(),
            // What a Local channel is made to run is not what somebody dialled.
            unsure: name.starts_with("Local/"),
            ..Channel::named(event.text("Uniqueid").into_owned(), event.text("Linkedid").into_owned())
        };
        // The context that it begins in, also where nobody dialled anything yet.
        channel.parties.context =
            Some(event.text("Context")).filter(|context| !is_subroutine(context)).unwrap_or_default().into();
        channel.listed(event);
        channel.caller(event);
        channel
    }

    /// What records a conference with these members: the first of them is its caller.
    pub(super) fn recorder(uniqueid: &str, conference: &str, members: &[&Channel]) -> Channel {
        let callid = members.first().map_or_else(String::new, |first| first.callid.clone());
        let mut channel = Channel::named(uniqueid.into(), callid);
        if let Some(first) = members.first() {
            channel.parties = first.parties();
            channel.account.clone_from(&first.account);
        }
        channel.parties.called = conference.into();
        (channel.talking, channel.conference) = (true, true);
        for member in members {
            channel.note(&member.takes_part());
        }
        channel
    }

    fn named(uniqueid: String, callid: String) -> Channel {
        Channel {
            uniqueid,
            callid,
            account: String::new(),
            queue: String::new(),
            parties: Parties::default(),
            unsure: false,
            answer: None,
            dial_status: "",
            details: Vec::new(),
            notes: Vec::new(),
            recordings: Vec::new(),
            stopped: 0,
            up: true,
            talking: false,
            was_dialled: false,
            conference: false,
            found: false,
        }
    }

    /// The note that it leaves on a conference.
    pub(super) fn takes_part(&self) -> String {
        format!("with {} {}", self.parties.caller_name, self.parties.caller)
    }

    /// Fields that any event about the channel has.
    pub(super) fn listed(&mut self, event: &Message) {
        let (context, extension) = (event.text("Context"), event.text("Exten"));
        if is_dialled(&extension)
            && !is_subroutine(&context)
            && (self.parties.called.is_empty() || self.unsure)
        {
            self.parties.called = extension.into_owned();
            self.parties.context = context.into_owned();
        }
        self.talking |= event.text("ChannelState") == "6";
    }

    /// Who it speaks with, where its beginning was not heard.
    pub(super) fn connected(&mut self, listed: &Message) {
        (self.unsure, self.found) = (true, true);
        let (number, name) = (listed.text("ConnectedLineNum"), listed.unescaped("ConnectedLineName"));
        if self.talking && !listed.text("BridgeId").is_empty() && !number.is_empty() {
            self.answer = Some(Answer { at: 0, number: number.into_owned(), name });
        }
    }

    pub(super) fn is_recorded_to(&self, file: &str) -> bool {
        self.recordings.iter().any(|recording| recording.file == file)
    }

    /// Whether a recording of it goes on.
    pub(super) fn runs(&self) -> bool {
        self.recordings.iter().any(Recording::runs)
    }

    /// Whether it is or was recorded.
    pub(super) fn is_recorded(&self) -> bool {
        !self.recordings.is_empty()
    }

    pub(super) fn is_up(&self) -> bool {
        self.up
    }

    pub(super) fn parties(&self) -> Parties {
        self.parties.clone()
    }

    /// The caller id of the channel is this one now. Of one that is dialled it is that of whom it stands for.
    pub(super) fn caller(&mut self, event: &Message) {
        if !self.was_dialled {
            let recorded = !self.recordings.is_empty();
            self.parties.identify(&event.text("CallerIDNum"), event.unescaped("CallerIDName"), recorded);
        }
        self.parties.presented(&event.text("CID-CallingPres"));
    }

    /// It dials another channel.
    pub(super) fn dials(&mut self, event: &Message, now: i64, over: bool) {
        self.listed(event);
        self.unsure = false;
        if !over {
            return;
        }
        let status = disposition(&event.text("DialStatus"));
        if status == "answer" {
            let (number, name) = peer(event);
            self.answer.get_or_insert(Answer { at: now, number, name });
        }
        // Of several that ring at once, the others are cancelled when one picks up.
        if self.dial_status != "answer" && !status.is_empty() {
            self.dial_status = status;
        }
    }

    /// Another channel dials it: that one's parties are the call's.
    pub(super) fn dialled(&mut self, source: &Parties, event: &Message, now: i64, over: bool) {
        self.parties = source.clone();
        (self.unsure, self.was_dialled) = (false, true);
        if over && event.text("DialStatus") == "ANSWER" {
            let (number, name) = peer(event);
            self.answer.get_or_insert(Answer { at: now, number, name });
            self.dial_status = "answer";
        }
    }

    /// It was called, and is transferred to where the dialplan goes on with it: from there on it calls. What is recorded
    /// already stays the call that it was.
    pub(super) fn go_on(&mut self, event: &Message) {
        let extension = event.text("Extension");
        if !self.was_dialled || !self.recordings.is_empty() || extension.is_empty() {
            return;
        }
        self.parties = self.parties.transferred(event);
        (self.answer, self.dial_status) = (None, "");
    }

    pub(super) fn queue(&mut self, queue: &str) {
        self.queue = queue.into();
    }

    /// A queue's member picked up: it knows the member's name where a Local channel does not.
    pub(super) fn agent(&mut self, event: &Message) {
        self.queue(&event.text("Queue"));
        if let Some(answer) = &mut self.answer
            && answer.name.is_empty()
        {
            answer.name = event.text("MemberName").into_owned();
        }
    }

    /// Something that people should know of it.
    pub(super) fn note(&mut self, note: &str) {
        if self.notes.last().is_none_or(|last| last != note) {
            self.notes.push(note.into());
        }
    }

    /// A recording begins, or another one in the same file.
    pub(super) fn record(&mut self, file: &str, now: i64) {
        match self.recordings.iter_mut().find(|recording| recording.file == file) {
            Some(recording) => {
                // It was one of those that were stopped.
                self.stopped -= usize::from(recording.runs()).min(self.stopped);
                recording.again(now);
            }
            None => self.recordings.push(Recording::new(file, now)),
        }
    }

    /// A recording ends; the event does not say which one. Of several that run only their files tell.
    pub(super) fn stop(&mut self, now: i64) {
        let mut running: Vec<&mut Recording> =
            self.recordings.iter_mut().filter(|recording| recording.runs()).collect();
        if running.len() > self.stopped + 1 {
            self.stopped += 1;
            running.iter_mut().for_each(|recording| recording.doubt());
            return;
        }
        running.into_iter().for_each(|recording| recording.stop(now));
        self.stopped = 0;
    }

    pub(super) fn mute(&mut self, muted: bool, now: i64) {
        for recording in self.recordings.iter_mut().filter(|recording| recording.runs()) {
            recording.mute(muted, now);
        }
    }

    pub(super) fn detail(&mut self, event: &Message) {
        let detail = Detail::new(event);
        if !detail.account.is_empty() {
            self.account.clone_from(&detail.account);
        }
        if !detail.queue.is_empty() {
            self.queue.clone_from(&detail.queue);
        }
        self.details.push(detail);
    }

    pub(super) fn hangup(&mut self, event: &Message, now: i64) {
        self.talking |= event.text("ChannelState") == "6";
        self.end(now);
    }

    pub(super) fn end(&mut self, now: i64) {
        self.up = false;
        for recording in &mut self.recordings {
            recording.stop(now);
        }
    }

    /// What has changed about its recordings.
    pub(super) fn reports(&mut self) -> Vec<Report> {
        let (known, mut changed) = (self.known(), Vec::new());
        for recording in &mut self.recordings {
            changed.extend(recording.changed(&known));
        }
        changed
    }

    /// What is true of every recording of the channel.
    fn known(&self) -> Report {
        let called = self.called();
        let (answerer, answerer_name) = self.answerer();
        Report {
            uniqueid: self.uniqueid.clone(),
            callid: self.callid.clone(),
            answered: self.answer.as_ref().map(|answer| answer.at).filter(|at| *at > 0),
            talktime: self.talktime(),
            status: self.status(),
            caller: self.parties.caller.clone(),
            caller_name: self.parties.caller_name.clone(),
            shown: self.parties.shown.clone(),
            withheld: self.parties.withheld || is_withheld(&self.parties.caller),
            direction: self.parties.direction(&called),
            called,
            nobody: !self.up && !self.found && !self.was_answered(),
            answerer,
            answerer_name,
            context: self.parties.context.clone(),
            account: self.account.clone(),
            queue: self.queue.clone(),
            conference: self.conference,
            note: self.notes.join("; "),
            may_have_others: self.found && !self.up,
            ..Report::default()
        }
    }

    /// The number that was dialled. A transfer overwrites the destination in all its records, but not the DID.
    fn called(&self) -> String {
        let did = self.details.iter().map(|detail| &detail.did).find(|did| !did.is_empty());
        let sure = Some(&self.parties.called).filter(|called| !called.is_empty() && !self.unsure);
        let destination =
            self.details.iter().map(|detail| &detail.destination).find(|number| is_dialled(number));
        let guess = Some(&self.parties.called).filter(|called| **called != self.parties.caller);
        did.or(sure).or(destination).or(guess).cloned().unwrap_or_default()
    }

    fn answerer(&self) -> (String, String) {
        if let Some(answer) = &self.answer {
            return (answer.number.clone(), answer.name.clone());
        }
        let peer = self.details.iter().find(|detail| detail.answered() && !detail.peer.is_empty());
        (peer.and_then(|detail| endpoint(&detail.peer)).unwrap_or_default(), String::new())
    }

    /// Whether somebody picked up, not only the PBX.
    fn was_answered(&self) -> bool {
        self.answer.is_some()
            || self.details.iter().any(|detail| detail.answered() && !detail.peer.is_empty())
    }

    /// Ring groups and transfers have several records: what was talked in each adds up.
    fn talktime(&self) -> Option<i64> {
        let talked = self.details.iter().filter(|detail| detail.answered()).map(|detail| detail.billed);
        (!self.details.is_empty()).then(|| talked.sum())
    }

    /// Whoever picked up decides; a channel that the PBX itself answered was answered too, unless nobody came to it.
    fn status(&self) -> &'static str {
        let talked = self.details.iter().any(|detail| detail.answered() && detail.billed > 0);
        let dialled = self.dial_status;
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
