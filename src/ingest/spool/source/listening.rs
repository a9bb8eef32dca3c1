//! What is said to happen to files, and what to make of it.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::Spool;
use crate::ingest::spool::watch::Seen;
use crate::media::is_sound_name;
use crate::model::paths::{bytes_of, text_of};
use crate::store::StoreError;

/// How long a file that is gone may take to show up elsewhere.
const MOVING: Duration = Duration::from_secs(2);

impl Spool {
    /// What inotify has to say.
    pub(super) fn listen(&mut self, most: Duration) -> anyhow::Result<()> {
        let Some(watch) = &mut self.watch else { return Ok(()) };
        let idle = self.due.is_empty() && self.digesting.is_idle();
        let most = if idle { most } else { Duration::ZERO };
        for seen in watch.wait(most)? {
            match seen {
                Seen::Lost => self.scanned = None,
                Seen::Folder(folder) => self.look_into(&folder),
                Seen::Closed(path) => self.note(&path, Some(true)),
                Seen::Came(path) => self.note(&path, None),
                Seen::Written(path) => self.note_written(&path),
                Seen::Went(path) => self.went.push((text(&path), Instant::now())),
            }
        }
        Ok(())
    }

    /// Looks through a new folder. One that can't be is met again when everything is looked through.
    fn look_into(&mut self, folder: &Path) {
        match self.look_through(folder) {
            Ok(()) => {}
            // It went again.
            Err(error) if is(&error, io::ErrorKind::NotFound) => {}
            Err(error) if is(&error, io::ErrorKind::PermissionDenied) => {
                self.unreadable.insert(folder.into(), error.root_cause().to_string());
                self.tell_unreadable();
                self.complain(&error);
            }
            Err(error) => {
                self.scanned = None;
                self.complain(&error);
            }
        }
    }

    fn note(&mut self, path: &Path, closed: Option<bool>) {
        let path = text(path);
        if is_sound_name(name_of(&path)) {
            self.due.insert(path, closed);
        }
    }

    /// The first time that a file is written to its row goes back in progress, or begins; what follows only shows that it
    /// goes on.
    fn note_written(&mut self, path: &Path) {
        let path = text(path);
        if !is_sound_name(name_of(&path)) {
            return;
        }
        // Also if it is due already: it was closed and opened again between two looks.
        if !self.growing.written(&path) || self.due.contains_key(&path) {
            self.due.insert(path, Some(false));
        }
    }

    /// Files that went, and have not come anywhere else: their rows say that the sound is missing.
    pub(super) fn look_after_gone(&mut self) -> anyhow::Result<()> {
        let (over, rest) =
            std::mem::take(&mut self.went).into_iter().partition(|(_, at)| at.elapsed() >= MOVING);
        self.went = rest;
        let over: Vec<(String, Instant)> = over;
        for (path, at) in &over {
            if let Err(error) = self.gone(path) {
                self.went.push((path.clone(), *at));
                return Err(error.into());
            }
        }
        Ok(())
    }

    fn gone(&mut self, path: &str) -> Result<(), StoreError> {
        if self.looker.media.has(&bytes_of(path)) {
            return Ok(());
        }
        self.growing.end(path);
        self.sides.remove(path);
        self.overwritten.remove(path);
        let media = &self.looker.media;
        let present = |path: &str| media.has(&bytes_of(path));
        self.intake.file_gone(&self.store, path, &present, self.now())
    }
}

fn is(error: &anyhow::Error, kind: io::ErrorKind) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == kind)
}

fn text(path: &Path) -> String {
    text_of(path.as_os_str().as_bytes()).into_owned()
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
