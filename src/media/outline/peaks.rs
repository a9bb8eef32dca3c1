//! Waveforms of sound files, kept in a folder so that they are made once.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::super::decode::Content;
use super::super::decode::compressed;
use super::super::sound::Sound;
use super::waveform::{Outline, Waveform};

/// Bytes of waveforms that are kept: those of about 2,000 calls of one channel.
const KEPT: u64 = 64 << 20;
/// A waveform's bytes are fewer than these.
const LONGEST: u64 = 4 << 20;

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
    /// Decodes all of it for its waveform, until `unwanted` becomes true.
    pub fn waveform(&self, unwanted: &AtomicBool) -> Result<Waveform, NoWaveform> {
        let wanted = || {
            if unwanted.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let waveform = match self.content()? {
            Content::Samples(pcm) => {
                let mut outline = Outline::new(pcm.channels.into(), pcm.rate);
                let _ = pcm.read_samples(self.file(), &mut |samples| {
                    outline.push(samples);
                    wanted()
                })?;
                Some(outline.finish())
            }
            Content::Packed(_) => self.packed_waveform(&wanted)?,
            Content::Unknown => None,
        };
        if wanted().is_break() { Err(NoWaveform::Unwanted) } else { waveform.ok_or(NoWaveform::Unknown) }
    }

    fn packed_waveform(&self, wanted: &dyn Fn() -> ControlFlow<()>) -> io::Result<Option<Waveform>> {
        let mut outline: Option<Outline> = None;
        let decoded = compressed::read_samples(self.file(), self.size, &mut |channels, rate, samples| {
            let outline = outline.get_or_insert_with(|| Outline::new(channels, rate));
            if !outline.is_of(channels, rate) {
                // Another sound begins within the file.
                return ControlFlow::Break(());
            }
            outline.push(samples);
            wanted()
        })?;
        Ok(outline.filter(|_| decoded.is_ok()).map(Outline::finish))
    }
}
