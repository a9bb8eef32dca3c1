//! Looking through a folder: what is new, changed, or was moved.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use crate::intake::{Draft, FileState, alike, stem};
use crate::media::{Shortage, is_sound_name};
use crate::model::SECOND;
use crate::model::paths::{on_disk, text_of};
use crate::store::{FileKnown, Reader, StoreError};

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
                found.unreadable.insert(folder.clone(), error.to_string());
            }
        }
        first = false;
        found.folders.push(folder);
    }
    Ok(found)
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
        const CLOSED: i64 = 2;
        Ok(reader.file_at(&self.path)?.is_some_and(|known| {
            known.state == CLOSED && (known.modified, known.size) == (self.modified, self.size)
        }))
    }
}

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub enum Origin {
    /// A new one.
    New,
    /// The one that is known under its path.
    Known,
    /// Another one than that, which is gone: another recording.
    Another,
    /// One that was known under this path, and is not there any more.
    Moved(String),
    /// The same as one that is still there: copied, or about to be moved.
    Copied,
    /// Perhaps another kind of sound that is just being made of a known file.
    Converting,
}

impl Origin {
    /// Tells the door of it.
    pub fn note(self, draft: &mut Draft) {
        match self {
            Origin::Moved(from) => draft.moved_from = Some(from),
            Origin::Another => draft.another = true,
            Origin::New | Origin::Known | Origin::Copied | Origin::Converting => {}
        }
    }
}

/// Where a file comes from: by its path, its inode, or else its size and content. `lost`: known files that are gone.
pub fn origin(
    reader: &Reader,
    media_root: &Path,
    draft: &Draft,
    lost: &[FileKnown],
) -> Result<Origin, StoreError> {
    let Some(file) = &draft.file else { return Ok(Origin::New) };
    if let Some(path) = &draft.path
        && let Some(known) = reader.file_at(path)?
    {
        let another = is_another(&known, draft, file) && reader.misses_sound(path)?;
        return Ok(if another { Origin::Another } else { Origin::Known });
    }
    let is_gone = |known: &&FileKnown| on_disk(media_root, &known.path).symlink_metadata().is_err();
    let same_file = |known: &&FileKnown| known.created == file.created && known.size <= file.size;
    let by_inode = reader.files_with_inode(file.inode)?;
    if let Some(known) = by_inode.iter().filter(same_file).find(is_gone) {
        return Ok(Origin::Moved(known.path.clone()));
    }
    if let Some(converted) = converted(reader, draft, file, is_gone)? {
        return Ok(converted);
    }
    let known = reader.files_of_call(&draft.identity_for_row())?;
    if !file.closed {
        // Only what it ends as will tell.
        let copied =
            known.iter().any(|known| name_of(&known.path) == draft.path.as_deref().map_or("", name_of));
        return Ok(if copied { Origin::Copied } else { Origin::New });
    }
    // Empty files are all alike.
    if file.duration == Some(0) {
        return Ok(Origin::New);
    }
    let same_sound =
        |known: &&FileKnown| known.size == file.size && known.digest.is_some() && known.digest == file.digest;
    let alike: Vec<&FileKnown> = known.iter().filter(same_sound).collect();
    if let Some(known) = alike.iter().copied().find(|known| is_gone(known)) {
        return Ok(Origin::Moved(known.path.clone()));
    }
    if !alike.is_empty() {
        return Ok(Origin::Copied);
    }
    // A name with a uniqueid is that of one call for ever, and it has no such sound.
    if draft.uniqueid.is_some() {
        return Ok(Origin::New);
    }
    // And so may be silence: what fits several is none of them.
    let mut fitting = lost.iter().filter(same_sound).filter(is_gone);
    Ok(match (fitting.next(), fitting.next()) {
        (Some(known), None) => Origin::Moved(known.path.clone()),
        _ => Origin::New,
    })
}

/// Whether a file isn't the one that was known under its path. A name with a uniqueid is that of one call for ever, and
/// what is made of the file there, and put in its place, is the same recording.
fn is_another(known: &FileKnown, draft: &Draft, file: &FileState) -> bool {
    const UNSEEN: i64 = 0;
    // Where the file system doesn't say when a file was made, it is as old as its last change.
    let later = file.created > known.created && (file.created != file.modified || file.size < known.size);
    let same_sound = file.duration != Some(0) && file.digest.is_some() && file.digest == known.digest;
    draft.uniqueid.is_none() && known.state != UNSEEN && !same_sound && (known.inode != file.inode || later)
}

/// A post-command may make another kind of sound of a recording, under its name, and then remove it.
fn converted(
    reader: &Reader,
    draft: &Draft,
    file: &FileState,
    is_gone: impl Fn(&&FileKnown) -> bool,
) -> Result<Option<Origin>, StoreError> {
    let Some(bare) = draft.path.as_deref().map(bare) else { return Ok(None) };
    let mut beside = reader.files_beside(bare)?;
    beside.retain(|known| bare == self::bare(&known.path) && known.length() != Some(0));
    if !file.closed {
        return Ok((!beside.is_empty()).then_some(Origin::Converting));
    }
    beside.retain(|known| alike(known.length(), file.duration));
    let gone = beside.iter().find(is_gone).map(|known| Origin::Moved(known.path.clone()));
    Ok(gone.or((!beside.is_empty()).then_some(Origin::Copied)))
}

/// A path without its ending.
fn bare(path: &str) -> &str {
    path.strip_suffix(name_of(path)).map_or(path, |folder| &path[..folder.len() + stem(path).len()])
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
