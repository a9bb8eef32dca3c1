//! The connection that writes, and whoever waits for it: each for so long and no longer, however many they are.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::StoreError;
use super::settings::BUSY_TIMEOUT;

/// The connection that writes.
pub(super) struct Writer {
    connection: Mutex<Connection>,
    taken: Mutex<bool>,
    given_back: Condvar,
}

/// The connection, for one at a time.
pub(in crate::store) struct Writing<'a> {
    connection: MutexGuard<'a, Connection>,
    /// When whoever writes has waited long enough, for their turn and for other programs together.
    until: Instant,
    /// Given back last.
    _turn: Turn<'a>,
}

struct Turn<'a>(&'a Writer);

impl Writer {
    pub(super) fn new(connection: Connection) -> Writer {
        Writer { connection: Mutex::new(connection), taken: Mutex::new(false), given_back: Condvar::new() }
    }

    /// The connection, if its turn comes in time.
    pub(super) fn in_time(&self) -> Result<Writing<'_>, StoreError> {
        let until = Instant::now() + BUSY_TIMEOUT;
        self.turn(BUSY_TIMEOUT).map(|turn| self.writing(turn, until)).ok_or(StoreError::Busy)
    }

    /// The connection, however long that takes.
    pub(super) fn in_the_end(&self) -> Writing<'_> {
        loop {
            if let Some(turn) = self.turn(BUSY_TIMEOUT) {
                return self.writing(turn, Instant::now() + BUSY_TIMEOUT);
            }
        }
    }

    /// The connection, if nobody writes.
    pub(super) fn idle(&self) -> Option<Writing<'_>> {
        self.turn(Duration::ZERO).map(|turn| self.writing(turn, Instant::now() + BUSY_TIMEOUT))
    }

    fn turn(&self, patience: Duration) -> Option<Turn<'_>> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.given_back.wait_timeout_while(taken, patience, |taken| *taken);
        let (mut taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (!std::mem::replace(&mut *taken, true)).then(|| Turn(self))
    }

    fn writing<'a>(&'a self, turn: Turn<'a>, until: Instant) -> Writing<'a> {
        // A panic inside a transaction rolled it back; the connection itself is sound.
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        Writing { connection, until, _turn: turn }
    }
}

impl Writing<'_> {
    /// Begins a transaction, once no other program writes. What is left of the time may be used up by that.
    pub(in crate::store) fn begin(&mut self) -> Result<Transaction<'_>, StoreError> {
        self.connection.busy_timeout(self.until.saturating_duration_since(Instant::now()))?;
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

impl Deref for Writing<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Writing<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        // It does not fail on a connection of ours.
        let _ = self.connection.busy_timeout(BUSY_TIMEOUT);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.given_back.notify_one();
    }
}
