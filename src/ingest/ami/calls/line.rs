//! What a channel is, by its name and by its first event: a telephone, a trunk, or half of a Local channel.

use super::super::codec::Message;
use super::numbers::{endpoint, is_number, is_public, number_asked_for, same_end};

/// A channel by itself, whatever a dialplan makes it show.
#[derive(Default)]
pub(super) struct Line {
    /// `PJSIP/102-0000000a`, `Local/102@from-queue-0000000a;1`.
    pub(super) name: String,
    /// Number and name that are set for the telephone itself; empty for others.
    number: String,
    own_name: String,
    /// The number that a trunk was asked for.
    asked_for: String,
}

/// Who is at the end of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) number: String,
    pub(super) name: String,
    /// Uniqueid of the channel; of a Local channel that of whom it stands for.
    pub(super) channel: String,
}

impl Line {
    /// As its first event says, or a list. Only that one has the name that is set for a telephone: later ones may have what
    /// a dialplan lets the caller see (`CID:5556000`, `Dana Follow(Available)`).
    pub(super) fn of(event: &Message) -> Line {
        let (name, number) = (event.text("Channel").into_owned(), event.text("CallerIDNum"));
        let own = endpoint(&name).filter(|own| !is_public(own));
        // No dialplan had it before.
        let is_new = event.event() == "Newchannel";
        let is_own = match &own {
            Some(own) => is_new || *own == number,
            // In the midst of a call a trunk has the number that it was asked for, which may be a short one.
            None => is_new && is_extension(&number),
        };
        let own_name =
            if is_own && !is_local(&name) { event.unescaped("CallerIDName") } else { String::new() };
        let number = own.unwrap_or_else(|| if is_own { number.into_owned() } else { String::new() });
        Line { number, own_name, name, asked_for: String::new() }
    }

    /// One whose beginning was not heard: the name that is set for it is not known.
    pub(super) fn unheard(name: &str) -> Line {
        let number = endpoint(name).filter(|own| !is_public(own)).unwrap_or_default();
        Line { name: name.into(), number, ..Line::default() }
    }

    pub(super) fn is_local(&self) -> bool {
        is_local(&self.name)
    }

    /// It is dialled by this event.
    pub(super) fn asked(&mut self, event: &Message) {
        if self.is_trunk()
            && let Some(number) = number_asked_for(&event.text("DialString"))
        {
            self.asked_for = number.into();
        }
    }

    /// Whether others are reached by it, and not somebody of the office.
    pub(super) fn is_trunk(&self) -> bool {
        !self.is_local() && self.number.is_empty() && self.name.contains('/')
    }

    /// Whether it is a trunk that was asked for a number, be that as short as the police's.
    pub(super) fn leads_outside(&self) -> bool {
        self.is_trunk() && !self.asked_for.is_empty()
    }

    /// Who is at its end: a telephone is its number's; a trunk is the number that it took, and what a dialplan lets the
    /// caller see of that is nobody's name. `shown`: the number that the channel has now.
    pub(super) fn who(&self, uniqueid: &str, shown: &str) -> Who {
        let channel = uniqueid.to_owned();
        if !self.number.is_empty() {
            return Who { number: self.number.clone(), name: self.own_name.clone(), channel };
        }
        let shown = if is_number(shown) { shown } else { "" };
        let is_same = self.asked_for.is_empty() || same_end(shown, &self.asked_for);
        Who { number: if is_same { shown } else { &self.asked_for }.into(), name: String::new(), channel }
    }
}

/// Whether somebody of the office has such a number.
fn is_extension(number: &str) -> bool {
    is_number(number) && !is_public(number)
}

fn is_local(channel: &str) -> bool {
    channel.starts_with("Local/")
}

/// The name of the half at whose end a dialplan goes on.
pub(super) fn other_half(channel: &str) -> Option<String> {
    Some(format!("{};2", channel.strip_suffix(";1").filter(|_| is_local(channel))?))
}
