//! An open sound file, as it is stored or in a form that browsers play.

use std::fs::File;
use std::io;
use std::ops::{ControlFlow, Range};
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use super::decode::{self, Content, FlacStream, Holds, Pcm, Raw, ReadAt, Reader, sniff};
use super::kind::media_type;
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
    raw: Raw,
    form: Form,
}

/// In which form the bytes are handed over.
#[derive(Debug)]
enum Form {
    Stored,
    /// Only these of them.
    Part(Range<u64>),
    Played(Pcm),
    Flac(Pcm, FlacStream),
}

/// What samples are made into for browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapper {
    /// A WAVE file; one that plays stays as it is.
    Wave,
    /// FLAC, where that can be: it begins to sound sooner.
    Flac,
}

/// What a browser gets to play.
pub struct Playable {
    /// The sound, in the form that is played.
    pub sound: Sound,
    /// Its media type, where the content tells.
    pub kind: Option<&'static str>,
    /// What its name ends in, if it was made into another file.
    pub ending: Option<&'static str>,
}

impl Sound {
    pub(super) fn new(file: File, path: &[u8], raw: Raw) -> Result<Sound, NoSound> {
        let facts = file.metadata().map_err(NoSound::Unreadable)?;
        if let Some(kind) = not_a_file(facts.file_type()) {
            return Err(NoSound::NotAFile(kind));
        }
        let modified = facts.mtime();
        // Other settings make another outline of the same bytes.
        let Raw { channels, rate } = raw;
        let heard = if raw == Raw::USUAL { String::new() } else { format!("-{channels}x{rate}") };
        let (inode, size, part) = (facts.ino(), facts.len(), facts.mtime_nsec());
        let tag = format!("\"{inode:x}-{size:x}-{modified:x}.{part:x}{heard}\"");
        Ok(Sound { file, size: facts.len(), modified, tag, path: path.into(), raw, form: Form::Stored })
    }

    /// Where it is below the media root.
    pub(super) fn path(&self) -> &[u8] {
        &self.path
    }

    /// What it holds, if it is as it is stored.
    pub(super) fn content(&self) -> io::Result<Option<Content>> {
        let ending = self.path.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        sniff(&self.file, self.size, &String::from_utf8_lossy(ending), self.raw)
    }

    /// The file itself.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// The same sound in a form that browsers play. One that they play already, or that can't be decoded, stays as it is.
    pub fn playable(self, wrapper: Wrapper) -> io::Result<Playable> {
        let Some(content) = self.content()? else {
            return Ok(Playable { sound: self, kind: None, ending: None });
        };
        let form = content.form;
        let flac = match &content.holds {
            Holds::Samples(pcm) if wrapper == Wrapper::Flac => pcm.flac(),
            _ => None,
        };
        let (made, size, form) = match (content.holds, flac) {
            (Holds::Samples(pcm), Some(flac)) => ("flac", flac.size(), Form::Flac(pcm, flac)),
            (Holds::Samples(pcm), None) if !pcm.plays => ("wav", pcm.played_size(), Form::Played(pcm)),
            // Packets within something else: browsers look for them at the beginning.
            (Holds::Packets(reader, span), _) if span != (0..self.size) => {
                (ending_of(reader), span.end - span.start, Form::Part(span))
            }
            _ => return Ok(Playable { sound: self, kind: Some(form.media_type), ending: None }),
        };
        let kind = media_type("", &format!(".{made}"));
        // Other bytes, another name.
        let tag = format!("{}-{made}\"", self.tag.trim_end_matches('"'));
        Ok(Playable { sound: Sound { size, tag, form, ..self }, kind: Some(kind), ending: Some(made) })
    }

    /// Hands over the bytes of `span` in pieces of `piece` bytes, of which only the last one may be shorter; those of
    /// a form that is made for playing may all differ a little.
    pub fn read(
        &self,
        span: Range<u64>,
        piece: usize,
        mut each: impl FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let first = match &self.form {
            Form::Played(pcm) => return pcm.read_played(&self.file, span, piece, &mut each),
            Form::Flac(pcm, flac) => return pcm.read_flac(flac, &self.file, span, piece, &mut each),
            Form::Part(part) => part.start,
            Form::Stored => 0,
        };
        let (mut at, end) = (first + span.start, first + span.end);
        while at < end {
            let length = usize::try_from(end - at).unwrap_or(piece).min(piece);
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

fn ending_of(reader: Reader) -> &'static str {
    decode::Form::read_by(reader).and_then(|form| form.endings.first()).copied().unwrap_or_default()
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
