//! Recordings that wait are filed once their rule leads somewhere, in the order in which they began.

use super::door::Intake;
use super::rules::Fault;
use crate::model::Actor;
use crate::store::{Change, Store, StoreError};

/// Recordings that are filed in one transaction, so that others wait for no longer than it takes.
const BATCH: i64 = 500;

/// What one look at those that wait found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// What is wrong with the rules now.
    pub faults: Vec<Fault>,
    /// How many recordings need not wait any longer.
    pub filed: usize,
}

impl Intake {
    /// Looks for all that the rules name, and files what waited for it. `all`: also what waits for rules that are as they
    /// were, since they may be others than when it began to wait.
    pub fn look_after_waiting(&self, store: &Store, all: bool, now: i64) -> Result<Looked, StoreError> {
        let actor = Actor::intake();
        let (faults, ready) = store.change(&actor, now, |change| {
            let faults = self.rules().settle(change, true)?;
            let waited_for = change.rules_waited_for()?;
            let ready = |(rule, to_come): &(i64, bool)| all || *to_come || !is_at_fault(&faults, *rule);
            let ready: Vec<_> = waited_for.into_iter().filter(ready).collect();
            Ok::<_, StoreError>((faults, ready))
        })?;
        let (mut filed, mut after) = (0, (i64::MIN, 0));
        while !ready.is_empty() {
            let mut events = Vec::new();
            let batch =
                store.change(&actor, now, |change| self.file_batch(change, &ready, after, &mut events))?;
            events.iter().filter(|event| event.what == super::What::Added).for_each(|_| filed += 1);
            events.into_iter().for_each(|event| self.live().tell(event));
            match batch.last() {
                Some(last) => after = *last,
                None => break,
            }
        }
        Ok(Looked { faults, filed })
    }

    /// What another program made rows of waits no longer.
    pub fn end_waits(&self, store: &Store, lines: &[i64], now: i64) -> Result<(), StoreError> {
        if lines.is_empty() {
            return Ok(());
        }
        store.change(&Actor::intake(), now, |change| {
            for line in lines {
                change.has_row_of_another(*line)?;
                change.end_wait(*line)?;
            }
            Ok(())
        })
    }

    fn file_batch(
        &self,
        change: &Change<'_>,
        ready: &[(i64, bool)],
        after: (i64, i64),
        events: &mut Vec<super::Event>,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        let batch = change.waiting_for(ready, after, BATCH)?;
        for (_, line) in &batch {
            self.acceptance(change, events).file_waiting(*line)?;
        }
        Ok(batch)
    }

    /// What is wrong with the rules, as strictly as somebody who has just written them wants it.
    pub fn faults(&self, store: &Store, now: i64) -> Result<Vec<Fault>, StoreError> {
        let faults = store.rehearse(&Actor::intake(), now, |change| self.rules().settle(change, true))?;
        Ok(self.rules().shadowing().into_iter().chain(faults).collect())
    }

    /// Notes in the store which rules name what, for whoever would delete it. `rest`: whether anything comes that no rule
    /// takes.
    pub fn note_rules(&self, store: &Store, rest: bool, now: i64) -> Result<(), StoreError> {
        store.change(&Actor::intake(), now, |change| {
            self.rules().settle(change, rest)?;
            self.rules().note(change, rest)
        })
    }
}

fn is_at_fault(faults: &[Fault], rule: i64) -> bool {
    faults.iter().any(|fault| i64::try_from(fault.rule) == Ok(rule))
}
