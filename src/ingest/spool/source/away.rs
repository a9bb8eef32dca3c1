//! A folder that isn't there: a disk that is not mounted, a wrong name, a folder that may not be read. Nothing in it is new or
//! gone then.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{Access, access};

use super::{Spool, identity};
use crate::app::{Alert, Wrong};
use crate::ingest::spool::doubts::said;
use crate::ingest::spool::scan;
use crate::media::Shortage;
use crate::store::StoreError;

/// How often it is asked whether rows have their sound in a folder that has none.
const ASKING: Duration = Duration::from_secs(10);

/// What to do about a folder that isn't there.
const MOUNT: &str = "Mount its disk, or set media_root (--media-root, TAPELINE_MEDIA_ROOT) to the folder that the PBX records into; \
                     as soon as it is there it is watched, without a restart";

/// Why nothing can be said of what is in a folder.
pub(super) struct Away {
    /// In the words of the status.
    state: String,
    /// What is wrong with it.
    why: String,
    todo: String,
}

impl Spool {
    /// Why nothing can be said of what is in the folder; `None`: it is there.
    pub(super) fn away(&mut self) -> Result<Option<Away>, StoreError> {
        let (folder, shown) = (self.folder(), self.folder().display().to_string());
        let of = |state: String, why: String, todo: String| Ok(Some(Away { state, why, todo }));
        let facts = match std::fs::metadata(&folder) {
            Ok(facts) => facts,
            Err(error) => {
                let error = said(&error);
                return of(
                    format!("waiting for the folder {shown} ({error})"),
                    format!("the folder {shown} is not there ({error})"),
                    MOUNT.into(),
                );
            }
        };
        if !facts.is_dir() {
            return of(
                format!("waiting for the folder {shown}, which is a file"),
                format!("{shown} is a file, and a folder is wanted"),
                "Set media_root (--media-root, TAPELINE_MEDIA_ROOT) to the folder that the PBX records into"
                    .into(),
            );
        }
        if let Some((why, todo)) = self.is_behind_a_link() {
            return of(format!("waiting for the folder {shown}"), why, todo);
        }
        if self.root != Some(identity(&facts)) {
            (self.watch, self.scanned, self.root) = (None, None, Some(identity(&facts)));
        }
        if let Some(error) = unreadable(&folder, self.is_due()) {
            return of(
                format!("waiting for the folder {shown} ({error})"),
                format!("the folder {shown} cannot be read ({error})"),
                format!("Let the user that Tapeline runs as read it, as in: chmod o+rX {shown}"),
            );
        }
        if !self.is_due() {
            return Ok(None);
        }
        if self.lost_all_sound()? {
            return of(
                format!("waiting for sound in the folder {shown}"),
                format!("the folder {shown} is empty, although recordings have their sound in it"),
                MOUNT.into(),
            );
        }
        Ok(None)
    }

    /// Waits for it, and says so.
    pub(super) fn wait_for(&mut self, away: &Away, most: Duration) {
        (self.watch, self.scanned, self.root) = (None, None, None);
        let name = self.name();
        let Away { state, why, todo } = away;
        self.intake.live().note(&name, |status| {
            status.files = None;
            status.trouble = format!("{why}: {todo}");
        });
        self.intake.live().state(&name, state, self.now());
        let sentence = format!("Nothing is recorded from {}: {why}", self.folder().display());
        self.alerts.raise(Alert::new(Wrong::FolderAway, name, sentence, todo));
        self.stop.wait(most);
    }

    /// Where it is, and how many files of sound are in it, if they can be counted in this time; `None`: it isn't there.
    pub fn counted(&self, most: Duration) -> Option<(PathBuf, Option<u64>)> {
        self.root?;
        let settings = &self.looker.settings;
        Some((self.folder(), scan::count(&self.looker.media_root, &settings.folder, &settings.others, most)))
    }

    /// Whether there is no sound in the folder although rows have theirs there: an empty mount point.
    fn lost_all_sound(&mut self) -> Result<bool, StoreError> {
        let folder = self.looker.settings.folder.clone();
        if !scan::is_without_sound(&self.looker.media_root, &folder, &self.looker.settings.others) {
            self.asked = None;
            return Ok(false);
        }
        // A folder in which nothing was yet is looked through, and not asked about again.
        if self.asked.is_some_and(|when| when.elapsed() < ASKING) {
            return Ok(true);
        }
        let has_rows = self.store.reader()?.has_sound_below(&folder)?;
        self.asked = has_rows.then(Instant::now);
        Ok(has_rows)
    }

    /// Why nothing in the folder would be played: its path leads out of the media root. And what to do.
    fn is_behind_a_link(&self) -> Option<(String, String)> {
        let (root, folder) = (&self.looker.media_root, &self.looker.settings.folder);
        let mut parts = folder.ancestors().filter(|part| *part != Path::new(""));
        if folder.as_os_str().is_empty() || self.looker.media.has_folder(folder) {
            return None;
        }
        let link = parts.find(|part| root.join(part).is_symlink())?;
        let (shown, target) = (self.shown(link), root.join(link).canonicalize().ok()?);
        let target = target.display();
        Some((
            format!("{shown} is a link to {target}, and links out of the media root are not followed"),
            format!(
                "Replace it by a folder, and mount there what it leads to (mount --bind {target} {shown})"
            ),
        ))
    }

    /// Its whole path.
    pub(super) fn folder(&self) -> PathBuf {
        // Without a slash at its end.
        let folder = match self.looker.settings.folder.as_os_str().is_empty() {
            true => self.looker.media_root.clone(),
            false => self.looker.media_root.join(&self.looker.settings.folder),
        };
        std::path::absolute(&folder).unwrap_or(folder)
    }
}

/// Why a folder cannot be read. To be sure it is opened; else it is only asked whether that may be done, since a disk that is
/// in use cannot be unmounted.
fn unreadable(folder: &Path, sure: bool) -> Option<String> {
    let may = access(folder, Access::READ_OK | Access::EXEC_OK).map_err(std::io::Error::from);
    let read = may.and_then(|()| if sure { std::fs::read_dir(folder).map(drop) } else { Ok(()) });
    read.err().filter(|error| Shortage::of(error).is_none()).map(|error| said(&error))
}
