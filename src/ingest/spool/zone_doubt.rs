//! What the youngest names of a folder say of its time zone.

use std::collections::VecDeque;

use super::look::Looker;
use super::scan::File;
use crate::ingest::cdr::epoch;
use crate::ingest::zones::{common_offset, minutes_between};
use crate::model::SECOND;

/// Names that must agree, the youngest.
const LAST: usize = 20;
/// Files of which the youngest names are looked for.
const LOOKS: usize = 200;

/// What the youngest names say.
#[derive(Default)]
pub struct ZoneDoubt {
    /// Minutes by which each is off, the youngest last.
    minutes: VecDeque<i64>,
    /// What is told of it.
    pub doubt: Option<String>,
}

impl ZoneDoubt {
    /// By the youngest of some files of a folder.
    pub fn of<'a>(looker: &Looker, files: impl Iterator<Item = &'a File>) -> ZoneDoubt {
        let mut youngest: Vec<&File> = files.collect();
        if youngest.len() > LOOKS {
            youngest.select_nth_unstable_by_key(LOOKS, |file| std::cmp::Reverse(file.modified));
            youngest.truncate(LOOKS);
        }
        youngest.sort_unstable_by_key(|file| file.modified);
        let mut zone = ZoneDoubt::default();
        for file in youngest {
            let named = looker.names.read(looker.own(&file.path), file.modified / SECOND);
            zone.hear(named.uniqueid.as_deref(), named.facts.start);
        }
        zone
    }

    /// A name that is younger than those before: the uniqueid and the time that it says. Whether it says both.
    pub fn hear(&mut self, uniqueid: Option<&str>, start: Option<i64>) -> bool {
        let (Some(begun), Some(start)) = (uniqueid.and_then(epoch), start) else { return false };
        if self.minutes.len() == LAST {
            self.minutes.pop_front();
        }
        self.minutes.push_back(minutes_between(begun, start));
        true
    }

    /// The minutes by which all of them are off.
    pub fn offset(&self) -> Option<i64> {
        common_offset(self.minutes.iter().copied())
    }
}
