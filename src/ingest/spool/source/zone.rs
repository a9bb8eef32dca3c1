//! Whether the names in a folder contradict its time zone. It is told, and nothing is set right by itself.

use std::collections::VecDeque;
use std::path::Path;

use super::Spool;
use crate::ingest::cdr::epoch;
use crate::ingest::spool::scan::File;
use crate::ingest::zones::{common_offset, minutes_between};
use crate::intake::Draft;
use crate::model::SECOND;

/// Names that must agree, the youngest.
const LAST: usize = 20;
/// Files of which the youngest names are looked for.
const LOOKS: usize = 200;

/// What the youngest names say.
#[derive(Default)]
pub(super) struct Zone {
    /// Minutes by which each is off, the youngest last.
    minutes: VecDeque<i64>,
    /// What is told of it.
    doubt: Option<String>,
}

impl Zone {
    fn add(&mut self, minutes: i64) {
        if self.minutes.len() == LAST {
            self.minutes.pop_front();
        }
        self.minutes.push_back(minutes);
    }

    pub(super) fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }
}

impl Spool {
    /// After a look through everything: the youngest files.
    pub(super) fn ask_names(&mut self, files: &[File]) {
        let owns = |file: &&File| self.looker.settings.owns(Path::new(&file.path));
        let mut youngest: Vec<&File> = files.iter().filter(owns).collect();
        if youngest.len() > LOOKS {
            youngest.select_nth_unstable_by_key(LOOKS, |file| std::cmp::Reverse(file.modified));
            youngest.truncate(LOOKS);
        }
        youngest.sort_unstable_by_key(|file| file.modified);
        self.zone.minutes.clear();
        for file in youngest {
            let named = self.looker.names.read(self.looker.own(&file.path), file.modified / SECOND);
            let minutes = minutes_off(named.uniqueid.as_deref(), named.facts.start);
            minutes.into_iter().for_each(|minutes| self.zone.add(minutes));
        }
        self.doubt_zone();
    }

    /// After a file came in.
    pub(super) fn hear_name(&mut self, draft: &Draft) {
        if let Some(minutes) = minutes_off(draft.uniqueid.as_deref(), draft.facts.start) {
            self.zone.add(minutes);
            self.doubt_zone();
        }
    }

    fn doubt_zone(&mut self) {
        let minutes = common_offset(self.zone.minutes.iter().copied());
        let doubt = minutes.map(|minutes| self.looker.names.doubt(minutes, self.now()));
        if doubt == self.zone.doubt {
            return;
        }
        if let Some(doubt) = &doubt {
            tracing::warn!("{}: {doubt}", self.name());
        }
        let before = std::mem::replace(&mut self.zone.doubt, doubt).unwrap_or_default();
        self.intake.live().note(&self.name(), |status| {
            if status.trouble == before {
                status.trouble.clear();
            }
        });
    }
}

/// Minutes from the beginning of a channel to the time that the name of its recording says.
fn minutes_off(uniqueid: Option<&str>, start: Option<i64>) -> Option<i64> {
    Some(minutes_between(epoch(uniqueid?)?, start?))
}
