//! What goes on already: which channels are up, whether they or their conferences are recorded, and which are gone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::DateTime;

use super::bridges::partner;
use super::step::Step;
use crate::ingest::ami::action::action;
use crate::ingest::ami::calls::{Calls, conference, recorder};
use crate::ingest::ami::codec::Message;
use crate::ingest::pbx::{self, Report};

/// Milliseconds between questions for the time, and how many there are: a PBX that starts lets us in before it can tell.
const CLOCK_AGAIN: i64 = 500;
const CLOCK_TRIES: u32 = 120;
/// The PBX's local time, as its own function formats it.
const CLOCK: &str = "STRFTIME(,,%Y-%m-%d %H:%M:%S)";

/// What the PBX was asked after it let us in, and what it said so far.
#[derive(Default)]
pub(super) struct GoingOn {
    /// Channels known to be up when the list of channels was asked for.
    before: BTreeSet<String>,
    /// Channels that the list names, by uniqueid, and whether these are all.
    listed: BTreeMap<String, Message>,
    complete: bool,
    /// Questions about channels that were not answered yet, by their ids.
    waiting: BTreeSet<String>,
    /// What records conferences, by the channel's name.
    recorders: HashMap<String, Recorder>,
    /// When the PBX started, and its local time at a time of ours (Unix seconds).
    started: Option<DateTime>,
    local: Option<(DateTime, i64)>,
    /// When to ask for the time again, and how often it was asked.
    clock_again: Option<i64>,
    clock_tries: u32,
}

/// What records a conference, as far as the PBX said it.
#[derive(Default)]
struct Recorder {
    member: String,
    file: String,
    uniqueid: String,
}

impl GoingOn {
    /// Notes which channels are up as far as we know.
    pub(super) fn begin(&mut self, calls: &mut Calls) {
        calls.unheard();
        self.before = calls.up();
    }

    /// The question for the time.
    pub(super) fn ask_clock() -> Step {
        Step::Say(action("Getvar", "clock", &[("Variable", CLOCK)]))
    }

    /// Whether the time is to be asked for once more.
    pub(super) fn wants_clock(&self, now: i64) -> bool {
        self.clock_again.is_some_and(|at| at <= now)
    }

    /// The time was asked for; if nothing comes, again at `next`.
    pub(super) fn clock_asked(&mut self, next: i64) {
        self.clock_again = Some(next);
    }

    /// The answer that says when the PBX started.
    pub(super) fn started(&mut self, answer: &Message) {
        let (date, time) = (answer.text("CoreStartupDate"), answer.text("CoreStartupTime"));
        self.started = format!("{date} {time}").parse().ok();
    }

    /// The list of channels is at its end.
    pub(super) fn listed_all(&mut self, calls: &mut Calls) -> Vec<Step> {
        self.complete = true;
        self.reconcile(calls)
    }

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

    /// The answer to such a question. A channel that is gone by now gives an error, and its events came already.
    pub(super) fn answered(
        &mut self,
        id: &str,
        what: &str,
        of: &str,
        answer: &Message,
        calls: &mut Calls,
    ) -> Vec<Step> {
        if !self.waiting.remove(id) {
            return Vec::new();
        }
        let value = answer.text("Value");
        let mut steps = match what {
            _ if answer.text("Response") != "Success" => Vec::new(),
            "file" => self.found(of, &answer.path("Value"), calls),
            "peers" => self.look_for_recorder(of, &value),
            "recorder" => self.found_recorder(of, &value),
            "recorded" => self.found_recorded(of, &value, calls),
            _ => Vec::new(),
        };
        steps.extend(self.reconcile(calls));
        steps
    }

    fn found(&self, uniqueid: &str, file: &str, calls: &mut Calls) -> Vec<Step> {
        let Some(listed) = self.listed.get(uniqueid) else { return Vec::new() };
        heard(calls.found_up(listed, partner(&self.listed, listed), file))
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

    fn found_recorded(&mut self, name: &str, uniqueid: &str, calls: &mut Calls) -> Vec<Step> {
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
        heard(calls.found_recorder(name, uniqueid, &found.file, &members))
    }

    /// The PBX's local time. Without the module that formats it, which comes late when a PBX starts, it is empty.
    pub(super) fn clock(&mut self, answer: &Message, now: i64, calls: &mut Calls) -> Vec<Step> {
        self.local = answer.text("Value").parse().ok().map(|local| (local, now / 1000));
        self.clock_tries += 1;
        let may = answer.text("Response") == "Success" && self.clock_tries < CLOCK_TRIES;
        self.clock_again = (self.local.is_none() && may).then_some(now + CLOCK_AGAIN);
        self.reconcile(calls)
    }

    /// Once everything is answered: which channels are up.
    fn reconcile(&mut self, calls: &mut Calls) -> Vec<Step> {
        if !self.complete || !self.waiting.is_empty() || self.clock_again.is_some() {
            return Vec::new();
        }
        self.complete = false;
        let recorders = self.recorders.values().map(|found| &found.uniqueid).filter(|it| !it.is_empty());
        let mut up: BTreeSet<String> = self.listed.keys().chain(recorders).cloned().collect();
        calls.lose(&self.before.difference(&up).cloned().collect());
        // Those that began meanwhile.
        up.extend(calls.up());
        up.extend(calls.told());
        self.listed.clear();
        let channels = up;
        vec![Step::Reconciled(pbx::GoingOn { channels, started: self.start(), ..pbx::GoingOn::default() })]
    }

    /// Two times of the PBX's own zone: whatever that is, they tell how long it runs.
    fn start(&self) -> i64 {
        let (Some(started), Some((local, now))) = (self.started, self.local) else { return 0 };
        now - local.duration_since(started).as_secs()
    }
}

fn heard(reports: Vec<Report>) -> Vec<Step> {
    reports.into_iter().map(Box::new).map(Step::Heard).collect()
}
