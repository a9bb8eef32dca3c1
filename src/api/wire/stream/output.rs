//! Where an answer is written to, before and while it is sent.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::asks::Asks;
use super::body::{Piece, RETRY, WAITING};
use super::copied::Copied;
use super::sending::Stream;
use crate::api::wire::error::Refusal;
use crate::app::Share;

/// Tells the compressing middleware to leave an answer alone; it doesn't reach the client.
pub const UNCOMPRESSED: (HeaderName, HeaderValue) =
    (header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
/// What is gathered before anything is sent: shorter answers go out with their length.
const GATHERED: usize = 256 << 10;
/// What is made at most on the thread of the connection.
const SHORT: usize = 128 << 10;
/// A piece of a longer answer.
pub const PIECE: usize = 64 << 10;
/// Room behind a piece for the row that fills it.
const SLACK: usize = 4 << 10;

/// What becomes of an answer.
pub(super) enum Reply {
    Whole(Vec<u8>),
    Begun(mpsc::Receiver<Piece>),
    Refused(Refusal),
}

/// Where an answer is written to. Clones are the same place.
#[derive(Clone)]
pub struct Output(Rc<RefCell<Inner>>);

struct Inner {
    /// What was written and not yet sent.
    buffer: Vec<u8>,
    state: State,
}

/// Who waits for an answer that may be long.
pub(super) struct Client {
    pub(super) asks: Asks,
    pub(super) reply: oneshot::Sender<Reply>,
    pub(super) kind: Kind,
    /// The turn of what is read before something comes out.
    pub(super) turn: Option<Share>,
}

/// What a long answer needs.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Rows as they are read: a connection of the database, which looks back at one moment.
    Rows,
    /// Rows that are set aside where the client is slow.
    Copy,
    /// Sound, and no connection of the database.
    Sound,
}

enum State {
    /// `None`: only a short answer is wanted here.
    Gathering(Option<Client>),
    /// With the turn of what is still read.
    Streaming(Box<Stream>, Option<Share>),
    /// Refused, given up, or too long.
    Over,
}

impl Output {
    pub(super) fn new(client: Option<Client>) -> Output {
        let longest = if client.is_some() { PIECE } else { SHORT };
        let buffer = Vec::with_capacity(longest + SLACK);
        Output(Rc::new(RefCell::new(Inner { buffer, state: State::Gathering(client) })))
    }

    /// Writes what stands around the rows.
    pub fn write(&self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.0.borrow_mut().buffer);
    }

    /// Writes a row and sends what is due. Breaks when the client is gone.
    #[inline]
    pub fn row(&self, write: impl FnOnce(&mut Vec<u8>)) -> ControlFlow<()> {
        let mut inner = self.0.borrow_mut();
        write(&mut inner.buffer);
        if inner.buffer.len() < PIECE { ControlFlow::Continue(()) } else { inner.flow() }
    }

    /// All that was written, if it was short.
    pub(super) fn whole(self) -> Option<Vec<u8>> {
        let mut inner = self.0.borrow_mut();
        matches!(inner.state, State::Gathering(_)).then(|| std::mem::take(&mut inner.buffer))
    }

    /// Sends the rest, or tells what went wrong.
    pub(super) fn finish(self, produced: Result<(), Refusal>) {
        self.0.borrow_mut().finish(produced);
    }
}

impl Inner {
    fn flow(&mut self) -> ControlFlow<()> {
        match &self.state {
            State::Gathering(None) if self.buffer.len() < SHORT => ControlFlow::Continue(()),
            State::Gathering(Some(_)) if self.buffer.len() < GATHERED => ControlFlow::Continue(()),
            State::Gathering(_) => self.begin(),
            State::Streaming(..) => self.send(),
            State::Over => ControlFlow::Break(()),
        }
    }

    /// The answer is long: it needs a share of its kind.
    fn begin(&mut self) -> ControlFlow<()> {
        let State::Gathering(Some(client)) = std::mem::replace(&mut self.state, State::Over) else {
            return ControlFlow::Break(());
        };
        let Client { asks, reply, kind, turn } = client;
        // Where rows go on only as fast as the client, what took long is behind them.
        let turn = if matches!(kind, Kind::Copy) { turn } else { None };
        let (stream, pieces) = match begun(asks, kind) {
            Ok(begun) => begun,
            Err(refusal) => {
                let _ = reply.send(Reply::Refused(refusal));
                return ControlFlow::Break(());
            }
        };
        if reply.send(Reply::Begun(pieces)).is_err() {
            return ControlFlow::Break(());
        }
        self.state = State::Streaming(Box::new(stream), turn);
        self.send()
    }

    fn send(&mut self) -> ControlFlow<()> {
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE + SLACK));
        let State::Streaming(stream, _) = &self.state else { return ControlFlow::Break(()) };
        let sent = stream.send(full);
        if sent.is_break() {
            self.state = State::Over;
        }
        sent
    }

    fn finish(&mut self, produced: Result<(), Refusal>) {
        match (produced, std::mem::replace(&mut self.state, State::Over)) {
            (Ok(()), State::Gathering(Some(client))) => {
                drop(client.reply.send(Reply::Whole(std::mem::take(&mut self.buffer))));
            }
            (Err(refusal), State::Gathering(Some(client))) => {
                drop(client.reply.send(Reply::Refused(refusal)))
            }
            (Ok(()), State::Streaming(stream, turn)) => {
                drop(turn);
                let rest = std::mem::take(&mut self.buffer);
                // An empty chunk would be the last one.
                if rest.is_empty() || stream.send(rest).is_continue() {
                    let _ = stream.end();
                }
            }
            // What broke off is in the log; the connection ends without the closing chunk.
            (Err(_), State::Streaming(..)) | (_, State::Gathering(None) | State::Over) => {}
        }
    }
}

/// A stream of its kind, and where its pieces come out.
fn begun(asks: Asks, kind: Kind) -> Result<(Stream, mpsc::Receiver<Piece>), Refusal> {
    let app = asks.app.clone();
    let shares = if matches!(kind, Kind::Rows) { &app.streams } else { &app.sounds };
    // Whoever waits here keeps a connection of the database: only for somebody who is about to give theirs back.
    let share = Handle::current().block_on(shares.place(asks.holder())).ok_or(Refusal::Busy(RETRY))?;
    let (pieces, receiver) = mpsc::channel(WAITING);
    let stream = Stream::new(asks, pieces, share);
    let stream = match kind {
        Kind::Rows => stream.ends_in_time(&app),
        Kind::Copy => stream.copies_to(
            Copied::beside(app.store.path())
                .map_err(|error| Refusal::internal(&format!("rows cannot be set aside: {error}")))?,
        ),
        Kind::Sound => stream,
    };
    Ok((stream, receiver))
}
