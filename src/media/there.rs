//! Whether a sound file is there: the same answer as whoever opens it gets, for less.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use rustix::fs::{AtFlags, FileType, statat};

use super::folder::{Media, relative};
use super::shortage::Shortage;

/// Looks for files one after the other, most of them in the same folder as the one before. It keeps folders open, so that it
/// is to be let go soon.
pub struct There {
    path: PathBuf,
    root: Opened,
    /// The folder of the file before.
    folder: Option<(Vec<u8>, Opened)>,
}

/// A folder, if it could be opened.
enum Opened {
    Folder(Dir),
    /// It isn't there, or is not to be reached.
    Not,
    /// It may not be opened; what is in it perhaps may.
    Closed,
    /// The system has run out of something: that says nothing of the folder.
    Short,
}

impl Opened {
    fn of(opened: io::Result<Dir>) -> Opened {
        match opened {
            Ok(folder) => Opened::Folder(folder),
            Err(why) if Shortage::of(&why).is_some() => Opened::Short,
            Err(why) if why.kind() == io::ErrorKind::PermissionDenied => Opened::Closed,
            Err(_) => Opened::Not,
        }
    }
}

impl Media {
    /// Looks for files.
    pub fn there(&self) -> There {
        let root = Opened::of(Dir::open_ambient_dir(self.path(), ambient_authority()));
        There { path: self.path().into(), root, folder: None }
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
        let below = relative(path).ok()?;
        let (folder, name) = match path.iter().rposition(|byte| *byte == b'/') {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&b""[..], path),
        };
        let kind = match self.folder(folder) {
            Opened::Folder(folder) => {
                let facts = statat(folder.as_fd(), name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
                if FileType::from_raw_mode(facts.st_mode) == FileType::RegularFile {
                    return u64::try_from(facts.st_size).ok();
                }
                Some(FileType::from_raw_mode(facts.st_mode))
            }
            Opened::Not => return None,
            Opened::Closed | Opened::Short => None,
        };
        match (kind, &self.root) {
            // A link may lead to another file below the root. What escapes it is none here either.
            (Some(FileType::Symlink) | None, Opened::Folder(root)) => match root.metadata(below) {
                Err(why) if Shortage::of(&why).is_some() => self.unopened(below),
                facts => facts.ok().filter(|facts| facts.is_file()).map(|facts| facts.len()),
            },
            (None, _) => self.unopened(below),
            _ => None,
        }
    }

    /// The same where nothing can be opened. To ask for a path takes nothing.
    fn unopened(&self, below: &Path) -> Option<u64> {
        let facts = std::fs::metadata(self.path.join(below)).ok();
        facts.filter(Metadata::is_file).map(|facts| facts.len())
    }

    fn folder(&mut self, folder: &[u8]) -> &Opened {
        let Opened::Folder(root) = &self.root else { return &self.root };
        if folder.is_empty() {
            return &self.root;
        }
        if self.folder.as_ref().is_none_or(|(last, _)| last != folder) {
            let opened = Opened::of(root.open_dir(Path::new(OsStr::from_bytes(folder))));
            self.folder = Some((folder.to_vec(), opened));
        }
        self.folder.as_ref().map_or(&self.root, |(_, opened)| opened)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_is_there_is_there_also_where_its_folder_cannot_be_opened() {
        let root = std::env::temp_dir().join(format!("tapeline-there-{}", std::process::id()));
        std::fs::create_dir_all(root.join("a")).expect("a folder");
        std::fs::write(root.join("a/b.wav"), "ab").expect("a file");
        symlink("b.wav", root.join("a/inside.wav")).expect("a link");
        symlink("/etc/hostname", root.join("a/outside.wav")).expect("a link");
        let sizes = |there: &mut There| {
            ["a/b.wav", "a/inside.wav", "a/outside.wav", "a", "a/c.wav", "c/b.wav", "../x", ""]
                .map(|path| there.size(path.as_bytes()))
        };
        let there = || Media::new(&root).there();
        let expected = [Some(2), Some(2), None, None, None, None, None, None];
        assert_eq!(sizes(&mut there()), expected);
        let mut closed = There { folder: Some((b"a".to_vec(), Opened::Closed)), ..there() };
        assert_eq!(closed.size(b"a/b.wav"), Some(2));
        assert_eq!(closed.size(b"a/outside.wav"), None);
        let mut short = There { root: Opened::Short, ..there() };
        assert_eq!((short.size(b"a/b.wav"), short.size(b"a/c.wav")), (Some(2), None));
        std::fs::remove_dir_all(root).expect("it goes");
    }
}
