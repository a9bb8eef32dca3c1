//! What is wrong with a folder that is there: told once, and taken back when it is over.

use std::collections::BTreeMap;
use std::path::Path;

use super::Spool;
use crate::app::{Alert, Wrong};

/// What every new disk of ext4 has, for its owner alone.
const LOST_AND_FOUND: &str = "lost+found";

impl Spool {
    /// The folder is there, and what happens in it is taken in; or why it isn't.
    pub(super) fn tell_stored(&self, stored: Result<&(), &anyhow::Error>) {
        let (name, folder) = (self.name(), self.folder());
        let Err(error) = stored else { return self.alerts.clear(Wrong::NotStored, &name) };
        self.intake.live().note(&name, |status| status.trouble = format!("{error:#}"));
        let sentence = format!("What is recorded to {} is not filed: {error:#}", folder.display());
        let todo = "once that is mended it is filed by itself, and nothing is lost meanwhile";
        self.alerts.raise(Alert::new(Wrong::NotStored, name, sentence, todo));
    }

    /// Which folders in it cannot be read.
    pub(super) fn tell_unreadable(&self) {
        let mut some = self.unreadable.iter().filter(|(folder, _)| !folder.ends_with(LOST_AND_FOUND));
        let count = some.clone().count();
        let alert = some.next().map(|(folder, why)| {
            let shown = self.shown(folder);
            (
                format!("{} cannot be read, first of them {shown} ({why})", of(count, "folder")),
                readable(&shown),
            )
        });
        self.alerts.set(Wrong::FolderUnreadable, &self.name(), alert);
    }

    /// Which files in it cannot be read.
    pub(super) fn tell_unread(&self) {
        let alert = self.unread.iter().next().map(|(path, why)| {
            let shown = self.shown(Path::new(path));
            let sentence = format!(
                "{} cannot be read, and has no call in the list, first of them {shown} ({why})",
                of(self.unread.len(), "file")
            );
            (sentence, readable(&shown))
        });
        self.alerts.set(Wrong::FilesUnreadable, &self.name(), alert);
    }

    /// How many folders the system does not watch.
    pub(super) fn tell_watches(&self, unwatched: usize) {
        let alert = (unwatched > 0).then(|| {
            let minutes = self.looker.settings.rescan_minutes;
            let sentence = format!(
                "New recordings in {} come to the list after up to {minutes} minutes",
                of(unwatched, "folder")
            );
            (sentence, "Raise fs.inotify.max_user_watches (sysctl)".into())
        });
        self.alerts.set(Wrong::WatchesShort, &self.name(), alert);
    }

    /// What the names say of the time zone.
    pub(super) fn tell_doubt(&self, doubt: Option<&str>) {
        let alert = doubt.map(|doubt| {
            let (why, todo) = doubt.split_once(": ").unwrap_or((doubt, "see zone in [[folders]]"));
            (format!("{}: {why}", self.name()), todo.into())
        });
        self.alerts.set(Wrong::ZoneDoubt, &self.name(), alert);
    }

    /// Forgets which files could not be read: everything is looked through.
    pub(super) fn read_anew(&mut self) {
        self.unread = BTreeMap::new();
    }
}

fn of(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// What to do about something that cannot be read.
fn readable(shown: &str) -> String {
    format!("Let the user that Tapeline runs as read it, as in: chmod o+rX {shown}")
}
