//! Which calls are recorded, put together from events. Pure: events and times in, what is known of each recording out.
//!
//! `VarSet MIXMONITOR_FILENAME` names the file, `StopMixMonitor` or the channel's `Hangup` ends it, `Newchannel`,
//! `DialBegin` and `DialEnd` say who calls whom and who picks up, `Cdr` events – several a channel, before or after its
//! `Hangup` – how it went. All measured on Asterisk 16.28; fields as in "Asterisk 20 AMI Events".

mod answers;
mod channel;
mod conference;
mod convening;
mod detail;
mod known;
mod leg;
mod line;
mod numbers;
mod parties;
mod recording;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::codec::Message;
use channel::Channel;
use conference::Conference;

use crate::ingest::pbx::Report;
pub(super) use conference::{conference, recorder};

/// How long after a channel's end its call detail records are waited for, in milliseconds. Seen: 16. With `batch = yes`
/// in cdr.conf they come up to five minutes later.
const DETAILS: i64 = 30_000;
const DETAILS_OF_RECORDED: i64 = 600_000;
/// Channels that are remembered. More have never hung up: what was lost of their events does not come again.
const MOST: usize = 20_000;

/// The channels of one PBX.
#[derive(Default)]
pub struct Calls {
    /// By uniqueid.
    channels: HashMap<String, Channel>,
    /// Uniqueids of those halves of Local channels at whose end a dialplan goes on, by their names.
    halves: HashMap<String, String>,
    /// Conferences that go on, by name.
    conferences: HashMap<String, Conference>,
    /// In the order in which they came; some are gone by now.
    order: VecDeque<String>,
    /// Ended ones, by the time to forget them at.
    ended: BTreeMap<i64, BTreeSet<String>>,
}

impl Calls {
    /// Takes an event that came at `now` (Unix milliseconds). Gives what has changed about recordings.
    pub fn hear(&mut self, event: &Message, now: i64) -> Vec<Report> {
        let now = stamp(event).unwrap_or(now);
        self.forget(now);
        let touched = match &*event.event() {
            "Newchannel" => self.begin(event),
            "NewCallerid" => self.caller(event),
            "DialBegin" => self.dial(event, now, false),
            "DialEnd" => self.dial(event, now, true),
            "VarSet" if event.text("Variable") == "MIXMONITOR_FILENAME" => self.record(event, now),
            "MixMonitorStop" => self.with(event, "Uniqueid", |channel| channel.stop(now)),
            "MixMonitorMute" => {
                let muted = event.text("State") == "1";
                self.with(event, "Uniqueid", |channel| channel.mute(muted, now))
            }
            "AgentConnect" => self.agent(event, now),
            "QueueCallerAbandon" => self.with(event, "Uniqueid", Channel::abandon),
            "QueueCallerJoin" => self.with(event, "Uniqueid", |channel| channel.queue(&event.text("Queue"))),
            "BlindTransfer" | "AttendedTransfer" => self.transfer(event, now),
            "Cdr" => self.detail(event),
            "Hangup" => self.hangup(event, now),
            "ConfbridgeRecord" => {
                self.conference(event).since = now;
                Vec::new()
            }
            "ConfbridgeJoin" => self.join(event),
            "ConfbridgeStopRecord" => self.stop_conference(event, now),
            "ConfbridgeEnd" => {
                let touched = self.stop_conference(event, now);
                self.conferences.remove(&*event.text("Conference"));
                touched
            }
            _ => Vec::new(),
        };
        touched.iter().flat_map(|uniqueid| self.reports(uniqueid)).collect()
    }

    /// The channels that are known to be up.
    pub fn up(&self) -> BTreeSet<String> {
        self.channels
            .iter()
            .filter(|(_, channel)| channel.is_up())
            .map(|(uniqueid, _)| uniqueid.clone())
            .collect()
    }

    /// The channels that recordings which go on are told under.
    pub fn told(&self) -> BTreeSet<String> {
        self.channels.values().filter(|channel| channel.is_up()).flat_map(Channel::told).cloned().collect()
    }

    /// Whether this channel is known to be up.
    pub fn is_up(&self, uniqueid: &str) -> bool {
        self.channels.get(uniqueid).is_some_and(Channel::is_up)
    }

    /// Whether anything is known of this channel.
    fn knows(&self, uniqueid: &str) -> bool {
        self.channels.contains_key(uniqueid)
    }

    /// Whether this channel is or was recorded, or another one's recording is told under it.
    pub fn records(&self, uniqueid: &str) -> bool {
        self.channels.get(uniqueid).is_some_and(Channel::is_recorded) || !self.told_under(uniqueid).is_empty()
    }

    /// Whether a channel is up that was heard from its beginning.
    pub fn is_heard(&self, uniqueid: &str) -> bool {
        self.channels.get(uniqueid).is_some_and(|channel| channel.is_up() && !channel.found)
    }

    /// What is known of a call that is over, by a channel that was heard from its beginning.
    pub fn told_of(&self, uniqueid: &str) -> Option<Report> {
        self.channels.get(uniqueid).and_then(Channel::told_at_the_end)
    }

    /// The other channels whose recordings are told under this one.
    fn told_under(&self, uniqueid: &str) -> Vec<String> {
        let is_told = |channel: &&Channel| channel.uniqueid != uniqueid && channel.is_told_under(uniqueid);
        self.channels.values().filter(is_told).map(|channel| channel.uniqueid.clone()).collect()
    }

    /// A call detail record tells of its channel, and of what is recorded at the other end of the call.
    fn detail(&mut self, event: &Message) -> Vec<String> {
        let Some(uniqueid) = key(event, "Uniqueid") else { return Vec::new() };
        let mut touched = self.told_under(&uniqueid);
        touched.push(uniqueid);
        for uniqueid in &touched {
            if let Some(channel) = self.channels.get_mut(uniqueid) {
                channel.detail(event);
            }
        }
        touched
    }

    /// Whether a recording of this channel goes on.
    pub fn runs(&self, uniqueid: &str) -> bool {
        self.channels.get(uniqueid).is_some_and(Channel::runs)
    }

    /// These channels ended while nobody listened.
    pub fn lose(&mut self, gone: &BTreeSet<String>) {
        // One whose end was heard after all waits for its details.
        self.channels.retain(|uniqueid, channel| !channel.is_up() || !gone.contains(uniqueid));
    }

    /// Nobody listens for a while: what runs may be stopped meanwhile.
    pub fn unheard(&mut self) {
        self.channels.values_mut().for_each(Channel::unheard);
    }

    /// A channel that is up, as CoreShowChannels lists it, whom it speaks with, and the file that it is or was recorded to.
    /// A channel that was heard from its beginning tells nothing new but that somebody picked up.
    pub fn found_up(&mut self, listed: &Message, with: Option<&Message>, file: &str) -> Vec<Report> {
        let Some(uniqueid) = key(listed, "Uniqueid") else { return Vec::new() };
        for listed in std::iter::once(listed).chain(with) {
            if let Some(uniqueid) = key(listed, "Uniqueid").filter(|uniqueid| !self.knows(uniqueid)) {
                self.add(&uniqueid, Channel::found(listed));
            }
        }
        let end =
            with.and_then(|with| Some(self.channels.get(&*with.text("Uniqueid"))?.end_of(listed, with)));
        if let Some(channel) = self.channels.get_mut(&uniqueid) {
            channel.speaks(listed, end);
        }
        match self.channels.get_mut(&uniqueid) {
            Some(channel) if !file.is_empty() && !channel.is_recorded_to(file) => channel.record(file, 0),
            _ => {}
        }
        self.reports(&uniqueid)
    }

    fn reports(&mut self, uniqueid: &str) -> Vec<Report> {
        self.channels.get_mut(uniqueid).map(Channel::reports).unwrap_or_default()
    }

    fn with(&mut self, event: &Message, key_name: &str, change: impl FnOnce(&mut Channel)) -> Vec<String> {
        let Some(uniqueid) = key(event, key_name) else { return Vec::new() };
        let Some(channel) = self.channels.get_mut(&uniqueid) else { return Vec::new() };
        change(channel);
        vec![uniqueid]
    }

    fn begin(&mut self, event: &Message) -> Vec<String> {
        if let Some(uniqueid) = key(event, "Uniqueid") {
            self.add(&uniqueid, Channel::new(event));
        }
        Vec::new()
    }

    fn add(&mut self, uniqueid: &str, channel: Channel) {
        if channel.line.is_local() && channel.line.name.ends_with(";2") {
            self.halves.insert(channel.line.name.clone(), uniqueid.to_owned());
        }
        self.channels.insert(uniqueid.to_owned(), channel);
        self.order.push_back(uniqueid.to_owned());
        while self.channels.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.remove(&oldest);
        }
        if self.order.len() > 2 * MOST {
            self.order.retain(|uniqueid| self.channels.contains_key(uniqueid));
        }
    }

    fn caller(&mut self, event: &Message) -> Vec<String> {
        self.with(event, "Uniqueid", |channel| channel.caller(event))
    }

    fn record(&mut self, event: &Message, now: i64) -> Vec<String> {
        // A variable of no channel is no recording.
        let uniqueid = key(event, "Uniqueid").filter(|uniqueid| uniqueid != "none");
        let Some(uniqueid) = uniqueid else { return Vec::new() };
        let file = event.unescaped_path("Value");
        if !self.knows(&uniqueid) {
            self.add(&uniqueid, Channel::found(event));
        }
        match self.channels.get_mut(&uniqueid) {
            Some(channel) if !file.is_empty() => channel.record(&file, now),
            _ => {}
        }
        vec![uniqueid]
    }

    fn transfer(&mut self, event: &Message, now: i64) -> Vec<String> {
        if event.text("Result") != "Success" {
            return Vec::new();
        }
        let target = match event.text("Extension") {
            extension if extension.is_empty() => event.text("TransferTargetCallerIDNum"),
            extension => extension,
        };
        let kind = if event.event() == "BlindTransfer" { "" } else { "after a word " };
        let note = format!("transferred {kind}to {target}");
        match event.event() == "BlindTransfer" {
            true => drop(self.with(event, "TransfereeUniqueid", |channel| channel.go_on(event))),
            false => self.hand_over(event, now),
        }
        ["TransfereeUniqueid", "TransfererUniqueid", "OrigTransfererUniqueid"]
            .iter()
            .flat_map(|uniqueid| self.with(event, uniqueid, |channel| channel.note(&note)))
            .collect()
    }

    fn conference(&mut self, event: &Message) -> &mut Conference {
        self.conferences.entry(event.text("Conference").into_owned()).or_default()
    }

    /// The recording of a conference ends; the conference may go on.
    fn stop_conference(&mut self, event: &Message, now: i64) -> Vec<String> {
        let recorder = self.conference(event).recorder.take();
        let Some(uniqueid) = recorder else { return Vec::new() };
        if let Some(channel) = self.channels.get_mut(&uniqueid) {
            channel.end(now);
        }
        self.ended.entry(now.saturating_add(DETAILS)).or_default().insert(uniqueid.clone());
        vec![uniqueid]
    }

    fn hangup(&mut self, event: &Message, now: i64) -> Vec<String> {
        let touched = self.with(event, "Uniqueid", |channel| channel.hangup(event, now));
        touched.iter().for_each(|uniqueid| self.leave(uniqueid));
        for uniqueid in &touched {
            let recorded = self.channels.get(uniqueid).is_some_and(Channel::is_recorded);
            let until = now.saturating_add(if recorded { DETAILS_OF_RECORDED } else { DETAILS });
            self.ended.entry(until).or_default().insert(uniqueid.clone());
        }
        touched
    }

    /// Lets go of channels that ended long enough ago.
    fn forget(&mut self, now: i64) {
        while let Some(first) = self.ended.first_entry()
            && *first.key() <= now
        {
            for uniqueid in first.remove() {
                self.remove(&uniqueid);
            }
        }
    }

    fn remove(&mut self, uniqueid: &str) {
        if let Some(channel) = self.channels.remove(uniqueid) {
            self.halves.remove(&channel.line.name);
        }
    }
}

/// An identifier that is there and not empty.
fn key(event: &Message, name: &str) -> Option<String> {
    Some(event.text(name)).filter(|value| !value.is_empty()).map(|value| value.into_owned())
}

/// When the PBX sent it, in Unix milliseconds: there with `timestampevents = yes`.
fn stamp(event: &Message) -> Option<i64> {
    let seconds: f64 = event.get("Timestamp")?.parse().ok()?;
    (seconds.is_finite() && seconds > 0.0).then_some((seconds * 1000.0).floor() as i64)
}
