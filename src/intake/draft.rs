//! What a source knows of a recording or of its call, and what becomes of it. Every fact is optional, so that sources
//! enrich one another.

use std::borrow::Cow;

use super::facts::Facts;
use super::source::Source;
use crate::media::is_sound_name;
use crate::model::paths::read_as_latin_1;
use crate::model::{RecordingRow, SoundRole};

/// What a draft is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum About {
    /// A recording: if it isn't known yet, it gets a row.
    #[default]
    Recording,
    /// A call that may have recordings: they learn from it; where there is none, it is dropped.
    Call,
    /// A call whose recordings may be still to come: until one does, its detail records are kept.
    CallToCome,
}

/// Why a source itself leaves a file out. It may think otherwise when it looks at it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// Nothing is to be heard.
    Silent,
    /// The mixed recording has it.
    Side,
}

impl LeftOut {
    /// In words.
    pub fn reason(self) -> &'static str {
        match self {
            LeftOut::Silent => "no sound in it (keep_empty = false)",
            LeftOut::Side => "one side of a call whose mixed recording is there",
        }
    }

    /// Whether these are the words.
    pub(super) fn is_reason(words: &str) -> bool {
        [LeftOut::Silent, LeftOut::Side].iter().any(|one| one.reason() == words)
    }
}

/// What is noted of a recording whose file the PBX deletes itself. Once that is gone it has no row.
pub const DISCARDED: &str = "the PBX discarded it as empty or too short";

/// What a source knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Who says it.
    pub source: Source,
    /// Whether it may make a row.
    pub about: About,
    /// Machine that wrote the sound. Together with the path or the uniqueid it says which recording it is.
    pub machine: String,
    /// The sound file, relative to the media root, once it is known.
    pub path: Option<String>,
    /// The PBX's identifier of the recorded channel, if the source knows it.
    pub uniqueid: Option<String>,
    /// What it knows of the call.
    pub facts: Facts,
    /// What it only guesses: of a call that it found in its midst.
    pub guesses: Facts,
    /// What further detail records of the same channel say.
    pub records: Vec<Facts>,
    /// Whether the PBX says that the recording has ended. Where a file was seen, that one decides.
    pub over: bool,
    /// The file as it was just looked at, if the source sees it.
    pub file: Option<FileState>,
    /// Why the source itself leaves it out: the file is one side of another one, or has no sound.
    pub leave_out: Option<LeftOut>,
    /// Where the file was before it was moved or renamed.
    pub moved_from: Option<String>,
    /// What of its call the file has.
    pub role: SoundRole,
    /// Where all that was said is, of which the file has one side.
    pub mix: Option<String>,
    /// Another file that is the same, byte for byte.
    pub copy_of: Option<Copy>,
    /// What was in the file stays there: the recording goes on, whichever channel adds to it.
    pub continues: bool,
    /// The file that was known at the path is gone, and this is another recording.
    pub another: bool,
    /// A whole row, as our own export has it: stored as it is, filed where it says. Only the machine and the path
    /// beside it are looked at.
    pub row: Option<Box<RecordingRow>>,
}

/// A file that is the same as another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copy {
    /// Where the other one is.
    pub path: String,
    /// SHA-256 of both.
    pub sha256: Vec<u8>,
}

/// A file as it was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileState {
    /// As stat(2) has it.
    pub device: i64,
    /// As stat(2) has it.
    pub inode: i64,
    /// Nanoseconds since 1970: when it was made, or when last written where the file system doesn't say.
    pub created: i64,
    /// Nanoseconds since 1970: when it was last written.
    pub modified: i64,
    /// Bytes.
    pub size: i64,
    /// Milliseconds of sound in it; None where they are not known.
    pub duration: Option<i64>,
    /// Media type, by its content.
    pub mimetype: String,
    /// It has been written to its end.
    pub closed: bool,
    /// It goes on from what it was when it was looked at before: nothing else was written over that.
    pub continues: bool,
    /// Digest of its beginning and end, to find it again elsewhere.
    pub digest: Option<Vec<u8>>,
}

/// What became of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is a new row.
    Inserted,
    /// Its row is complete now.
    Completed,
    /// Its row, or what is known beside it, is better now. Also a completed one that is written to again.
    Enriched,
    /// It is another form, or a side, of a recording that has its row.
    Form,
    /// Something else was written over what was recorded, too late to be the recording: its row stays as it is.
    Overwritten,
    /// Nothing new.
    Unchanged,
    /// It has no row, for this reason.
    Excluded(String),
    /// It names a place that it can't be filed at, for this reason.
    Refused(String),
    /// It has no row yet, for this reason.
    Waits(String),
    /// Its row was deleted, and it does not come back.
    Deleted,
    /// Facts about a call without a recording yet: kept.
    Kept,
    /// Facts about a call without a recording: dropped.
    NoRecording,
}

impl Draft {
    /// The uniqueid that the source knows, else the base name of the file.
    pub fn identity(&self) -> &str {
        match (&self.uniqueid, &self.path) {
            (Some(uniqueid), _) if !uniqueid.is_empty() => uniqueid,
            (_, Some(path)) => stem(path),
            _ => "",
        }
    }

    /// The same for a row, where people read and ask for it: of a name that is no UTF-8 as Latin-1.
    pub fn identity_for_row(&self) -> Cow<'_, str> {
        read_as_latin_1(self.identity())
    }

    /// A draft of this one's call, with other facts and without a file.
    pub(super) fn with(&self, facts: Facts) -> Draft {
        Draft {
            source: self.source,
            about: self.about,
            machine: self.machine.clone(),
            uniqueid: self.uniqueid.clone(),
            over: self.over,
            facts,
            ..Draft::default()
        }
    }

    /// Whether the source itself knows the uniqueid.
    pub(super) fn knows_uniqueid(&self) -> bool {
        self.uniqueid.as_ref().is_some_and(|uniqueid| !uniqueid.is_empty())
    }
}

/// A file's name without its folders and its ending, or endings: what is made of `x.wav` may be called `x.wav.mp3`.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut stem = match name.rsplit_once('.') {
        // The counter of a uniqueid is no ending.
        Some((stem, ending)) if !stem.is_empty() && !ending.bytes().all(|byte| byte.is_ascii_digit()) => stem,
        _ => return name,
    };
    while let Some((shorter, _)) = stem.rsplit_once('.').filter(|_| is_sound_name(stem)) {
        stem = shorter;
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stem_has_no_ending_of_sound() {
        for (path, expected) in [
            ("2026/11/a.wav", "a"),
            ("a.wav.mp3", "a"),
            ("a.WAV.gsm.mp3", "a"),
            ("a.b.mp3", "a.b"),
            ("a.mp3.part", "a"),
            ("1795499606.0", "1795499606.0"),
            ("1795499606.0.wav", "1795499606.0"),
            ("1795499606.0.wav.mp3", "1795499606.0"),
            (".wav.mp3", ".wav"),
            (".wav", ".wav"),
            ("", ""),
        ] {
            assert_eq!(stem(path), expected, "{path}");
        }
    }
}
