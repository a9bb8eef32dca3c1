//! Rows of our own export: they tell themselves all there is to know.

use super::transaction::Acceptance;
use crate::intake::draft::Draft;
use crate::intake::draft::Outcome;
use crate::model::{IntakeFile, RecordingRow};
use crate::store::StoreError;

impl Acceptance<'_> {
    /// A row of our own export, as it is.
    pub(super) fn accept_row(&mut self, draft: &Draft, row: &RecordingRow) -> Result<Outcome, StoreError> {
        if let Some(why) = self.change.why_not_filed(row.customer, row.recordgroup)? {
            return Ok(Outcome::Refused(why));
        }
        if self.is_taken(row)? {
            return Ok(Outcome::Unchanged);
        }
        if !row.path.is_empty()
            && let Some(known) = self.change.known_file(&row.path, Some(&row.machine))?
        {
            let there = known.recording != 0 && self.change.recording_row(known.recording)?.is_some();
            if there && (&known.uniqueid, &known.recordid) == (&row.uniqueid, &row.recordid) {
                return self.add_told(row);
            }
            if self.waits(&known)?.is_some() {
                self.change.end_wait(known.id)?;
                return self.add_told(row);
            }
            return Ok(match known.excluded {
                _ if there => Outcome::Unchanged,
                reason if known.recording == 0 => Outcome::Excluded(reason),
                _ => Outcome::Deleted,
            });
        }
        if !row.path.is_empty() {
            return self.add_told(row);
        }
        let mut known = IntakeFile {
            machine: if row.machine.is_empty() { draft.machine.clone() } else { row.machine.clone() },
            uniqueid: row.uniqueid.clone(),
            recordid: row.recordid.clone(),
            over: row.complete,
            first_seen: self.change.now(),
            ..IntakeFile::default()
        };
        self.insert(&mut known, row)?;
        Ok(Outcome::Inserted)
    }

    /// A row that tells itself all there is to know.
    fn add_told(&mut self, row: &RecordingRow) -> Result<Outcome, StoreError> {
        self.change.add_recording(row)?;
        self.tell_new(row);
        Ok(Outcome::Inserted)
    }
}
