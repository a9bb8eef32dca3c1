//! Whether a sound file is there: the same answer as whoever opens it gets, for less.

use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use cap_std::fs::Dir;
use rustix::fs::{AtFlags, FileType, statat};

use super::folder::{Media, relative};

/// Looks for files one after the other, most of them in the same folder as the one before. It keeps folders open, so that it
/// is to be let go soon.
pub struct There {
    root: Option<Dir>,
    /// The folder of the file before, where it could be opened.
    folder: Option<(Vec<u8>, Option<Dir>)>,
}

impl Media {
    /// Looks for files.
    pub fn there(&self) -> There {
        There { root: self.folder().ok(), folder: None }
    }

    /// Whether there is a regular file below the root at this path, and no link leads out on the way to it.
    pub fn has(&self, path: &[u8]) -> bool {
        self.there().size(path).is_some()
    }
}

impl Media {
    /// Whether there is a folder below the root at this path, and no link leads out on the way to it.
    pub fn has_folder(&self, path: &Path) -> bool {
        self.folder().is_ok_and(|root| root.open_dir(path).is_ok())
    }
}

impl There {
    /// Bytes of the file, if it is there.
    pub fn size(&mut self, path: &[u8]) -> Option<u64> {
        relative(path).ok()?;
        let (folder, name) = match path.iter().rposition(|byte| *byte == b'/') {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&b""[..], path),
        };
        let facts = statat(self.folder(folder)?.as_fd(), name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        match FileType::from_raw_mode(facts.st_mode) {
            FileType::RegularFile => u64::try_from(facts.st_size).ok(),
            // It may lead to another file below the root.
            FileType::Symlink => {
                let facts = self.root.as_ref()?.metadata(Path::new(OsStr::from_bytes(path))).ok()?;
                facts.is_file().then_some(facts.len())
            }
            _ => None,
        }
    }

    fn folder(&mut self, folder: &[u8]) -> Option<&Dir> {
        let root = self.root.as_ref()?;
        if folder.is_empty() {
            return Some(root);
        }
        if self.folder.as_ref().is_none_or(|(last, _)| last != folder) {
            let opened = root.open_dir(Path::new(OsStr::from_bytes(folder))).ok();
            self.folder = Some((folder.to_vec(), opened));
        }
        self.folder.as_ref()?.1.as_ref()
    }
}
