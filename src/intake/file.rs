//! Files as they were looked at: in what state they are, and whether one is that of before.

use super::draft::{Draft, FileState};
use crate::model::{IntakeFile, RecordingRow, SECOND, stored_length};

/// States of a known file.
pub(super) const UNSEEN: i64 = 0;
pub(super) const OPEN: i64 = 1;
pub(super) const CLOSED: i64 = 2;

/// How long after its end something else may be made of a recording, in its place: nanoseconds.
const ANEW: i64 = 3_600 * SECOND;

/// Whether two lengths of sound, in milliseconds, are as near as those of a recording and of another kind of sound that
/// was made of it. What is not known is like nothing.
pub fn alike(one: Option<i64>, other: Option<i64>) -> bool {
    let near = |(one, other): (i64, i64)| one.abs_diff(other) <= 1_000.max(one.unsigned_abs() / 50);
    one.zip(other).is_some_and(near)
}

/// Notes how the file was when it was looked at.
pub(super) fn look(known: &mut IntakeFile, file: &FileState) {
    // Made of the one that was there: the recording didn't end any later for it.
    let made = (known.state, file.closed) == (CLOSED, true)
        && (known.device, known.inode) != (file.device, file.inode)
        && alike(known.length(), file.duration);
    if known.state == UNSEEN || (file.size != known.size && !made) {
        known.closed = file.modified;
    }
    if known.state == UNSEEN || known.created == 0 {
        known.created = file.created;
    }
    known.state = if file.closed { CLOSED } else { OPEN };
    (known.device, known.inode) = (file.device, file.inode);
    (known.modified, known.size, known.duration) = (file.modified, file.size, stored_length(file.duration));
    if file.digest.is_some() {
        known.digest.clone_from(&file.digest);
    }
}

/// Whether the recording is over: the file says it, where one was seen.
pub(super) fn is_over(known: &IntakeFile) -> bool {
    if known.state == UNSEEN { known.over != 0 } else { known.state == CLOSED }
}

/// Whether it is a further form, or a side, of a recording: that one has the row.
pub(super) fn is_form(known: &IntakeFile) -> bool {
    known.recording != 0 && !known.excluded.is_empty()
}

/// Milliseconds of sound in a file that was written to its end, where they are known.
pub(super) fn length(known: &IntakeFile) -> Option<i64> {
    known.length().filter(|_| known.state == CLOSED)
}

/// Whether it is known and has neither a row nor a reason to have none: it waits until it is known whose it is.
pub(super) fn is_waiting(known: &IntakeFile) -> bool {
    known.id != 0 && known.recording == 0 && known.excluded.is_empty()
}

/// Whether something else is in a file than what was recorded, although its recording was complete: what was written there
/// is neither a continuation nor, soon after its end, as long as that was. Then the row stays as it is.
pub(super) fn is_written_later(known: &IntakeFile, row: &RecordingRow, draft: &Draft) -> bool {
    let Some(file) = draft.file.as_ref().filter(|_| known.state == CLOSED && row.complete != 0) else {
        return false;
    };
    let same = match &known.digest {
        Some(digest) if file.closed => file.digest.as_ref() == Some(digest),
        _ => file.modified == known.modified,
    };
    if file.size == known.size && same {
        return false;
    }
    if file.continues {
        return false;
    }
    let (before, after) = (length(known), file.duration);
    let ended = known.closed.max(row.end.saturating_mul(SECOND));
    let soon = file.modified.max(file.created) <= ended.saturating_add(ANEW);
    let alike = before.is_none_or(|before| before == 0) || alike(before, after);
    !(soon && file.closed && alike)
}

/// The file as it was, and closed.
pub(super) fn last_seen(known: &IntakeFile) -> FileState {
    FileState {
        device: known.device,
        inode: known.inode,
        created: known.created,
        modified: known.modified,
        size: known.size,
        duration: known.length(),
        mimetype: String::new(),
        closed: true,
        continues: true,
        digest: None,
    }
}

/// Whether the uniqueid is only the file's name.
pub(super) fn is_stem(known: &IntakeFile) -> bool {
    let draft = Draft { path: Some(known.path.clone()), ..Draft::default() };
    known.uniqueid == draft.identity_for_row()
}

/// Whether at a deleted recording's path there is now a file that was written at another time: another recording. It may
/// be an earlier one by a clock that was put back.
pub(super) fn is_another_file(known: &IntakeFile, draft: &Draft) -> bool {
    let Some(file) = &draft.file else { return false };
    // Files without any sound are all alike.
    let same_sound = file.duration != Some(0) && file.digest.is_some() && file.digest == known.digest;
    known.state != UNSEEN
        && !same_sound
        && file.modified != known.modified
        && (file.inode != known.inode || file.created != known.created)
}
