//! From the files that are due through the door.

use std::path::Path;
use std::time::{Duration, Instant};

use super::Spool;
use crate::ingest::spool::look::Look;
use crate::ingest::spool::open_files::OpenFiles;
use crate::ingest::spool::order::order_of;
use crate::ingest::spool::origin::{Fresh, Origin, Origins};
use crate::ingest::spool::scan::{File, name_of};
use crate::intake::{Draft, Outcome, ReadWhole};
use crate::model::paths::{on_disk, shown};
use crate::store::StoreError;

/// Drafts of one transaction.
const BATCH: usize = 500;
/// How long drafts wait for the rest of their transaction.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long a copy may take, or the original of one to go.
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
            drafts.sort_by_cached_key(|draft| (order_of(draft), draft.path.clone()));
            let outcomes = self.intake.accept_all(&self.store, &drafts, self.now())?;
            for path in batch {
                self.due.remove(path);
            }
            for (draft, outcome) in drafts.iter().zip(outcomes) {
                self.taken(draft, &outcome, begun.elapsed());
                self.look_for_sides(draft, &outcome)?;
            }
        }
        self.tell_unread();
        Ok(())
    }

    /// Looks at the first of what is due, and says how many these were: those that are ready don't wait long for a file
    /// that takes its time.
    fn look_at_some(&mut self, due: &[String], begun: Instant) -> anyhow::Result<(usize, Vec<Draft>)> {
        let (mut looked, mut drafts, mut fresh) = (0, Vec::new(), Fresh::default());
        for path in due.iter().take(BATCH) {
            drafts.extend(self.look(path, self.due.get(path).copied().flatten(), &mut fresh)?);
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
        let order = |path: &String| {
            let facts = on_disk(&self.looker.media_root, path).symlink_metadata().ok();
            facts.map(|facts| self.looker.order_of(&File::new(path, &facts)))
        };
        let mut due: Vec<String> = self.due.keys().cloned().collect();
        due.sort_by_cached_key(|path| (order(path), path.clone()));
        due
    }

    fn look(&mut self, path: &str, closed: Option<bool>, fresh: &mut Fresh) -> anyhow::Result<Option<Draft>> {
        let rest = self.growing.rest(path);
        if self.open_files.0.elapsed() > FRESH {
            self.open_files = (Instant::now(), OpenFiles::default());
        }
        self.sides.remove(path);
        self.overwritten.remove(path);
        self.unread.remove(path);
        match self.looker.look(path, closed, &self.open_files.1, rest, self.nanoseconds()) {
            Look::Draft(draft) => Ok(self.with_origin(path, *draft, fresh)?),
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
                self.unread.insert(path.into(), why.clone());
                let path = shown(path);
                tracing::warn!("{path} cannot be read: {why}");
                self.intake.live().note(&self.name(), |status| status.trouble = format!("{path}: {why}"));
                // The next look through the folder tries again.
                Ok(None)
            }
        }
    }

    /// An unknown file may be a known one that was moved, or made of one. While that is under way it waits: only what it
    /// ends as will tell. So does, for a little, what is written where a file is missing: `mv` to another disk removes the
    /// original afterwards.
    fn with_origin(
        &mut self,
        path: &str,
        mut draft: Draft,
        fresh: &mut Fresh,
    ) -> Result<Option<Draft>, StoreError> {
        let reader = self.store.reader()?;
        let mut origins = Origins {
            reader: &reader,
            media: &self.looker.media,
            stop: &self.stop,
            lost: &self.lost,
            fresh: std::mem::take(fresh),
        };
        let origin = origins.of(&draft)?;
        *fresh = origins.fresh;
        let closed = draft.file.as_ref().is_some_and(|file| file.closed);
        let waits = match origin {
            Origin::Making => true,
            Origin::Copying => self.is_copied_yet(path),
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
        if *outcome == Outcome::Overwritten && self.overwritten.insert(path.clone()) {
            tracing::warn!(
                "{} was written to after its recording was complete, which stays as it was",
                shown(path)
            );
        }
        if is_to_be_read(draft, outcome, self.scanned.is_some()) {
            self.digesting.add(path);
        }
        let now = self.now();
        self.intake.live().note(&self.name(), |status| {
            status.last_event = now;
            status.lag = i64::try_from(lag.as_millis()).unwrap_or(i64::MAX);
            status.count(outcome);
        });
    }

    /// Where a call has its mixed recording at last, its sides are looked at again.
    fn look_for_sides(&mut self, draft: &Draft, outcome: &Outcome) -> Result<(), StoreError> {
        let Some(path) = draft.path.as_deref().filter(|_| *outcome == Outcome::Inserted) else {
            return Ok(());
        };
        let (looker, folder) = (&self.looker, path.strip_suffix(name_of(path)).unwrap_or_default());
        let call = &looker.names.side(looker.own(path)).call;
        for other in self.store.reader()?.files_named_like(&format!("{folder}{call}"))? {
            let is_beside = other.strip_suffix(name_of(&other)) == Some(folder);
            let side = looker.names.side(looker.own(&other));
            if is_beside && looker.names.is_mix_of(&side, looker.own(path)) {
                self.due.entry(other.clone()).or_insert(None);
            }
        }
        Ok(())
    }

    /// Reads a piece of what is to be read whole, if nothing else is due.
    pub(super) fn read_whole(&mut self) -> Result<(), StoreError> {
        if !self.due.is_empty() || self.stop.is_told() {
            return Ok(());
        }
        let Some((path, whole)) = self.digesting.go_on(&self.looker.media) else { return Ok(()) };
        let read = ReadWhole {
            path: path.clone(),
            size: whole.size.cast_signed(),
            modified: whole.modified,
            sha256: whole.sha256.clone(),
        };
        self.intake.note_digest(&self.store, &read, self.now())?;
        self.digesting.stored();
        Ok(())
    }

    fn grow(&mut self, path: &str) {
        self.growing.goes_on(path, &self.looker.media_root, (self.clock)());
    }
}

/// Whether a file was just completed, or written anew: then it is read whole. `live`: what was there before has been looked
/// through.
fn is_to_be_read(draft: &Draft, outcome: &Outcome, live: bool) -> bool {
    let closed = draft.file.as_ref().is_some_and(|file| file.closed);
    closed
        && match outcome {
            Outcome::Completed => true,
            Outcome::Inserted | Outcome::Enriched | Outcome::Form => live,
            _ => false,
        }
}
