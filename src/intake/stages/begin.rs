//! A recording that isn't known yet: where it is filed, if it is, and its first row.

use super::transaction::Acceptance;
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
        let verdict = self.judge(&known, &facts, draft)?;
        let mut row = row_of(facts, &mut known, &RecordingRow::default());
        match verdict {
            Verdict::Excluded(reason) => {
                known.excluded.clone_from(&reason);
                self.remember(&mut known)?;
                Ok(Outcome::Excluded(reason))
            }
            Verdict::Filed { customer, recordgroup, days } => {
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
