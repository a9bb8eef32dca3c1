//! What goes on already: which channels are up, whether they or their conferences are recorded, and which are gone.

use std::collections::BTreeSet;

use super::super::action::action;
use super::super::calls::{conference, recorder};
use super::super::codec::Message;
use super::{CLOCK_AGAIN, CLOCK_TRIES, Recorder, Session, Step};

impl Session<'_> {
    /// A channel that is up. Only the PBX can say whether it, or the conference that it is in, is recorded.
    pub(super) fn list(&mut self, message: &Message) -> Vec<Step> {
        let (uniqueid, channel) = (message.text("Uniqueid").into_owned(), message.text("Channel"));
        self.listed.insert(uniqueid.clone(), message.clone());
        let mut steps = vec![self.ask("file", &uniqueid, &channel, "MIXMONITOR_FILENAME")];
        if message.text("Application") == "ConfBridge" {
            steps.push(self.ask("peers", &uniqueid, &channel, "BRIDGEPEER"));
        }
        steps
    }

    fn ask(&mut self, what: &str, of: &str, channel: &str, variable: &str) -> Step {
        let id = format!("{what} {of}");
        let ask = Step::Say(action("Getvar", &id, &[("Channel", channel), ("Variable", variable)]));
        self.waiting.insert(id);
        ask
    }

    /// The answer to that. A channel that is gone by now gives an error, and its events came already.
    pub(super) fn answered(&mut self, id: &str, what: &str, of: &str, answer: &Message) -> Vec<Step> {
        if !self.waiting.remove(id) {
            return Vec::new();
        }
        let value = answer.text("Value");
        let mut steps = match what {
            _ if answer.text("Response") != "Success" => Vec::new(),
            "file" => self.found(of, &value),
            "peers" => self.look_for_recorder(of, &value),
            "recorder" => self.found_recorder(of, &value),
            "recorded" => self.found_recorded(of, &value),
            _ => Vec::new(),
        };
        steps.extend(self.reconcile());
        steps
    }

    fn found(&mut self, uniqueid: &str, file: &str) -> Vec<Step> {
        let Some(listed) = self.listed.get(uniqueid) else { return Vec::new() };
        self.calls.found_up(listed, file).into_iter().map(Box::new).map(Step::Heard).collect()
    }

    /// Whoever is in a conference tells which channel records it; that one tells its file, and who it is.
    pub(super) fn look_for_recorder(&mut self, member: &str, peers: &str) -> Vec<Step> {
        match recorder(peers) {
            Some(name) if !self.recorders.contains_key(name) => {
                let found = Recorder { member: member.into(), ..Recorder::default() };
                self.recorders.insert(name.into(), found);
                vec![self.ask("recorder", name, name, "MIXMONITOR_FILENAME")]
            }
            _ => Vec::new(),
        }
    }

    fn found_recorder(&mut self, name: &str, file: &str) -> Vec<Step> {
        match self.recorders.get_mut(name) {
            Some(found) if !file.is_empty() => {
                found.file = file.into();
                vec![self.ask("recorded", name, name, "CHANNEL(uniqueid)")]
            }
            _ => Vec::new(),
        }
    }

    fn found_recorded(&mut self, name: &str, uniqueid: &str) -> Vec<Step> {
        let Some(found) = self.recorders.get_mut(name) else { return Vec::new() };
        found.uniqueid = uniqueid.into();
        let mut members: Vec<String> = (self.listed.iter())
            .filter(|(_, listed)| listed.text("Application") == "ConfBridge")
            .filter(|(_, listed)| listed.text("ApplicationData").split(',').next() == Some(conference(name)))
            .map(|(uniqueid, _)| uniqueid.clone())
            .collect();
        if members.is_empty() {
            members.push(found.member.clone());
        }
        let reports = self.calls.found_recorder(name, uniqueid, &found.file, &members);
        reports.into_iter().map(Box::new).map(Step::Heard).collect()
    }

    /// The PBX's local time. Without the module that formats it, which comes late when a PBX starts, it is empty.
    pub(super) fn clock(&mut self, answer: &Message, now: i64) -> Vec<Step> {
        self.local = answer.text("Value").parse().ok().map(|local| (local, now / 1000));
        self.clock_tries += 1;
        let may = answer.text("Response") == "Success" && self.clock_tries < CLOCK_TRIES;
        self.clock_again = (self.local.is_none() && may).then_some(now + CLOCK_AGAIN);
        self.reconcile()
    }

    pub(super) fn reconcile(&mut self) -> Vec<Step> {
        if !self.complete || !self.waiting.is_empty() || self.clock_again.is_some() {
            return Vec::new();
        }
        self.complete = false;
        let recorders = self.recorders.values().map(|found| &found.uniqueid).filter(|it| !it.is_empty());
        let mut up: BTreeSet<String> = self.listed.keys().chain(recorders).cloned().collect();
        self.calls.lose(&self.before.difference(&up).cloned().collect());
        // Those that began meanwhile.
        up.extend(self.calls.up());
        self.listed.clear();
        vec![Step::Reconciled { up, started: self.started() }]
    }

    /// Two times of the PBX's own zone: whatever that is, they tell how long it runs.
    fn started(&self) -> i64 {
        let (Some(started), Some((local, now))) = (self.started, self.local) else { return 0 };
        now - local.duration_since(started).as_secs()
    }
}
