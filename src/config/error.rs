//! Why settings are refused.

use std::path::PathBuf;

/// Why settings cannot be used. One sentence that says what to do.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message is the documentation")]
pub enum ConfigError {
    #[error("{path} cannot be read ({why}); check --config")]
    Unreadable { path: PathBuf, why: String },
    #[error("{path} is not right: {why}\nSee: tapeline config")]
    Wrong { path: PathBuf, why: String },
    #[error("{name} is {value}; it must be {range}")]
    Range { name: &'static str, value: u32, range: String },
    #[error("{name} is {value:?}; it must be {what}")]
    Text { name: &'static str, value: String, what: &'static str },
    #[error("folder is {folder:?} in one of [[folders]], which is not below the media root {root}; {what}")]
    Outside { folder: PathBuf, root: PathBuf, what: String },
    #[error("two of [[folders]] have the folder {folder:?}; let each PBX record into a folder of its own")]
    Twice { folder: PathBuf },
}
