//! An open sound file, as it is stored or in a form that browsers play.

use std::fs::File;
use std::io;
use std::ops::{ControlFlow, Range};
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use super::decode::{Content, Pcm, ReadAt, sniff};
use super::kind::WAVE;
use super::no_sound::NoSound;

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
    path: Vec<u8>,
    form: Form,
}

/// In which form the bytes are handed over.
#[derive(Debug)]
enum Form {
    Stored,
    Played(Pcm),
}

/// What a browser gets to play.
pub struct Playable {
    /// The sound, in the form that is played.
    pub sound: Sound,
    /// Its media type, where the content tells.
    pub kind: Option<&'static str>,
    /// Whether it was made into a WAVE file.
    pub made: bool,
}

impl Sound {
    pub(super) fn new(file: File, path: &[u8]) -> Result<Sound, NoSound> {
        let facts = file.metadata().map_err(NoSound::Unreadable)?;
        if let Some(kind) = not_a_file(facts.file_type()) {
            return Err(NoSound::NotAFile(kind));
        }
        let modified = facts.mtime();
        let tag = format!("\"{:x}-{:x}-{modified:x}.{:x}\"", facts.ino(), facts.len(), facts.mtime_nsec());
        Ok(Sound { file, size: facts.len(), modified, tag, path: path.into(), form: Form::Stored })
    }

    /// Where it is below the media root.
    pub(super) fn path(&self) -> &[u8] {
        &self.path
    }

    /// What it holds, if it is as it is stored.
    pub(super) fn content(&self) -> io::Result<Content> {
        let ending = self.path.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        sniff(&self.file, self.size, &String::from_utf8_lossy(ending).to_ascii_lowercase())
    }

    /// The file itself.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// The same sound in a form that browsers play. One that they play already, or that nobody knows, stays as it is.
    pub fn playable(self) -> io::Result<Playable> {
        let content = self.content()?;
        let as_it_is = |sound, kind| Playable { sound, kind, made: false };
        Ok(match content {
            Content::Samples(pcm) if pcm.plays => as_it_is(self, Some(WAVE)),
            Content::Packed(kind) => as_it_is(self, Some(kind)),
            Content::Unknown => as_it_is(self, None),
            Content::Samples(pcm) => {
                // Other bytes, another name.
                let tag = format!("{}-wav\"", self.tag.trim_end_matches('"'));
                let sound = Sound { size: pcm.played_size(), tag, form: Form::Played(pcm), ..self };
                Playable { sound, kind: Some(WAVE), made: true }
            }
        })
    }

    /// Hands over the bytes of `span` in pieces of `piece` bytes, of which only the last one may be shorter; those of
    /// a form that is made for playing may all differ a little.
    pub fn read(
        &self,
        span: Range<u64>,
        piece: usize,
        mut each: impl FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        if let Form::Played(pcm) = &self.form {
            return pcm.read_played(&self.file, span, piece, &mut each);
        }
        let mut at = span.start;
        while at < span.end {
            let length = usize::try_from(span.end - at).unwrap_or(piece).min(piece);
            let mut bytes = vec![0; length];
            self.file.exactly_at(at, &mut bytes)?;
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
