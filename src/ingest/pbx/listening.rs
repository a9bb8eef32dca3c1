//! The source: connects, listens, and connects again, until it is told to stop.

use std::time::Duration;

use super::draft::{Places, call};
use super::link::{Distrusted, Link};
use super::recordings::{Recordings, now};
use super::step::Step;
use crate::ingest::Stop;
use crate::intake::Draft;

/// Bytes of one read; the longest seen had 55 KB.
const READ: usize = 64 * 1024;
/// Between two attempts to connect, at first and at most. Half of it, and as much again by chance, so that several that
/// lost the same PBX don't come back at the same instant.
const FIRST: Duration = Duration::from_millis(500);
const LAST: Duration = Duration::from_secs(30);
/// The same after a refusal: each attempt is a line in the PBX's log, and may have us shut out.
const REFUSED: Duration = Duration::from_secs(60);

/// Why a conversation ended.
pub(in crate::ingest) struct Ended {
    why: String,
    refused: bool,
}

/// Who listens to a PBX.
pub(in crate::ingest) struct Listening<'a> {
    /// They outlive the connection.
    recordings: Recordings<'a>,
    stop: &'a Stop,
    /// Until when the PBX was listened to, Unix seconds: now, and by an earlier connection.
    listened: (i64, i64),
    logged_in: bool,
}

impl<'a> Listening<'a> {
    pub(in crate::ingest) fn new(recordings: Recordings<'a>, stop: &'a Stop) -> Listening<'a> {
        Listening { recordings, stop, listened: (0, 0), logged_in: false }
    }

    /// Listens until it is told to stop. `connect` makes one connection and converses over it.
    pub(in crate::ingest) fn run(
        &mut self,
        mut connect: impl FnMut(&mut Listening<'a>) -> anyhow::Result<Ended>,
    ) {
        let mut pause = FIRST;
        while !self.stop.is_told() {
            let ended = self.connection(&mut connect);
            if self.stop.is_told() {
                return;
            }
            if self.logged_in {
                pause = FIRST;
            }
            let Ended { why, refused } = ended.unwrap_or_else(|error| Ended {
                why: format!("{error:#}"),
                refused: error.is::<Distrusted>(),
            });
            pause = if refused { REFUSED } else { pause };
            self.recordings.trouble(&why, refused);
            self.stop.wait(by_chance(pause));
            self.recordings.flush();
            pause = (pause * 2).min(LAST);
        }
    }

    /// One connection, from greeting to end.
    fn connection(
        &mut self,
        connect: &mut impl FnMut(&mut Listening<'a>) -> anyhow::Result<Ended>,
    ) -> anyhow::Result<Ended> {
        self.logged_in = false;
        self.recordings.connecting();
        self.listened.1 = self.listened.0;
        let ended = connect(self);
        if ended.is_err() && self.logged_in {
            // It went just now, and not silently some time ago.
            self.listened.0 = now() / 1000;
        }
        self.recordings.flush();
        ended
    }

    /// Converses. `hear` takes what came at this time (Unix milliseconds), maybe nothing, and gives what is to be done;
    /// `know` says what a call detail record is worth.
    pub(in crate::ingest) fn converse<D>(
        &mut self,
        link: &mut Link,
        mut hear: impl FnMut(&[u8], i64) -> Vec<Step<D>>,
        know: impl Fn(&Places, &D) -> Vec<Draft>,
    ) -> anyhow::Result<Ended> {
        let mut buffer = vec![0; READ];
        loop {
            if self.stop.is_told() {
                return Ok(Ended { why: String::new(), refused: false });
            }
            let read = link.read(&mut buffer)?;
            let came = now();
            if read > 0 && self.logged_in {
                self.listened.0 = came / 1000;
            }
            for step in hear(&buffer[..read], came) {
                if let Some(ended) = self.take(link, step, came, &know)? {
                    return Ok(ended);
                }
            }
            self.recordings.flush();
        }
    }

    /// Does what is wanted. Gives why the connection is to end, if it is.
    fn take<D>(
        &mut self,
        link: &mut Link,
        step: Step<D>,
        came: i64,
        know: impl Fn(&Places, &D) -> Vec<Draft>,
    ) -> anyhow::Result<Option<Ended>> {
        match step {
            Step::Say(bytes) => link.write(&bytes)?,
            Step::LoggedIn => {
                self.logged_in = true;
                self.recordings.connected();
            }
            Step::Heard(report) => self.recordings.heard(&report, came),
            Step::Call(report) => self.recordings.tell(|places| call(places, &report)),
            Step::Detail(detail) => self.recordings.tell(|places| know(places, &detail)),
            Step::Skipped(reason) => self.recordings.skip(reason),
            Step::Concern(what) => self.recordings.concern(what),
            Step::Reconciled(going_on) => self.recordings.reconcile(&going_on, self.listened.1)?,
            Step::Leave { why, refused } => return Ok(Some(Ended { why, refused })),
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
