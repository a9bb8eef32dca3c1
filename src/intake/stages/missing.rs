//! Sound that is gone, and sound that is there again.

use super::playing::Present;
use super::relocated::without_no_file;
use super::transaction::Acceptance;
use crate::intake::draft::{DISCARDED, Draft};
use crate::intake::file::{OPEN, is_form, last_seen};
use crate::intake::live::What;
use crate::model::IntakeFile;
use crate::store::StoreError;

impl Acceptance<'_> {
    /// A file that is gone.
    pub(in crate::intake) fn lose(&mut self, path: &str, present: Present<'_>) -> Result<(), StoreError> {
        let Some(mut known) = self.change.known_file(path, None)? else { return Ok(()) };
        if known.state == OPEN && !is_form(&known) {
            let file = Some(last_seen(&known));
            self.improve(known.clone(), &Draft { path: Some(path.into()), file, ..Draft::default() })?;
            known = self.change.known_file(path, None)?.unwrap_or(known);
        }
        if self.lose_form(&known, present)? {
            return Ok(());
        }
        if let Some(row) = self.change.recording_row(known.recording)?
            && self.is_discarded(&known, &row)
        {
            return self.withdraw(known, &row, DISCARDED.into()).map(drop);
        }
        let (line, id) = (known.id, known.recording);
        for row in self.change.set_stale(&[id], true)? {
            self.tell(What::Changed, &row);
        }
        self.change.set_waiting_stale(line, true)
    }

    /// Notes that the sound of these rows is missing, or there again.
    pub(in crate::intake) fn set_stale(
        &mut self,
        ids: &[i64],
        stale: bool,
        present: Present<'_>,
    ) -> Result<(), StoreError> {
        let mut without = Vec::with_capacity(ids.len());
        for id in ids {
            if !stale || !self.has_other_form(*id, present)? {
                without.push(*id);
            }
        }
        for row in self.change.set_stale(&without, stale)? {
            if !stale && let Some(before) = self.change.known_file(&row.path, None)? {
                let note = without_no_file(&before.note);
                if note != before.note {
                    self.change.know_better(&before, &IntakeFile { note, ..before.clone() })?;
                }
            }
            self.tell(What::Changed, &row);
        }
        Ok(())
    }
}
