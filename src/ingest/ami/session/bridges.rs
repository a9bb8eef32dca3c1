//! Who speaks with whom, by the list of channels.

use std::collections::BTreeMap;

use crate::ingest::ami::codec::Message;

/// Local channels that a call goes through, one after the other, at most.
const HALVES: usize = 8;

/// Whom a channel speaks with: who else is in its bridge, and nobody besides. Of a Local channel that is who its other half
/// speaks with.
pub(super) fn partner<'a>(
    listed: &'a BTreeMap<String, Message>,
    channel: &'a Message,
) -> Option<&'a Message> {
    // Of two in a conference neither called the other.
    if channel.text("Application") == "ConfBridge" {
        return None;
    }
    let mut found = beside(listed, channel)?;
    for _ in 0..HALVES {
        let beyond = half(listed, found).and_then(|half| beside(listed, half));
        let Some(beyond) = beyond else { break };
        found = beyond;
    }
    Some(found)
}

/// The only other channel in the same bridge.
fn beside<'a>(listed: &'a BTreeMap<String, Message>, channel: &Message) -> Option<&'a Message> {
    let (bridge, own) = (channel.text("BridgeId"), channel.text("Uniqueid"));
    let mut others = (listed.values()).filter(|other| {
        !bridge.is_empty() && other.text("BridgeId") == bridge && other.text("Uniqueid") != own
    });
    let other = others.next()?;
    others.next().is_none().then_some(other)
}

/// The other half of a Local channel: `Local/102@from-queue-0000000a;1` and `;2`.
fn half<'a>(listed: &'a BTreeMap<String, Message>, channel: &Message) -> Option<&'a Message> {
    let name = channel.text("Channel");
    let (stem, number) = name.strip_prefix("Local/").and_then(|_| name.rsplit_once(';'))?;
    let other = format!("{stem};{}", if number == "1" { "2" } else { "1" });
    listed.values().find(|channel| channel.text("Channel") == other)
}
