//! Files that were completed while we watched are read whole, for their digests: a piece at a time, when nothing else is to
//! be done.

use std::collections::VecDeque;

use super::Spool;
use crate::intake::ReadWhole;
use crate::media::{Media, Whole, WholeRead};
use crate::model::paths::bytes_of;
use crate::store::StoreError;

/// Bytes that are read in one step, so that what happens meanwhile waits for some hundredths of a second.
const PIECE: u64 = 8 << 20;
/// Files that wait at most: what a burst leaves out is read when it has to be compared.
const MOST: usize = 10_000;

/// Files to be read whole.
#[derive(Default)]
pub(super) struct Digesting {
    waiting: VecDeque<String>,
    reading: Option<(String, WholeRead)>,
    /// What the database hasn't taken yet.
    read: Option<(String, Whole)>,
}

impl Digesting {
    pub(super) fn add(&mut self, path: &str) {
        if self.waiting.len() < MOST && !self.waiting.iter().any(|waiting| waiting == path) {
            self.waiting.push_back(path.into());
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.reading.is_none() && self.read.is_none()
    }

    /// Reads on. What can't be read, or is written to, has no digest.
    fn go_on(&mut self, media: &Media) -> Option<&(String, Whole)> {
        if self.read.is_none() {
            let begun = self.reading.take().or_else(|| {
                let path = self.waiting.pop_front()?;
                let read = media.open(&bytes_of(&path)).ok().and_then(|sound| WholeRead::new(sound).ok())?;
                Some((path, read))
            });
            let (path, mut read) = begun?;
            match read.go_on(PIECE) {
                Ok(Some(whole)) => self.read = Some((path, whole)),
                Ok(None) => self.reading = Some((path, read)),
                Err(_) => {}
            }
        }
        self.read.as_ref()
    }
}

impl Spool {
    /// Reads a piece of what is to be read whole, if nothing else is due.
    pub(super) fn read_whole(&mut self) -> Result<(), StoreError> {
        if !self.due.is_empty() || self.stop.is_told() {
            return Ok(());
        }
        let Some((path, whole)) = self.digesting.go_on(&self.looker.media) else { return Ok(()) };
        let read = ReadWhole {
            path: path.clone(),
            size: whole.size.cast_signed(),
            modified: whole.modified,
            sha256: whole.sha256.clone(),
        };
        self.intake.note_digest(&self.store, &read, self.now())?;
        self.digesting.read = None;
        Ok(())
    }
}
