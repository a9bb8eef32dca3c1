//! Why there is no sound.

use std::io;
use std::path::PathBuf;

use super::shortage::Shortage;

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

impl NoSound {
    /// What the system has run out of, if that is why.
    pub fn shortage(&self) -> Option<Shortage> {
        match self {
            NoSound::Unreadable(why) | NoSound::NoRoot { why, .. } => Shortage::of(why),
            _ => None,
        }
    }
}
