//! One recording of a channel: a file, and when it is written to.

use crate::ingest::pbx::{Guessed, Report};
use crate::intake::MUTED;

/// A file that a channel is recorded to.
pub(super) struct Recording {
    pub(super) file: String,
    /// The leg of the channel's call that it began in.
    pub(super) leg: usize,
    start: i64,
    end: Option<i64>,
    /// It is one of several, some of which were stopped: when it ended is not known.
    doubtful: bool,
    /// It was not heard all the time: it may have been stopped unheard.
    guessed: bool,
    /// Earlier ones in the same file: milliseconds that they lasted, and when the first began.
    before: Option<(i64, i64)>,
    /// Since when it is muted, and how long it was before.
    muted: (Option<i64>, i64),
    said: Option<Report>,
}

impl Recording {
    pub(super) fn new(file: &str, now: i64, leg: usize) -> Recording {
        Recording {
            file: file.into(),
            leg,
            start: now,
            end: None,
            doubtful: false,
            guessed: now == 0,
            before: None,
            muted: (None, 0),
            said: None,
        }
    }

    /// Another one in the same file.
    pub(super) fn again(&mut self, now: i64) {
        let Some(end) = self.end.take() else { return };
        let (first, lasted) = self.before.unwrap_or((self.start, 0));
        self.before = Some((first, lasted + end - self.start));
        (self.start, self.doubtful, self.guessed) = (now, false, false);
    }

    pub(super) fn runs(&self) -> bool {
        self.end.is_none()
    }

    /// Nobody listened for a while.
    pub(super) fn unheard(&mut self) {
        self.guessed |= self.runs();
    }

    pub(super) fn doubt(&mut self) {
        self.doubtful = true;
    }

    pub(super) fn mute(&mut self, muted: bool, now: i64) {
        match (muted, self.muted.0) {
            (true, None) => self.muted.0 = Some(now),
            (false, Some(since)) => self.muted = (None, self.muted.1 + now - since),
            _ => {}
        }
    }

    pub(super) fn stop(&mut self, now: i64) {
        self.mute(false, now);
        self.end.get_or_insert(now);
    }

    /// What is to be said of it, if that is new. `known`: what is true of every recording of its leg.
    pub(super) fn changed(&mut self, known: &Report) -> Option<Report> {
        let report = self.report(known);
        if self.said.as_ref() == Some(&report) {
            return None;
        }
        self.said = Some(report.clone());
        Some(report)
    }

    /// Whether somebody picked up only after it had ended.
    fn was_before(&self, known: &Report) -> bool {
        let ended = self.end.filter(|_| !self.doubtful);
        ended.zip(known.answered).is_some_and(|(end, answered)| end < answered)
    }

    fn report(&self, known: &Report) -> Report {
        let mut notes = vec![known.note.clone()];
        match self.muted {
            (Some(_), _) => notes.push(MUTED.into()),
            (None, 1..) => notes.push(format!("muted for {} s", (self.muted.1 + 500) / 1000)),
            _ => {}
        }
        notes.retain(|note| !note.is_empty());
        let known = match self.was_before(known) {
            true => Report {
                answered: None,
                answerer: String::new(),
                answerer_name: String::new(),
                nobody: true,
                ..known.clone()
            },
            false => known.clone(),
        };
        Report {
            file: self.file.clone(),
            start: self.start,
            before: self.before,
            end: self.end,
            doubtful: self.doubtful && self.end.is_some(),
            note: notes.join("; "),
            guessed: Guessed { end: self.guessed, ..known.guessed },
            ..known
        }
    }
}
