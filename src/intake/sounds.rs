//! The forms and sides of a recording's sound, as the door notes them.

use super::file::CLOSED;
use crate::model::{IntakeFile, RecordingRow, SoundForm, SoundRole};

/// What plays, once its file is written to its end: before that the row alone tells of it.
pub(super) fn form_of(known: &IntakeFile, row: &RecordingRow) -> Option<SoundForm> {
    let finished = known.state == CLOSED && known.recording != 0 && !known.path.is_empty();
    finished.then(|| SoundForm {
        path: known.path.clone(),
        role: SoundRole::Mix,
        mimetype: row.mimetype.clone(),
        size: known.size,
        duration: known.length(),
        ..SoundForm::default()
    })
}

/// Whether what plays is another file than it was, or the same one with other sound in it.
pub(super) fn is_other_sound(was: (&IntakeFile, &RecordingRow), is: (&IntakeFile, &RecordingRow)) -> bool {
    let told =
        |(known, row): (&IntakeFile, &RecordingRow)| (known.state, known.size, known.duration, row.size);
    told(was) != told(is) || was.0.path != is.0.path || was.1.mimetype != is.1.mimetype
}
