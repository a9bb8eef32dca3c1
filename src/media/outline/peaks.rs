//! Waveforms of sound files, kept in a folder so that they are made once.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::ops::{ControlFlow, Range};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::super::decode::budget::Budget;
use super::super::decode::{Holds, Reader, compressed};
use super::super::sound::Sound;
use super::waveform::{Outline, Waveform};

/// Bytes of waveforms that are kept: those of about 2,000 calls of one channel.
const KEPT: u64 = 64 << 20;
/// A waveform's bytes are fewer than these.
const LONGEST: u64 = 4 << 20;
/// Processor time of one: what takes longer is a day of sound, or no sound at all.
const TIME: Duration = Duration::from_secs(20);

/// Where waveforms are made and kept.
pub struct Peaks {
    folder: PathBuf,
    /// Held by whoever makes room.
    room: Mutex<()>,
}

/// Why there is no waveform.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message is the documentation")]
pub enum NoWaveform {
    #[error("its format is not one that can be decoded")]
    Unknown,
    #[error("it takes too long")]
    TooLong,
    #[error("nobody waits for it any more")]
    Unwanted,
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

impl Peaks {
    /// Keeps them in `folder`, which is made when it is needed.
    pub fn new(folder: PathBuf) -> Peaks {
        Peaks { folder, room: Mutex::new(()) }
    }

    /// The waveform of a sound that no longer grows, if it is kept.
    pub fn kept(&self, sound: &Sound) -> Option<Waveform> {
        let mut bytes = Vec::new();
        File::open(self.place(sound.path())).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
        // Of another state of the file it is of no use.
        let waveform = bytes.strip_prefix(sound.tag.as_bytes())?;
        Waveform::from_bytes(waveform)
    }

    /// Keeps a waveform in the place of what was kept for the same path.
    pub fn keep(&self, sound: &Sound, waveform: &Waveform) -> io::Result<()> {
        let bytes = [sound.tag.as_bytes(), &waveform.to_bytes()].concat();
        if bytes.len() as u64 > LONGEST {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let _room = self.room.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        make_room(&self.folder, KEPT - bytes.len() as u64)?;
        let new = self.folder.join(unique());
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&new)?;
        let written = file.write_all(&bytes).and_then(|()| fs::rename(&new, self.place(sound.path())));
        if written.is_err() {
            // What cannot be removed is removed when room is made.
            let _ = fs::remove_file(&new);
        }
        written
    }

    /// Drops what is kept for the sound at `path`, which is gone.
    pub fn forget(&self, path: &[u8]) {
        // Mostly there is nothing; and what is left tells nothing but when somebody spoke.
        let _ = fs::remove_file(self.place(path));
    }

    /// The path of a sound may hold anything, and tell something.
    fn place(&self, path: &[u8]) -> PathBuf {
        let digest = Sha256::digest(path);
        self.folder.join(digest.iter().fold(String::new(), |name, byte| name + &format!("{byte:02x}")))
    }
}

/// A name that no other thread uses.
fn unique() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!("new-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// Removes the oldest files until the rest has at most `most` bytes.
fn make_room(folder: &Path, most: u64) -> io::Result<()> {
    let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let facts = entry.metadata()?;
        files.push((facts.modified()?, facts.len(), entry.path()));
    }
    let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
    files.sort();
    for (_, size, path) in files {
        if total <= most {
            break;
        }
        fs::remove_file(path)?;
        total -= size;
    }
    Ok(())
}

impl Sound {
    /// Decodes all of it for its waveform, until `unwanted` becomes true. A part of it is none.
    pub fn waveform(&self, unwanted: &AtomicBool) -> Result<Waveform, NoWaveform> {
        self.waveform_within(TIME, unwanted)
    }

    fn waveform_within(&self, time: Duration, unwanted: &AtomicBool) -> Result<Waveform, NoWaveform> {
        let is_unwanted = || unwanted.load(Ordering::Relaxed);
        let budget = Budget::new(u64::MAX, time, &is_unwanted).for_things(self.size);
        let waveform = match self.content()?.map(|content| content.holds) {
            Some(Holds::Samples(pcm)) => {
                let mut outline = Outline::new(pcm.channels.into(), pcm.rate);
                let _ = pcm.read_samples(self.file(), &mut |samples| {
                    outline.push(samples);
                    go_on(&budget)
                })?;
                Some(outline.finish())
            }
            Some(Holds::Packets(reader, span)) => self.packed_waveform(reader, span, &budget)?,
            Some(Holds::Other(_)) | None => None,
        };
        match budget.check() {
            Err(_) if is_unwanted() => Err(NoWaveform::Unwanted),
            Err(_) => Err(NoWaveform::TooLong),
            Ok(()) => waveform.ok_or(NoWaveform::Unknown),
        }
    }

    fn packed_waveform(
        &self,
        reader: Reader,
        span: Range<u64>,
        budget: &Budget<'_>,
    ) -> io::Result<Option<Waveform>> {
        let mut outline: Option<Outline> = None;
        let decoded =
            compressed::read_samples(self.file(), span, reader, budget, &mut |channels, rate, samples| {
                let outline = outline.get_or_insert_with(|| Outline::new(channels, rate));
                if !outline.is_of(channels, rate) {
                    // Another sound begins within the file.
                    return ControlFlow::Break(());
                }
                outline.push(samples);
                go_on(budget)
            })?;
        Ok(outline.filter(|_| decoded.is_ok()).map(Outline::finish))
    }
}

fn go_on(budget: &Budget<'_>) -> ControlFlow<()> {
    if budget.check().is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

#[cfg(test)]
mod tests {
    use super::super::super::Media;
    use super::*;

    #[test]
    fn a_part_of_an_outline_is_none() {
        let media = Media::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data")));
        let wanted = AtomicBool::new(false);
        for name in ["call.wav", "call.m4a", "call.webm", "call.gsm"] {
            let sound = media.open(name.as_bytes()).expect("a file");
            let made = sound.waveform_within(Duration::ZERO, &wanted);
            assert!(matches!(made, Err(NoWaveform::TooLong)), "{name}: {made:?}");
            assert!(sound.waveform(&wanted).is_ok(), "{name}");
            let unwanted = sound.waveform(&AtomicBool::new(true));
            assert!(matches!(unwanted, Err(NoWaveform::Unwanted)), "{name}: {unwanted:?}");
        }
    }
}
