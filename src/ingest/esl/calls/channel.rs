//! One channel: who is at its ends, and how it went.

use super::super::event::Event;
use crate::ingest::cdr::freeswitch::leg::Leg;
use crate::ingest::pbx::{Guessed, Report};
use crate::model::{Direction, is_withheld};

/// Somebody at the other end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Party {
    pub(super) number: String,
    pub(super) name: String,
}

/// Who has the call first, and since when (Unix milliseconds; 0 where nobody listened).
struct Answer {
    at: i64,
    party: Party,
}

/// What is known of a channel.
#[derive(Default)]
pub(super) struct Channel {
    uniqueid: String,
    /// The channel that called this one.
    originator: String,
    /// It was called, and nothing else: its call is the originator's.
    leg: bool,
    /// It was only that, and the dialplan went on with it.
    went_on: bool,
    caller: Party,
    /// What was dialled first, and where the dialplan is now.
    called: String,
    destination: String,
    /// Whom it was dialled for, and that one's name.
    user: Party,
    shown: String,
    withheld: bool,
    direction: Option<Direction>,
    context: String,
    domain: String,
    account: String,
    queue: String,
    conference: String,
    /// It waits for an agent of the queue; how that ended in vain.
    waits: bool,
    given_up: &'static str,
    /// When it was answered itself, Unix milliseconds.
    answered: Option<i64>,
    answer: Option<Answer>,
    /// Somebody was rung for it.
    rang: bool,
    notes: Vec<String>,
    /// How its record will say that it ended; empty while it is up.
    disposition: &'static str,
    /// When it hung up.
    pub(super) ended: Option<i64>,
    /// Its beginning was not heard.
    found: bool,
    /// Files that it was recorded to.
    pub(super) files: Vec<String>,
}

impl Channel {
    /// As the first event about it says; `found`: that is not its beginning.
    pub(super) fn new(event: &Event, found: bool) -> Channel {
        let outbound = event.text("Call-Direction") == "outbound";
        let mut channel = Channel {
            uniqueid: event.text("Unique-ID"),
            originator: event.first(&["variable_originator", "variable_cc_member_session_uuid"]),
            leg: outbound,
            context: event.text("Caller-Context"),
            found,
            ..Channel::default()
        };
        channel.caller = if outbound || !found { present(event) } else { first(event) };
        let first = ["variable_caller_destination", "Caller-RDNIS"];
        let first = if found { event.first(&first) } else { String::new() };
        channel.called = if first.is_empty() { event.text("Caller-Destination-Number") } else { first };
        channel.listen(event);
        channel
    }

    /// The channel that called the one of this dump and went on without it, as far as that one tells.
    pub(super) fn before(dump: &Event) -> Channel {
        let other = present(dump);
        Channel {
            uniqueid: dump.variable("originator"),
            caller: first(dump),
            called: other.number.clone(),
            answer: Some(Answer { at: 0, party: other }),
            direction: Leg::new(&|name| dump.variable(name)).direction(),
            context: dump.text("Caller-Context"),
            domain: Leg::new(&|name| dump.variable(name)).domain(),
            ended: Some(0),
            found: true,
            ..Channel::default()
        }
    }

    /// What any event of the channel says.
    pub(super) fn listen(&mut self, event: &Event) {
        let text = |name: &str| event.variable(name);
        let leg = Leg::new(&text);
        self.withheld |= event.is_true("Caller-Privacy-Hide-Number") || leg.is_withheld(&self.caller.number);
        self.go_on(event);
        keep(&mut self.destination, event.text("Caller-Destination-Number"));
        if self.leg {
            let (number, name) = leg.called();
            keep(&mut self.user.number, number);
            keep(&mut self.user.name, name);
        }
        keep(&mut self.account, leg.text("accountcode"));
        if self.domain.is_empty() {
            self.domain = leg.domain();
        }
        self.direction = self.direction.or_else(|| leg.direction());
        let answered = event.time("Caller-Channel-Answered-Time");
        self.answered = self.answered.or(answered);
        if !self.leg && self.queue.is_empty() && leg.text("cc_side") == "member" {
            self.queue = leg.queue();
        }
        self.waits |= !self.leg && !self.queue.is_empty() && self.answer.is_none();
    }

    /// It was called, and the dialplan goes on with it: from there on it calls. What it records already stays the call that it
    /// was.
    fn go_on(&mut self, event: &Event) {
        if !self.leg || !event.is_true("Channel-HIT-Dialplan") {
            return;
        }
        (self.leg, self.went_on, self.rang) = (false, true, false);
        self.caller = present(event);
        let own = event.variable("effective_caller_id_number") == self.caller.number;
        let name = event.variable("effective_caller_id_name");
        if own && !name.is_empty() {
            self.caller.name = name;
        }
        self.called = event.text("Caller-Destination-Number");
        self.context = event.text("Caller-Context");
        self.direction = None;
    }

    /// Whom it speaks with, as it is dumped in the midst of its call.
    pub(super) fn speaks(&mut self, event: &Event) {
        if self.leg || self.answer.is_some() || event.variable("bridge_uuid").is_empty() {
            return;
        }
        let number = event.first(&["variable_last_sent_callee_id_number", "Caller-Callee-ID-Number"]);
        if !number.is_empty() {
            let party = named(number, event);
            self.answer = Some(Answer { at: 0, party });
            self.waits = false;
        }
    }

    /// A leg was called for it, that shows this caller.
    pub(super) fn rings(&mut self, leg: &Event) {
        self.rang = true;
        let shown = leg.text("Caller-Caller-ID-Number");
        if shown != self.caller.number && self.shown.is_empty() {
            self.shown = shown;
        }
    }

    /// The channel that called this one, where its call is that one's.
    pub(super) fn calls_for(&self) -> Option<&str> {
        Some(self.originator.as_str()).filter(|originator| self.leg && !originator.is_empty())
    }

    /// Who is at this end, for the other one.
    pub(super) fn party(&self) -> Party {
        if !self.leg {
            return self.caller.clone();
        }
        if self.user.number.is_empty() {
            return Party { number: self.destination.clone(), name: String::new() };
        }
        self.user.clone()
    }

    /// It is put through to somebody. `event`: the channel's own, which may know the name.
    pub(super) fn meets(&mut self, other: Party, event: Option<&Event>, now: i64) {
        self.waits = false;
        let mut other = other;
        if other.name.is_empty()
            && let Some(event) = event
        {
            other = named(other.number, event);
        }
        match &mut self.answer {
            None => self.answer = Some(Answer { at: now, party: other }),
            Some(answer) if answer.party.number == other.number => keep(&mut answer.party.name, other.name),
            Some(_) if other.number.is_empty() => {}
            Some(_) => self.note(&format!("transferred to {}", other.number)),
        }
    }

    /// Takes over the name of who answered, where none is known. Says whether it did.
    pub(super) fn name_answerer(&mut self, party: &Party) -> bool {
        let Some(answer) = &mut self.answer else { return false };
        let is_new =
            answer.party.name.is_empty() && !party.name.is_empty() && answer.party.number == party.number;
        if is_new {
            answer.party.name.clone_from(&party.name);
        }
        is_new
    }

    /// It waits in a queue.
    pub(super) fn queue(&mut self, queue: &str) {
        (self.queue, self.waits) = (without_domain(queue), self.answer.is_none());
    }

    /// It waits no longer, in vain if nobody took it.
    pub(super) fn give_up(&mut self, reason: &str) {
        if self.answer.is_none() {
            self.given_up = if reason == "TIMEOUT" { "noanswer" } else { "cancel" };
        }
    }

    pub(super) fn join(&mut self, conference: &str) {
        self.conference = conference.into();
    }

    /// The note that it leaves on a conference.
    pub(super) fn takes_part(&self) -> String {
        format!("with {} {}", self.caller.name, self.caller.number)
    }

    pub(super) fn note(&mut self, note: &str) {
        if self.notes.last().is_none_or(|last| last != note) {
            self.notes.push(note.into());
        }
    }

    /// It is gone.
    pub(super) fn hang_up(&mut self, event: &Event, now: i64) {
        let text = |name: &str| match name {
            "hangup_cause" => event.first(&["variable_hangup_cause", "Hangup-Cause"]),
            // What it was called for is not its own call.
            "answer_epoch" if self.went_on => String::new(),
            name => event.variable(name),
        };
        self.disposition = Leg::new(&text).disposition().as_str();
        self.end(now);
    }

    pub(super) fn end(&mut self, now: i64) {
        self.ended.get_or_insert(now);
    }

    /// What is true of every recording of the channel. `call`: the channel that called it, where its call is that one's.
    pub(super) fn known(&self, call: Option<&Channel>) -> Report {
        let call = call.unwrap_or(self);
        let answer = self.answerer();
        Report {
            uniqueid: self.uniqueid.clone(),
            callid: self.callid().into(),
            answered: self.answered_at(),
            talktime: self.talktime(),
            status: self.status(),
            caller: call.caller.number.clone(),
            caller_name: call.caller.name.clone(),
            withheld: call.withheld || is_withheld(&call.caller.number),
            direction: call.direction,
            called: call.called.clone(),
            shown: call.shown.clone(),
            nobody: self.ended.is_some() && answer.is_none() && !self.found,
            answerer: answer.as_ref().map(|party| party.number.clone()).unwrap_or_default(),
            answerer_name: answer.map(|party| party.name).unwrap_or_default(),
            context: call.context.clone(),
            domain: first_of([&call.domain, &self.domain]),
            account: first_of([&self.account, &call.account]),
            queue: call.queue.clone(),
            conference: !self.conference.is_empty(),
            note: self.notes.join("; "),
            guessed: self.guessed(call),
            ..Report::default()
        }
    }

    /// What of all that was not heard, but found in the midst of the call.
    fn guessed(&self, call: &Channel) -> Guessed {
        let found = self.found || call.found;
        Guessed {
            parties: found,
            caller: found,
            called: found,
            answerer: found || self.answer.as_ref().is_some_and(|answer| answer.at == 0),
            status: found && self.disposition.is_empty(),
            start: false,
            end: false,
        }
    }

    /// A transfer gives a channel another call's identifier; who called it stays.
    fn callid(&self) -> &str {
        if self.originator.is_empty() { &self.uniqueid } else { &self.originator }
    }

    /// Who has the call first; what was called, where the dialplan itself took it and rang nobody.
    fn answerer(&self) -> Option<Party> {
        if self.leg {
            return self.answered.map(|_| self.party());
        }
        if let Some(answer) = &self.answer {
            return Some(answer.party.clone());
        }
        let itself = self.itself().is_some() && !self.rang;
        itself.then(|| Party { number: self.destination.clone(), name: String::new() })
    }

    fn answered_at(&self) -> Option<i64> {
        match &self.answer {
            Some(answer) => Some(answer.at).filter(|at| *at > 0),
            None => self.itself(),
        }
    }

    /// When the dialplan itself answered. A queue answers for the waiting; and of who was called and goes on, only the end
    /// tells that nobody else was called.
    fn itself(&self) -> Option<i64> {
        let may_ring = self.went_on && (self.rang || self.ended.is_none());
        self.answered.filter(|_| !self.waits && !may_ring)
    }

    /// Of a call in a queue FreeSWITCH counts the waiting too.
    fn talktime(&self) -> Option<i64> {
        let (ended, answered) = (self.ended?, self.answered_at());
        (!self.queue.is_empty() && !self.leg).then(|| answered.map_or(0, |at| (ended - at).max(0) / 1000))
    }

    /// A channel that waits in a queue was answered only by that.
    fn status(&self) -> &'static str {
        if self.answer.is_some() || self.itself().is_some() {
            return "answer";
        }
        if !self.given_up.is_empty() {
            return self.given_up;
        }
        self.disposition
    }
}

/// The caller as the event has it now.
fn present(event: &Event) -> Party {
    Party { number: event.text("Caller-Caller-ID-Number"), name: event.text("Caller-Caller-ID-Name") }
}

/// The caller as the call began: transfers and pick-ups swap the present ones.
fn first(event: &Event) -> Party {
    let numbers = ["variable_caller_id_number", "Caller-Orig-Caller-ID-Number", "Caller-Caller-ID-Number"];
    Party {
        number: event.first(&numbers),
        name: event.first(&["variable_caller_id_name", "Caller-Caller-ID-Name"]),
    }
}

/// A callee of this number, with the name that the calling channel's event has for it.
fn named(number: String, event: &Event) -> Party {
    let text = |name: &str| event.variable(name);
    Party { name: Leg::new(&text).answerers_name(&number), number }
}

/// Who is at the other end of the event's channel, as far as that says it; or at its own.
pub(super) fn callee(event: &Event, other: bool) -> Party {
    if other { named(event.text("Caller-Callee-ID-Number"), event) } else { present(event) }
}

/// `400@office.example`
fn without_domain(name: &str) -> String {
    name.split('@').next().unwrap_or_default().to_owned()
}

/// The first that says something.
fn first_of(texts: [&String; 2]) -> String {
    texts.into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default()
}

fn keep(mine: &mut String, theirs: String) {
    if !theirs.is_empty() {
        *mine = theirs;
    }
}
