//! A file read to its end, a piece at a time: its digest, and whether it holds more than silence.

use std::io;
use std::os::unix::fs::MetadataExt;

use sha2::{Digest, Sha256};

use super::decode::ReadAt;
use super::sound::Sound;

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;
/// What comes before the sound: headers differ where silence is alike.
const HEADER: usize = 256;
/// Silence takes fewer different bytes than this, in whatever coding.
const OF_SILENCE: usize = 64;

/// A file that is being read whole.
#[derive(Debug)]
pub struct WholeRead {
    sound: Sound,
    at: u64,
    digest: Sha256,
    met: [bool; 256],
    state: (u64, i64),
}

/// What a whole file comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Bytes.
    pub size: u64,
    /// When it was written last, nanoseconds since 1970.
    pub modified: i64,
    /// Of all of it.
    pub sha256: Vec<u8>,
    /// Whether there is nothing in it by which it could be told from others.
    pub is_silent: bool,
}

impl WholeRead {
    /// Begins to read a file.
    pub fn new(sound: Sound) -> io::Result<WholeRead> {
        let state = state(&sound)?;
        Ok(WholeRead { sound, at: 0, digest: Sha256::new(), met: [false; 256], state })
    }

    /// Reads up to `most` bytes on. Gives what the file comes to, once it is read; an error if it changed meanwhile.
    pub fn go_on(&mut self, most: u64) -> io::Result<Option<Whole>> {
        let (size, modified) = self.state;
        let end = size.min(self.at.saturating_add(most));
        let mut bytes = vec![0; PIECE];
        while self.at < end {
            let wanted = usize::try_from(end - self.at).unwrap_or(PIECE).min(PIECE);
            let count = self.sound.file().at(self.at, &mut bytes[..wanted])?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let header = if self.at == 0 { HEADER.min(count) } else { 0 };
            bytes[header..count].iter().for_each(|byte| self.met[usize::from(*byte)] = true);
            self.digest.update(&bytes[..count]);
            self.at += count as u64;
        }
        if self.at < size {
            return Ok(None);
        }
        if state(&self.sound)? != self.state {
            return Err(io::Error::other("it is written to"));
        }
        let sha256 = std::mem::take(&mut self.digest).finalize().to_vec();
        let is_silent = self.met.iter().filter(|met| **met).count() < OF_SILENCE;
        Ok(Some(Whole { size, modified, sha256, is_silent }))
    }
}

fn state(sound: &Sound) -> io::Result<(u64, i64)> {
    let facts = sound.file().metadata()?;
    Ok((facts.len(), facts.mtime().saturating_mul(1_000_000_000).saturating_add(facts.mtime_nsec())))
}
