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
}

/// Where a call comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
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

    /// The caller id is this one now. A trunk, and a look-up of names, know a caller better and better. A phone is who
    /// it was when its call began, or by the extension that the dialplan gave it before the recording: what an outbound
    /// route makes of that is for the other side.
    pub(super) fn identify(&mut self, number: &str, name: String, recorded: bool) {
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
        if number != self.caller || !name.is_empty() {
            self.caller_name = name;
        }
        self.caller = number.into();
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
            ..Parties::default()
        }
    }

    /// The context that a call begins in tells where it comes from, then the channel, then the look of the caller's
    /// number.
    fn origin(&self) -> Origin {
        let context = self.context.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| context.contains(word));
        if has(&OUTSIDE) {
            Origin::Outside
        } else if !self.local && (has(&INSIDE) || self.phone) {
            Origin::Inside
        } else if is_public(&self.caller) || is_withheld(&self.caller) {
            Origin::Outside
        } else if self.caller.is_empty() {
            Origin::Unknown
        } else {
            Origin::Inside
        }
    }

    /// Where it comes from, and by the number where it goes.
    pub(super) fn direction(&self, called: &str) -> Option<Direction> {
        match self.origin() {
            Origin::Outside => Some(Direction::In),
            Origin::Inside if !called.is_empty() => {
                Some(if is_public(called) { Direction::Out } else { Direction::Internal })
            }
            Origin::Inside | Origin::Unknown => None,
        }
    }
}
