//! The source: connects, listens, and connects again, until it is told to stop.

use std::time::Duration;

use super::calls::Calls;
use super::codec::Decoder;
use super::session::{Account, Session, Step};
use crate::app::App;
use crate::config::Asterisk;
use crate::ingest::Stop;
use crate::ingest::pbx::{Distrusted, Link, Recordings, now};
use crate::intake::Intake;

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
        settings,
        recordings: Recordings::new(app, intake, settings),
        calls: Calls::default(),
        listened: (0, 0),
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
        listener.recordings.trouble(&trouble);
        stop.wait(by_chance(pause));
        listener.recordings.flush();
        pause = (pause * 2).min(LAST);
    }
}

/// Why a conversation ended.
struct Ended {
    why: String,
    refused: bool,
}

struct Listener<'a> {
    settings: &'a Asterisk,
    /// They outlive the connection, and so do the calls.
    recordings: Recordings<'a>,
    calls: Calls,
    /// Until when the PBX was listened to, Unix seconds: now, and by an earlier connection.
    listened: (i64, i64),
    logged_in: bool,
}

impl Listener<'_> {
    /// One connection, from greeting to end.
    fn connection(&mut self, stop: &Stop) -> anyhow::Result<Ended> {
        self.recordings.state(&format!("connecting to {}", self.settings.address));
        let mut link = Link::open(self.settings)?;
        let account = Account {
            username: &self.settings.username,
            secret: self.settings.secret.reveal(),
            private: link.is_private(),
        };
        self.listened.1 = self.listened.0;
        // The session borrows the calls for as long as it lasts.
        let mut calls = std::mem::take(&mut self.calls);
        let mut session = Session::new(account, &mut calls, now());
        let ended = self.converse(&mut link, &mut session, stop);
        if ended.is_err() && self.logged_in {
            // It went just now, and not silently some time ago.
            self.listened.0 = now() / 1000;
        }
        self.calls = calls;
        self.recordings.flush();
        ended
    }

    fn converse(&mut self, link: &mut Link, session: &mut Session<'_>, stop: &Stop) -> anyhow::Result<Ended> {
        let (mut decoder, mut buffer) = (Decoder::default(), vec![0; READ]);
        loop {
            if stop.is_told() {
                return Ok(Ended { why: String::new(), refused: false });
            }
            let read = link.read(&mut buffer)?;
            let (came, mut steps) = (now(), Vec::new());
            if read > 0 && self.logged_in {
                self.listened.0 = came / 1000;
            }
            decoder.feed(&buffer[..read], |piece| steps.extend(session.hear(piece, came)));
            steps.extend(session.wait(came));
            let system = session.system().to_owned();
            if let Some(ended) = self.take(link, &system, steps, came)? {
                return Ok(ended);
            }
            self.recordings.flush();
        }
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
                    self.recordings.connected();
                }
                Step::Heard(report) => self.recordings.heard(system, &report, came),
                Step::Detail(event) => self.recordings.detail(event),
                Step::Skipped(reason) => self.recordings.skip(reason),
                Step::Concern(what) => self.recordings.concern(what),
                Step::Reconciled { up, started } => {
                    self.recordings.reconcile(&up, started, self.listened.1)?;
                }
                Step::Leave { why, refused } => return Ok(Some(Ended { why, refused })),
            }
        }
        Ok(None)
    }
}

/// From half of it to one and a half.
fn by_chance(pause: Duration) -> Duration {
    let mut byte = [0];
    // Without randomness it is the middle.
    let share = getrandom::fill(&mut byte).map_or(128, |()| u32::from(byte[0]));
    pause / 2 + pause * share / 256
}
