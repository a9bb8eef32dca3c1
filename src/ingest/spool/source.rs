//! A folder's thread: what happened since the last step goes through the door, what can't yet is tried again.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::growing::Growing;
use super::held::Held;
use super::look::{Look, Looker, is_sound};
use super::scan::{self, Origin, origin};
use super::watch::{Seen, Watch};
use crate::config::Folder;
use crate::ingest::Stop;
use crate::ingest::names::Names;
use crate::intake::{Draft, Intake, Outcome};
use crate::media::Media;
use crate::store::{FileKnown, Store, StoreError};

/// How long a step waits for something to happen, and so how soon it is heard that it shall end.
const STEP: Duration = Duration::from_millis(250);
/// Drafts of one transaction.
const BATCH: usize = 500;
/// How long a file that is gone may take to show up elsewhere.
const MOVING: Duration = Duration::from_secs(2);
/// How long the original of a copy may take to go.
const COPYING: Duration = Duration::from_secs(30);
/// How long it counts what the processes were found to have open.
const FRESH: Duration = Duration::from_secs(1);
/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What tells the time of day. It may be put forward or back at any moment: what waits counts by [`Instant`].
pub type WallClock = Box<dyn Fn() -> SystemTime + Send>;

/// A folder and what goes on in it.
pub struct Spool {
    looker: Looker,
    store: Arc<Store>,
    intake: Arc<Intake>,
    stop: Arc<Stop>,
    watch: Option<Watch>,
    /// Which folder was looked through: another one may be mounted on it.
    root: Option<(u64, u64)>,
    scanned: Option<Instant>,
    /// Files to look at, and whether they are known to be closed.
    due: BTreeMap<String, Option<bool>>,
    growing: Growing,
    went: Vec<(String, Instant)>,
    /// Known files that are gone, as of the last look through everything.
    lost: Vec<FileKnown>,
    /// Files that are the same as known ones, since when.
    copied: HashMap<String, Instant>,
    held: Option<(Instant, Held)>,
    pause: Duration,
    clock: WallClock,
}

impl Spool {
    /// With a folder's settings. What is wrong with them, in words.
    pub fn new(
        folder: &Folder,
        media_root: &Path,
        store: &Arc<Store>,
        intake: &Arc<Intake>,
        stop: &Arc<Stop>,
    ) -> Result<Spool, String> {
        let looker = Looker {
            media: Media::new(media_root),
            names: Names::new(folder)?,
            settings: folder.clone(),
            machine: folder.machine(),
            media_root: media_root.into(),
        };
        Ok(Spool {
            looker,
            store: Arc::clone(store),
            intake: Arc::clone(intake),
            stop: Arc::clone(stop),
            watch: None,
            root: None,
            scanned: None,
            due: BTreeMap::new(),
            growing: Growing::default(),
            went: Vec::new(),
            lost: Vec::new(),
            copied: HashMap::new(),
            held: None,
            pause: Duration::ZERO,
            clock: Box::new(SystemTime::now),
        })
    }

    /// The same by another clock.
    pub fn by_clock(self, clock: WallClock) -> Spool {
        Spool { clock, ..self }
    }

    /// What the source is called.
    pub fn name(&self) -> String {
        let folder = &self.looker.settings.folder;
        if folder.as_os_str().is_empty() { "folder".into() } else { format!("folder {}", folder.display()) }
    }

    /// How long until everything is looked through again.
    pub fn rescan(&self) -> Duration {
        Duration::from_secs(u64::from(self.looker.settings.rescan_minutes.max(1)) * 60)
    }

    /// Steps until told to stop.
    pub fn run(&mut self) {
        let stop = Arc::clone(&self.stop);
        while !stop.is_told() {
            if let Err(error) = self.step(STEP) {
                self.pause = (self.pause * 2).clamp(STEP, LONGEST_PAUSE);
                tracing::warn!("{}: {error}; trying again", self.name());
                self.intake.live().note(&self.name(), |status| status.trouble = error.to_string());
                stop.wait(self.pause);
            }
        }
    }

    /// Waits until something happens, at most for `most`, and takes it in. Nothing is lost when this fails.
    pub fn step(&mut self, most: Duration) -> anyhow::Result<()> {
        if !self.store.reader()?.has_groups()? {
            return self
                .wait_for("a group to file recordings in: tapeline init, or tapeline group add", most);
        }
        match std::fs::metadata(self.folder()) {
            Ok(facts) => {
                let root = Some(identity(&facts));
                if self.root != root {
                    (self.watch, self.scanned, self.root) = (None, None, root);
                }
            }
            Err(error) => {
                (self.watch, self.scanned, self.root) = (None, None, None);
                return self.wait_for(&format!("the folder {} ({error})", self.folder().display()), most);
            }
        }
        if self.scanned.is_none_or(|scanned| scanned.elapsed() >= self.rescan()) {
            self.scan()?;
        }
        self.listen(most)?;
        self.look_after_growing();
        self.take_in()?;
        self.look_after_gone()?;
        self.pause = Duration::ZERO;
        Ok(())
    }

    fn wait_for(&self, what: &str, most: Duration) -> anyhow::Result<()> {
        self.intake.live().state(&self.name(), &format!("waiting for {what}"), self.now());
        self.stop.wait(most);
        Ok(())
    }

    fn folder(&self) -> PathBuf {
        self.looker.media_root.join(&self.looker.settings.folder)
    }

    /// Looks through everything.
    fn scan(&mut self) -> anyhow::Result<()> {
        self.intake.live().state(&self.name(), "looking through the folder", self.now());
        if self.watch.is_none() {
            self.watch = Some(Watch::new(&self.looker.media_root)?);
        }
        let begun = Instant::now();
        self.look_through(&self.looker.settings.folder.clone())?;
        for path in self.store.reader()?.open_files()? {
            if Path::new(&path).starts_with(&self.looker.settings.folder) {
                self.due.entry(path).or_insert(None);
            }
        }
        self.look_for_lost()?;
        self.take_in()?;
        self.lost.clear();
        self.scanned = Some(begun);
        let unwatched = self.watch.as_ref().map_or(0, |watch| watch.unwatched);
        let state = match unwatched {
            0 => "watching".into(),
            some => format!(
                "watching, but {some} folders only every {} minutes: raise fs.inotify.max_user_watches",
                self.looker.settings.rescan_minutes
            ),
        };
        self.intake.live().state(&self.name(), &state, self.now());
        Ok(())
    }

    /// Watches a folder and those in it, and finds what is in them that isn't known.
    fn look_through(&mut self, folder: &Path) -> anyhow::Result<()> {
        let mut failed = None;
        let watch = &mut self.watch;
        let found = scan::walk(&self.looker.media_root, folder, &mut |folder| {
            if let Some(Err(error)) = watch.as_mut().map(|watch| watch.add(folder)) {
                failed = Some(error);
            }
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        let reader = self.store.reader()?;
        for file in &found.files {
            if !self.growing.has(&file.path) && !file.is_known(&reader)? {
                self.due.entry(file.path.clone()).or_insert(None);
            }
        }
        if folder == self.looker.settings.folder {
            self.intake.live().note(&self.name(), |status| {
                status.skipped = found.skipped();
            });
        }
        Ok(())
    }

    /// Where there are unknown files, some may be known ones that were moved while nobody looked.
    fn look_for_lost(&mut self) -> anyhow::Result<()> {
        self.lost.clear();
        if self.due.is_empty() {
            return Ok(());
        }
        let (root, lost) = (&self.looker.media_root, &mut self.lost);
        self.store.reader()?.each_file(|known| {
            if root.join(&known.path).symlink_metadata().is_err() {
                lost.push(known);
            }
        })?;
        Ok(())
    }

    /// What inotify has to say.
    fn listen(&mut self, most: Duration) -> anyhow::Result<()> {
        let Some(watch) = &mut self.watch else { return Ok(()) };
        let most = if self.due.is_empty() { most } else { Duration::ZERO };
        for seen in watch.wait(most)? {
            match seen {
                Seen::Lost => self.scanned = None,
                Seen::Folder(folder) => match self.look_through(&folder) {
                    // It went again.
                    Err(error) if is_not_found(&error) => {}
                    other => other?,
                },
                Seen::Closed(path) => self.note(&path, Some(true)),
                Seen::Came(path) => self.note(&path, None),
                Seen::Written(path) => self.note_written(&path),
                Seen::Went(path) => self.went.extend(text(&path).map(|path| (path, Instant::now()))),
            }
        }
        Ok(())
    }

    fn note(&mut self, path: &Path, closed: Option<bool>) {
        if let Some(path) = text(path).filter(|path| is_sound(name_of(path))) {
            self.due.insert(path, closed);
        }
    }

    /// The first time that a file is written to its row goes back in progress, or begins; what follows only shows that it
    /// goes on.
    fn note_written(&mut self, path: &Path) {
        let Some(path) = text(path).filter(|path| is_sound(name_of(path))) else { return };
        // Also if it is due already: it was closed and opened again between two looks.
        if !self.growing.written(&path) || self.due.contains_key(&path) {
            self.due.insert(path, Some(false));
        }
    }

    fn look_after_growing(&mut self) {
        for path in self.growing.resting(&self.looker.media_root) {
            self.due.entry(path).or_insert(None);
        }
    }

    /// Looks at what is due and takes it through the door. What fails stays due.
    fn take_in(&mut self) -> anyhow::Result<()> {
        while !self.due.is_empty() && !self.stop.is_told() {
            let begun = Instant::now();
            let batch: Vec<(String, Option<bool>)> =
                self.due.iter().take(BATCH).map(|(path, closed)| (path.clone(), *closed)).collect();
            let mut drafts = Vec::new();
            for (path, closed) in &batch {
                drafts.extend(self.look(path, *closed)?);
            }
            drafts.sort_by_cached_key(|draft| (began(draft), draft.path.clone()));
            let outcomes = self.intake.accept_all(&self.store, &drafts, self.now())?;
            for (draft, outcome) in drafts.iter().zip(outcomes) {
                self.taken(draft, &outcome, begun.elapsed());
            }
            for (path, _) in &batch {
                self.due.remove(path);
            }
        }
        Ok(())
    }

    fn look(&mut self, path: &str, closed: Option<bool>) -> Result<Option<Draft>, StoreError> {
        let rest = self.growing.rest(path);
        if closed.is_none() && self.held.as_ref().is_none_or(|(at, _)| at.elapsed() > FRESH) {
            self.held = Some((Instant::now(), Held::look()));
        }
        let nothing = Held::none();
        let held = self.held.as_ref().map_or(&nothing, |(_, held)| held);
        match self.looker.look(path, closed, held, rest, self.nanoseconds()) {
            Look::Draft(draft) => self.with_origin(path, *draft),
            Look::Waits => {
                self.grow(path);
                Ok(None)
            }
            Look::Gone => {
                self.growing.end(path);
                self.went.push((path.into(), Instant::now()));
                Ok(None)
            }
            Look::Unreadable(why) => {
                tracing::warn!("{path} cannot be read: {why}");
                self.intake.live().note(&self.name(), |status| status.trouble = format!("{path}: {why}"));
                // The next look through the folder tries again.
                Ok(None)
            }
        }
    }

    /// An unknown file may be a known one that was moved. One that is just being copied waits a little: `mv` to another
    /// disk removes the original afterwards.
    fn with_origin(&mut self, path: &str, mut draft: Draft) -> Result<Option<Draft>, StoreError> {
        let reader = self.store.reader()?;
        if reader.file_at(path)?.is_none() {
            match origin(&reader, &self.looker.media_root, &draft, &self.lost)? {
                Origin::New => {}
                Origin::Moved(from) => draft.moved_from = Some(from),
                Origin::Copied => {
                    let since = *self.copied.entry(path.into()).or_insert_with(Instant::now);
                    if since.elapsed() < COPYING {
                        self.grow(path);
                        return Ok(None);
                    }
                }
            }
        }
        self.copied.remove(path);
        Ok(Some(draft))
    }

    fn taken(&mut self, draft: &Draft, outcome: &Outcome, lag: Duration) {
        let Some(path) = &draft.path else { return };
        if draft.file.as_ref().is_some_and(|file| file.closed) {
            self.growing.end(path);
        } else {
            self.grow(path);
        }
        let now = self.now();
        self.intake.live().note(&self.name(), |status| {
            status.last_event = now;
            status.lag = i64::try_from(lag.as_millis()).unwrap_or(i64::MAX);
            match outcome {
                Outcome::Inserted => status.inserted += 1,
                Outcome::Completed => status.completed += 1,
                Outcome::Enriched => status.enriched += 1,
                Outcome::Excluded(_) => status.excluded += 1,
                _ => {}
            }
        });
    }

    fn grow(&mut self, path: &str) {
        self.growing.goes_on(path, &self.looker.media_root, (self.clock)());
    }

    /// Files that went, and have not come anywhere else: their rows say that the sound is missing.
    fn look_after_gone(&mut self) -> anyhow::Result<()> {
        let (over, rest) =
            std::mem::take(&mut self.went).into_iter().partition(|(_, at)| at.elapsed() >= MOVING);
        self.went = rest;
        let over: Vec<(String, Instant)> = over;
        for (path, at) in &over {
            if let Err(error) = self.gone(path) {
                self.went.push((path.clone(), *at));
                return Err(error.into());
            }
        }
        Ok(())
    }

    fn gone(&mut self, path: &str) -> Result<(), StoreError> {
        if self.looker.media_root.join(path).exists() {
            return Ok(());
        }
        self.growing.end(path);
        self.intake.file_gone(&self.store, path, self.now())
    }

    /// Unix seconds.
    fn now(&self) -> i64 {
        self.nanoseconds().div_euclid(1_000_000_000)
    }

    fn nanoseconds(&self) -> i64 {
        let since = (self.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    }
}

/// When a recording began, to count those of a channel in order.
pub fn began(draft: &Draft) -> i64 {
    let of_file = draft.file.as_ref().map_or(0, |file| file.created.min(file.modified) / 1_000_000_000);
    draft.facts.start.unwrap_or(of_file)
}

fn identity(facts: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (facts.dev(), facts.ino())
}

fn is_not_found(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn text(path: &Path) -> Option<String> {
    path.to_str().map(str::to_owned)
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
