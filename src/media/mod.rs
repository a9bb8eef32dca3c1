//! Sound files: only those below the media root, whatever a row says, and what the web needs to know of them.
//!
//! Rows come from other programs too, so a path is not to be trusted. The root is opened once, and every file is
//! opened beneath it by the system's own rules (`openat2` with `RESOLVE_BENEATH`, where there is one).

mod kind;
mod range;
mod removal;

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::ops::{ControlFlow, Range};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;

pub use kind::{Name, media_type};
pub use range::{Asked, Plan, Stands, http_date, plan};
pub use removal::Removed;

/// The folder below which all sound lies.
pub struct Media {
    root: PathBuf,
    folder: OnceLock<Dir>,
}

/// A sound file that is open.
#[derive(Debug)]
pub struct Sound {
    file: File,
    /// Its bytes when it was opened; that of a call in progress grows on.
    pub size: u64,
    /// When it was last written to, Unix seconds.
    pub modified: i64,
    /// Names exactly these bytes.
    pub tag: String,
}

/// Why there is no sound; for the log.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message is the documentation")]
pub enum NoSound {
    #[error("its row names no file")]
    Unnamed,
    #[error("its path has a NUL byte in it")]
    Nul,
    #[error("its path is absolute; it must be relative to the media root")]
    Absolute,
    #[error("its path has .. in it")]
    Climbs,
    #[error("its path is that of a {0}")]
    NotAFile(&'static str),
    #[error("its path cannot be opened: {0}")]
    Unreadable(io::Error),
    #[error("the media root {path} cannot be opened: {why}")]
    NoRoot { path: PathBuf, why: io::Error },
}

impl Media {
    /// The folder at `root`. It may be made later: until then nothing is found.
    pub fn new(root: &Path) -> Media {
        let media = Media { root: root.into(), folder: OnceLock::new() };
        // Whoever asks first hears what is wrong.
        let _ = media.folder();
        media
    }

    /// Opens the file that a row's path names, if it is a regular one below the root.
    pub fn open(&self, path: &[u8]) -> Result<Sound, NoSound> {
        let path = relative(path)?;
        // A FIFO would keep the thread until somebody writes, and a terminal could become ours.
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags.bits().cast_signed());
        let file = self.folder()?.open_with(path, &options).map_err(NoSound::Unreadable)?;
        Sound::new(file.into_std())
    }

    fn folder(&self) -> Result<&Dir, NoSound> {
        if let Some(folder) = self.folder.get() {
            return Ok(folder);
        }
        let folder = Dir::open_ambient_dir(&self.root, ambient_authority())
            .map_err(|why| NoSound::NoRoot { path: self.root.clone(), why })?;
        Ok(self.folder.get_or_init(|| folder))
    }
}

/// What may be a path below the root. That no link on the way leads out is the system's to see to.
fn relative(path: &[u8]) -> Result<&Path, NoSound> {
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

impl Sound {
    fn new(file: File) -> Result<Sound, NoSound> {
        let facts = file.metadata().map_err(NoSound::Unreadable)?;
        if let Some(kind) = not_a_file(facts.file_type()) {
            return Err(NoSound::NotAFile(kind));
        }
        let modified = facts.mtime();
        let tag = format!("\"{:x}-{:x}-{modified:x}.{:x}\"", facts.ino(), facts.len(), facts.mtime_nsec());
        Ok(Sound { file, size: facts.len(), modified, tag })
    }

    /// Hands over the bytes of `span` in pieces of `piece` bytes; only the last one may be shorter.
    pub fn read(
        &self,
        span: Range<u64>,
        piece: usize,
        mut each: impl FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let mut at = span.start;
        while at < span.end {
            let length = usize::try_from(span.end - at).unwrap_or(piece).min(piece);
            let mut bytes = vec![0; length];
            self.file.read_exact_at(&mut bytes, at)?;
            at += length as u64;
            if each(bytes).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

fn not_a_file(kind: std::fs::FileType) -> Option<&'static str> {
    match kind {
        kind if kind.is_file() => None,
        kind if kind.is_dir() => Some("folder"),
        kind if kind.is_fifo() => Some("FIFO"),
        kind if kind.is_char_device() || kind.is_block_device() => Some("device"),
        _ => Some("thing that is no regular file"),
    }
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
