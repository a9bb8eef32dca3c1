//! Who picks up: through the halves of Local channels, in queues, and after transfers.

use super::super::codec::Message;
use super::line::{Line, Who, other_half};
use super::numbers::endpoint;
use super::{Calls, key};

impl Calls {
    /// Both ends of a dial learn of it. An originated call has no source.
    pub(super) fn dial(&mut self, event: &Message, now: i64, over: bool) -> Vec<String> {
        if !over {
            self.with(event, "DestUniqueid", |channel| channel.line.asked(event));
        }
        let who = over.then(|| self.who(event, "Dest"));
        let dialled = key(event, "DestUniqueid").and_then(|uniqueid| self.channels.get(&uniqueid));
        let outside = dialled.is_some_and(|channel| channel.line.leads_outside());
        let mut touched =
            self.with(event, "Uniqueid", |channel| channel.dials(event, now, outside, who.as_ref()));
        let source = key(event, "Uniqueid").and_then(|uniqueid| self.channels.get(&uniqueid));
        if let Some(parties) = source.map(|source| source.parties()) {
            touched.extend(self.with(event, "DestUniqueid", |channel| {
                channel.dialled(&parties, event, now, who.as_ref());
            }));
        }
        if let Some(who) = who.filter(|_| event.text("DialStatus") == "ANSWER") {
            self.remember(event, "Uniqueid", &who);
        }
        touched
    }

    /// A queue's member picked up, or somebody in its place.
    pub(super) fn agent(&mut self, event: &Message, now: i64) -> Vec<String> {
        let who = self.who(event, "Dest");
        self.remember(event, "Uniqueid", &who);
        self.with(event, "Uniqueid", |channel| channel.agent(event, &who, now))
    }

    /// Whoever transferred it had spoken with somebody about it, and is gone now.
    pub(super) fn hand_over(&mut self, event: &Message, now: i64) {
        let target = self.who(event, "TransferTarget");
        if key(event, "TransfereeUniqueid").is_none() || target.channel.is_empty() {
            return;
        }
        self.remember(event, "TransfereeUniqueid", &target);
        self.with(event, "TransfereeUniqueid", |channel| channel.handed_over(&target, now));
    }

    /// This channel is gone: it is nobody's other end any more.
    pub(super) fn leave(&mut self, uniqueid: &str) {
        let Some(channel) = self.channels.get_mut(uniqueid) else { return };
        for answered in std::mem::take(&mut channel.answers) {
            if let Some(channel) = self.channels.get_mut(&answered) {
                channel.left_by(uniqueid);
            }
        }
    }

    /// Whoever picks up notes whose call that is.
    fn remember(&mut self, event: &Message, key_name: &str, who: &Who) {
        if let Some(uniqueid) = key(event, key_name)
            && let Some(channel) = self.channels.get_mut(&who.channel)
        {
            channel.answers.push(uniqueid);
        }
    }

    /// Who is at the end of the channel that the fields beginning so tell of.
    fn who(&self, event: &Message, field: &str) -> Who {
        let text = |name: &str| event.text(&format!("{field}{name}")).into_owned();
        let (name, uniqueid, shown) = (text("Channel"), text("Uniqueid"), text("CallerIDNum"));
        if let Some(half) = other_half(&name) {
            return self.behind(&half).unwrap_or_else(|| Who {
                number: endpoint(&name).unwrap_or_default(),
                channel: uniqueid,
                ..Who::default()
            });
        }
        match self.channels.get(&uniqueid) {
            Some(channel) => channel.line.who(&uniqueid, &shown),
            None => Line::unheard(&name).who(&uniqueid, &shown),
        }
    }

    /// Who picked up for the dialplan at this half's end.
    fn behind(&self, half: &str) -> Option<Who> {
        self.channels.get(self.halves.get(half)?)?.picked_up().cloned()
    }
}
