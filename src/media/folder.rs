//! The folder below which all sound lies. Rows come from other programs too, so a path is not to be trusted: every file
//! is opened beneath the root by the system's own rules (`openat2` with `RESOLVE_BENEATH`, where there is one).

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;

use super::decode::Raw;
use super::no_sound::NoSound;
use super::sound::Sound;
use crate::config::{Folder, innermost};

/// The folder below which all sound lies.
pub struct Media {
    root: PathBuf,
    /// Those that say how sound without a header is stored.
    folders: Vec<Folder>,
}

/// Device and inode.
type RootId = (u64, u64);

impl Media {
    /// The folder at `root`. It may be made later: until then nothing is found.
    pub fn new(root: &Path) -> Media {
        Media { root: root.into(), folders: Vec::new() }
    }

    /// The same, with the settings of folders in it.
    #[must_use]
    pub fn with(self, folders: &[Folder]) -> Media {
        Media { folders: folders.to_vec(), ..self }
    }

    /// Opens the file that a row's path names, if it is a regular one below the root.
    pub fn open(&self, path: &[u8]) -> Result<Sound, NoSound> {
        let below = relative(path)?;
        // A FIFO would keep the thread until somebody writes, and a terminal could become ours.
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags.bits().cast_signed());
        let file = self.folder()?.open_with(below, &options).map_err(NoSound::Unreadable)?;
        let settings = innermost(&self.folders, below);
        let raw = settings
            .map_or(Raw::USUAL, |folder| Raw { channels: folder.raw_channels, rate: folder.raw_rate });
        Sound::new(file.into_std(), path, raw)
    }

    /// The root, and which folder it is at the moment.
    pub fn root(&self) -> Result<RootId, NoSound> {
        let no_root = |why| NoSound::NoRoot { path: self.root.clone(), why };
        std::fs::metadata(&self.root).map(|facts| (facts.dev(), facts.ino())).map_err(no_root)
    }

    /// Where the root is.
    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    /// The root, to be let go at once: as long as it is open, what is mounted there cannot be unmounted.
    pub(super) fn folder(&self) -> Result<Dir, NoSound> {
        Dir::open_ambient_dir(&self.root, ambient_authority())
            .map_err(|why| NoSound::NoRoot { path: self.root.clone(), why })
    }
}

/// What may be a path below the root. That no link on the way leads out is the system's to see to.
pub(super) fn relative(path: &[u8]) -> Result<&Path, NoSound> {
    if path.is_empty() {
        return Err(NoSound::Unnamed);
    }
    if path.contains(&0) {
        return Err(NoSound::Nul);
    }
    let path = Path::new(OsStr::from_bytes(path));
    if path.is_absolute() {
        return Err(NoSound::Absolute);
    }
    if path.components().any(|component| component == Component::ParentDir) {
        return Err(NoSound::Climbs);
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_and_does_not_climb() {
        for (path, right) in [
            ("a.wav", true),
            ("2026/11/a.wav", true),
            ("./a.wav", true),
            ("a..wav", true),
            (".../a", true),
            ("", false),
            ("/", false),
            ("/etc/passwd", false),
            ("..", false),
            ("../a.wav", false),
            ("a/../a.wav", false),
            ("a/..", false),
            ("a\0.wav", false),
        ] {
            assert_eq!(relative(path.as_bytes()).is_ok(), right, "{path:?}");
        }
    }
}
