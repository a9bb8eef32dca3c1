//! From the files that are due through the door.

use std::path::Path;
use std::time::{Duration, Instant};

use super::Spool;
use crate::ingest::spool::look::Look;
use crate::ingest::spool::open_files::OpenFiles;
use crate::ingest::spool::order::began;
use crate::ingest::spool::scan::{File, Origin, origin};
use crate::intake::{Draft, Outcome};
use crate::model::paths::{on_disk, shown};
use crate::store::StoreError;

/// Drafts of one transaction.
const BATCH: usize = 500;
/// How long drafts wait for the rest of their transaction.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long the original of a copy may take to go.
const COPYING: Duration = Duration::from_secs(30);
/// How long it counts what the processes were found to have open.
const FRESH: Duration = Duration::from_secs(1);

impl Spool {
    /// Looks at what is due and takes it through the door. What fails stays due.
    pub(super) fn take_in(&mut self) -> anyhow::Result<()> {
        self.due.retain(|path, _| self.looker.settings.owns(Path::new(path)));
        let due = self.by_beginning();
        let mut left = &due[..];
        while !left.is_empty() && !self.stop.is_told() {
            let begun = Instant::now();
            let (looked, mut drafts) = self.look_at_some(left, begun)?;
            let (batch, rest) = left.split_at(looked);
            left = rest;
            drafts.sort_by_cached_key(|draft| (began(draft), draft.path.clone()));
            let outcomes = self.intake.accept_all(&self.store, &drafts, self.now())?;
            for (draft, outcome) in drafts.iter().zip(outcomes) {
                self.taken(draft, &outcome, begun.elapsed());
            }
            for path in batch {
                self.due.remove(path);
            }
        }
        Ok(())
    }

    /// Looks at the first of what is due, and says how many these were: those that are ready don't wait long for a file
    /// that takes its time.
    fn look_at_some(&mut self, due: &[String], begun: Instant) -> anyhow::Result<(usize, Vec<Draft>)> {
        let (mut looked, mut drafts) = (0, Vec::new());
        for path in due.iter().take(BATCH) {
            drafts.extend(self.look(path, self.due.get(path).copied().flatten())?);
            if self.stop.is_told() {
                break;
            }
            looked += 1;
            if begun.elapsed() > PATIENCE {
                break;
            }
        }
        Ok((looked, drafts))
    }

    /// What is due, in the order in which it began.
    fn by_beginning(&self) -> Vec<String> {
        let began = |path: &String| {
            let facts = on_disk(&self.looker.media_root, path).symlink_metadata().ok();
            facts.map(|facts| self.looker.began(&File::new(path, &facts)))
        };
        let mut due: Vec<String> = self.due.keys().cloned().collect();
        due.sort_by_cached_key(|path| (began(path), path.clone()));
        due
    }

    fn look(&mut self, path: &str, closed: Option<bool>) -> anyhow::Result<Option<Draft>> {
        let rest = self.growing.rest(path);
        if self.open_files.0.elapsed() > FRESH {
            self.open_files = (Instant::now(), OpenFiles::default());
        }
        self.sides.remove(path);
        match self.looker.look(path, closed, &self.open_files.1, rest, self.nanoseconds()) {
            Look::Draft(draft) => Ok(self.with_origin(path, *draft)?),
            Look::Waits => {
                self.sides.insert(path.into());
                self.grow(path);
                Ok(None)
            }
            Look::Gone => {
                self.growing.end(path);
                self.went.push((path.into(), Instant::now()));
                Ok(None)
            }
            // It stays due.
            Look::Later(why) => Err(anyhow::Error::new(why).context(format!(
                "{} cannot be read yet; if this stays so, raise LimitNOFILE of the service (ulimit -n)",
                shown(path)
            ))),
            // It is due again after the next start.
            Look::Unreadable(_) if self.stop.is_told() => Ok(None),
            Look::Unreadable(why) => {
                let path = shown(path);
                tracing::warn!("{path} cannot be read: {why}");
                self.intake.live().note(&self.name(), |status| status.trouble = format!("{path}: {why}"));
                // The next look through the folder tries again.
                Ok(None)
            }
        }
    }

    /// An unknown file may be a known one that was moved. One that is just being copied waits a little: `mv` to another
    /// disk removes the original afterwards, and what is written where a file is missing may be that one again.
    fn with_origin(&mut self, path: &str, mut draft: Draft) -> Result<Option<Draft>, StoreError> {
        let origin = origin(&self.store.reader()?, &self.looker.media_root, &draft, &self.lost)?;
        let closed = draft.file.as_ref().is_some_and(|file| file.closed);
        let waits = match origin {
            Origin::Converting => true,
            Origin::Copied => self.is_copied_yet(path),
            Origin::Another => !closed && self.is_copied_yet(path),
            _ => false,
        };
        if waits {
            self.grow(path);
            return Ok(None);
        }
        origin.note(&mut draft);
        self.copied.remove(path);
        Ok(Some(draft))
    }

    fn is_copied_yet(&mut self, path: &str) -> bool {
        self.copied.entry(path.into()).or_insert_with(Instant::now).elapsed() < COPYING
    }

    fn taken(&mut self, draft: &Draft, outcome: &Outcome, lag: Duration) {
        let Some(path) = &draft.path else { return };
        self.hear_name(draft);
        if draft.file.as_ref().is_some_and(|file| file.closed) {
            self.growing.end(path);
        } else {
            self.grow(path);
        }
        let now = self.now();
        self.intake.live().note(&self.name(), |status| {
            status.last_event = now;
            status.lag = i64::try_from(lag.as_millis()).unwrap_or(i64::MAX);
            status.count(outcome);
        });
    }

    fn grow(&mut self, path: &str) {
        self.growing.goes_on(path, &self.looker.media_root, (self.clock)());
    }
}
