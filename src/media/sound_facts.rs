//! What intake wants to know of a sound file, without decoding it.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::decode::budget::Unwanted;
use super::decode::{Content, ReadAt, compressed};
use super::kind::{WAVE, media_type};
use super::sound::Sound;

/// Bytes from both ends that a digest takes in.
const ENDS: u64 = 16 << 10;
/// Bytes of a digest that are kept.
const DIGEST: usize = 16;

/// A file as it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// As stat(2) has it.
    pub device: u64,
    /// As stat(2) has it.
    pub inode: u64,
    /// When it was made, nanoseconds since 1970; 0 where the file system doesn't say.
    pub created: i64,
    /// When it was written last, nanoseconds since 1970.
    pub modified: i64,
    /// Bytes.
    pub size: u64,
    /// Milliseconds of sound. Where a header has no sizes yet, the file's own counts.
    pub duration: i64,
    /// Media type, by the content.
    pub mimetype: String,
    /// Whether a header says how much sound there is, as it does once the file is finished; None without one.
    pub finished: Option<bool>,
    /// Digest of the size, the beginning and the end.
    pub digest: Vec<u8>,
}

impl Sound {
    /// What there is to know of the file; an error as soon as it is unwanted. It takes a bounded time, whatever the file
    /// says: where it says nothing that can be true, the length is 0.
    pub fn heard(&self, unwanted: &Unwanted<'_>) -> io::Result<Heard> {
        let facts = self.file().metadata()?;
        let created = facts.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let (duration, kind) = match self.content()? {
            Content::Samples(pcm) => {
                let kind = if self.is_riff()? { Some(WAVE) } else { None };
                (pcm.milliseconds(), kind)
            }
            Content::Packed(kind) => {
                let length = compressed::milliseconds(self.file(), self.size, kind, unwanted)?;
                (length.unwrap_or(0), Some(kind))
            }
            Content::Unknown => (0, None),
        };
        let name = String::from_utf8_lossy(self.path());
        Ok(Heard {
            device: facts.dev(),
            inode: facts.ino(),
            created: created.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(0)),
            modified: facts.mtime().saturating_mul(1_000_000_000).saturating_add(facts.mtime_nsec()),
            size: self.size,
            duration: i64::try_from(duration).unwrap_or(i64::MAX),
            mimetype: kind.map_or_else(|| media_type("", &name).into(), str::to_owned),
            finished: self.finished()?,
            digest: self.digest()?,
        })
    }

    fn is_riff(&self) -> io::Result<bool> {
        let mut head = [0; 4];
        self.file().at(0, &mut head)?;
        Ok(&head == b"RIFF" || &head == b"RF64")
    }

    /// Asterisk leaves the sizes at 0 until it closes the file.
    fn finished(&self) -> io::Result<Option<bool>> {
        let mut head = [0; 8];
        let count = self.file().at(0, &mut head)?;
        let [r, i, f, f2, size @ ..] = head;
        Ok((count == head.len() && [r, i, f, f2] == *b"RIFF").then_some(size != [0; 4]))
    }

    fn digest(&self) -> io::Result<Vec<u8>> {
        let mut digest = Sha256::new();
        digest.update(self.size.to_le_bytes());
        let mut bytes = vec![0; ENDS.min(self.size) as usize];
        for at in [0, self.size.saturating_sub(ENDS)] {
            let count = self.file().at(at, &mut bytes)?;
            digest.update(&bytes[..count]);
        }
        Ok(digest.finalize()[..DIGEST].to_vec())
    }
}
