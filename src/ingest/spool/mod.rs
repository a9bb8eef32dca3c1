//! The folder source: every file in it gets its row while it is written, and is complete when it is closed.
//!
//! inotify says what happens; whatever it can't say (before the start, in folders that are newer than their watch, after
//! an overflow or a crash) is found by looking through the folder: at the start, and every few minutes.

mod digesting;
mod growing;
mod look;
mod missing;
mod mounts;
mod open_files;
mod order;
mod origin;
mod scan;
mod source;
mod watch;
mod zone_doubt;

use std::path::Path;
use std::time::{Duration, Instant};

use super::Stop;
use crate::app::{Alerts, Wrong, now};
use crate::config::Folder;
use crate::intake::Intake;
use crate::store::{Store, StoreError};
use mounts::Mounts;

pub use missing::Missing;
pub use source::{Spool, WallClock};

pub(super) use look::{Look, Looker};
pub(super) use open_files::OpenFiles;
pub(super) use order::order_of;
pub(super) use origin::{Fresh, Origin, Origins};
pub(super) use scan::{File, walk};
pub(super) use zone_doubt::ZoneDoubt;

/// How soon it is noticed that something was mounted, or that it shall end.
const STEP: Duration = Duration::from_secs(1);
/// How soon rows are looked at again when something was odd.
const SOON: Duration = Duration::from_secs(10);
/// What looking for the files of rows is called among the sources.
const ROWS: &str = "rows";

/// Whose files are looked for, and where it is told what is wrong with them.
pub struct Rows<'a> {
    /// The folder below which all sound lies.
    pub root: &'a Path,
    /// Those in it that are watched.
    pub folders: &'a [Folder],
    /// The database.
    pub store: &'a Store,
    /// The door.
    pub intake: &'a Intake,
    /// What is wrong.
    pub alerts: &'a Alerts,
}

impl Rows<'_> {
    /// Looks every so often, and when something is mounted or unmounted there, whether each row has its file.
    pub fn look_after(&self, pause: Duration, stop: &Stop) {
        let mut suspicious: Option<Instant> = None;
        let mut mounts = Mounts::new(self.root);
        loop {
            let looked = self.check(&mut suspicious, pause);
            if let Err(error) = &looked {
                self.intake.live().note(ROWS, |status| status.trouble = error.to_string());
            }
            let soon = looked.as_ref().map_or(true, |away| *away) || suspicious.is_some();
            let next = Instant::now() + if soon { pause.min(SOON) } else { pause };
            while Instant::now() < next && !mounts.changed() {
                if stop.wait(STEP) {
                    return;
                }
            }
        }
    }

    /// One look. Where most files are missing at once, they are given the time `patience` to come back; what is in a
    /// folder that isn't there has all the time. Whether there is such a folder.
    pub fn check(&self, suspicious: &mut Option<Instant>, patience: Duration) -> Result<bool, StoreError> {
        let away = missing::folders_away(self.store, self.root, self.folders)?;
        let found = Missing::look_but(self.store, self.root, &away)?;
        let all = if found.is_suspicious() {
            suspicious.get_or_insert_with(Instant::now).elapsed() >= patience
        } else {
            *suspicious = None;
            true
        };
        found.store(self.store, self.intake, self.root, all, now())?;
        self.tell(&found, all);
        let deleted = missing::files_of_deleted(self.store, self.root)?;
        self.intake.live().note(ROWS, |status| {
            status.has_no_row("its recording was deleted, and the file was not", deleted);
        });
        Ok(found.away > 0)
    }

    fn tell(&self, found: &Missing, all: bool) {
        let missing = format!("{} of {} rows miss their sound", found.missing, found.rows);
        let is_odd = !all || found.away > 0;
        let state =
            if is_odd { "much is missing at once; looked for again before rows say so" } else { &missing };
        self.intake.live().state(ROWS, state, now());
        let asked = "is the disk of the media root there?";
        let trouble = if is_odd { format!("{missing}; {asked}") } else { String::new() };
        self.intake.live().note(ROWS, |status| status.trouble = trouble);
        let todo = format!("{asked} Mount it; the rows have their sound again as soon as it is");
        let alert = is_odd.then_some((missing, todo));
        self.alerts.set(Wrong::SoundAway, ROWS, alert);
    }
}
