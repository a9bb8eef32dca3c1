//! One recording: a file, and when it is written to.

use crate::ingest::pbx::{Guessed, Report};
use crate::intake::{DISCARDED, MUTED};

/// A file that is recorded to. It may go over to another channel, and outlives the one that it began on.
#[derive(Default)]
pub(super) struct Recording {
    pub(super) file: String,
    /// The channel that it began on.
    pub(super) channel: String,
    /// The conference, if it is one's.
    pub(super) conference: String,
    /// When it began, Unix milliseconds; 0 where nobody listened.
    start: i64,
    end: Option<i64>,
    /// Earlier ones in the same file: when the first began, and milliseconds that they lasted.
    before: Option<(i64, i64)>,
    /// Since when it pauses, and how long it did before.
    paused: (Option<i64>, i64),
    /// Its beginning was not heard, only told of later.
    pub(super) found: bool,
    pub(super) notes: Vec<String>,
    said: Option<Report>,
}

impl Recording {
    pub(super) fn new(file: &str, channel: &str, start: i64) -> Recording {
        Recording { file: file.into(), channel: channel.into(), start, ..Recording::default() }
    }

    pub(super) fn runs(&self) -> bool {
        self.end.is_none()
    }

    /// Another one in the same file.
    pub(super) fn again(&mut self, now: i64) {
        let Some(end) = self.end.take() else { return };
        let (first, lasted) = self.before.unwrap_or((self.start, 0));
        self.before = Some((first, lasted + end - self.start));
        (self.start, self.found) = (now, false);
    }

    pub(super) fn pause(&mut self, pauses: bool, now: i64) {
        match (pauses, self.paused.0) {
            (true, None) => self.paused.0 = Some(now),
            (false, Some(since)) => self.paused = (None, self.paused.1 + now - since),
            _ => {}
        }
    }

    /// FreeSWITCH deletes it itself.
    pub(super) fn discard(&mut self) {
        self.notes.push(DISCARDED.into());
    }

    pub(super) fn stop(&mut self, now: i64) {
        self.pause(false, now);
        self.end.get_or_insert(now);
    }

    /// What is to be said of it, if that is new. `known`: what is true of every recording of the channel.
    pub(super) fn changed(&mut self, known: Report) -> Option<Report> {
        let mut notes = vec![known.note.clone()];
        notes.extend(self.notes.iter().cloned());
        match self.paused {
            (Some(_), _) => notes.push(MUTED.into()),
            (None, 1..) => notes.push(format!("muted for {} s", (self.paused.1 + 500) / 1000)),
            _ => {}
        }
        notes.retain(|note| !note.is_empty());
        let report = Report {
            file: self.file.clone(),
            start: self.start,
            before: self.before,
            end: self.end,
            note: notes.join("; "),
            guessed: Guessed { start: self.found, ..known.guessed },
            ..known
        };
        if self.said.as_ref() == Some(&report) {
            return None;
        }
        self.said = Some(report.clone());
        Some(report)
    }
}
