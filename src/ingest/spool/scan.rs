//! Looking through a folder: what is new, changed, or was moved.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::doubts::said;
use crate::media::{Shortage, is_sound_name};
use crate::model::SECOND;
use crate::model::paths::text_of;
use crate::store::{Reader, StoreError};

/// Why a link is left out, and what to do.
pub const LINK: &str = "a link; links are not followed: mount there what it leads to (mount --bind)";

/// What there is in a folder and below it.
#[derive(Default)]
pub struct Found {
    /// Every folder, relative to the root that was asked for.
    pub folders: Vec<PathBuf>,
    /// Files of sound.
    pub files: Vec<File>,
    /// Files that are none, and why.
    pub others: Vec<(PathBuf, &'static str)>,
    /// Folders that nothing is known of, and why they cannot be read.
    pub unreadable: BTreeMap<PathBuf, String>,
}

/// A file of sound.
pub struct File {
    /// Relative to the media root.
    pub path: String,
    pub(super) created: i64,
    pub(super) modified: i64,
    size: i64,
}

/// Goes through `folder` (relative to `root`); links are not followed. `each` gets every folder before what is in it, so
/// that it is watched by then.
pub fn walk(root: &Path, folder: &Path, each: &mut impl FnMut(&Path)) -> std::io::Result<Found> {
    let mut found = Found::default();
    let mut folders = vec![folder.to_path_buf()];
    let mut first = true;
    while let Some(folder) = folders.pop() {
        each(&folder);
        match root.join(&folder).read_dir() {
            Ok(entries) => {
                for entry in entries.filter_map(Result::ok) {
                    look_at(&entry, &folder, &mut folders, &mut found);
                }
            }
            // The folder that was asked for has to be there; others may go meanwhile.
            Err(error) if first || Shortage::of(&error).is_some() => return Err(error),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                found.unreadable.insert(folder.clone(), said(&error));
            }
        }
        first = false;
        found.folders.push(folder);
    }
    Ok(found)
}

/// Whether there is no file of sound in a folder and below it, but for other folders of the settings. What cannot be read
/// may have some.
pub fn is_without_sound(root: &Path, folder: &Path, others: &[PathBuf]) -> bool {
    each_sound(root, folder, others, &mut || false)
}

/// How many files of sound there are, if they can be counted in this time.
pub fn count(root: &Path, folder: &Path, others: &[PathBuf], most: Duration) -> Option<u64> {
    let (mut count, begun) = (0, Instant::now());
    let mut each = || {
        count += 1;
        begun.elapsed() < most
    };
    each_sound(root, folder, others, &mut each).then_some(count)
}

/// Goes through the files of sound as long as `each` wants more; whether these were all.
fn each_sound(root: &Path, folder: &Path, others: &[PathBuf], each: &mut impl FnMut() -> bool) -> bool {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = root.join(&folder).read_dir() else { return false };
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => {
                    folders.extend(Some(folder.join(name)).filter(|path| !others.contains(path)))
                }
                Ok(kind) if kind.is_file() && is_sound_name(&text_of(name.as_bytes())) && !each() => {
                    return false;
                }
                _ => {}
            }
        }
    }
    true
}

fn look_at(entry: &std::fs::DirEntry, folder: &Path, folders: &mut Vec<PathBuf>, found: &mut Found) {
    let Ok(kind) = entry.file_type() else { return };
    let path = folder.join(entry.file_name());
    if kind.is_dir() {
        folders.push(path);
        return;
    }
    let why = match text_of(path.as_os_str().as_bytes()) {
        _ if kind.is_symlink() => LINK,
        _ if !kind.is_file() => "neither a file nor a folder",
        name if !is_sound_name(name_of(&name)) => "not a file of sound, by its name",
        name => match entry.metadata() {
            Ok(facts) => return found.files.push(File::new(&name, &facts)),
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(_) => "it cannot be read",
        },
    };
    found.others.push((path, why));
}

impl Found {
    /// How many files are none, and folders cannot be read, by reason.
    pub fn skipped(&self) -> BTreeMap<String, u64> {
        let mut skipped = BTreeMap::new();
        if let Some((folder, why)) = self.unreadable.first_key_value() {
            let reason = format!("folders that cannot be read, first of them {}: {why}", folder.display());
            skipped.insert(reason, self.unreadable.len() as u64);
        }
        self.others.iter().for_each(|(_, why)| *skipped.entry((*why).to_owned()).or_default() += 1);
        skipped
    }
}

impl File {
    pub(super) fn new(path: &str, facts: &Metadata) -> File {
        let modified = facts.mtime().saturating_mul(SECOND).saturating_add(facts.mtime_nsec());
        let created = facts.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        File {
            path: path.into(),
            created: created.map_or(modified, |since| i64::try_from(since.as_nanos()).unwrap_or(0)),
            modified,
            size: facts.len().cast_signed(),
        }
    }

    /// How far its time is from `now` (nanoseconds): one that lies ahead is as wrong as it is far.
    pub fn age(&self, now: i64) -> Duration {
        Duration::from_nanos(now.abs_diff(self.modified))
    }

    /// Whether the file is known as it is now, and finished.
    pub fn is_known(&self, reader: &Reader) -> Result<bool, StoreError> {
        Ok(reader.file_at(&self.path)?.is_some_and(|known| {
            known.is_closed() && (known.modified, known.size) == (self.modified, self.size)
        }))
    }
}

pub(super) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
