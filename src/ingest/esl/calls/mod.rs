//! Which calls are recorded, put together from events. Pure: events and times in, what is known of each recording out.
//!
//! `RECORD_START` and `RECORD_STOP` name the file, and only that: a recording goes over to another channel without a word, and
//! outlives the one that it began on. `CHANNEL_CREATE` has the caller and what was dialled, before transfers and pick-ups swap
//! them; `CHANNEL_BRIDGE` says who has the call, `callcenter::info` which agent; `conference::maintenance` names the files of
//! conferences, of which no channel tells. All measured on FreeSWITCH 1.10.12.

mod channel;
mod recording;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::event::Event;
use crate::ingest::pbx::Report;
use channel::Channel;
use recording::Recording;

/// How long after its end a channel is remembered, in milliseconds: a queue's last words come 80 later.
const KEPT: i64 = 60_000;
/// Channels that are remembered. More have never hung up: what was lost of their events does not come again.
const MOST: usize = 20_000;

/// The channels of one FreeSWITCH.
#[derive(Default)]
pub struct Calls {
    /// By uniqueid.
    channels: HashMap<String, Channel>,
    /// By the file, as FreeSWITCH names it.
    recordings: HashMap<String, Recording>,
    /// Uniqueids of who is in a conference, by its name.
    conferences: HashMap<String, Vec<String>>,
    /// In the order in which they came; some are gone by now.
    order: VecDeque<String>,
    /// Ended ones, by the time to forget them at.
    ended: BTreeMap<i64, BTreeSet<String>>,
}

impl Calls {
    /// Takes an event that came at `now` (Unix milliseconds). Gives what has changed about recordings.
    pub fn hear(&mut self, event: &Event, now: i64) -> Vec<Report> {
        let now = event.time("Event-Date-Timestamp").unwrap_or(now);
        self.forget(now);
        let name = event.name();
        let touched = match name.as_str() {
            "CUSTOM" => self.custom(event, now),
            _ => self.happen(&name, event, now),
        };
        self.reports(touched)
    }

    /// Files that are recorded to.
    pub fn running(&self) -> BTreeSet<String> {
        let running = self.recordings.values().filter(|recording| recording.runs());
        running.map(|recording| recording.file.clone()).collect()
    }

    /// Channels that are up, as far as is known.
    pub fn up(&self) -> BTreeSet<String> {
        let up = self.channels.iter().filter(|(_, channel)| channel.ended.is_none());
        up.map(|(uniqueid, _)| uniqueid.clone()).collect()
    }

    /// A channel as it is dumped in the midst of its call, and a file that it is recorded to. What was heard before is
    /// surer.
    pub fn found(&mut self, dump: &Event, file: &str) -> Vec<Report> {
        let Some(uniqueid) = self.channel(dump, true) else { return Vec::new() };
        if let Some(channel) = self.channels.get_mut(&uniqueid) {
            channel.speaks(dump);
        }
        let began_on = self.began_on(dump, file, uniqueid);
        if !self.recordings.contains_key(file) {
            self.record(file, &began_on, 0);
        }
        self.reports(vec![file.into()])
    }

    /// The channel that a file was begun on: it may have gone over from the one that called, whose name it then bears.
    fn began_on(&mut self, dump: &Event, file: &str, uniqueid: String) -> String {
        let originator = dump.variable("originator");
        let name = file.rsplit('/').next().unwrap_or_default();
        if originator.is_empty() || name.contains(&uniqueid) || !name.contains(&originator) {
            return uniqueid;
        }
        self.channels.entry(originator.clone()).or_insert_with(|| Channel::before(dump));
        originator
    }

    /// Members of a conference, recorded or not: it may be later.
    pub fn found_members(&mut self, name: &str, members: &[Event]) {
        for member in members {
            if let Some(uniqueid) = self.channel(member, true) {
                self.join(&uniqueid, name);
            }
        }
    }

    /// A conference that is recorded since then (Unix milliseconds; 0 unknown).
    pub fn found_conference(&mut self, name: &str, file: &str, since: i64) -> Vec<Report> {
        if !self.recordings.contains_key(file) {
            self.record_conference(name, file, since);
            if let Some(recording) = self.recordings.get_mut(file) {
                recording.found = true;
            }
        }
        self.reports(vec![file.into()])
    }

    /// These channels and files go on no longer: they ended while nobody listened.
    pub fn lose(&mut self, channels: &BTreeSet<String>, files: &BTreeSet<String>) {
        self.recordings.retain(|file, recording| !recording.runs() || !files.contains(file));
        self.channels.retain(|uniqueid, channel| channel.ended.is_some() || !channels.contains(uniqueid));
        for members in self.conferences.values_mut() {
            members.retain(|member| !channels.contains(member));
        }
    }

    fn happen(&mut self, name: &str, event: &Event, now: i64) -> Vec<String> {
        let found = name != "CHANNEL_CREATE";
        let Some(uniqueid) = self.channel(event, found) else { return Vec::new() };
        match name {
            "CHANNEL_CREATE" => self.ring(event),
            "CHANNEL_BRIDGE" => return self.bridge(event, now),
            "CHANNEL_HANGUP_COMPLETE" => self.hang_up(&uniqueid, event, now),
            "RECORD_START" => self.record(&event.path("Record-File-Path"), &uniqueid, now),
            "RECORD_STOP" => return self.recorded(event, &uniqueid, now),
            _ => {}
        }
        let mut touched = self.files_of(&uniqueid);
        touched.extend(self.name_answerer(&uniqueid));
        touched
    }

    /// Of who was called FreeSWITCH's directory tells the name only once the call was put through; often only the end of
    /// that leg says it. Gives the files of the channel that called it.
    fn name_answerer(&mut self, leg: &str) -> Vec<String> {
        let Some(leg) = self.channels.get(leg) else { return Vec::new() };
        let (Some(caller), party) = (leg.calls_for().map(str::to_owned), leg.party()) else {
            return Vec::new();
        };
        let named = self.channels.get_mut(&caller).is_some_and(|channel| channel.name_answerer(&party));
        if named { self.files_of(&caller) } else { Vec::new() }
    }

    fn custom(&mut self, event: &Event, now: i64) -> Vec<String> {
        match (event.text("Event-Subclass").as_str(), event.text("CC-Action").as_str()) {
            (
                "callcenter::info",
                action @ ("member-queue-start" | "bridge-agent-start" | "member-queue-end"),
            ) => self.queue(action, event, now),
            ("conference::maintenance", _) => self.conference(event, now),
            _ => Vec::new(),
        }
    }

    fn queue(&mut self, action: &str, event: &Event, now: i64) -> Vec<String> {
        // The event's own channel may be the agent's.
        if self.channel(event, true).is_none() {
            return Vec::new();
        }
        let member = event.first(&["CC-Member-Session-UUID", "variable_cc_member_session_uuid", "Unique-ID"]);
        let agent = self.channels.get(&event.text("CC-Agent-UUID")).map(Channel::party);
        let Some(channel) = self.channels.get_mut(&member) else { return Vec::new() };
        match action {
            "member-queue-start" => channel.queue(&event.text("CC-Queue")),
            "member-queue-end" if event.text("CC-Cause") == "Cancel" => {
                channel.give_up(&event.text("CC-Cancel-Reason"));
            }
            "bridge-agent-start" => {
                channel.queue(&event.text("CC-Queue"));
                channel.meets(agent.unwrap_or_default(), None, now);
            }
            _ => {}
        }
        self.files_of(&member)
    }

    fn conference(&mut self, event: &Event, now: i64) -> Vec<String> {
        let (name, file) = (event.text("Conference-Name"), event.path("Path"));
        match event.text("Action").as_str() {
            "add-member" => {
                let Some(uniqueid) = self.channel(event, true) else { return Vec::new() };
                self.join(&uniqueid, &name);
                return self.files_of_conference(&name);
            }
            "del-member" => {
                let uniqueid = event.text("Unique-ID");
                self.conferences.entry(name).or_default().retain(|member| *member != uniqueid);
                return Vec::new();
            }
            "conference-destroy" => {
                self.conferences.remove(&name);
                return Vec::new();
            }
            // It could not open the file.
            "start-recording" if !event.text("Error").is_empty() => return Vec::new(),
            "stop-recording" if !self.recordings.contains_key(&file) && event.text("Samples-Out") == "0" => {
                return Vec::new();
            }
            "start-recording" => self.record_conference(&name, &file, now),
            "stop-recording" => return self.stop(&file, "", now),
            action @ ("pause-recording" | "resume-recording") => {
                if let Some(recording) = self.recordings.get_mut(&file) {
                    recording.pause(action == "pause-recording", now);
                }
            }
            _ => return Vec::new(),
        }
        vec![file]
    }

    /// The event's channel, which is known from now on.
    fn channel(&mut self, event: &Event, found: bool) -> Option<String> {
        let uniqueid = event.text("Unique-ID");
        if uniqueid.is_empty() {
            return None;
        }
        match self.channels.get_mut(&uniqueid) {
            Some(channel) => channel.listen(event),
            None => {
                self.channels.insert(uniqueid.clone(), Channel::new(event, found));
                self.order.push_back(uniqueid.clone());
            }
        }
        Some(uniqueid)
    }

    /// A leg is called for another channel.
    fn ring(&mut self, event: &Event) {
        let caller = event.first(&["variable_originator", "variable_cc_member_session_uuid"]);
        if let Some(channel) = self.channels.get_mut(&caller) {
            channel.rings(event);
        }
    }

    /// Two channels hear each other. Either may be the one that called.
    fn bridge(&mut self, event: &Event, now: i64) -> Vec<String> {
        let own = event.text("Unique-ID");
        let ends = [event.text("Bridge-A-Unique-ID"), event.text("Bridge-B-Unique-ID")];
        let parties = ends.each_ref().map(|end| self.channels.get(end).map(Channel::party));
        let mut touched = Vec::new();
        for (end, other) in ends.iter().zip(parties.into_iter().rev()) {
            let Some(channel) = self.channels.get_mut(end).filter(|channel| channel.calls_for().is_none())
            else {
                continue;
            };
            let from = (*end == own).then_some(event);
            let other = other.unwrap_or_else(|| channel::callee(event, from.is_some()));
            channel.meets(other, from, now);
            touched.extend(self.files_of(end));
        }
        touched
    }

    fn hang_up(&mut self, uniqueid: &str, event: &Event, now: i64) {
        if let Some(channel) = self.channels.get_mut(uniqueid) {
            channel.hang_up(event, now);
            self.ended.entry(now + KEPT).or_default().insert(uniqueid.into());
        }
    }

    /// A recording begins, or another one in the same file.
    fn record(&mut self, file: &str, channel: &str, now: i64) {
        if file.is_empty() {
            return;
        }
        match self.recordings.get_mut(file) {
            Some(recording) if now > 0 => recording.again(now),
            Some(_) => {}
            None => drop(self.recordings.insert(file.into(), Recording::new(file, channel, now))),
        }
        if let Some(channel) = self.channels.get_mut(channel)
            && !channel.files.iter().any(|known| known == file)
        {
            channel.files.push(file.into());
        }
    }

    fn record_conference(&mut self, name: &str, file: &str, now: i64) {
        let members = self.conferences.get(name).cloned().unwrap_or_default();
        let first = members.first().cloned().unwrap_or_default();
        self.record(file, &first, now);
        let others =
            members.iter().skip(1).filter_map(|member| Some(self.channels.get(member)?.takes_part()));
        let notes: Vec<String> = std::iter::once(format!("conference {name}")).chain(others).collect();
        if let Some(recording) = self.recordings.get_mut(file) {
            (recording.conference, recording.notes) = (name.into(), notes);
        }
    }

    fn join(&mut self, uniqueid: &str, name: &str) {
        let Some(channel) = self.channels.get_mut(uniqueid) else { return };
        channel.join(name);
        let members = self.conferences.entry(name.into()).or_default();
        if members.iter().any(|member| member == uniqueid) {
            return;
        }
        members.push(uniqueid.into());
        let note = channel.takes_part();
        for recording in self.recordings.values_mut() {
            if recording.conference == name && recording.runs() {
                if recording.channel.is_empty() {
                    recording.channel = uniqueid.into();
                    channel.files.push(recording.file.clone());
                } else {
                    recording.notes.push(note.clone());
                }
            }
        }
    }

    fn recorded(&mut self, event: &Event, channel: &str, now: i64) -> Vec<String> {
        let file = event.path("Record-File-Path");
        let touched = self.stop(&file, channel, now);
        let cause = event.text("Record-Completion-Cause");
        if matches!(cause.as_str(), "empty-file" | "input-too-short")
            && let Some(recording) = self.recordings.get_mut(&file)
        {
            recording.discard();
        }
        touched
    }

    /// A recording ends, on whichever channel it is by now.
    fn stop(&mut self, file: &str, channel: &str, now: i64) -> Vec<String> {
        if !self.recordings.contains_key(file) {
            self.record(file, channel, 0);
        }
        if let Some(recording) = self.recordings.get_mut(file) {
            recording.stop(now);
            // A conference's first member, and whose recording moved, may be gone already.
            self.ended.entry(now + KEPT).or_default().insert(recording.channel.clone());
        }
        vec![file.into()]
    }

    fn files_of(&self, uniqueid: &str) -> Vec<String> {
        self.channels.get(uniqueid).map(|channel| channel.files.clone()).unwrap_or_default()
    }

    fn files_of_conference(&self, name: &str) -> Vec<String> {
        let of_it = self.recordings.values().filter(|recording| recording.conference == name);
        of_it.map(|recording| recording.file.clone()).collect()
    }

    fn reports(&mut self, files: Vec<String>) -> Vec<Report> {
        let mut reports = Vec::new();
        for file in files {
            let Some(recording) = self.recordings.get_mut(&file) else { continue };
            let Some(channel) = self.channels.get(&recording.channel) else { continue };
            let call = channel.calls_for().and_then(|caller| self.channels.get(caller));
            reports.extend(recording.changed(channel.known(call)));
        }
        reports
    }

    /// Channels that ended long ago, and their recordings; of those that were never heard to end, the oldest.
    fn forget(&mut self, now: i64) {
        while let Some(due) = self.ended.first_entry().filter(|due| *due.key() <= now) {
            for uniqueid in due.remove() {
                self.forget_channel(&uniqueid);
            }
        }
        while self.channels.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.forget_all_of(&oldest);
        }
        if self.order.len() > 2 * MOST {
            self.order.retain(|uniqueid| self.channels.contains_key(uniqueid));
        }
    }

    /// Unless it is up, or something that began on it still runs.
    fn forget_channel(&mut self, uniqueid: &str) {
        let Some(channel) = self.channels.get(uniqueid) else { return };
        let runs = |file: &String| self.recordings.get(file).is_some_and(Recording::runs);
        if channel.ended.is_some() && !channel.files.iter().any(runs) {
            self.forget_all_of(uniqueid);
        }
    }

    fn forget_all_of(&mut self, uniqueid: &str) {
        let Some(channel) = self.channels.remove(uniqueid) else { return };
        for file in channel.files {
            self.recordings.remove(&file);
        }
    }
}
