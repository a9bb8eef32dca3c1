//! A folder's thread: what happened since the last step goes through the door, what can't yet is tried again.

mod away;
mod listening;
mod taking;
mod telling;
mod zone;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;

use super::digesting::Digesting;
use super::growing::Growing;
use super::look::Looker;
use super::mounts::Mounts;
use super::open_files::OpenFiles;
use super::scan;
use super::watch::Watch;
use super::zone_doubt::ZoneDoubt;
use crate::app::{Alerts, Wrong};
use crate::config::Folder;
use crate::ingest::Stop;
use crate::ingest::names::Names;
use crate::intake::Intake;
use crate::media::Media;
use crate::model::SECOND;
use crate::model::paths::bytes_of;
use crate::store::{FileKnown, Store};

/// How long a step waits for something to happen, and so how soon it is heard that it shall end.
const STEP: Duration = Duration::from_millis(250);
/// Why what a file holds has no row although the file has one.
const OVERWRITTEN: &str = "written to after its recording was complete, which stays as it was";
/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What tells the time of day. It may be put forward or back at any moment: what waits counts by [`Instant`].
pub type WallClock = Box<dyn Fn() -> SystemTime + Send>;

/// A folder and what goes on in it.
pub struct Spool {
    looker: Looker,
    store: Arc<Store>,
    intake: Arc<Intake>,
    alerts: Arc<Alerts>,
    stop: Arc<Stop>,
    watch: Option<Watch>,
    /// Which folder was looked through: another one may be mounted on it.
    root: Option<(u64, u64)>,
    scanned: Option<Instant>,
    mounts: Mounts,
    /// Files to look at, and whether they are known to be closed.
    due: BTreeMap<String, Option<bool>>,
    growing: Growing,
    digesting: Digesting,
    went: Vec<(String, Instant)>,
    /// Known files that are gone, as of the last look through everything.
    lost: Vec<FileKnown>,
    /// Files that are the same as known ones, since when.
    copied: HashMap<String, Instant>,
    open_files: (Instant, OpenFiles),
    /// Folders that were found to be unreadable.
    unreadable: BTreeMap<PathBuf, String>,
    /// Files that were, and why.
    unread: BTreeMap<String, String>,
    /// When rows were found last that have their sound here, where there is none.
    asked: Option<Instant>,
    /// Sides of calls that wait for the mixed recording.
    sides: BTreeSet<String>,
    /// Files that were written to after their recordings were complete.
    overwritten: BTreeSet<String>,
    zone: ZoneDoubt,
    /// Since when nothing can be stored.
    failing: Option<Instant>,
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
            media: Media::new(media_root).with(std::slice::from_ref(folder)),
            names: Names::new(folder)?,
            settings: folder.clone(),
            machine: folder.machine(),
            media_root: media_root.into(),
            stop: Arc::clone(stop),
        };
        Ok(Spool {
            looker,
            store: Arc::clone(store),
            intake: Arc::clone(intake),
            alerts: Arc::default(),
            stop: Arc::clone(stop),
            watch: None,
            root: None,
            scanned: None,
            mounts: Mounts::new(media_root),
            due: BTreeMap::new(),
            growing: Growing::default(),
            digesting: Digesting::default(),
            went: Vec::new(),
            lost: Vec::new(),
            copied: HashMap::new(),
            open_files: (Instant::now(), OpenFiles::default()),
            unreadable: BTreeMap::new(),
            unread: BTreeMap::new(),
            asked: None,
            sides: BTreeSet::new(),
            overwritten: BTreeSet::new(),
            zone: ZoneDoubt::default(),
            failing: None,
            pause: Duration::ZERO,
            clock: Box::new(SystemTime::now),
        })
    }

    /// The same, which tells there what is wrong.
    pub fn telling(self, alerts: &Arc<Alerts>) -> Spool {
        Spool { alerts: Arc::clone(alerts), ..self }
    }

    /// Looks for the folder, and says where it is, or what is wrong with it.
    pub fn look_for_folder(&mut self) {
        let path = self.folder().display().to_string();
        self.intake.live().note(&self.name(), |status| status.path = path);
        // Where the database doesn't answer, it is told in a moment.
        if let Ok(Some(away)) = self.away() {
            self.wait_for(&away, Duration::ZERO);
        }
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
        self.look_for_folder();
        let stop = Arc::clone(&self.stop);
        while !stop.is_told() {
            if self.step(STEP).is_err() {
                self.pause = (self.pause * 2).clamp(STEP, LONGEST_PAUSE);
                stop.wait(self.pause);
            }
        }
    }

    /// Says which files wait for their row. What went wrong is over once a step succeeds.
    fn note_waiting(&mut self, well: bool) {
        let failed = self.failing.take();
        let recovered = well && failed.is_some();
        let (due, sides) = (if well { 0 } else { self.due.len() }, self.sides.len());
        if !well {
            self.failing = failed.or(Some(Instant::now()));
        }
        let (doubt, overwritten) = (self.zone.doubt.as_deref(), self.overwritten.len());
        let lag = self.failing.map(|since| i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX));
        self.intake.live().note(&self.name(), |status| {
            if recovered {
                status.trouble.clear();
            }
            if let Some(doubt) = doubt.filter(|_| status.trouble.is_empty()) {
                status.trouble = doubt.into();
            }
            status.lag = lag.filter(|_| due > 0).unwrap_or(status.lag);
            status.has_no_row("it could not be stored yet", due);
            status.has_no_row("one side of a call, which waits for the mixed recording", sides);
            status.has_no_row(OVERWRITTEN, overwritten);
        });
    }

    /// Waits until something happens, at most for `most`, and takes it in. Nothing is lost when this fails.
    pub fn step(&mut self, most: Duration) -> anyhow::Result<()> {
        let stepped = self.go_on(most);
        self.note_waiting(stepped.is_ok());
        self.tell_stored(stepped.as_ref());
        stepped
    }

    fn go_on(&mut self, most: Duration) -> anyhow::Result<()> {
        if self.mounts.changed() {
            self.scanned = None;
        }
        if let Some(away) = self.away()? {
            self.wait_for(&away, most);
            return Ok(());
        }
        self.alerts.clear(Wrong::FolderAway, &self.name());
        if self.is_due() {
            self.scan()?;
        }
        self.listen(most)?;
        self.look_after_growing();
        self.take_in()?;
        self.look_after_gone()?;
        self.read_whole()?;
        self.pause = Duration::ZERO;
        Ok(())
    }

    /// Whether everything is to be looked through.
    fn is_due(&self) -> bool {
        self.scanned.is_none_or(|scanned| scanned.elapsed() >= self.rescan())
    }

    fn complain(&self, error: &anyhow::Error) {
        tracing::warn!("{}: {error:#}", self.name());
        self.intake.live().note(&self.name(), |status| status.trouble = format!("{error:#}"));
    }

    fn shown(&self, folder: &Path) -> String {
        self.looker.media_root.join(folder).display().to_string()
    }

    /// Looks through everything.
    fn scan(&mut self) -> anyhow::Result<()> {
        self.intake.live().state(&self.name(), "looking through the folder", self.now());
        if self.watch.is_none() {
            self.watch = Some(Watch::new(&self.looker.media_root)?);
        }
        self.watch.iter_mut().for_each(|watch| watch.unwatched = 0);
        let begun = Instant::now();
        self.look_through(&self.looker.settings.folder.clone())?;
        for path in self.store.reader()?.open_files()? {
            if Path::new(&path).starts_with(&self.looker.settings.folder) {
                self.due.entry(path).or_insert(None);
            }
        }
        self.look_for_lost()?;
        self.read_anew();
        self.take_in()?;
        self.tell_unread();
        self.lost.clear();
        self.scanned = Some(begun);
        let unwatched = self.watch.as_ref().map_or(0, |watch| watch.unwatched);
        self.tell_watches(unwatched);
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
        let watch = &mut self.watch;
        let mut add = |folder: &Path| watch.iter_mut().for_each(|watch| watch.add(folder));
        let found = scan::walk(&self.looker.media_root, folder, &mut add)
            .with_context(|| format!("the folder {} cannot be read", self.shown(folder)))?;
        let reader = self.store.reader()?;
        for file in &found.files {
            if !self.growing.has(&file.path) && !file.is_known(&reader)? {
                self.due.entry(file.path.clone()).or_insert(None);
            }
        }
        for (folder, why) in &found.unreadable {
            if self.unreadable.insert(folder.clone(), why.clone()).is_none() {
                tracing::warn!("the folder {} cannot be read: {why}", self.shown(folder));
            }
        }
        if folder == self.looker.settings.folder {
            self.ask_names(&found.files);
            self.unreadable = found.unreadable.clone();
            let owned =
                found.files.iter().filter(|file| self.looker.settings.owns(Path::new(&file.path))).count();
            self.intake.live().note(&self.name(), |status| {
                status.files = Some(owned as u64);
                status.skipped = found.skipped();
                // Of a file that could not be read: whether that is still so is about to be seen.
                status.trouble.clear();
            });
        }
        self.tell_unreadable();
        Ok(())
    }

    /// Where there are unknown files, some may be known ones that were moved while nobody looked.
    fn look_for_lost(&mut self) -> anyhow::Result<()> {
        self.lost.clear();
        if self.due.is_empty() {
            return Ok(());
        }
        let (mut there, lost) = (self.looker.media.there(), &mut self.lost);
        self.store.reader()?.each_file(|known| {
            if there.size(&bytes_of(&known.path)).is_none() {
                lost.push(known);
            }
        })?;
        Ok(())
    }

    fn look_after_growing(&mut self) {
        for path in self.growing.resting(&self.looker.media_root) {
            self.due.entry(path).or_insert(None);
        }
    }

    /// Unix seconds.
    fn now(&self) -> i64 {
        self.nanoseconds().div_euclid(SECOND)
    }

    fn nanoseconds(&self) -> i64 {
        let since = (self.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    }
}

fn identity(facts: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (facts.dev(), facts.ino())
}
