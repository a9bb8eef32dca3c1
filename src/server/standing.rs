//! How the machine and the settings stand: looked at when the server starts, and now and then.

use std::path::Path;
use std::time::Duration;

use rustix::fs::{Access, access};

use crate::app::{Alert, App, Descriptors, Space, Wrong};
use crate::ingest::Stop;

/// How often it is looked.
const BETWEEN: Duration = Duration::from_secs(10);
/// Bytes below which a disk is full for all that is written to it.
const FULL: u64 = 50_000_000;
/// Bytes, and a share of the disk, below which it is short: an hour of ten calls at once, and time to act.
const SHORT: u64 = 1_000_000_000;
const SHARE: u64 = 50;

/// Looks until it is told to stop.
pub(super) fn look_after(app: &App, stop: &Stop) {
    while !stop.wait(BETWEEN) {
        look(app);
    }
}

/// One look.
pub(super) fn look(app: &App) {
    let config = &app.config;
    let watches = config.watch && !config.folders.is_empty();
    let alert = (!watches && !config.hears_of_calls()).then(|| {
        let todo = match config.watch {
            true => "name one in [[folders]] of the configuration",
            false => {
                "let watch be true (--watch, TAPELINE_WATCH, or in the configuration), or name the PBX there"
            }
        };
        ("Nothing is recorded: no folder is watched and no PBX is listened to".into(), todo.into())
    });
    app.alerts.set(Wrong::NotFiled, "", alert);
    let root = &config.media_root;
    // One that is watched is looked at by whoever watches it.
    let alert = (!watches && !root.is_dir()).then(|| {
        let sentence = format!("The media root {} is not there, and nothing can be played", root.display());
        (sentence, "mount its disk, or set media_root (--media-root, TAPELINE_MEDIA_ROOT)".into())
    });
    app.alerts.set(Wrong::SoundAway, "media root", alert);
    look_at_disk(app, "database", app.store.path());
    look_at_disk(app, "sound", &config.media_root);
    app.alerts.set(Wrong::DatabaseReadOnly, "database", unwritable(app.store.path()));
    let Descriptors { open, limit } = Descriptors::now();
    let alert = (open > limit / 5 * 4 && limit > 0).then(|| {
        let sentence = format!("{open} files and connections are open, of {limit} that may be");
        (sentence, "raise LimitNOFILE of the service (ulimit -n)".into())
    });
    app.alerts.set(Wrong::DescriptorsShort, "", alert);
}

fn look_at_disk(app: &App, name: &str, path: &Path) {
    let wrong = shortage(Space::of(path));
    for (what, how) in [(Wrong::DiskFull, "is full"), (Wrong::DiskShort, "will be full soon")] {
        let alert = wrong.filter(|(found, _)| *found == what).map(|(_, free)| {
            let (shown, megabytes) = (path.display(), free / 1_000_000);
            let sentence = format!("The disk of the {name} ({shown}) {how}: {megabytes} MB are free");
            (sentence, "free some space on it, or move it to a larger one".into())
        });
        app.alerts.set(what, name, alert);
    }
}

/// Whether there is too little room, and how much there is. Where the system doesn't say, nothing is known.
fn shortage(space: Space) -> Option<(Wrong, u64)> {
    let Space { size, free } = space;
    match free {
        _ if size == 0 => None,
        ..FULL => Some((Wrong::DiskFull, free)),
        _ if free < SHORT || free < size / SHARE => Some((Wrong::DiskShort, free)),
        _ => None,
    }
}

/// Why the database cannot be written, and what to do.
fn unwritable(db: &Path) -> Option<(String, String)> {
    // SQLite makes files beside it.
    let folder = db.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    [db, folder].into_iter().find_map(|path| {
        let why = access(path, Access::WRITE_OK).err()?;
        let shown = path.display();
        let sentence =
            format!("Nothing can be written to the database: {shown} ({})", std::io::Error::from(why));
        Some((
            sentence,
            "let the user that Tapeline runs as write there, or mount its disk for writing".into(),
        ))
    })
}

/// What is wrong at the start, where recordings are not filed because of it: in words for whoever starts the server.
pub(super) fn urgent(app: &App) -> Vec<String> {
    let urgent = app.alerts.all().into_iter().filter(|alert| alert.urgent);
    urgent.map(|Alert { sentence, todo, .. }| format!("{sentence}: {todo}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_short_by_bytes_or_by_its_share_and_unknown_is_not_full() {
        const GB: u64 = 1_000_000_000;
        for (size, free, wrong) in [
            (0, 0, None),
            (4_000_000, 0, Some(Wrong::DiskFull)),
            (20 * GB, FULL - 1, Some(Wrong::DiskFull)),
            (20 * GB, SHORT - 1, Some(Wrong::DiskShort)),
            (20 * GB, SHORT, None),
            (1_000 * GB, 19 * GB, Some(Wrong::DiskShort)),
            (1_000 * GB, 20 * GB, None),
        ] {
            assert_eq!(shortage(Space { size, free }).map(|(what, _)| what), wrong, "{free} of {size}");
        }
    }
}
