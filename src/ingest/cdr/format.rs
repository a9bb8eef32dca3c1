//! What a format of call detail records declares.

use std::path::Path;

use super::asterisk::Layout;
use super::clock::Clock;
use super::record::Record;
use crate::ingest::reading::Reading;

/// A form in which PBXs keep call detail records.
pub struct Format {
    /// Its name: `tapeline import NAME`.
    pub name: &'static str,
    /// The line about it in `tapeline import --help`.
    pub help: &'static str,
    /// What there are many of in it, in the singular.
    pub unit: &'static str,
    /// Whether its columns may have to be named by hand (`--columns`).
    pub columns: bool,
    /// Opens the file, or folder, at a path. The error is why nothing of it can be read, and what to do.
    pub(in crate::ingest) open: fn(&Path, Options) -> anyhow::Result<Reading<Record>>,
}

/// What is known of a file beside its path.
pub(in crate::ingest) struct Options {
    /// The clock of the PBX.
    pub(in crate::ingest) clock: Clock,
    /// The columns, where somebody named them.
    pub(in crate::ingest) columns: Option<Layout>,
}
