//! A recording that isn't known yet: where it is filed, if it is, and its first row.

use super::transaction::Acceptance;
use super::wait::Heard;
use crate::intake::digest::digest_of;
use crate::intake::draft::Draft;
use crate::intake::draft::Outcome;
use crate::intake::facts::{Facts, Ranks};
use crate::intake::facts_to_row::row_of;
use crate::intake::rules::Verdict;
use crate::intake::times::expiry;
use crate::model::{IntakeFile, RecordingRow};
use crate::store::StoreError;

impl Acceptance<'_> {
    /// A recording that isn't known yet. `known` has the id where a new one takes an old one's place.
    pub(super) fn begin(&mut self, draft: &Draft, known: IntakeFile) -> Result<Outcome, StoreError> {
        let first_seen = self.change.now();
        let mut known =
            IntakeFile { id: known.id, machine: draft.machine.clone(), first_seen, ..IntakeFile::default() };
        let (mut facts, mut ranks) = (Facts::default(), Ranks::default());
        self.learn(&mut known, &mut facts, &mut ranks, draft);
        self.learn_records(&mut known, &mut facts, &mut ranks)?;
        known.ranks = ranks.text();
        self.file(known, facts, draft)
    }

    /// Files a recording that has no row.
    pub(super) fn file(
        &mut self,
        mut known: IntakeFile,
        facts: Facts,
        draft: &Draft,
    ) -> Result<Outcome, StoreError> {
        let waited = self.waits(&known)?;
        if let Some(owner) = self.owner_of(&known, draft)? {
            self.end_wait(&known, waited.as_ref())?;
            return self.join(known, &facts, draft, owner);
        }
        let path = self.path_for_rules(&known, draft, waited.as_ref())?;
        let verdict = self.judge_at(&path, &known, &facts, draft)?;
        let stale = waited.as_ref().map_or(0, |waits| waits.stale);
        let heard = facts.clone();
        let mut row = row_of(facts, &mut known, &RecordingRow { stale, ..RecordingRow::default() });
        match verdict {
            Verdict::Excluded(reason) => {
                known.excluded.clone_from(&reason);
                self.remember(&mut known)?;
                self.end_wait(&known, waited.as_ref())?;
                Ok(Outcome::Excluded(reason))
            }
            Verdict::Waits(wait) => {
                let stale = if draft.file.is_some() { 0 } else { stale };
                let since = waited.as_ref().map_or(self.change.now(), |waited| waited.since);
                let heard = Heard { facts: &heard, began: row.start, stale, path, since };
                self.let_wait(known, &heard, wait, waited.as_ref())
            }
            Verdict::Filed { customer, recordgroup, days } => {
                self.end_wait(&known, waited.as_ref())?;
                row.stale = if draft.file.is_some() { 0 } else { stale };
                known.recordid = self.change.next_recordid(&known.uniqueid)?.to_string();
                (known.customer, known.recordgroup, known.days) = (customer, recordgroup, days);
                (row.customer, row.recordgroup, row.recordid) =
                    (customer, recordgroup, known.recordid.clone());
                row.expires = expiry(row.start, days, known.first_seen);
                known.excluded = String::new();
                known.written = Some(digest_of(&row));
                self.insert(&mut known, &row)?;
                Ok(Outcome::Inserted)
            }
        }
    }
}
