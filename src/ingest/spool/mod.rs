//! The folder source: every file in it gets its row while it is written, and is complete when it is closed.
//!
//! inotify says what happens; whatever it can't say (before the start, in folders that are newer than their watch, after
//! an overflow or a crash) is found by looking through the folder: at the start, and every few minutes.

mod digesting;
mod doubts;
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

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Stop;
use crate::app::{Alert, Alerts, Wrong, now};
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
            let looked = self.check_but(&mounts.unmounted(), &mut suspicious, pause);
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
        self.check_but(&[], suspicious, patience)
    }

    /// The same where something was mounted in some folders, and no longer is.
    fn check_but(
        &self,
        unmounted: &[PathBuf],
        suspicious: &mut Option<Instant>,
        patience: Duration,
    ) -> Result<bool, StoreError> {
        let away = missing::folders_away(self.store, self.root, self.folders)?;
        let found = Missing::look_but(self.store, self.root, &away, unmounted)?;
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
        let told: usize = found.doubts.values().map(|(_, rows)| rows).sum();
        let alert = (!all || found.away > told).then(|| {
            // Nearly all of it: what is recorded now goes to another disk than it should.
            Alert::new(Wrong::SoundAway, ROWS, missing, todo).urgent_if(found.missing >= found.rows / 10 * 9)
        });
        match alert {
            Some(alert) => self.alerts.raise(alert),
            None => self.alerts.clear(Wrong::SoundAway, ROWS),
        }
        self.tell_doubts(found);
    }

    /// Which folders within those that are watched are away, or cannot be read. Of the others who watches them tells.
    fn tell_doubts(&self, found: &Missing) {
        let shown = |folder: &Path| std::path::absolute(self.root.join(folder)).unwrap_or(folder.into());
        let mut away = found.doubts.iter().filter(|(_, (why, _))| why.is_none());
        let rows: usize = away.clone().map(|(_, (_, rows))| rows).sum();
        let alert = away.next().map(|(folder, _)| {
            let sound = if rows == 1 { "1 recording is".into() } else { format!("{rows} recordings is") };
            let more = match away.count() {
                0 => String::new(),
                some => format!(", and at {some} more"),
            };
            let at = shown(folder);
            let at = at.display();
            (
                format!(
                    "The sound of {sound} away: the disk that was mounted at {at}, or in it, is not{more}"
                ),
                "Mount it; the calls stay in the list, and have their sound again as soon as it is".into(),
            )
        });
        self.alerts.set(Wrong::FolderAway, ROWS, alert);
        let is_watched = |at: &Path| at == Path::new("") || self.folders.iter().any(|one| one.folder == at);
        let is_told =
            self.alerts.all().iter().any(|one| one.what == Wrong::FolderUnreadable && one.about != ROWS);
        let mut closed = found.doubts.iter().filter(|(at, _)| !is_watched(at) && !is_told);
        let alert = closed.find_map(|(folder, (why, _))| {
            let at = shown(folder);
            let at = at.display();
            let todo = format!("Let the user that Tapeline runs as read it, as in: chmod o+rX {at}");
            Some((format!("The folder {at} cannot be read ({})", why.as_ref()?), todo))
        });
        self.alerts.set(Wrong::FolderUnreadable, ROWS, alert);
    }
}
