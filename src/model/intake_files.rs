//! The columns of `intake_files`, declared once.
//!
//! # To add a column
//!
//! A line here and one in `schema.sql`, at the same place; raise `VERSION` in `store/database/open.rs`. The statements that
//! read and write whole rows follow; a test names a `schema.sql` that differs. A fact that only this table keeps takes its
//! lines in `intake/facts.rs` and `intake/facts_to_row.rs`, which does not compile without.

use super::columns::row_of_columns;

row_of_columns! {
    /// What intake knows of a file or of an announced recording, so that none is filed twice.
    IntakeFile {
        /// Row id; 0 where there is no row yet.
        id: i64,
        /// Relative to the media root; empty until it is known.
        path: String,
        /// Machine that wrote it; empty where another program made the recording's row.
        machine: String,
        /// The PBX's identifier of the channel, as in the recording's row.
        uniqueid: String,
        /// Which recording of the channel, as in the recording's row; no number is given twice.
        recordid: String,
        /// Id of the recording's row, also when that is gone; 0 none.
        recording: i64,
        /// Why it has no row.
        excluded: String,
        /// Customer that intake filed it under.
        customer: i64,
        /// Record group that intake filed it under.
        recordgroup: i64,
        /// Days that it is kept from its start; 0 for ever.
        days: i64,
        /// 0: no file seen, 1: being written, 2: closed.
        state: i64,
        /// 1: the call has ended, says the PBX.
        over: i64,
        /// The file's device when it was last seen, as stat(2) has it.
        device: i64,
        /// The file's inode when it was last seen, as stat(2) has it.
        inode: i64,
        /// When the file was made, nanoseconds.
        created: i64,
        /// When the file was written last, nanoseconds.
        modified: i64,
        /// When the file was written last as its present size was first seen, nanoseconds: a copy may lose its times.
        closed: i64,
        /// Bytes.
        size: i64,
        /// Milliseconds of sound; -1 where they are not known.
        duration: i64,
        /// Digest of the file's beginning and end, to find it again elsewhere.
        digest: Option<Vec<u8>>,
        /// When the call was answered, Unix seconds.
        answer: i64,
        /// When it ended, Unix seconds, as a source says it.
        ended: i64,
        /// Seconds after the answer, as a source says it.
        talktime: i64,
        /// Seconds from start to end, as a source says it.
        totaltime: i64,
        /// Context of the dialplan in which the call began.
        context: String,
        /// Account code of the channel.
        account: String,
        /// Queue that the call went through.
        queue: String,
        /// The customer's domain, where the PBX has several.
        domain: String,
        /// What was odd about the recording, for people.
        note: String,
        /// How sure each fact is, a hexadecimal digit each.
        ranks: String,
        /// Digest of the recording's row as intake left it; `None` where another program made that row.
        written: Option<i64>,
        /// When it was met first, Unix seconds.
        first_seen: i64,
    }
}

/// The length of sound that is not known, as the table has it.
const NOT_KNOWN: i64 = -1;

/// Milliseconds of sound, as the table has them.
pub fn stored_length(milliseconds: Option<i64>) -> i64 {
    milliseconds.unwrap_or(NOT_KNOWN)
}

/// The other way round.
pub fn known_length(stored: i64) -> Option<i64> {
    Some(stored).filter(|stored| *stored >= 0)
}

impl IntakeFile {
    /// Milliseconds of sound, where they are known.
    pub fn length(&self) -> Option<i64> {
        known_length(self.duration)
    }
}
