//! A long answer on its way from a thread that may block to its client's socket.

use std::cell::RefCell;
use std::io;
use std::ops::ControlFlow;
use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::asks::{Asks, Guard};
use super::body::Piece;
use super::connection::Hangup;
use super::copied::Copied;
use super::pace::Pace;
use crate::app::{App, Share};

/// What is sent of a copy at once.
const PIECE: usize = 64 << 10;

/// A long answer on its way.
pub(super) struct Stream {
    pieces: mpsc::Sender<Piece>,
    connection: Option<Hangup>,
    guard: Guard,
    pace: RefCell<Pace>,
    /// When it has to be over, however fast it moves: it keeps a read transaction.
    until: Option<Instant>,
    /// What waits for the client, if its rows wait for nobody.
    copied: Option<RefCell<Copied>>,
    share: Share,
}

impl Stream {
    /// An answer to somebody, as its pieces leave.
    pub(super) fn new(asks: Asks, pieces: mpsc::Sender<Piece>, share: Share) -> Stream {
        let connection = asks.connection.clone();
        let taken = connection.as_ref().map_or(0, Hangup::taken);
        let pace = RefCell::new(Pace::new(&asks.app.config, Instant::now(), taken));
        let guard = Guard::new(asks);
        Stream { pieces, connection, guard, pace, until: None, copied: None, share }
    }

    /// The same, over after `stream_minutes`.
    pub(super) fn ends_in_time(self, app: &App) -> Stream {
        let longest = Duration::from_secs(60 * u64::from(app.config.stream_minutes));
        Stream { until: Some(Instant::now() + longest), ..self }
    }

    /// The same, whose rows wait for nobody.
    pub(super) fn copies_to(self, copied: Copied) -> Stream {
        Stream { copied: Some(RefCell::new(copied)), ..self }
    }

    /// Hands a piece to the socket's thread; breaks when the client went away, or has to go.
    pub(super) fn send(&self, bytes: Vec<u8>) -> ControlFlow<()> {
        match &self.copied {
            None => self.hand_over(Piece::Data(bytes.into())),
            Some(copied) => self.set_aside(&mut copied.borrow_mut(), bytes),
        }
    }

    /// Hands over what was set aside, and the end.
    pub(super) fn end(&self) -> ControlFlow<()> {
        if let Some(copied) = &self.copied {
            let mut copied = copied.borrow_mut();
            while !copied.is_empty() {
                self.hand_over(Piece::Data(or_broken(copied.take(PIECE))?.into()))?;
            }
        }
        self.hand_over(Piece::End)
    }

    /// Waits for nobody: what the client does not take yet goes to the copy.
    fn set_aside(&self, copied: &mut Copied, bytes: Vec<u8>) -> ControlFlow<()> {
        if self.pieces.is_closed() {
            return ControlFlow::Break(());
        }
        self.still()?;
        if copied.is_empty() && self.pieces.capacity() > 0 {
            return self.hand_over(Piece::Data(bytes.into()));
        }
        or_broken(copied.push(&bytes))?;
        while !copied.is_empty() && self.pieces.capacity() > 0 {
            self.hand_over(Piece::Data(or_broken(copied.take(PIECE))?.into()))?;
        }
        ControlFlow::Continue(())
    }

    fn hand_over(&self, piece: Piece) -> ControlFlow<()> {
        match self.pieces.try_send(piece) {
            Ok(()) => {
                self.pace.borrow_mut().keeps_up(Instant::now(), self.taken());
                self.still()
            }
            Err(mpsc::error::TrySendError::Closed(_)) => ControlFlow::Break(()),
            Err(mpsc::error::TrySendError::Full(piece)) => Handle::current().block_on(self.wait(piece)),
        }
    }

    /// Waits for the client, and looks now and then whether it is worth it.
    async fn wait(&self, piece: Piece) -> ControlFlow<()> {
        let mut sending = pin!(self.pieces.send(piece));
        let between_looks = self.pace.borrow().between_looks();
        loop {
            match tokio::time::timeout(between_looks, &mut sending).await {
                Ok(Ok(())) => return self.still(),
                Ok(Err(_)) => return ControlFlow::Break(()),
                Err(_) if self.pace.borrow_mut().is_too_slow(Instant::now(), self.taken()) => {
                    return self.drop_client("reads too slowly");
                }
                Err(_) => self.still()?,
            }
        }
    }

    /// Whether the answer may go on.
    fn still(&self) -> ControlFlow<()> {
        match self.until {
            Some(until) if Instant::now() >= until => self.drop_client("takes longer than stream_minutes"),
            _ if self.share.is_over() => self.drop_client("has many of them, and others wait"),
            _ if !self.guard.may_still() => self.drop_client("may not see it any more"),
            _ => ControlFlow::Continue(()),
        }
    }

    fn taken(&self) -> u64 {
        self.connection.as_ref().map_or(0, Hangup::taken)
    }

    fn drop_client(&self, why: &str) -> ControlFlow<()> {
        tracing::info!("a long answer was dropped: its client {why}");
        if let Some(connection) = &self.connection {
            connection.hang_up();
        }
        ControlFlow::Break(())
    }
}

fn or_broken<T>(set_aside: io::Result<T>) -> ControlFlow<(), T> {
    set_aside.map_or_else(
        |error| {
            tracing::error!("a long answer broke off, since its rows cannot be set aside: {error}");
            ControlFlow::Break(())
        },
        ControlFlow::Continue,
    )
}
