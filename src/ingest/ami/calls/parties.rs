//! Who calls whom, and from where.

use super::super::codec::Message;
use super::numbers::{endpoint, is_public};
use crate::model::{Direction, is_withheld};

/// Words in the name of a context that calls from outside begin in, and from inside.
const OUTSIDE: [&str; 5] = ["trunk", "pstn", "did", "incoming", "inbound"];
const INSIDE: [&str; 5] = ["internal", "inside", "phones", "extensions", "users"];

/// Who calls whom.
#[derive(Clone, Debug, Default)]
pub(super) struct Parties {
    pub(super) caller: String,
    pub(super) caller_name: String,
    /// What an outbound route made of the caller's number, for whom it calls.
    pub(super) shown: String,
    pub(super) withheld: bool,
    pub(super) called: String,
    pub(super) context: String,
    /// What the channel is: a Local channel shows others' contexts and numbers, a phone is named by its number.
    local: bool,
    phone: bool,
    /// Somebody inside sent the call on to what is called, and where it had come from.
    sent: bool,
    from: Option<Origin>,
}

/// Where a call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Inside,
    Outside,
    Unknown,
}

impl Parties {
    /// Of a channel by this name.
    pub(super) fn of(channel: &str) -> Parties {
        let local = channel.starts_with("Local/");
        let phone = !local && endpoint(channel).is_some_and(|number| !is_public(&number));
        Parties { local, phone, ..Parties::default() }
    }

    /// The caller id is this one now. A trunk, and a look-up of names, know a caller better and better, until the recorded
    /// call is answered: whom a transfer puts in its place then is another one. A phone is who it was when its call began, or
    /// by the extension that the dialplan gave it before the recording: what an outbound route makes of that is for the other
    /// side.
    pub(super) fn identify(&mut self, number: &str, name: String, recorded: bool, answered: bool) {
        if number.is_empty() {
            return;
        }
        let inside = !self.local && self.origin() == Origin::Inside && !self.caller.is_empty();
        if inside && (recorded || is_public(number)) {
            if number != self.caller {
                self.shown = number.into();
            }
            return;
        }
        if recorded && (self.local || answered) && !self.caller.is_empty() && number != self.caller {
            return;
        }
        if number != self.caller || !name.is_empty() {
            self.caller_name = name;
        }
        self.caller = number.into();
    }

    /// Of a channel by this name that was found in the midst of its call. A phone is who its name says: what stands in its
    /// place by now may be what an outbound route made of that, for the other side.
    pub(super) fn found(&mut self, channel: &str) {
        let phone = endpoint(channel).filter(|_| self.phone && self.origin() == Origin::Inside);
        if let Some(number) = phone.filter(|number| *number != self.caller) {
            self.shown = std::mem::replace(&mut self.caller, number);
            self.caller_name.clear();
        }
    }

    /// Whether the number may be shown: 32 to 35 is presentation prohibited (ITU-T Q.951, as Asterisk's CALLERPRES
    /// numbers it).
    pub(super) fn presented(&mut self, presentation: &str) {
        if let Some(code) = presentation.split(' ').next().and_then(|code| code.parse::<u32>().ok()) {
            self.withheld = code & 0x60 == 0x20;
        }
    }

    /// Those of a channel that was called and is transferred to where the dialplan goes on with it.
    pub(super) fn transferred(&self, event: &Message) -> Parties {
        Parties {
            caller: event.text("TransfereeCallerIDNum").into_owned(),
            caller_name: event.unescaped("TransfereeCallerIDName"),
            called: event.text("Extension").into_owned(),
            context: event.text("Context").into_owned(),
            // By its number alone: the context is that of whoever transfers it.
            local: true,
            sent: true,
            ..Parties::default()
        }
    }

    /// Those of a channel that called, and is transferred.
    pub(super) fn sent_to(&self, extension: &str, context: &str) -> Parties {
        Parties {
            called: extension.into(),
            context: context.into(),
            sent: true,
            from: Some(self.origin()),
            ..self.clone()
        }
    }

    /// The context that a call begins in tells where it comes from, then the channel, then the look of the caller's
    /// number.
    fn origin(&self) -> Origin {
        if let Some(origin) = self.from {
            return origin;
        }
        if self.has(&OUTSIDE) {
            Origin::Outside
        } else if !self.local && (self.has(&INSIDE) || self.phone) {
            Origin::Inside
        } else if is_public(&self.caller) || is_withheld(&self.caller) {
            Origin::Outside
        } else if self.caller.is_empty() {
            Origin::Unknown
        } else {
            Origin::Inside
        }
    }

    /// Where it comes from, and where it goes: by the number, or a trunk was asked for one (`outside`). A call from outside
    /// that somebody inside sends on to the outside, by a transfer or by what a Local channel is made to run, goes out.
    pub(super) fn direction(&self, called: &str, outside: bool) -> Option<Direction> {
        match self.origin() {
            Origin::Outside if is_public(called) && self.is_sent_on() => Some(Direction::Out),
            Origin::Outside => Some(Direction::In),
            Origin::Inside if !called.is_empty() => {
                Some(if outside || is_public(called) { Direction::Out } else { Direction::Internal })
            }
            Origin::Inside | Origin::Unknown => None,
        }
    }

    fn is_sent_on(&self) -> bool {
        self.sent || (self.local && self.has(&INSIDE) && !self.has(&OUTSIDE))
    }

    /// Whether the context's name has one of these words in it.
    fn has(&self, words: &[&str]) -> bool {
        let context = self.context.to_ascii_lowercase();
        words.iter().any(|word| context.contains(word))
    }
}
