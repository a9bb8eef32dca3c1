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
use crate::app::now;
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

/// Looks every so often, and when something is mounted or unmounted there, whether each row has its file.
pub fn look_for_files(root: &Path, store: &Store, intake: &Intake, pause: Duration, stop: &Stop) {
    let mut suspicious: Option<Instant> = None;
    let mut mounts = Mounts::new(root);
    loop {
        let looked = check_rows(root, store, intake, &mut suspicious, pause);
        if let Err(error) = &looked {
            intake.live().note(ROWS, |status| status.trouble = error.to_string());
        }
        let soon = looked.is_err() || suspicious.is_some();
        let next = Instant::now() + if soon { pause.min(SOON) } else { pause };
        while Instant::now() < next && !mounts.changed() {
            if stop.wait(STEP) {
                return;
            }
        }
    }
}

/// One look. Where most files are missing at once, they are given the time `patience` to come back.
pub fn check_rows(
    root: &Path,
    store: &Store,
    intake: &Intake,
    suspicious: &mut Option<Instant>,
    patience: Duration,
) -> Result<(), StoreError> {
    let found = Missing::look(store, root)?;
    let all = if found.is_suspicious() {
        suspicious.get_or_insert_with(Instant::now).elapsed() >= patience
    } else {
        *suspicious = None;
        true
    };
    found.store(store, intake, root, all, now())?;
    let missing = format!("{} of {} rows miss their sound", found.missing, found.rows);
    let (state, trouble) = match all {
        true => (missing, String::new()),
        false => ("much is missing at once; looked for again before rows say so".into(), missing),
    };
    if !all {
        tracing::warn!("{trouble}: is the disk of the media root there?");
    }
    let trouble = if all { trouble } else { format!("{trouble}; is the disk of the media root there?") };
    let deleted = missing::files_of_deleted(store, root)?;
    intake.live().note(ROWS, |status| {
        status.trouble = trouble;
        status.has_no_row("its recording was deleted, and the file was not", deleted);
    });
    intake.live().state(ROWS, &state, now());
    Ok(())
}
