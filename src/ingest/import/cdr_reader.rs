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

/// The draft of a record.
pub(super) enum CdrDraft {
    /// What is known of the recordings of a channel. `sound`: what the name of the file that its record names says of
    /// whose it is; empty where it names none.
    Call { draft: Draft, sound: String },
    /// Who answered the call of another channel.
    Answerer(Draft),
}

impl CdrReader {
    pub(super) fn of(import: &Import<'_>) -> CdrReader {
        CdrReader { names: import.names.clone(), machine: import.folder.machine(), now: import.now }
    }

    pub(super) fn draft(&self, record: Record) -> CdrDraft {
        let draft = |record: Record| record.draft(&self.machine, About::CallToCome);
        match record {
            Record::Answerer(_) => CdrDraft::Answerer(draft(record)),
            Record::Call(ref cdr) => {
                let named = self.names.read(&cdr.file, self.now).uniqueid;
                let sound = named.unwrap_or_else(|| stem(&cdr.file).to_owned());
                CdrDraft::Call { draft: draft(record), sound }
            }
        }
    }
}
