//! What can go wrong with the database, in words for the two who ask: the admin who opens it and the request
//! that uses it.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why a file could not be opened. Each message is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message is the documentation")]
pub enum OpenError {
    #[error("{path} could not be made ({why}); make its folder, or name another place with --db")]
    Create { path: PathBuf, why: String },
    #[error(
        "{path} cannot be opened ({why}); check its owner and permissions, or name another file with --db"
    )]
    Access { path: PathBuf, why: String },
    #[error("{path} is not a file; name the database file itself with --db")]
    NotAFile { path: PathBuf },
    #[error("{path} is not a SQLite database; name another file with --db")]
    NotSqlite { path: PathBuf },
    #[error(
        "{path} is damaged ({why}); restore it from a backup, or save what is left with: sqlite3 {path} .recover"
    )]
    Damaged { path: PathBuf, why: String },
    #[error("{path} is locked by another program; close that program and try again")]
    Locked { path: PathBuf },
    #[error(
        "{path} or its folder is read-only; make both writable for this user (chmod u+w), or name another file with --db"
    )]
    ReadOnly { path: PathBuf },
    #[error(
        "{path} was made by a newer Tapeline (database version {found}, this one knows {known}); install that version or a newer one"
    )]
    Newer { path: PathBuf, found: i32, known: i32 },
    #[error("{path} belongs to another program (application_id {found:#010x}); name another file with --db")]
    Foreign { path: PathBuf, found: i32 },
    #[error("{path} holds another program's tables and none called recordings; name another file with --db")]
    NoRecordings { path: PathBuf },
    #[error("{path} cannot be adopted: {why}")]
    NotAdoptable { path: PathBuf, why: String },
    #[error("there is no space left for {path}; free some and try again")]
    Full { path: PathBuf },
    #[error(
        "{path} could not be opened for reading by the server; check the folder's permissions and free memory, and try again"
    )]
    Readers { path: PathBuf },
    #[error("{path}: {source}; if this comes again, restore the file from a backup")]
    Other { path: PathBuf, source: rusqlite::Error },
}

impl OpenError {
    /// What SQLite says of `path`, as advice.
    pub(in crate::store) fn from_sqlite(path: &std::path::Path, error: rusqlite::Error) -> OpenError {
        let path = path.to_path_buf();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => OpenError::NotSqlite { path },
            Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged { path, why: error.to_string() },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Locked { path },
            Some(ErrorCode::ReadOnly) => OpenError::ReadOnly { path },
            Some(ErrorCode::DiskFull) => OpenError::Full { path },
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                OpenError::Access { path, why: error.to_string() }
            }
            _ => OpenError::Other { path, source: error },
        }
    }
}

/// Why a question or a change failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Whoever asked has gone away.
    #[error("the query was ended, since nobody waits for its answer")]
    Cancelled,
    /// Every connection is in use, or another program holds the write lock.
    #[error("the database is busy; try again in a moment")]
    Busy,
    /// The disk is full.
    #[error("the disk of the database is full; free some space")]
    Full,
    /// A sentence for whoever asked: what they wanted cannot be.
    #[error("{0}")]
    Refused(String),
    /// Anything else.
    #[error("database: {0}")]
    Other(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => StoreError::Cancelled,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
            Some(ErrorCode::DiskFull) => StoreError::Full,
            _ => StoreError::Other(error),
        }
    }
}
