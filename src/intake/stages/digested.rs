//! Files that were read whole: the digest of what is in them.

use super::transaction::Acceptance;
use crate::intake::file::length;
use crate::model::{SoundForm, SoundRole};
use crate::store::StoreError;

/// A file that was read whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadWhole {
    /// Relative to the media root.
    pub path: String,
    /// Bytes.
    pub size: i64,
    /// When it was last written, nanoseconds.
    pub modified: i64,
    /// Of all of it.
    pub sha256: Vec<u8>,
}

impl Acceptance<'_> {
    /// Notes a file's digest, unless the file has changed since.
    pub(in crate::intake) fn note_digest(&mut self, read: &ReadWhole) -> Result<(), StoreError> {
        let Some(known) = self.change.known_file(&read.path, None)? else { return Ok(()) };
        let Some(row) = self.change.recording_row(known.recording)? else { return Ok(()) };
        if (known.size, known.modified) != (read.size, read.modified) {
            return Ok(());
        }
        let sounds = self.change.sounds(known.recording)?;
        let sound = sounds.into_iter().find(|sound| sound.path == read.path);
        let sound = sound.unwrap_or_else(|| SoundForm {
            path: read.path.clone(),
            role: SoundRole::Mix,
            mimetype: row.mimetype.clone(),
            ..SoundForm::default()
        });
        let duration = sound.duration.or(length(&known));
        let sha256 = Some(read.sha256.clone());
        let sound = SoundForm { size: read.size, duration, sha256, ..sound };
        self.change.share_sound(known.recording, &sound)
    }
}
