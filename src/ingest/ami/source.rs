//! The source: connects, listens, and connects again, until it is told to stop.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::calls::{Calls, Report};
use super::codec::Decoder;
use super::draft::{Places, draft, lost};
use super::link::{Distrusted, Link};
use super::session::{Session, Step};
use crate::app::App;
use crate::config::Asterisk;
use crate::ingest::Stop;
use crate::intake::{Draft, Intake, Outcome};
use crate::store::StoreError;

/// Its name in the status.
const NAME: &str = "asterisk";
/// Bytes of one read; the longest seen had 55 KB.
const READ: usize = 64 * 1024;
/// Between two attempts to connect, at first and at most. Half of it, and as much again by chance, so that several that
/// lost the same PBX don't come back at the same instant.
const FIRST: Duration = Duration::from_millis(500);
const LAST: Duration = Duration::from_secs(30);
/// The same after a refusal: each attempt is a line in the PBX's log, and may have us shut out.
const REFUSED: Duration = Duration::from_secs(60);

/// Listens to the PBX until it is told to stop.
pub fn listen(app: &App, intake: &Intake, settings: &Asterisk, stop: &Stop) {
    let mut listener = Listener {
        app,
        intake,
        settings,
        places: Places::new(&app.config.media_root, settings),
        calls: Calls::default(),
        pending: Vec::new(),
        logged_in: false,
    };
    let mut pause = FIRST;
    while !stop.is_told() {
        listener.logged_in = false;
        let ended = listener.connection(stop);
        if stop.is_told() {
            return;
        }
        if listener.logged_in {
            pause = FIRST;
        }
        let trouble = match ended {
            Ok(Ended { why, refused }) => {
                pause = if refused { REFUSED } else { pause };
                why
            }
            Err(error) => {
                pause = if error.is::<Distrusted>() { REFUSED } else { pause };
                format!("{error:#}")
            }
        };
        listener.trouble(&trouble);
        stop.wait(by_chance(pause));
        listener.flush();
        pause = (pause * 2).min(LAST);
    }
}

/// Why a conversation ended.
struct Ended {
    why: String,
    refused: bool,
}

struct Listener<'a> {
    app: &'a App,
    intake: &'a Intake,
    settings: &'a Asterisk,
    places: Places,
    /// Outlive the connection.
    calls: Calls,
    /// What the database has not taken yet: the newest of each recording, in the order in which they began.
    pending: Vec<Draft>,
    logged_in: bool,
}

impl Listener<'_> {
    /// One connection, from greeting to end.
    fn connection(&mut self, stop: &Stop) -> anyhow::Result<Ended> {
        self.state(&format!("connecting to {}", self.settings.address));
        let mut link = Link::open(self.settings)?;
        let (mut decoder, mut buffer) = (Decoder::default(), vec![0; READ]);
        // The session borrows the calls for as long as it lasts.
        let mut calls = std::mem::take(&mut self.calls);
        let mut session =
            Session::new(&self.settings.username, self.settings.secret.reveal(), &mut calls, now());
        let ended = loop {
            if stop.is_told() {
                break Ok(Ended { why: String::new(), refused: false });
            }
            let read = match link.read(&mut buffer) {
                Ok(read) => read,
                Err(error) => break Err(error),
            };
            let (came, mut steps) = (now(), Vec::new());
            decoder.feed(&buffer[..read], |piece| steps.extend(session.hear(piece, came)));
            steps.extend(session.wait(came));
            let system = session.system().to_owned();
            match self.take(&mut link, &system, steps, came) {
                Ok(None) => self.flush(),
                Ok(Some(ended)) => break Ok(ended),
                Err(error) => break Err(error),
            }
        };
        self.calls = calls;
        self.flush();
        ended
    }

    /// Does what the session wants. Gives why the connection is to end, if it is.
    fn take(
        &mut self,
        link: &mut Link,
        system: &str,
        steps: Vec<Step>,
        came: i64,
    ) -> anyhow::Result<Option<Ended>> {
        for step in steps {
            match step {
                Step::Say(bytes) => link.write(&bytes)?,
                Step::LoggedIn => {
                    self.logged_in = true;
                    self.state(&format!("connected to {}", self.settings.address));
                    self.intake.live().note(NAME, |status| status.trouble.clear());
                    tracing::info!(address = self.settings.address, "listening to Asterisk");
                }
                Step::Heard(report) => self.heard(system, &report, came),
                Step::Reconciled { up, started } => {
                    self.flush();
                    self.reconcile(&up, started)?;
                }
                Step::NotReconciled(why) => tracing::warn!(
                    why,
                    "Asterisk may not be asked which calls go on: add reporting to write of the user in manager.conf"
                ),
                Step::Leave { why, refused } => return Ok(Some(Ended { why, refused })),
            }
        }
        Ok(None)
    }

    fn heard(&mut self, system: &str, report: &Report, came: i64) {
        let live = self.intake.live();
        live.note(NAME, |status| status.last_event = came / 1000);
        match draft(&self.places, system, report) {
            Some(draft) => {
                self.put(draft);
                live.note(NAME, |status| status.lag = now() - came);
            }
            None => live.note(NAME, |status| {
                *status.skipped.entry("its file is in no folder of the settings".into()).or_default() += 1;
            }),
        }
    }

    /// Recordings in progress whose channel is gone.
    fn reconcile(&mut self, up: &BTreeSet<String>, started: i64) -> Result<(), StoreError> {
        let reader = self.app.store.reader()?;
        let machines = self.places.machines();
        let known = machines.iter().map(|machine| reader.not_over(machine)).collect::<Result<Vec<_>, _>>()?;
        drop(reader);
        for (known, start) in known.into_iter().flatten() {
            if up.contains(&known.uniqueid) || self.calls.is_up(&known.uniqueid) {
                continue;
            }
            self.put(lost(&known, start < started));
        }
        self.flush();
        Ok(())
    }

    /// What a draft says of a recording is all that is known: an older one of the same need not wait any longer.
    fn put(&mut self, draft: Draft) {
        let same = |other: &&mut Draft| other.path == draft.path && other.uniqueid == draft.uniqueid;
        match self.pending.iter_mut().find(same) {
            Some(older) => *older = draft,
            None => self.pending.push(draft),
        }
    }

    /// Hands over what waits. What the database can't take waits on.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        match self.intake.accept_all(&self.app.store, &self.pending, now() / 1000) {
            Ok(outcomes) => {
                self.pending.clear();
                self.count(&outcomes);
            }
            Err(error) => {
                self.say_trouble(&format!("the database does not take what Asterisk says: {error}"))
            }
        }
    }

    fn count(&self, outcomes: &[Outcome]) {
        self.intake.live().note(NAME, |status| {
            for outcome in outcomes {
                match outcome {
                    Outcome::Inserted => status.inserted += 1,
                    Outcome::Completed => status.completed += 1,
                    Outcome::Enriched => status.enriched += 1,
                    Outcome::Excluded(_) => status.excluded += 1,
                    _ => {}
                }
            }
        });
    }

    fn state(&self, state: &str) {
        self.intake.live().state(NAME, state, now() / 1000);
    }

    fn trouble(&self, why: &str) {
        self.state("not connected");
        self.say_trouble(&format!("Asterisk is not listened to: {why}"));
    }

    /// Once, not at every attempt.
    fn say_trouble(&self, why: &str) {
        self.intake.live().note(NAME, |status| {
            if status.trouble != why {
                tracing::warn!(address = self.settings.address, "{why}");
                status.trouble = why.into();
            }
        });
    }
}

/// From half of it to one and a half.
fn by_chance(pause: Duration) -> Duration {
    let mut byte = [0];
    // Without randomness it is the middle.
    let share = getrandom::fill(&mut byte).map_or(128, |()| u32::from(byte[0]));
    pause / 2 + pause * share / 256
}

/// Unix milliseconds.
fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
