//! Removing a sound file: a regular one below the media root, and never by way of a link.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, fsync, openat, statat, unlinkat};
use rustix::io::Errno;

use super::folder::{Media, relative};
use super::no_sound::NoSound;

/// Seconds by which the clock that dates files may be ahead of ours.
const AHEAD: i64 = 60;
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// How a removal ended, if it need not be tried again.
#[derive(Debug)]
pub enum Removed {
    /// The file is not there (any more), and stays so after a power failure.
    Gone,
    /// It is not ours to remove, and stays.
    Left(String),
}

impl Media {
    /// Removes the file of a row that was deleted at `noted` (Unix seconds).
    pub fn remove(&self, path: &[u8], noted: i64) -> io::Result<Removed> {
        let path = match relative(path) {
            Ok(path) => path,
            Err(why) => return Ok(Removed::Left(why.to_string())),
        };
        let root = self.folder().map_err(|why| match why {
            NoSound::NoRoot { why, .. } => why,
            other => io::Error::other(other),
        })?;
        match remove(root.as_fd(), path, noted) {
            Ok(removed) => Ok(removed),
            Err(Errno::NOENT) => Ok(Removed::Gone),
            Err(Errno::NOTDIR | Errno::LOOP) => {
                Ok(Removed::Left("a link, or something that is no folder, is on the way to it".into()))
            }
            Err(Errno::NAMETOOLONG) => Ok(Removed::Left("its path is too long".into())),
            Err(error) => Err(error.into()),
        }
    }
}

fn remove(root: BorrowedFd<'_>, path: &Path, noted: i64) -> rustix::io::Result<Removed> {
    let left = |why: &str| Ok(Removed::Left(why.into()));
    let mut names: Vec<&[u8]> = path.as_os_str().as_bytes().split(|byte| *byte == b'/').collect();
    let name = names.pop().unwrap_or_default();
    // A slash at the end asks for a folder: no sound was ever there.
    if is_here(name) {
        return left("its path names no file");
    }
    let folder = descend(root, names.into_iter().filter(|name| !is_here(name)))?;
    match statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        // Perhaps since a moment ago.
        Err(Errno::NOENT) => fsync(&folder).map(|()| Removed::Gone),
        Err(error) => Err(error),
        Ok(facts) if FileType::from_raw_mode(facts.st_mode) != FileType::RegularFile => {
            left("it is no regular file")
        }
        // The PBX took the name for another call while the removal had to wait.
        Ok(facts) if facts.st_mtime > noted.saturating_add(AHEAD) => {
            left("it was written after its recording was deleted")
        }
        Ok(_) => {
            unlinkat(&folder, name, AtFlags::empty())?;
            fsync(&folder).map(|()| Removed::Gone)
        }
    }
}

/// Whether a step of a path leads nowhere else.
fn is_here(name: &[u8]) -> bool {
    matches!(name, b"" | b".")
}

/// Opens the folder below, a step at a time, since a link among them could lead anywhere.
fn descend<'a>(
    root: BorrowedFd<'_>,
    mut names: impl Iterator<Item = &'a [u8]>,
) -> rustix::io::Result<OwnedFd> {
    let root = openat(root, ".", FOLDER, Mode::empty())?;
    names.try_fold(root, |folder, name| openat(folder, name, FOLDER, Mode::empty()))
}
