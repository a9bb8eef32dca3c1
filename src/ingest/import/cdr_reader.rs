//! From a call detail record to its draft.

use super::target::Import;
use crate::ingest::cdr::Record;
use crate::ingest::names::Names;
use crate::intake::{About, Draft, stem};

/// Makes drafts of records where they are read, on another thread than what takes them in.
pub(super) struct CdrReader {
    names: Names,
    machine: String,
    now: i64,
}

/// A sound file that a record names.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Sound {
    /// What its name says of whose it is; empty where none is named.
    pub(super) whose: String,
    /// Its name without its endings.
    pub(super) stem: String,
}

/// The draft of a record.
pub(super) enum CdrDraft {
    /// What is known of the recordings of a channel, and what is odd about it.
    Call { draft: Draft, sound: Sound, more: Vec<Sound>, doubt: String },
    /// Who answered the call of another channel.
    Answerer(Draft),
}

impl CdrReader {
    pub(super) fn of(import: &Import<'_>) -> CdrReader {
        CdrReader { names: import.names.clone(), machine: import.folder.machine(), now: import.now }
    }

    pub(super) fn draft(&self, mut record: Record) -> CdrDraft {
        let draft = |record: Record| record.draft(&self.machine, About::CallToCome);
        match record {
            Record::Answerer(_) => CdrDraft::Answerer(draft(record)),
            Record::Call(ref mut cdr) => {
                let sound = self.sound(&cdr.file);
                let more = std::mem::take(&mut cdr.more_files).iter().map(|file| self.sound(file)).collect();
                let doubt = std::mem::take(&mut cdr.doubt);
                CdrDraft::Call { draft: draft(record), sound, more, doubt }
            }
        }
    }

    fn sound(&self, file: &str) -> Sound {
        if file.is_empty() {
            return Sound::default();
        }
        let stem = stem(file).to_owned();
        let whose = self.names.read(file, self.now).uniqueid.unwrap_or_else(|| stem.clone());
        Sound { whose, stem }
    }
}
