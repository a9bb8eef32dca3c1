//! What is heard of recordings goes through the door, and what nobody says is looked for at their files.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::io::ErrorKind;
use std::time::{SystemTime, UNIX_EPOCH};

use super::draft::{Places, draft, lost, of_call};
use super::ending::is_cut_off;
use super::report::Report;
use super::same_file::{Begins, SETTLED, begins};
use super::step::GoingOn;
use super::troubles::{Pbx, Troubles};
use crate::app::App;
use crate::config::Folder;
use crate::intake::{About, Draft, Intake, NO_FILE, Outcome, SourceStatus, stem};
use crate::media::{Heard, NoSound};
use crate::model::IntakeFile;
use crate::model::paths::bytes_of;
use crate::store::{FileKnown, StoreError};

/// Milliseconds after its end in which a recording's file is closed, or comes at last.
const GRACE: i64 = 2_000;
/// Milliseconds after a record in which what it tells of may get its row.
const LATER: i64 = 10_000;
/// Looks at a file that is not finished by then.
const LOOKS: u32 = 5;
/// Names and records that are kept at most.
const MOST: usize = 10_000;

pub(in crate::ingest) struct Recordings<'a> {
    app: &'a App,
    intake: &'a Intake,
    pbx: Pbx,
    places: Places,
    /// What the database has not taken yet: the newest of each recording, in the order in which they began.
    pending: Vec<Draft>,
    /// What is known of calls without a recording, and when to look for one again (Unix milliseconds): what something else recorded
    /// may have its row later.
    later: VecDeque<(i64, Draft)>,
    /// Recordings that are over, by the file: to be looked at, at this time (Unix milliseconds), so many times.
    ended: BTreeMap<String, (i64, u32, Box<Report>)>,
    /// Of recordings, by the file and the start: whether what was in the file before is part of them.
    begun: HashMap<(String, i64), bool>,
    /// The same where that is not known yet.
    undecided: HashMap<(String, i64), Undecided>,
    /// Files that are in no folder.
    elsewhere: BTreeSet<String>,
    troubles: Troubles,
}

/// A recording of which it isn't known yet whether it goes on.
struct Undecided {
    /// Since when, Unix milliseconds.
    came: i64,
    /// The file as it was before.
    known: Option<FileKnown>,
    report: Report,
}

impl<'a> Recordings<'a> {
    pub(in crate::ingest) fn new(
        app: &'a App,
        intake: &'a Intake,
        pbx: Pbx,
        folders: &[Folder],
    ) -> Recordings<'a> {
        Recordings {
            app,
            intake,
            pbx,
            places: Places::new(&app.config.media_root, folders),
            pending: Vec::new(),
            later: VecDeque::new(),
            ended: BTreeMap::new(),
            begun: HashMap::new(),
            undecided: HashMap::new(),
            elsewhere: BTreeSet::new(),
            troubles: Troubles::default(),
        }
    }

    pub(in crate::ingest) fn heard(&mut self, report: &Report, came: i64) {
        self.note(|status| status.last_event = came / 1000);
        let mut report = report.clone();
        let Some(goes_on) = self.goes_on(&report, came) else { return };
        report.before = report.before.filter(|_| goes_on);
        let Some(mut draft) = draft(&self.places, &report) else { return self.elsewhere(&report.file) };
        draft.continues = goes_on;
        draft.facts.start = draft.facts.start.filter(|_| !goes_on || report.before.is_some());
        let of_call = report.may_have_others.then(|| of_call(&draft));
        self.put(draft);
        self.pending.extend(of_call);
        self.note(|status| status.lag = now() - came);
        if report.end.is_some() {
            self.ended.insert(report.file.clone(), (now() + GRACE, 0, Box::new(report)));
        } else {
            self.ended.remove(&report.file);
        }
    }

    /// Whether what was in the file of a recording that begins is part of it. `None`: that is not known yet, and what is
    /// known waits.
    fn goes_on(&mut self, report: &Report, came: i64) -> Option<bool> {
        let key = (report.file.clone(), report.start);
        let found = report.start == 0;
        let Some((_, path)) = self.places.find(&report.file).filter(|_| !found) else { return Some(false) };
        if let Some(decided) = self.begun.get(&key) {
            return Some(*decided);
        }
        let (came, known) = match self.undecided.remove(&key) {
            Some(Undecided { came, known, .. }) => (came, known),
            None => (came, self.known_from_before(report, &path).ok().flatten()),
        };
        let begins = match report.before.filter(|_| !self.app.media.has(&bytes_of(&path))) {
            // Nobody sees the file.
            Some(_) if now().saturating_sub(came) >= SETTLED => Begins::GoesOn,
            Some(_) => Begins::Undecided,
            None => begins(&self.app.media, &path, known.as_ref(), came, now()),
        };
        if begins == Begins::Undecided {
            self.undecided.insert(key, Undecided { came, known, report: report.clone() });
            return None;
        }
        if self.begun.len() >= MOST {
            self.begun.clear();
        }
        self.begun.insert(key, begins == Begins::GoesOn);
        Some(begins == Begins::GoesOn)
    }

    /// What is known of the file of a recording that begins, if that is of another one, or of its own first part.
    fn known_from_before(&self, report: &Report, path: &str) -> Result<Option<FileKnown>, StoreError> {
        let reader = self.app.store.reader()?;
        let Some(known) = reader.file_at(path)? else { return Ok(None) };
        // Its name, by which its folder may have seen it first, or its own channel.
        for own in [stem(path), &report.uniqueid].into_iter().filter(|_| report.before.is_none()) {
            if reader.files_of_call(own)?.iter().any(|known| known.path == path) {
                return Ok(None);
            }
        }
        Ok(Some(known))
    }

    /// Looks once more at the files of those recordings of which it wasn't known yet whether they go on.
    fn decide(&mut self) {
        let due = |came: i64| now().saturating_sub(came) >= SETTLED;
        let undecided = self.undecided.values().filter(|one| due(one.came));
        let undecided: Vec<(i64, Report)> = undecided.map(|one| (one.came, one.report.clone())).collect();
        undecided.iter().for_each(|(came, report)| self.heard(report, *came));
    }

    /// What is known of calls by other ways than reports; not while so much waits that it would fill the memory.
    pub(in crate::ingest) fn tell(&mut self, know: impl FnOnce(&Places) -> Vec<Draft>) {
        if self.pending.len() < MOST {
            self.pending.extend(know(&self.places));
        }
    }

    pub(in crate::ingest) fn skip(&self, reason: &str) {
        self.note(|status| status.skip(reason));
    }

    fn elsewhere(&mut self, file: &str) {
        if self.elsewhere.len() >= MOST || !self.elsewhere.insert(file.to_owned()) {
            return;
        }
        self.skip("its file is in no folder of the settings");
        if self.elsewhere.len() == 1 {
            self.concern(&format!(
                "{} records to {file}, which is in no folder of the settings: give its folder as media_root, or as \
                 monitor_dir in [[folders]]",
                self.pbx.called
            ));
        }
    }

    /// Recordings in progress that the PBX does not know any more. `listened`: until when it was heard before.
    pub(in crate::ingest) fn reconcile(
        &mut self,
        going_on: &GoingOn,
        listened: i64,
    ) -> Result<(), StoreError> {
        self.flush();
        let reader = self.app.store.reader()?;
        let machines = self.places.machines();
        let known = machines.iter().map(|machine| reader.not_over(machine)).collect::<Result<Vec<_>, _>>()?;
        drop(reader);
        let started = going_on.started;
        let files: BTreeSet<(String, String)> =
            going_on.files.iter().filter_map(|file| self.places.find(file)).collect();
        let goes_on = |known: &IntakeFile| {
            going_on.channels.contains(&known.uniqueid)
                || files.iter().any(|(machine, path)| (machine, path) == (&known.machine, &known.path))
        };
        for (known, start) in known.into_iter().flatten().filter(|(known, _)| !goes_on(known)) {
            let cut_off = start < started && is_cut_off(self.look(&known).as_ref(), started, listened);
            self.put(lost(&known, cut_off));
        }
        self.flush();
        Ok(())
    }

    fn look(&self, known: &IntakeFile) -> Option<Heard> {
        self.app.media.open(&bytes_of(&known.path)).ok()?.heard(&|| false).ok()
    }

    /// What a draft says of a recording is all that is known: an older one of the same need not wait any longer.
    fn put(&mut self, draft: Draft) {
        let same = |other: &&mut Draft| {
            other.about == About::Recording && other.path == draft.path && other.uniqueid == draft.uniqueid
        };
        let older = self.pending.iter_mut().find(same).filter(|_| draft.about == About::Recording);
        match older {
            Some(older) => *older = draft,
            None => self.pending.push(draft),
        }
    }

    /// Hands over what waits. What the database can't take waits on.
    pub(in crate::ingest) fn flush(&mut self) {
        self.decide();
        self.look_after_ended();
        let due = self.due();
        self.pending.extend(due.iter().cloned());
        if self.pending.is_empty() {
            return;
        }
        match self.intake.accept_all(&self.app.store, &self.pending, now() / 1000) {
            Ok(outcomes) => {
                let told = std::mem::take(&mut self.pending);
                self.keep_for_later(
                    told.into_iter().zip(&outcomes).filter(|(draft, _)| !due.contains(draft)),
                );
                self.note(|status| outcomes.iter().for_each(|outcome| status.count(outcome)));
                self.database("");
            }
            Err(error) => {
                let called = self.pbx.called;
                self.database(&format!("the database does not take what {called} says: {error}"));
            }
        }
    }

    /// What is known of calls that had no recording a while ago.
    fn due(&mut self) -> Vec<Draft> {
        let is_due = |later: &VecDeque<(i64, Draft)>| later.front().is_some_and(|(due, _)| *due <= now());
        let mut due = Vec::new();
        while is_due(&self.later) {
            due.extend(self.later.pop_front().map(|(_, draft)| draft));
        }
        due
    }

    fn keep_for_later<'o>(&mut self, told: impl Iterator<Item = (Draft, &'o Outcome)>) {
        let has_none = |(_, outcome): &(Draft, &Outcome)| **outcome == Outcome::NoRecording;
        let room = MOST.saturating_sub(self.later.len());
        let due = now() + LATER;
        self.later.extend(told.filter(has_none).take(room).map(|(draft, _)| (due, draft)));
    }

    /// Recordings that were over a moment ago: their files should be there, and closed.
    fn look_after_ended(&mut self) {
        let now = now();
        let due: Vec<String> =
            self.ended.iter().filter(|(_, (due, ..))| *due <= now).map(|(file, _)| file.clone()).collect();
        for file in due {
            let Some((_, looks, report)) = self.ended.remove(&file) else { continue };
            if !self.look_after(&report) && looks < LOOKS {
                self.ended.insert(file, (now + GRACE, looks + 1, report));
            }
        }
    }

    /// False: it has to be looked at once more.
    fn look_after(&mut self, report: &Report) -> bool {
        let Some(draft) = draft(&self.places, report) else { return true };
        let Some(path) = draft.path.clone() else { return true };
        match self.app.media.open(&bytes_of(&path)) {
            Ok(_) => true,
            Err(NoSound::Unreadable(error)) if error.kind() == ErrorKind::NotFound => {
                !self.places.sees(&report.file) || self.missing(draft, &path)
            }
            Err(why) => why.shortage().is_none(),
        }
    }

    /// The file never came.
    fn missing(&mut self, mut draft: Draft, path: &str) -> bool {
        let notes = [draft.facts.note.take(), Some(NO_FILE.into())];
        draft.facts.note = Some(notes.into_iter().flatten().collect::<Vec<String>>().join("; "));
        let stored = self.intake.accept(&self.app.store, &draft, now() / 1000).map(drop);
        let present = |path: &str| self.app.media.has(&bytes_of(path));
        stored.and_then(|()| self.intake.file_gone(&self.app.store, path, &present, now() / 1000)).is_ok()
    }

    /// We are in.
    pub(in crate::ingest) fn connected(&mut self) {
        self.state(&format!("connected to {}", self.pbx.address));
        self.troubles.connected(self.app, &self.pbx);
        self.say_troubles();
        tracing::info!(address = self.pbx.address, "listening to {}", self.pbx.called);
    }

    /// Something that doesn't work although we are connected.
    pub(in crate::ingest) fn concern(&mut self, what: &str) {
        self.troubles.concern(self.app, &self.pbx, what);
        self.say_troubles();
    }

    /// There is no connection. `refused`: nor will there be by itself.
    pub(in crate::ingest) fn trouble(&mut self, why: &str, refused: bool) {
        self.state("not connected");
        self.troubles.lost(self.app, &self.pbx, why, refused);
        self.say_troubles();
    }

    fn database(&mut self, why: &str) {
        if self.troubles.database(self.app, &self.pbx, why) {
            self.say_troubles();
        }
    }

    fn say_troubles(&self) {
        let words = self.troubles.words();
        self.note(|status| status.trouble = words);
    }

    /// A connection is made.
    pub(super) fn connecting(&self) {
        self.state(&format!("connecting to {}", self.pbx.address));
    }

    fn state(&self, state: &str) {
        self.intake.live().state(self.pbx.name, state, now() / 1000);
    }

    fn note(&self, change: impl FnOnce(&mut SourceStatus)) {
        self.intake.live().note(self.pbx.name, change);
    }
}

/// Unix milliseconds.
pub(in crate::ingest) fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
