//! What goes on already: which channels are up, which of them and which conferences are recorded. Questions have no names;
//! their answers come in the same order.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::calls::Calls;
use super::command::command;
use super::event::Event;
use super::found::{Conference, channels, conferences, dump, files, uptime};
use super::step::Step;
use crate::ingest::pbx::GoingOn;

/// Questions that wait for an answer at most: more could fill both sides' buffers, and then nobody would read.
const AT_ONCE: usize = 16;
/// Why it is not known what goes on, and what to do.
const NOT_RECONCILED: &str = "FreeSWITCH may not be asked which calls go on, so that those that end while the connection is lost are \
    noticed late: let the user of the event socket use show, status, uuid_buglist, uuid_dump and conference";
const NO_EVENTS: &str = "it does not take the list of events that are to be listened to";

/// What was asked.
pub(super) enum Asked {
    /// To keep some events back.
    Filter,
    /// To send the others.
    Events,
    /// Whether it is there.
    Whether,
    /// How long it has run.
    Status,
    Channels,
    Conferences,
    /// What a channel is recorded to.
    Files(String),
    /// All of a channel.
    Dump(String),
}

/// What was asked and is to be asked, and what is known by now.
#[derive(Default)]
pub(super) struct Asking {
    to_ask: VecDeque<(Asked, String)>,
    asked: VecDeque<Asked>,
    /// What goes on is being asked for.
    begun: bool,
    /// Channels and files that went on, as far as we know, when that began.
    before: (BTreeSet<String>, BTreeSet<String>),
    refused: bool,
    started: i64,
    up: BTreeSet<String>,
    /// Files of each channel that is recorded.
    recorded: BTreeMap<String, Vec<String>>,
    conferences: Vec<Conference>,
    dumps: HashMap<String, Event>,
}

impl Asking {
    /// Whether everything is answered.
    pub(super) fn is_idle(&self) -> bool {
        self.to_ask.is_empty() && self.asked.is_empty()
    }

    pub(super) fn ask(&mut self, asked: Asked, words: &str) {
        self.to_ask.push_back((asked, words.into()));
    }

    /// Everything that goes on is to be asked for.
    pub(super) fn what_goes_on(&mut self, calls: &Calls) {
        (self.begun, self.before) = (true, (calls.up(), calls.running()));
        self.ask(Asked::Status, "api status");
        self.ask(Asked::Channels, "api show channels as json");
        self.ask(Asked::Conferences, "api conference json_list");
    }

    /// What may be said now.
    pub(super) fn say(&mut self) -> Vec<Step> {
        let mut said = Vec::new();
        while self.asked.len() < AT_ONCE
            && let Some((asked, words)) = self.to_ask.pop_front()
        {
            self.asked.push_back(asked);
            said.push(Step::Say(command(&words)));
        }
        said
    }

    /// Takes the answer to what was asked first.
    pub(super) fn answered(&mut self, answer: &str, calls: &mut Calls, now: i64) -> Vec<Step> {
        match self.asked.pop_front() {
            Some(Asked::Events) if answer.starts_with("-ERR") => {
                return vec![Step::Leave { why: format!("{NO_EVENTS} ({answer})"), refused: true }];
            }
            Some(Asked::Status) => self.started = uptime(answer).map_or(0, |seconds| now / 1000 - seconds),
            Some(Asked::Channels) => match channels(answer) {
                Some(up) => self.listed(up),
                None => self.refused = true,
            },
            Some(Asked::Conferences) => self.found_conferences(answer),
            Some(Asked::Files(channel)) => self.found_files(channel, answer),
            Some(Asked::Dump(channel)) => drop(dump(answer).map(|dump| self.dumps.insert(channel, dump))),
            Some(Asked::Filter | Asked::Events | Asked::Whether) | None => {}
        }
        if self.begun && self.is_idle() { self.reconcile(calls) } else { Vec::new() }
    }

    /// Only FreeSWITCH can say which channels are recorded.
    fn listed(&mut self, up: Vec<String>) {
        for channel in up {
            self.ask(Asked::Files(channel.clone()), &format!("api uuid_buglist {channel}"));
            self.up.insert(channel);
        }
    }

    /// A channel that is gone by now has none, and its events came already.
    fn found_files(&mut self, channel: String, answer: &str) {
        let files = files(answer);
        if !files.is_empty() {
            self.ask_for(&channel);
            self.recorded.insert(channel, files);
        }
    }

    fn found_conferences(&mut self, answer: &str) {
        self.conferences = conferences(answer);
        let members: Vec<String> =
            self.conferences.iter().flat_map(|conference| conference.members.clone()).collect();
        members.iter().for_each(|member| self.ask_for(member));
    }

    fn ask_for(&mut self, channel: &str) {
        self.ask(Asked::Dump(channel.into()), &format!("api uuid_dump {channel} json"));
    }

    /// Once everything is answered.
    fn reconcile(&mut self, calls: &mut Calls) -> Vec<Step> {
        self.begun = false;
        if self.refused {
            return vec![Step::Concern(NOT_RECONCILED)];
        }
        let mut reports = Vec::new();
        let mut files: BTreeSet<String> = self.recorded.values().flatten().cloned().collect();
        for (channel, recorded) in std::mem::take(&mut self.recorded) {
            if let Some(dump) = self.dumps.get(&channel) {
                recorded.iter().for_each(|file| reports.extend(calls.found(dump, file)));
            }
        }
        for Conference { name, members, files: recorded } in std::mem::take(&mut self.conferences) {
            let members: Vec<Event> =
                members.iter().filter_map(|member| self.dumps.get(member).cloned()).collect();
            calls.found_members(&name, &members);
            for (file, since) in recorded {
                reports.extend(calls.found_conference(&name, &file, since));
                files.insert(file);
            }
        }
        let (channels, recordings) = std::mem::take(&mut self.before);
        calls.lose(&(&channels - &self.up), &(&recordings - &files));
        // Those that began meanwhile.
        files.extend(calls.running());
        self.dumps.clear();
        let mut steps: Vec<Step> = reports.into_iter().map(Box::new).map(Step::Heard).collect();
        steps.push(Step::Reconciled(GoingOn { files, started: self.started, ..GoingOn::default() }));
        steps
    }
}
