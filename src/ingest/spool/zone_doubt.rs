//! What the youngest names of a folder say of its time zone.

use std::collections::VecDeque;

use crate::ingest::cdr::epoch;
use crate::ingest::zones::{common_offset, minutes_between};

/// Names that must agree, the youngest.
const LAST: usize = 20;

/// What the youngest names say.
#[derive(Default)]
pub struct ZoneDoubt {
    /// Minutes by which each is off, the youngest last.
    minutes: VecDeque<i64>,
    /// What is told of it.
    pub doubt: Option<String>,
}

impl ZoneDoubt {
    /// A name that is younger than those before: the uniqueid and the time that it says. Whether it says both.
    pub fn hear(&mut self, uniqueid: Option<&str>, start: Option<i64>) -> bool {
        let (Some(begun), Some(start)) = (uniqueid.and_then(epoch), start) else { return false };
        if self.minutes.len() == LAST {
            self.minutes.pop_front();
        }
        self.minutes.push_back(minutes_between(begun, start));
        true
    }

    /// All names are looked at again.
    pub fn forget(&mut self) {
        self.minutes.clear();
    }

    /// The minutes by which all of them are off.
    pub fn offset(&self) -> Option<i64> {
        common_offset(self.minutes.iter().copied())
    }
}
