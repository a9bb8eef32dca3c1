//! What goes on right now: events for whoever listens, and the state of each source.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::broadcast;

use super::draft::Outcome;
use crate::model::RecordingRow;

/// Events that a slow listener may fall behind by; then it is told that it missed some.
const BACKLOG: usize = 4_096;

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It is new.
    Added,
    /// Some of it is known better.
    Changed,
    /// The call has ended.
    Completed,
    /// It is gone.
    Removed,
}

/// Something that happened to a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub what: What,
    /// Its customer.
    pub customer: i64,
    /// Its group.
    pub recordgroup: i64,
    /// The channel.
    pub uniqueid: String,
    /// Which recording of it.
    pub recordid: String,
}

impl Event {
    /// What happened to a row.
    pub fn of(what: What, row: &RecordingRow) -> Event {
        let RecordingRow { customer, recordgroup, uniqueid, recordid, .. } = row;
        Event {
            what,
            customer: *customer,
            recordgroup: *recordgroup,
            uniqueid: uniqueid.clone(),
            recordid: recordid.clone(),
        }
    }
}

/// How a source is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceStatus {
    /// The folder that it watches, whole; empty where it is none.
    pub path: String,
    /// Files of sound that are in it, as of the last look; None unknown.
    pub files: Option<u64>,
    /// In words: connected, scanning, waiting for the folder, …
    pub state: String,
    /// Since when it is in that state, Unix seconds.
    pub since: i64,
    /// When it last heard of a recording, Unix seconds; 0 never.
    pub last_event: i64,
    /// Milliseconds from that event to its row.
    pub lag: i64,
    /// The day of the four counts that follow; they begin at the start of the program or of the day.
    pub day: Date,
    /// New rows.
    pub inserted: u64,
    /// Rows completed.
    pub completed: u64,
    /// Rows that it knew more of.
    pub enriched: u64,
    /// Drafts that rules left out.
    pub excluded: u64,
    /// Files that have no row, or not yet, by reason; besides those that rules left out.
    pub without_rows: BTreeMap<String, u64>,
    /// Files that it saw and can't make anything of, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// What went wrong last, in words.
    pub trouble: String,
    /// Since when somebody asks how to prove itself and never does, Unix seconds; 0 nobody.
    pub asked: i64,
}

impl SourceStatus {
    /// Counts what became of a draft.
    pub fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Inserted => self.inserted += 1,
            Outcome::Completed => self.completed += 1,
            Outcome::Enriched => self.enriched += 1,
            Outcome::Excluded(_) => self.excluded += 1,
            Outcome::Form
            | Outcome::Overwritten
            | Outcome::Unchanged
            | Outcome::Refused(_)
            | Outcome::Waits(_)
            | Outcome::Deleted
            | Outcome::Kept
            | Outcome::NoRecording => {}
        }
    }

    /// Notes how many files have no row for this reason.
    pub fn has_no_row(&mut self, reason: &str, files: usize) {
        match files {
            0 => drop(self.without_rows.remove(reason)),
            some => drop(self.without_rows.insert(reason.to_owned(), some as u64)),
        }
    }

    fn on(&mut self, day: Date) {
        if self.day != day {
            (self.inserted, self.completed, self.enriched, self.excluded) = (0, 0, 0, 0);
            self.day = day;
        }
    }

    /// Counts what nothing could be made of.
    pub fn skip(&mut self, reason: &str) {
        *self.skipped.entry(reason.to_owned()).or_default() += 1;
    }
}

/// The event hub and the states of the sources.
pub struct Live {
    events: broadcast::Sender<Event>,
    told: AtomicU64,
    sources: Mutex<BTreeMap<String, SourceStatus>>,
}

impl Default for Live {
    fn default() -> Live {
        Live { events: broadcast::Sender::new(BACKLOG), told: AtomicU64::new(0), sources: Mutex::default() }
    }
}

impl Live {
    /// Everything that happens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Tells whoever listens.
    pub fn tell(&self, event: Event) {
        // First: whoever begins to listen in between then seems to have missed it, and looks once too often.
        self.told.fetch_add(1, Ordering::SeqCst);
        // Without a listener it fails, and that is all right.
        let _ = self.events.send(event);
    }

    /// How often something has been told.
    pub fn told(&self) -> u64 {
        self.told.load(Ordering::SeqCst)
    }

    /// The sources, by name.
    pub fn sources(&self) -> BTreeMap<String, SourceStatus> {
        let mut sources = self.locked();
        let today = today();
        sources.values_mut().for_each(|status| status.on(today));
        sources.clone()
    }

    /// Notes something about a source.
    pub fn note(&self, source: &str, change: impl FnOnce(&mut SourceStatus)) {
        let mut sources = self.locked();
        let status = sources.entry(source.to_owned()).or_default();
        status.on(today());
        change(status);
    }

    /// Notes that a source is in another state since `now`.
    pub fn state(&self, source: &str, state: &str, now: i64) {
        self.note(source, |status| {
            if status.state != state {
                (status.state, status.since) = (state.into(), now);
            }
        });
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<String, SourceStatus>> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The date on this machine.
fn today() -> Date {
    TimeZone::system().to_datetime(Timestamp::now()).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_of_a_day() {
        let mut status = SourceStatus::default();
        for (day, counts) in [(1, 1), (1, 2), (2, 1), (1, 1)] {
            status.on(Date::constant(2026, 11, day));
            status.count(&Outcome::Inserted);
            assert_eq!(status.inserted, counts);
        }
    }
}
