//! What is imported into.

use std::fmt::Display;
use std::path::PathBuf;

use anyhow::Context;
use jiff::tz::TimeZone;

use super::report::Report;
use crate::config::Folder;
use crate::ingest::cdr::asterisk::Layout;
use crate::ingest::names::Names;
use crate::intake::{Draft, Intake, Outcome};
use crate::model::Group;
use crate::store::{Store, StoreError};

/// Rows that are taken in one transaction: other writers wait for no longer than it takes, a fraction of a second.
pub(super) const BATCH: usize = 4_000;
/// How often a batch is tried while another program holds the database, five seconds each.
const TRIES: usize = 24;
const HALFWAY: &str = "the import stopped part-way; start it again and it goes on";

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
    /// The group that all rows of an export are filed under, whatever they say.
    pub group: Option<Group>,
    /// Whether to say only what would be done.
    pub dry_run: bool,
    /// Unix seconds.
    pub now: i64,
}

impl Import<'_> {
    /// The zone of the PBX's clock.
    pub(super) fn zone(&self) -> TimeZone {
        let named = self.folder.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        named.unwrap_or_else(TimeZone::system)
    }

    /// Takes a batch, or says what would become of it.
    pub(super) fn take(&self, drafts: &[Draft]) -> anyhow::Result<Vec<Outcome>> {
        for _ in 1..TRIES {
            match self.take_once(drafts) {
                Err(StoreError::Busy) => tracing::warn!("another program holds the database; waiting for it"),
                other => return other.context(HALFWAY),
            }
        }
        self.take_once(drafts).context(HALFWAY)
    }

    /// Takes a batch, and notes what became of each draft. `places`: where each came from.
    pub(super) fn take_noting(
        &self,
        drafts: &[Draft],
        places: impl IntoIterator<Item = impl Display>,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        for (outcome, place) in self.take(drafts)?.iter().zip(places) {
            if let Err(why) = report.note(outcome) {
                report.skip(place, &why);
            }
        }
        Ok(())
    }

    fn take_once(&self, drafts: &[Draft]) -> Result<Vec<Outcome>, StoreError> {
        if self.dry_run {
            self.intake.rehearse(self.store, drafts, self.now)
        } else {
            self.intake.accept_all(self.store, drafts, self.now)
        }
    }
}
