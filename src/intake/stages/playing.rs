//! Which of a recording's forms its row shows: the one that plays. Its line in `intake_files` has what is known of the call.

use super::forms::Owner;
use super::transaction::Acceptance;
use crate::intake::digest::digest_of;
use crate::intake::file::CLOSED;
use crate::intake::live::What;
use crate::model::{IntakeFile, RecordingRow, SoundForm, stored_length};
use crate::store::StoreError;

/// Says whether a file is there.
pub type Present<'a> = &'a dyn Fn(&str) -> bool;

impl Acceptance<'_> {
    /// The row shows another form from now on: `other`, as its own line knows it, which then has the one that was shown.
    pub(super) fn play(&mut self, owner: Owner, other: IntakeFile, mimetype: &str) -> Result<(), StoreError> {
        let Owner { line: mut before, row: old } = owner;
        // Where its line says so, a trigger needs not note which file the row had until now.
        if before.id == 0 {
            before.id = self.change.know(&before)?;
        }
        let (mut line, mut shown) = (before.clone(), other.clone());
        exchange(&mut line, &mut shown);
        let mut new = RecordingRow {
            path: other.path.clone(),
            mimetype: mimetype.into(),
            size: other.size,
            stale: 0,
            ..old.clone()
        };
        let by_hand = before.written != Some(digest_of(&old));
        if !by_hand {
            line.written = Some(digest_of(&new));
        } else if new.mimetype.is_empty() {
            new.mimetype.clone_from(&old.mimetype);
        }
        self.change.change_recording(before.recording, &old, &new)?;
        self.change.know_better(&before, &line)?;
        if other.id != 0 {
            self.change.know_better(&other, &shown)?;
        }
        self.tell(What::Changed, &new);
        Ok(())
    }

    /// The row shows the form that is to play, of those that are there.
    pub(in crate::intake) fn prefer(
        &mut self,
        recording: i64,
        present: Present<'_>,
    ) -> Result<(), StoreError> {
        let Some(row) = self.change.recording_row(recording)? else { return Ok(()) };
        let Some(known) =
            self.change.known_file(&row.path, None)?.filter(|known| known.recording == recording)
        else {
            return Ok(());
        };
        let Some((other, mimetype)) = self.other_form(&known, &row, present)? else { return Ok(()) };
        let sounds = self.change.sounds(recording)?;
        let rank = |path: &str| {
            let is_side = sounds.iter().any(|sound| sound.path == path && sound.role.is_side());
            (is_side, self.order.place(path))
        };
        let better = rank(&other.path) < rank(&row.path);
        if better || !present(&row.path) {
            self.play(Owner { line: known, row }, other, &mimetype)?;
        }
        Ok(())
    }

    /// A file is gone: where its recording has another form, that one plays. Whether there was any need for more.
    pub(super) fn lose_form(&mut self, known: &IntakeFile, present: Present<'_>) -> Result<bool, StoreError> {
        let Some(row) = self.change.recording_row(known.recording)? else { return Ok(false) };
        if row.path != known.path {
            // It was not the one that plays.
            self.change.forget_form(known.recording, &known.path)?;
            self.change.forget_file(known.id)?;
            return Ok(true);
        }
        let Some((other, mimetype)) = self.other_form(known, &row, present)? else { return Ok(false) };
        let id = other.id;
        self.play(Owner { line: known.clone(), row }, other, &mimetype)?;
        self.change.forget_form(known.recording, &known.path)?;
        if id != 0 {
            self.change.forget_file(id)?;
        }
        Ok(true)
    }

    /// Whether another form of a recording plays from now on, whose file is missing.
    pub(super) fn has_other_form(
        &mut self,
        recording: i64,
        present: Present<'_>,
    ) -> Result<bool, StoreError> {
        let Some(row) = self.change.recording_row(recording)? else { return Ok(false) };
        let known = self.change.known_file(&row.path, None)?.filter(|known| known.recording == recording);
        match known {
            Some(known) => self.lose_form(&known, present),
            None => Ok(false),
        }
    }

    /// The form that plays instead: one of all that was said before a side, and then by the order of the settings.
    fn other_form(
        &self,
        known: &IntakeFile,
        row: &RecordingRow,
        present: Present<'_>,
    ) -> Result<Option<(IntakeFile, String)>, StoreError> {
        let mut sounds = self.change.sounds(known.recording)?;
        sounds.retain(|sound| sound.path != row.path && present(&sound.path));
        sounds.sort_by_key(|sound| (sound.role.is_side(), self.order.place(&sound.path)));
        let Some(sound) = sounds.into_iter().next() else { return Ok(None) };
        let line = self.change.known_file(&sound.path, None)?;
        let line = line.filter(|line| line.recording == known.recording);
        Ok(Some((line.unwrap_or_else(|| line_of(known, &sound)), sound.mimetype)))
    }
}

/// What is known of the files changes its place, and what is known of the recording stays: when it was made and ended, and
/// its length, if the other one's isn't known.
fn exchange(line: &mut IntakeFile, other: &mut IntakeFile) {
    use std::mem::swap;
    swap(&mut line.path, &mut other.path);
    swap(&mut line.state, &mut other.state);
    swap(&mut line.device, &mut other.device);
    swap(&mut line.inode, &mut other.inode);
    swap(&mut line.modified, &mut other.modified);
    swap(&mut line.size, &mut other.size);
    swap(&mut line.digest, &mut other.digest);
    if other.length().is_some() {
        swap(&mut line.duration, &mut other.duration);
    }
    (other.created, other.closed) = (line.created, line.closed);
}

/// A form that nobody has looked at yet.
fn line_of(known: &IntakeFile, sound: &SoundForm) -> IntakeFile {
    IntakeFile {
        path: sound.path.clone(),
        machine: known.machine.clone(),
        recording: known.recording,
        state: CLOSED,
        size: sound.size,
        duration: stored_length(sound.duration),
        ..IntakeFile::default()
    }
}
