//! A file that was renamed over another one: what a program has made of a recording under a name of its own.

use super::transaction::Acceptance;
use crate::intake::digest::digest_of;
use crate::intake::draft::Draft;
use crate::intake::file::is_stem;
use crate::model::IntakeFile;
use crate::store::StoreError;

/// Why the row of such a name goes.
const REASON: &str = "it was made of another recording, and put in its place";

impl Acceptance<'_> {
    /// Ends the row of the name under which the file of `known` came, if that tells of no call of its own.
    pub(super) fn end_of_moved(&mut self, known: &IntakeFile, draft: &Draft) -> Result<(), StoreError> {
        let Some(from) = draft.moved_from.as_deref().filter(|from| *from != known.path) else {
            return Ok(());
        };
        if draft.path.as_ref() != Some(&known.path) || known.recording == 0 {
            return Ok(());
        }
        let Some(mut before) = self.change.known_file(from, None)? else { return Ok(()) };
        if before.id == 0 || before.id == known.id || before.recording == known.recording || !is_stem(&before)
        {
            return Ok(());
        }
        if let Some(row) = self.change.recording_row(before.recording)? {
            let by_hand = before.written != Some(digest_of(&row));
            if by_hand || row.hold != 0 || row.path != before.path {
                return Ok(());
            }
            self.remove_row(&mut before, &row, REASON)?;
        }
        self.change.end_wait(before.id)?;
        self.change.forget_file(before.id)
    }
}
