//! One channel: who is at its ends, what is recorded of it, how it went.

use super::super::codec::Message;
use super::detail::{Detail, disposition};
use super::numbers::{endpoint, is_dialled, is_public, is_subroutine, is_withheld, peer};
use super::report::Report;
use crate::model::Direction;

/// The status of a call that its PBX did not survive.
pub(in super::super) const INTERRUPTED: &str = "interrupted";

/// Who calls whom.
#[derive(Clone, Debug, Default)]
pub(super) struct Parties {
    caller: String,
    caller_name: String,
    withheld: bool,
    called: String,
    context: String,
}

/// Who picked up, and when.
struct Answer {
    at: i64,
    number: String,
    name: String,
}

/// A file that the channel is recorded to.
struct Recording {
    file: String,
    start: i64,
    end: Option<i64>,
    /// Since when it is muted, and how long it was before.
    muted: (Option<i64>, i64),
    said: Option<Report>,
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
    up: bool,
    talking: bool,
    lost: bool,
    interrupted: bool,
    was_dialled: bool,
    conference: bool,
}

impl Channel {
    /// As its first event says.
    pub(super) fn new(event: &Message) -> Channel {
        let mut channel = Channel {
            account: event.text("AccountCode").into_owned(),
            // What a Local channel is made to run is not what somebody dialled.
            unsure: event.text("Channel").starts_with("Local/"),
            ..Channel::named(event.text("Uniqueid").into_owned(), event.text("Linkedid").into_owned())
        };
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
            up: true,
            talking: false,
            lost: false,
            interrupted: false,
            was_dialled: false,
            conference: false,
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
        self.unsure = true;
        let (number, name) = (listed.text("ConnectedLineNum"), listed.unescaped("ConnectedLineName"));
        if self.talking && !listed.text("BridgeId").is_empty() && !number.is_empty() {
            self.answer = Some(Answer { at: 0, number: number.into_owned(), name });
        }
    }

    pub(super) fn is_recorded_to(&self, file: &str) -> bool {
        self.recordings.iter().any(|recording| recording.file == file)
    }

    pub(super) fn is_up(&self) -> bool {
        self.up
    }

    pub(super) fn parties(&self) -> Parties {
        self.parties.clone()
    }

    pub(super) fn caller(&mut self, event: &Message) {
        let number = event.text("CallerIDNum");
        if !number.is_empty() {
            self.parties.caller = number.into_owned();
            self.parties.caller_name = event.unescaped("CallerIDName");
        }
        // 32 to 35: presentation prohibited (ITU-T Q.951, as Asterisk's CALLERPRES numbers it).
        let presentation = event.text("CID-CallingPres");
        if let Some(code) = presentation.split(' ').next().and_then(|code| code.parse::<u32>().ok()) {
            self.parties.withheld = code & 0x60 == 0x20;
        }
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
        self.parties = Parties {
            caller: event.text("TransfereeCallerIDNum").into_owned(),
            caller_name: event.unescaped("TransfereeCallerIDName"),
            withheld: false,
            called: extension.into_owned(),
            context: event.text("Context").into_owned(),
        };
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

    /// A recording begins, or goes on in the same file.
    pub(super) fn record(&mut self, file: &str, now: i64) {
        match self.recordings.iter_mut().find(|recording| recording.file == file) {
            Some(recording) => recording.end = None,
            None => self.recordings.push(Recording {
                file: file.into(),
                start: now,
                end: None,
                muted: (None, 0),
                said: None,
            }),
        }
    }

    /// The channel's oldest running recording ends: the event does not say which one.
    pub(super) fn stop(&mut self, now: i64) {
        if let Some(recording) = self.recordings.iter_mut().find(|recording| recording.end.is_none()) {
            recording.stop(now);
        }
    }

    pub(super) fn mute(&mut self, muted: bool, now: i64) {
        for recording in self.recordings.iter_mut().filter(|recording| recording.end.is_none()) {
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

    /// It ended while nobody listened, or with a PBX that has been running since `started` (Unix seconds) only.
    pub(super) fn lose(&mut self, started: i64) {
        self.up = false;
        self.lost = true;
        self.interrupted = self.recordings.iter().any(|recording| recording.start / 1000 < started);
        if self.interrupted {
            self.note("the PBX stopped during the call");
        }
    }

    /// What has changed about its recordings.
    pub(super) fn reports(&mut self) -> Vec<Report> {
        let (known, mut changed) = (self.known(), Vec::new());
        for recording in &mut self.recordings {
            let report = recording.report(&known);
            if recording.said.as_ref() != Some(&report) {
                recording.said = Some(report.clone());
                changed.push(report);
            }
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
            lost: self.lost,
            answered: self.answer.as_ref().map(|answer| answer.at).filter(|at| *at > 0),
            talktime: self.talktime(),
            status: self.status(),
            caller: self.parties.caller.clone(),
            caller_name: self.parties.caller_name.clone(),
            withheld: self.parties.withheld || is_withheld(&self.parties.caller),
            direction: self.direction(&called),
            called,
            answerer,
            answerer_name,
            context: self.parties.context.clone(),
            account: self.account.clone(),
            queue: self.queue.clone(),
            conference: self.conference,
            note: self.notes.join("; "),
            ..Report::default()
        }
    }

    /// The number that was dialled. A transfer overwrites the destination in all its records, but not the DID.
    fn called(&self) -> String {
        let did = self.details.iter().map(|detail| &detail.did).find(|did| !did.is_empty());
        let sure = Some(&self.parties.called).filter(|called| !called.is_empty() && !self.unsure);
        let destination =
            self.details.iter().map(|detail| &detail.destination).find(|number| is_dialled(number));
        did.or(sure).or(destination).unwrap_or(&self.parties.called).clone()
    }

    fn answerer(&self) -> (String, String) {
        if let Some(answer) = &self.answer {
            return (answer.number.clone(), answer.name.clone());
        }
        let peer = self.details.iter().find(|detail| detail.answered() && !detail.peer.is_empty());
        (peer.and_then(|detail| endpoint(&detail.peer)).unwrap_or_default(), String::new())
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
        if self.interrupted {
            return INTERRUPTED;
        }
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
        recorded.unwrap_or(if self.up || self.lost { "" } else { "noanswer" })
    }

    /// The context that a call begins in tells where it comes from, the number where it goes.
    fn direction(&self, called: &str) -> Option<Direction> {
        let context = self.parties.context.to_ascii_lowercase();
        let trunk = ["trunk", "pstn", "did", "incoming", "inbound"].iter().any(|word| context.contains(word));
        if trunk || is_public(&self.parties.caller) || is_withheld(&self.parties.caller) {
            return Some(Direction::In);
        }
        if called.is_empty() || self.parties.caller.is_empty() {
            return None;
        }
        Some(if is_public(called) { Direction::Out } else { Direction::Internal })
    }
}

impl Recording {
    fn mute(&mut self, muted: bool, now: i64) {
        match (muted, self.muted.0) {
            (true, None) => self.muted.0 = Some(now),
            (false, Some(since)) => self.muted = (None, self.muted.1 + now - since),
            _ => {}
        }
    }

    fn stop(&mut self, now: i64) {
        self.mute(false, now);
        self.end.get_or_insert(now);
    }

    fn report(&self, known: &Report) -> Report {
        let mut notes = vec![known.note.clone()];
        match self.muted {
            (Some(_), _) => notes.push("muted".into()),
            (None, 1..) => notes.push(format!("muted for {} s", (self.muted.1 + 500) / 1000)),
            _ => {}
        }
        notes.retain(|note| !note.is_empty());
        Report {
            file: self.file.clone(),
            start: self.start,
            end: self.end,
            note: notes.join("; "),
            ..known.clone()
        }
    }
}
