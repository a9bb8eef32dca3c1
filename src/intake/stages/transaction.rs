//! The transaction that a draft is taken in, and what every stage does in it.

use crate::intake::form_order::FormOrder;
use crate::intake::live::{Event, What};
use crate::intake::rules::Rules;
use crate::intake::sounds::form_of;
use crate::model::{IntakeFile, RecordingRow};
use crate::store::{Change, StoreError};

/// A draft on its way in.
pub(in crate::intake) struct Acceptance<'a> {
    pub change: &'a Change<'a>,
    pub rules: &'a Rules,
    /// Which of several forms plays.
    pub order: &'a FormOrder,
    pub events: &'a mut Vec<Event>,
}

impl Acceptance<'_> {
    pub(super) fn insert(&mut self, known: &mut IntakeFile, row: &RecordingRow) -> Result<(), StoreError> {
        known.recording = self.change.add_recording(row)?;
        self.remember(known)?;
        if let Some(form) = form_of(known, row) {
            self.change.keep_sound(known.recording, &form)?;
        }
        self.tell_new(row);
        Ok(())
    }

    pub(super) fn remember(&self, known: &mut IntakeFile) -> Result<(), StoreError> {
        if known.id == 0 {
            known.id = self.change.know(known)?;
            return Ok(());
        }
        self.change.know_anew(known)
    }

    pub(super) fn is_taken(&self, row: &RecordingRow) -> Result<bool, StoreError> {
        self.change.has_recording(row.recordgroup, &row.uniqueid, &row.recordid)
    }

    pub(super) fn tell_new(&mut self, row: &RecordingRow) {
        self.tell(What::Added, row);
        if row.complete != 0 {
            self.tell(What::Completed, row);
        }
    }

    pub(super) fn tell(&mut self, what: What, row: &RecordingRow) {
        self.events.push(Event::of(what, row));
    }
}
