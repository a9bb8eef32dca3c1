//! One channel: who is at its ends, what is recorded of it, how it went.

use super::super::codec::Message;
use super::conference::Convened;
use super::detail::{Detail, disposition};
use super::leg::{Answer, Leg, Waiting};
use super::line::{Line, Who};
use super::numbers::{is_dialled, is_first, is_number, is_subroutine};
use super::parties::Parties;
use super::recording::Recording;

/// The other end of a call that is found.
pub(super) struct End {
    parties: Parties,
    who: Who,
    /// It was there first, and called.
    called: bool,
    /// The channel whose call detail records tell of the call, if it called without any other one between.
    uniqueid: String,
}

/// What is known of a channel.
pub(super) struct Channel {
    pub(super) uniqueid: String,
    pub(super) callid: String,
    pub(super) line: Line,
    pub(super) account: String,
    /// The stretch of its call that goes on, and those before.
    pub(super) leg: Leg,
    pub(super) past: Vec<Leg>,
    pub(super) details: Vec<Detail>,
    /// Uniqueids of the channels whose call it answered.
    pub(super) answers: Vec<String>,
    /// Why it ended, as Asterisk numbers it (Q.850); 0 where that is not known.
    pub(super) cause: u32,
    pub(super) notes: Vec<String>,
    pub(super) recordings: Vec<Recording>,
    /// How many of those that run were stopped, without a word which.
    pub(super) stopped: usize,
    pub(super) up: bool,
    pub(super) talking: bool,
    pub(super) was_dialled: bool,
    pub(super) conference: bool,
    pub(super) page: bool,
    /// Its beginning was not heard.
    pub(super) found: bool,
}

impl Channel {
    /// As its first event says.
    pub(super) fn new(event: &Message) -> Channel {
        let name = event.text("Channel");
        let mut channel = Channel {
            // What a Local channel is made to run is not what somebody dialled.
            leg: Leg { parties: Parties::of(&name), unsure: name.starts_with("Local/"), ..Leg::default() },
            line: Line::of(event),
            account: event.text("AccountCode").into_owned(),
            ..Channel::named(event.text("Uniqueid").into_owned(), event.text("Linkedid").into_owned())
        };
        // The context that it begins in, also where nobody dialled anything yet.
        channel.leg.parties.context =
            Some(event.text("Context")).filter(|context| !is_subroutine(context)).unwrap_or_default().into();
        channel.listed(event);
        channel.caller(event);
        channel
    }

    /// As it is in the midst of its call: what stands there now may be another's, and is what is found, not what was heard.
    pub(super) fn found(event: &Message) -> Channel {
        let mut channel = Channel { found: true, ..Channel::new(event) };
        (channel.leg.unsure, channel.leg.found) = (true, true);
        channel.leg.parties.found(&event.text("Channel"));
        channel
    }

    /// What records a conference.
    pub(super) fn recorder(uniqueid: &str) -> Channel {
        Channel { talking: true, conference: true, ..Channel::named(uniqueid.into(), String::new()) }
    }

    /// It records a conference that was begun by this call. Whoever began it did, whoever leaves.
    pub(super) fn convene(&mut self, convened: Convened) {
        let Convened { parties, account, callid, uniqueid, page } = convened;
        self.page |= page;
        if self.leg.uniqueid.is_empty() && self.leg.parties.caller.is_empty() {
            (self.leg.parties, self.leg.uniqueid) = (parties, uniqueid);
            (self.account, self.callid) = (account, callid);
        }
    }

    fn named(uniqueid: String, callid: String) -> Channel {
        Channel {
            uniqueid,
            callid,
            line: Line::default(),
            account: String::new(),
            answers: Vec::new(),
            cause: 0,
            leg: Leg::default(),
            past: Vec::new(),
            details: Vec::new(),
            notes: Vec::new(),
            recordings: Vec::new(),
            stopped: 0,
            up: true,
            talking: false,
            was_dialled: false,
            conference: false,
            page: false,
            found: false,
        }
    }

    /// The note that it leaves on a conference.
    pub(super) fn takes_part(&self) -> String {
        format!("with {} {}", self.leg.parties.caller_name, self.leg.parties.caller)
    }

    /// Fields that any event about the channel has.
    pub(super) fn listed(&mut self, event: &Message) {
        let (context, extension) = (event.text("Context"), event.text("Exten"));
        if is_dialled(&extension)
            && !is_subroutine(&context)
            && (self.leg.parties.called.is_empty() || self.leg.unsure)
        {
            self.leg.parties.called = extension.into_owned();
            self.leg.parties.context = context.into_owned();
        }
        self.talking |= event.text("ChannelState") == "6";
    }

    /// The other end of a call of the channel that `listed` lists; this one is listed as `own`.
    pub(super) fn end_of(&self, listed: &Message, own: &Message) -> End {
        let who = self.line.who(&self.uniqueid, &own.text("CallerIDNum"));
        let called = is_first(own, listed);
        let beside = called && own.text("BridgeId") == listed.text("BridgeId");
        let uniqueid = if beside { self.uniqueid.clone() } else { String::new() };
        End { parties: self.parties(), who, called, uniqueid }
    }

    /// Whom it speaks with, as it is listed: which of both came first called the other one. Where nobody else is listed, its
    /// own line says with whom it is connected.
    pub(super) fn speaks(&mut self, listed: &Message, end: Option<End>) {
        let talking = listed.text("ChannelState") == "6" && !listed.text("BridgeId").is_empty();
        if self.leg.answer.is_some() || !talking {
            return;
        }
        let who = match end {
            Some(End { called: true, parties, uniqueid, .. }) => {
                if self.leg.found {
                    (self.leg.parties, self.leg.uniqueid, self.was_dialled) = (parties, uniqueid, true);
                }
                self.line.who(&self.uniqueid, &listed.text("CallerIDNum"))
            }
            Some(End { who, .. }) => who,
            None => Who {
                number: listed.text("ConnectedLineNum").into_owned(),
                name: listed.unescaped("ConnectedLineName"),
                channel: String::new(),
            },
        };
        if !who.number.is_empty() {
            self.leg.answer = Some(Answer { at: 0, who, over: false, found: true });
        }
    }

    /// Nobody listens for a while.
    pub(super) fn unheard(&mut self) {
        self.recordings.iter_mut().for_each(Recording::unheard);
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
        self.leg.parties.clone()
    }

    /// Who picked up, so far as its own call tells: of a Local channel's half that is who the other half stands for.
    pub(super) fn picked_up(&self) -> Option<&Who> {
        self.leg.answer.as_ref().map(|answer| &answer.who)
    }

    /// The caller id of the channel is this one now. Of one that is dialled it is that of whom it stands for.
    pub(super) fn caller(&mut self, event: &Message) {
        if !self.was_dialled {
            let (recorded, answered) = (!self.recordings.is_empty(), self.leg.answer.is_some());
            let (number, name) = (event.text("CallerIDNum"), event.unescaped("CallerIDName"));
            self.leg.parties.identify(&number, name, recorded, answered);
        }
        self.leg.parties.presented(&event.text("CID-CallingPres"));
    }

    /// It dials another channel, or did: then `who` picked up, if anybody.
    pub(super) fn dials(&mut self, event: &Message, now: i64, outside: bool, over: Option<&Who>) {
        if over.is_none() {
            self.next_leg();
        }
        self.listed(event);
        self.leg.unsure = false;
        self.leg.outside |= outside;
        self.leg.inside |= !outside;
        let Some(who) = over.filter(|_| !self.leg.was_talking()) else { return };
        let status = disposition(&event.text("DialStatus"));
        if status == "answer" {
            self.leg.answered(who, now);
        }
        // Of several that ring at once, the others are cancelled when one picks up.
        if self.leg.dial_status != "answer" && !status.is_empty() {
            self.leg.dial_status = status;
        }
    }

    /// Another channel dials it: that one's parties are the call's.
    pub(super) fn dialled(&mut self, source: &Parties, event: &Message, now: i64, over: Option<&Who>) {
        // Whom it is recorded with stays, whoever dials it later or is another one by then.
        if self.recordings.is_empty() || self.leg.parties.caller.is_empty() || !self.was_dialled {
            self.leg.parties = source.clone();
        }
        if self.recordings.is_empty() {
            self.leg.uniqueid = event.text("Uniqueid").into_owned();
        }
        (self.leg.outside, self.leg.unsure, self.was_dialled) = (self.line.leads_outside(), false, true);
        if let Some(who) = over
            && event.text("DialStatus") == "ANSWER"
        {
            self.leg.answered(who, now);
            self.leg.dial_status = "answer";
        }
    }

    /// It is transferred to where the dialplan goes on with it. If it was called, from there on it calls. What is recorded
    /// already stays the call that it was.
    pub(super) fn go_on(&mut self, event: &Message) {
        let extension = event.text("Extension");
        if extension.is_empty() {
            return;
        }
        let parties = match self.was_dialled {
            true => self.leg.parties.transferred(event),
            false => self.leg.parties.sent_to(&extension, &event.text("Context")),
        };
        self.begin_leg(Leg { parties, transferred: true, found: self.leg.found, ..Leg::default() });
    }

    /// It is left with whom somebody had spoken with about it.
    pub(super) fn handed_over(&mut self, who: &Who, now: i64) {
        let mut leg = self.leg.next();
        leg.answered(who, now);
        leg.dial_status = "answer";
        self.begin_leg(leg);
    }

    fn begin_leg(&mut self, leg: Leg) {
        self.past.push(std::mem::replace(&mut self.leg, leg));
    }

    /// What comes after somebody who picked up is gone is another stretch of the call.
    fn next_leg(&mut self) {
        if self.leg.is_over() {
            self.begin_leg(self.leg.next());
        }
    }

    /// This channel, which picked up, is gone.
    pub(super) fn left_by(&mut self, uniqueid: &str) {
        if let Some(answer) = &mut self.leg.answer {
            answer.over |= answer.who.channel == uniqueid;
        }
    }

    /// It waits in a queue.
    pub(super) fn queue(&mut self, queue: &str) {
        self.next_leg();
        (self.leg.queue, self.leg.waiting) = (queue.into(), Waiting::Yes);
    }

    /// It hung up before anybody came to it in the queue.
    pub(super) fn abandon(&mut self) {
        self.leg.waiting = Waiting::Abandoned;
    }

    /// A queue's member picked up, or somebody in its place: the PBX itself may have answered before.
    pub(super) fn agent(&mut self, event: &Message, who: &Who, now: i64) {
        if self.leg.was_talking() {
            return;
        }
        (self.leg.queue, self.leg.waiting) = (event.text("Queue").into_owned(), Waiting::Over);
        self.leg.answered(who, now);
        self.leg.dial_status = "answer";
        let (member, interface) = (event.text("MemberName"), event.text("Interface"));
        if let Some(Answer { who, .. }) = &mut self.leg.answer
            && who.name.is_empty()
            && is_member(&interface, &who.number)
            && !member.contains('/')
        {
            who.name = member.into_owned();
        }
    }

    /// Something that people should know of it.
    pub(super) fn note(&mut self, note: &str) {
        if self.notes.iter().all(|known| known != note) {
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
            None => {
                self.next_leg();
                self.recordings.push(Recording::new(file, now, self.past.len()));
            }
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
        // Who is in a conference may leave it long before its end.
        if self.conference {
            return;
        }
        let detail = Detail::new(event);
        if !detail.account.is_empty() {
            self.account.clone_from(&detail.account);
        }
        if !detail.queue.is_empty() && self.past.is_empty() {
            self.leg.queue.clone_from(&detail.queue);
        }
        self.details.push(detail);
    }

    pub(super) fn hangup(&mut self, event: &Message, now: i64) {
        self.talking |= event.text("ChannelState") == "6";
        self.cause = event.text("Cause").parse().unwrap_or_default();
        self.end(now);
    }

    pub(super) fn end(&mut self, now: i64) {
        self.up = false;
        for recording in &mut self.recordings {
            recording.stop(now);
        }
    }
}

/// Whether a queue calls this number when it calls its member.
fn is_member(interface: &str, number: &str) -> bool {
    let name =
        interface.split_once('/').map_or("", |(_, name)| name.split(['@', '/']).next().unwrap_or(name));
    name == number || !is_number(name)
}
