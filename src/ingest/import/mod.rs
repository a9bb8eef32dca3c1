//! Years of old recordings, brought in from files.
//!
//! Every batch is one transaction, and whatever is known already is left as it is: an import that was ended, by whatever
//! means, goes on when it is started again.

pub(super) mod calls;
mod own_csv;
mod report;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;

use super::cdr::{Clock, Layout, asterisk, freeswitch};
use super::files;
use super::names::Names;
use crate::config::Folder;
use crate::intake::{Draft, Intake, Outcome};
use crate::store::{Store, StoreError};

pub use report::Report;

/// Rows that are taken in one transaction: other writers wait for no longer than it takes, a fraction of a second.
const BATCH: usize = 4_000;
/// Rows that are read at once, and so many times that may wait to be taken in.
const PIECE: usize = 500;
const AHEAD: usize = 16;
/// How often a batch is tried while another program holds the database, five seconds each.
const TRIES: usize = 24;

/// What the files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A folder of recordings.
    FreepbxDir,
    /// Asterisk's Master.csv.
    AsteriskCsv,
    /// Asterisk's master.db.
    AsteriskSqlite,
    /// A file of FreeSWITCH's mod_json_cdr, or a folder of them.
    FreeswitchJson,
    /// What recording/recordings/export makes.
    Csv,
}

/// What to import into, and how.
pub struct Import<'a> {
    /// The database.
    pub store: &'a Store,
    /// The door.
    pub intake: &'a Intake,
    /// The folder below which all sound lies.
    pub media_root: PathBuf,
    /// The machine that wrote the sound, the zone of its clock, and more of it.
    pub folder: Folder,
    /// Folders within that one that have settings of their own.
    pub inside: Vec<Folder>,
    /// How its files are named.
    pub names: Names,
    /// The columns of a CSV file, where somebody says which they are.
    pub columns: Option<Layout>,
    /// Whether to say only what would be done.
    pub dry_run: bool,
    /// Unix seconds.
    pub now: i64,
}

impl Import<'_> {
    /// Imports what is at `path`. What could not be used is in the report; the error is why nothing could.
    pub fn run(&self, format: Format, path: &Path, report: &mut Report) -> anyhow::Result<()> {
        report.of = match format {
            Format::FreepbxDir => "file",
            Format::FreeswitchJson => "record",
            _ => "row",
        };
        match format {
            Format::FreepbxDir => tree::import(self, path, report),
            Format::AsteriskCsv => asterisk::csv::import(self, path, report),
            Format::AsteriskSqlite => asterisk::sqlite::import(self, path, report),
            Format::FreeswitchJson => freeswitch::json::import(self, path, report),
            Format::Csv => own_csv::import(self, path, report),
        }?;
        report.finish()
    }

    /// The zone of the PBX's clock.
    pub(super) fn zone(&self) -> TimeZone {
        let named = self.folder.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        named.unwrap_or_else(TimeZone::system)
    }

    pub(super) fn clock(&self) -> Clock {
        Clock::new(self.zone())
    }

    /// Takes a batch, or says what would become of it.
    fn take(&self, drafts: &[Draft]) -> anyhow::Result<Vec<Outcome>> {
        for _ in 1..TRIES {
            match self.take_once(drafts) {
                Err(StoreError::Busy) => tracing::warn!("another program holds the database; waiting for it"),
                other => return other.context(HALFWAY),
            }
        }
        self.take_once(drafts).context(HALFWAY)
    }

    fn take_once(&self, drafts: &[Draft]) -> Result<Vec<Outcome>, StoreError> {
        if self.dry_run {
            self.intake.rehearse(self.store, drafts, self.now)
        } else {
            self.intake.accept_all(self.store, drafts, self.now)
        }
    }
}

/// Reads on a thread of its own, some way ahead of what takes the pieces in. Ends with the first error of either.
pub(super) fn ahead<T: Send>(
    mut read: impl FnMut() -> anyhow::Result<Option<T>> + Send,
    mut take: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(AHEAD);
        let reader = scope.spawn(move || -> anyhow::Result<()> {
            let mut piece = Vec::with_capacity(PIECE);
            while let Some(one) = read()? {
                piece.push(one);
                if piece.len() == PIECE && sender.send(std::mem::take(&mut piece)).is_err() {
                    return Ok(());
                }
            }
            // Where nobody takes it any more, that one says why.
            let _ = sender.send(piece);
            Ok(())
        });
        receiver.into_iter().flatten().try_for_each(&mut take)?;
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

const HALFWAY: &str = "the import stopped part-way; start it again and it goes on";

/// A bar on the terminal, if there is one: of bytes or of things.
pub(super) fn bar(length: u64, bytes: bool) -> ProgressBar {
    let bar = ProgressBar::new(length);
    let unit = if bytes { "{bytes} of {total_bytes}" } else { "{pos} of {len}" };
    if let Ok(style) = ProgressStyle::with_template(&format!("Importing {{wide_bar}} {unit}  {{eta}} left")) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
