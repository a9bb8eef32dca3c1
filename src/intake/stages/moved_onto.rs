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
    /// Whether the file can be the known one that it was taken for: by its inode; or else one of the same machine and, by the
    /// rules, of the same customer, since others have equal names and lengths.
    pub(super) fn may_have_moved(&self, draft: &Draft) -> Result<bool, StoreError> {
        let (Some(from), Some(path), Some(file)) = (&draft.moved_from, &draft.path, &draft.file) else {
            return Ok(true);
        };
        let Some(known) = self.change.known_file(from, None)? else { return Ok(true) };
        if (known.inode, known.created) == (file.inode, file.created) {
            return Ok(true);
        }
        let machines = [known.machine.as_str(), draft.machine.as_str()];
        if machines[0] != machines[1] && !machines.contains(&"") {
            return Ok(false);
        }
        let Some(owner) = self.owner(&known)? else { return Ok(true) };
        self.fits(&IntakeFile { path: path.clone(), ..known }, &owner)
    }

    /// Ends the row of the name under which the file of `known` came, if that tells of no call of its own.
    pub(super) fn end_of_moved(&mut self, known: &IntakeFile, draft: &Draft) -> Result<(), StoreError> {
        let Some(from) = draft.moved_from.as_deref().filter(|from| *from != known.path) else {
            return Ok(());
        };
        if draft.path.as_ref() != Some(&known.path) || known.recording == 0 {
            return Ok(());
        }
        let Some(mut before) = self.change.known_file(from, None)? else { return Ok(()) };
        let is_of_name = is_stem(&before) || before.uniqueid == known.uniqueid;
        if before.id == 0 || before.id == known.id || before.recording == known.recording || !is_of_name {
            return Ok(());
        }
        let own = self.change.recording_row(known.recording)?;
        if let Some(row) = self.change.recording_row(before.recording)? {
            let by_hand = before.written != Some(digest_of(&row));
            let is_theirs =
                before.machine != known.machine || own.is_none_or(|own| own.customer != row.customer);
            if by_hand || is_theirs || row.hold != 0 || row.path != before.path {
                return Ok(());
            }
            self.remove_row(&mut before, &row, REASON)?;
        }
        self.change.end_wait(before.id)?;
        self.change.forget_file(before.id)
    }
}
