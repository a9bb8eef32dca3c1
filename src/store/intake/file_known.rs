//! What is known of a file that was looked at.

use crate::model::{known_length, row_of_columns};

row_of_columns! {
    /// A file as it was when it was last looked at: some columns of `intake_files`.
    FileKnown {
        /// Relative to the media root.
        path: String,
        /// 0: never seen, 1: being written, 2: closed.
        state: i64,
        /// As stat(2) had it.
        inode: i64,
        /// Nanoseconds.
        created: i64,
        /// Nanoseconds.
        modified: i64,
        /// Bytes.
        size: i64,
        /// Milliseconds of sound; -1 where they are not known.
        duration: i64,
        /// Of its beginning and end.
        digest: Option<Vec<u8>>,
    }
}

impl FileKnown {
    /// Milliseconds of sound, where they are known.
    pub fn length(&self) -> Option<i64> {
        known_length(self.duration)
    }

    /// Whether it was written to its end when it was last looked at.
    pub fn is_closed(&self) -> bool {
        const CLOSED: i64 = 2;
        self.state == CLOSED
    }

    /// One that only a row tells of.
    pub(super) fn unseen(path: String) -> FileKnown {
        FileKnown { path, ..FileKnown::default() }
    }
}
