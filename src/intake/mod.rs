//! The one door for new recordings: whatever a source knows comes in as a [`Draft`], and leaves at most one row.
//!
//! A recording is known by its machine and path, and by its machine and uniqueid until the path is known. What is
//! known is never filed again, whatever the rules say later, also when its row was deleted. Facts have ranks
//! (`facts.rs`), so that the row is the same in whatever order the sources come. What a person or another program
//! changed in a row stays.
//!
//! | source | its draft |
//! |---|---|
//! | a file | path, file, and what its name says |
//! | the PBX | machine and uniqueid, path as soon as it says it; source `Pbx` |
//! | a detail record | machine and uniqueid, source `Cdr`, about `Call` or `CallToCome` |
//! | our own export | `row`, and nothing else |
//!
//! Customer, group and expiry are decided while the call goes on, with all that is known by then, and stay once it is
//! complete, unless its detail records come then and tell a rule what it asks for. Detail records are kept for a while
//! (`records.rs`), so that it doesn't matter whether they or the recordings come first.

mod draft;
mod facts;
mod facts_to_row;
mod file;
mod live;
mod records;
mod rules;
mod stages;
mod times;

pub use draft::{About, Draft, FileState, LeftOut, Source, stem};
pub use facts::Facts;
pub use file::alike;
pub use live::{Event, Live, SourceStatus, What};
pub use rules::{Rules, Subject, Verdict};
pub use stages::NO_FILE;

use stages::Acceptance;

use crate::model::Actor;
use crate::store::{Change, Store, StoreError};

/// Days that detail records are kept, for recordings and further records of their calls.
pub const RECORDS_DAYS: i64 = 30;
const KEPT: i64 = RECORDS_DAYS * 86_400;
/// Of old ones so many go with every transaction, and more with long ones: faster than new ones come.
const LEAST_FORGOTTEN: i64 = 20;

/// What became of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is a new row.
    Inserted,
    /// Its row is complete now.
    Completed,
    /// Its row, or what is known beside it, is better now. Also a completed one that is written to again.
    Enriched,
    /// Nothing new.
    Unchanged,
    /// It has no row, for this reason.
    Excluded(String),
    /// Its row was deleted, and it does not come back.
    Deleted,
    /// Facts about a call without a recording yet: kept.
    Kept,
    /// Facts about a call without a recording: dropped.
    NoRecording,
}

/// The door.
#[derive(Default)]
pub struct Intake {
    rules: Rules,
    live: Live,
}

impl Intake {
    /// With these rules.
    pub fn new(rules: Rules) -> Intake {
        Intake { rules, live: Live::default() }
    }

    /// The rules.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Events, and the states of the sources.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Takes what a source knows, in one transaction. `now` is Unix seconds.
    pub fn accept(&self, store: &Store, draft: &Draft, now: i64) -> Result<Outcome, StoreError> {
        let outcomes = self.accept_all(store, std::slice::from_ref(draft), now)?;
        Ok(outcomes.into_iter().next().unwrap_or(Outcome::Unchanged))
    }

    /// Takes many drafts in one transaction: all of them, or none. Gives what became of each.
    pub fn accept_all(&self, store: &Store, drafts: &[Draft], now: i64) -> Result<Vec<Outcome>, StoreError> {
        let mut events = Vec::new();
        let outcomes =
            store.change(&Actor::intake(), now, |change| self.within(change, drafts, &mut events))?;
        events.into_iter().for_each(|event| self.live.tell(event));
        Ok(outcomes)
    }

    /// Notes that the sound of these rows is missing, or there again.
    pub fn set_stale(&self, store: &Store, ids: &[i64], stale: bool, now: i64) -> Result<(), StoreError> {
        let mut events = Vec::new();
        store.change(&Actor::intake(), now, |change| {
            Acceptance { change, rules: &self.rules, events: &mut events }.set_stale(ids, stale)
        })?;
        events.into_iter().for_each(|event| self.live.tell(event));
        Ok(())
    }

    /// Notes that a file is gone: its row says so, and is over if it was in progress.
    pub fn file_gone(&self, store: &Store, path: &str, now: i64) -> Result<(), StoreError> {
        let mut events = Vec::new();
        store.change(&Actor::intake(), now, |change| {
            Acceptance { change, rules: &self.rules, events: &mut events }.lose(path)
        })?;
        events.into_iter().for_each(|event| self.live.tell(event));
        Ok(())
    }

    /// What rules would look at in a recording, with all that is known of it already.
    pub fn subject(&self, store: &Store, draft: &Draft, now: i64) -> Result<Subject, StoreError> {
        store.rehearse(&Actor::intake(), now, |change| {
            Acceptance { change, rules: &self.rules, events: &mut Vec::new() }.subject(draft)
        })
    }

    /// Which rule takes a recording and why, a line each, and what would become of it.
    pub fn explain(&self, store: &Store, subject: &Subject, now: i64) -> Result<Vec<String>, StoreError> {
        store.rehearse(&Actor::intake(), now, |change| {
            self.rules.explain(subject, |id| change.group_settings(id))
        })
    }

    /// What would become of the drafts; nothing is stored.
    pub fn rehearse(&self, store: &Store, drafts: &[Draft], now: i64) -> Result<Vec<Outcome>, StoreError> {
        store.rehearse(&Actor::intake(), now, |change| self.within(change, drafts, &mut Vec::new()))
    }

    fn within(
        &self,
        change: &Change<'_>,
        drafts: &[Draft],
        events: &mut Vec<Event>,
    ) -> Result<Vec<Outcome>, StoreError> {
        change.forget_records(change.now() - KEPT, LEAST_FORGOTTEN + 2 * drafts.len() as i64)?;
        drafts.iter().map(|draft| Acceptance { change, rules: &self.rules, events }.accept(draft)).collect()
    }
}
