//! The door itself: drafts are taken in one transaction each time, and whoever listens hears of it afterwards.

use super::draft::{Draft, Outcome};
use super::form_order::FormOrder;
use super::live::{Event, Live};
use super::rules::{Rules, Subject};
use super::stages::{Acceptance, Present, ReadWhole};
use crate::model::Actor;
use crate::store::{Change, Store, StoreError};

/// Days that detail records are kept, for recordings and further records of their calls.
pub const RECORDS_DAYS: i64 = 30;
const KEPT: i64 = RECORDS_DAYS * 86_400;
/// Of old ones so many go with every transaction, and more with long ones: faster than new ones come.
const LEAST_FORGOTTEN: i64 = 20;

/// The door.
#[derive(Default)]
pub struct Intake {
    rules: Rules,
    order: FormOrder,
    live: Live,
}

impl Intake {
    /// With these rules.
    pub fn new(rules: Rules) -> Intake {
        Intake { rules, ..Intake::default() }
    }

    /// With this order of forms.
    pub fn with_order(self, order: FormOrder) -> Intake {
        Intake { order, ..self }
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

    /// Notes that the sound of these rows is missing, or there again. Where another form is `present`, that one plays.
    pub fn set_stale(
        &self,
        store: &Store,
        ids: &[i64],
        stale: bool,
        present: Present<'_>,
        now: i64,
    ) -> Result<(), StoreError> {
        self.within_one(store, now, |acceptance| acceptance.set_stale(ids, stale, present))
    }

    /// Notes that a file is gone: another form that is `present` plays; or the row says so, and is over if it was in
    /// progress.
    pub fn file_gone(
        &self,
        store: &Store,
        path: &str,
        present: Present<'_>,
        now: i64,
    ) -> Result<(), StoreError> {
        self.within_one(store, now, |acceptance| acceptance.lose(path, present))
    }

    /// Notes the digest of a whole file that was read as `file` says it is.
    pub fn note_digest(&self, store: &Store, read: &ReadWhole, now: i64) -> Result<(), StoreError> {
        self.within_one(store, now, |acceptance| acceptance.note_digest(read))
    }

    fn within_one(
        &self,
        store: &Store,
        now: i64,
        work: impl FnOnce(&mut Acceptance<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut events = Vec::new();
        store.change(&Actor::intake(), now, |change| work(&mut self.acceptance(change, &mut events)))?;
        events.into_iter().for_each(|event| self.live.tell(event));
        Ok(())
    }

    pub(super) fn acceptance<'a>(
        &'a self,
        change: &'a Change<'a>,
        events: &'a mut Vec<Event>,
    ) -> Acceptance<'a> {
        Acceptance { change, rules: &self.rules, order: &self.order, events }
    }

    /// What rules would look at in a recording, with all that is known of it already.
    pub fn subject(&self, store: &Store, draft: &Draft, now: i64) -> Result<Subject, StoreError> {
        store
            .rehearse(&Actor::intake(), now, |change| self.acceptance(change, &mut Vec::new()).subject(draft))
    }

    /// Which rule takes a recording and why, a line each, and what would become of it.
    pub fn explain(&self, store: &Store, subject: &Subject, now: i64) -> Result<Vec<String>, StoreError> {
        store.rehearse(&Actor::intake(), now, |change| self.rules.explain(subject, change))
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
        drafts.iter().map(|draft| self.acceptance(change, events).accept(draft)).collect()
    }
}
