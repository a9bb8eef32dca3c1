//! The sound of deleted recordings, once no row names it.

use super::App;
use crate::media::Removed;
use crate::store::StoreError;

impl App {
    /// Removes all the sound that waits for it. What fails is logged, and tried again next time.
    pub fn remove_sounds(&self) -> Result<(), StoreError> {
        self.store.removals()?.into_iter().try_for_each(|note| self.remove_sound(note))
    }

    /// Removes the sound of one note, unless a row names it.
    pub fn remove_sound(&self, note: i64) -> Result<(), StoreError> {
        self.store.remove_sound(note, |path, noted| {
            let shown = String::from_utf8_lossy(path);
            match self.media.remove(path, noted) {
                Ok(Removed::Gone) => {
                    self.peaks.forget(path);
                    true
                }
                Ok(Removed::Left(why)) => {
                    tracing::warn!(path = ?shown, "the sound of a deleted recording stays: {why}");
                    true
                }
                Err(error) => {
                    tracing::warn!(path = ?shown, %error, "the sound of a deleted recording cannot be removed yet; trying again");
                    false
                }
            }
        })
    }
}
