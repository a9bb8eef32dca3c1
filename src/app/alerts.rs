//! What is wrong at the moment: one list, which whoever knows of something raises and clears, and everybody reads.
//!
//! To add something that may be wrong: a variant of [`Wrong`] and its line in [`Wrong::about`]. From that follow its word
//! for programs, whether the page says it in red on every view, and what is said to those who may not know of other customers'
//! folders.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::time::now;

/// What may be wrong, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Nothing is listened to or watched.
    NotFiled,
    /// A folder that is watched isn't there, or nothing is in it although rows have their sound there.
    FolderAway,
    /// Nobody knows whose new recordings are.
    RecordingsWait,
    /// What was recorded could not be stored.
    NotStored,
    /// Nothing can be written to the database.
    DatabaseReadOnly,
    /// A disk is full.
    DiskFull,
    /// A folder within a watched one cannot be read.
    FolderUnreadable,
    /// Files cannot be read.
    FilesUnreadable,
    /// A PBX is not listened to.
    PbxAway,
    /// A PBX does not say what is needed.
    PbxLacks,
    /// Names of files and the settings disagree about the time.
    ZoneDoubt,
    /// So much sound is missing at once that its disk may be.
    SoundAway,
    /// A disk will be full soon.
    DiskShort,
    /// The system watches no more folders.
    WatchesShort,
    /// Few files and connections may still be opened.
    DescriptorsShort,
}

impl Wrong {
    /// The word for programs; whether recordings are not filed because of it; and what everybody may know.
    #[rustfmt::skip]
    const fn about(self) -> (&'static str, bool, &'static str) {
        match self {
            Wrong::NotFiled =>         ("not_filed",         true,  "Nothing is recorded: no folder is watched and no PBX is listened to"),
            Wrong::FolderAway =>       ("folder_away",       true,  "A folder of recordings is not there, and nothing in it is filed"),
            Wrong::RecordingsWait =>   ("recordings_wait",   true,  "New recordings wait, and are in no list, since nobody knows whose they are"),
            Wrong::NotStored =>        ("not_stored",        true,  "New recordings cannot be stored"),
            Wrong::DatabaseReadOnly => ("database_readonly", true,  "Nothing can be written to the database"),
            Wrong::DiskFull =>         ("disk_full",         true,  "A disk is full"),
            Wrong::FolderUnreadable => ("folder_unreadable", false, "A folder of recordings cannot be read"),
            Wrong::FilesUnreadable =>  ("files_unreadable",  false, "Some files cannot be read"),
            Wrong::PbxAway =>          ("pbx_away",          false, "The PBX is not listened to"),
            Wrong::PbxLacks =>         ("pbx_lacks",         false, "The PBX does not say all that is needed"),
            Wrong::ZoneDoubt =>        ("zone_doubt",        false, "The times of recordings may be wrong"),
            Wrong::SoundAway =>        ("sound_away",        false, "Much sound is missing at once, or all of it"),
            Wrong::DiskShort =>        ("disk_short",        false, "A disk will be full soon"),
            Wrong::WatchesShort =>     ("watches_short",     false, "Some folders are looked at now and then only"),
            Wrong::DescriptorsShort => ("descriptors_short", false, "Few files and connections may still be opened"),
        }
    }

    /// All of them.
    pub const ALL: [Wrong; 15] = [
        Wrong::NotFiled,
        Wrong::FolderAway,
        Wrong::RecordingsWait,
        Wrong::NotStored,
        Wrong::DatabaseReadOnly,
        Wrong::DiskFull,
        Wrong::FolderUnreadable,
        Wrong::FilesUnreadable,
        Wrong::PbxAway,
        Wrong::PbxLacks,
        Wrong::ZoneDoubt,
        Wrong::SoundAway,
        Wrong::DiskShort,
        Wrong::WatchesShort,
        Wrong::DescriptorsShort,
    ];

    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        self.about().0
    }

    /// Whether recordings are not filed because of it: whoever runs the office has to know at once.
    pub const fn is_urgent(self) -> bool {
        self.about().1
    }

    /// A sentence without names of folders, files and customers.
    pub const fn in_general(self) -> &'static str {
        self.about().2
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What.
    pub what: Wrong,
    /// Of which source, disk or rule.
    pub about: String,
    /// A sentence for people, without its full stop.
    pub sentence: String,
    /// What to do, as it goes on behind a colon.
    pub todo: String,
    /// Since when, Unix seconds.
    pub since: i64,
    /// Whether recordings are not filed because of it.
    pub urgent: bool,
}

impl Alert {
    /// Since now.
    pub fn new(
        what: Wrong,
        about: impl Into<String>,
        sentence: impl Into<String>,
        todo: impl Into<String>,
    ) -> Alert {
        let (about, sentence, todo) = (about.into(), sentence.into(), todo.into());
        Alert { what, about, sentence, todo, since: now(), urgent: what.is_urgent() }
    }

    /// The same where nothing else would file recordings either.
    #[must_use]
    pub fn urgent_if(self, alone: bool) -> Alert {
        Alert { urgent: self.urgent || alone, ..self }
    }
}

/// All that is wrong at the moment.
#[derive(Default)]
pub struct Alerts(Mutex<BTreeMap<(Wrong, String), Alert>>);

impl Alerts {
    /// Something is wrong. The log is told once; what is known already keeps its `since`, and may get other words.
    pub fn raise(&self, alert: Alert) {
        let words = format!("{}: {}", alert.sentence, alert.todo);
        if self.note(alert) {
            tracing::warn!("{words}");
        }
    }

    /// The same where the log was told already. Whether it is new.
    pub fn note(&self, alert: Alert) -> bool {
        let mut all = self.locked();
        let key = (alert.what, alert.about.clone());
        let since = all.get(&key).map(|known| known.since);
        all.insert(key, Alert { since: since.unwrap_or(alert.since), ..alert });
        since.is_none()
    }

    /// It is over, if it was wrong.
    pub fn clear(&self, what: Wrong, about: &str) {
        if let Some(alert) = self.locked().remove(&(what, about.to_owned())) {
            tracing::info!("it is over ({}): {}", alert.about, what.in_general());
        }
    }

    /// What is wrong of this kind with this, or that nothing is.
    pub fn set(&self, what: Wrong, about: &str, alert: Option<(String, String)>) {
        match alert {
            Some((sentence, todo)) => self.raise(Alert::new(what, about, sentence, todo)),
            None => self.clear(what, about),
        }
    }

    /// What is wrong of this kind with anything but these is over.
    pub fn keep_only(&self, what: Wrong, about: &[String]) {
        let known: Vec<String> =
            self.all().into_iter().filter(|one| one.what == what).map(|one| one.about).collect();
        known.iter().filter(|known| !about.contains(known)).for_each(|gone| self.clear(what, gone));
    }

    /// What is wrong, the worst first.
    pub fn all(&self) -> Vec<Alert> {
        let mut all: Vec<Alert> = self.locked().values().cloned().collect();
        all.sort_by_key(|alert| !alert.urgent);
        all
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<(Wrong, String), Alert>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_raised_again_keeps_its_time_and_has_the_newest_words() {
        let alerts = Alerts::default();
        let alert =
            |what, sentence: &str, since| Alert { since, ..Alert::new(what, "folder", sentence, "mount it") };
        alerts.raise(alert(Wrong::SoundAway, "2 are missing", 5));
        alerts.raise(alert(Wrong::FolderAway, "it is away", 9));
        alerts.raise(alert(Wrong::SoundAway, "3 are missing", 7));
        let told = |alerts: &Alerts| -> Vec<(String, i64)> {
            alerts.all().into_iter().map(|alert| (alert.sentence, alert.since)).collect()
        };
        assert_eq!(told(&alerts), [("it is away".into(), 9), ("3 are missing".into(), 5)]);
        alerts.clear(Wrong::FolderAway, "another folder");
        alerts.clear(Wrong::FolderAway, "folder");
        assert_eq!(told(&alerts), [("3 are missing".into(), 5)]);
        alerts.keep_only(Wrong::SoundAway, &["folder".into()]);
        alerts.keep_only(Wrong::FolderAway, &[]);
        assert_eq!(alerts.all().len(), 1);
        alerts.keep_only(Wrong::SoundAway, &["other".into()]);
        assert!(alerts.all().is_empty());
    }

    #[test]
    fn every_word_is_its_own_and_what_can_be_wrong_stands_in_the_order_of_its_weight() {
        for (place, one) in Wrong::ALL.iter().enumerate() {
            assert!(Wrong::ALL[..place].iter().all(|other| other < one && other.as_str() != one.as_str()));
        }
    }
}
