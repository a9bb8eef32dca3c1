//! What intake wants to know of a sound file, without decoding it.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::decode::budget::Unwanted;
use super::decode::length::{Measured, believed, measure};
use super::decode::{Content, Holds, ReadAt, Written};
use super::kind::media_type;
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
    /// Milliseconds of sound; None where they are not known. Where a header has no sizes yet, the file's own counts.
    pub duration: Option<i64>,
    /// Media type, by the content.
    pub mimetype: String,
    /// Whether it was written to its end, as far as the file itself tells.
    pub written: Written,
    /// Digest of the size, the beginning and the end.
    pub digest: Vec<u8>,
}

impl Sound {
    /// What there is to know of the file; an error as soon as it is unwanted. It takes a bounded time, whatever the file
    /// says: where it says nothing that can be true, the length is not known.
    pub fn heard(&self, unwanted: &Unwanted<'_>) -> io::Result<Heard> {
        let facts = self.file().metadata()?;
        let created = facts.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let content = self.content()?;
        let Measured { milliseconds, written } = self.measured(content.as_ref(), unwanted)?;
        let name = String::from_utf8_lossy(self.path());
        Ok(Heard {
            device: facts.dev(),
            inode: facts.ino(),
            created: created.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(0)),
            modified: facts.mtime().saturating_mul(1_000_000_000).saturating_add(facts.mtime_nsec()),
            size: self.size,
            duration: milliseconds.map(|length| i64::try_from(length).unwrap_or(i64::MAX)),
            mimetype: content
                .as_ref()
                .map_or_else(|| media_type("", &name), |content| content.form.media_type)
                .into(),
            written,
            digest: self.digest()?,
        })
    }

    fn measured(&self, content: Option<&Content>, unwanted: &Unwanted<'_>) -> io::Result<Measured> {
        let written = content.map_or(Written::SaysNothing, |content| content.written);
        let milliseconds = match content.map(|content| &content.holds) {
            _ if self.size == 0 => Some(0),
            Some(Holds::Samples(pcm)) => Some(pcm.milliseconds()),
            Some(Holds::Packets(reader, span)) => {
                let found = measure(self.file(), span.clone(), *reader, unwanted)?;
                return Ok(Measured { written: written.or(found.written), ..found });
            }
            Some(Holds::Other(milliseconds)) => believed(*milliseconds, self.size),
            None => None,
        };
        Ok(Measured { milliseconds, written })
    }

    fn digest(&self) -> io::Result<Vec<u8>> {
        self.digest_at(self.size, &[])
    }

    /// Whether a file goes on from what it was when it had so many bytes and this digest. The sizes in a header are others
    /// by now.
    pub fn goes_on_from(&self, size: u64, digest: &[u8]) -> io::Result<bool> {
        if size > self.size {
            return Ok(false);
        }
        let mut head = vec![0; ENDS.min(size) as usize];
        let count = self.file().at(0, &mut head)?;
        head.truncate(count);
        let rest = |behind: usize| u32::try_from(size.saturating_sub(behind as u64)).unwrap_or(u32::MAX);
        if self.digest_at(size, &head)? == digest {
            return Ok(true);
        }
        let Some(data) = data_size(&head) else { return Ok(false) };
        // As it was closed, or as Asterisk, libsndfile and ffmpeg leave it until then.
        for sizes in [(rest(RIFF + 4), rest(data + 4)), (0, 0), (8, 0), (u32::MAX, u32::MAX)] {
            for (at, size) in [(RIFF, sizes.0), (data, sizes.1)] {
                head[at..at + 4].copy_from_slice(&size.to_le_bytes());
            }
            if self.digest_at(size, &head)? == digest {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The digest of the first bytes, with `head` in the place of what they begin with.
    fn digest_at(&self, size: u64, head: &[u8]) -> io::Result<Vec<u8>> {
        let mut digest = Sha256::new();
        digest.update(size.to_le_bytes());
        let mut bytes = vec![0; ENDS.min(size) as usize];
        for at in [0, size.saturating_sub(ENDS)] {
            let count = self.file().at(at, &mut bytes)?;
            let head = usize::try_from(at).ok().and_then(|at| head.get(at..)).unwrap_or_default();
            let same = head.len().min(count);
            bytes[..same].copy_from_slice(&head[..same]);
            digest.update(&bytes[..count]);
        }
        Ok(digest.finalize()[..DIGEST].to_vec())
    }
}

/// Where the size of the file stands in RIFF.
const RIFF: usize = 4;

/// Where the size of the sound stands in RIFF.
fn data_size(head: &[u8]) -> Option<usize> {
    let mut at = head.starts_with(b"RIFF").then_some(12)?;
    loop {
        let chunk = head.get(at..at + 8)?;
        if chunk.starts_with(b"data") {
            return Some(at + 4);
        }
        let length = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
        at = at.checked_add(8)?.checked_add(usize::try_from(length).ok()?)?;
    }
}
