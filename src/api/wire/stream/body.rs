//! The body of a long answer: pieces that come from another thread, to a client that may be slow.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use socket2::SockRef;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// Pieces that may wait for the socket.
pub(super) const WAITING: usize = 4;
/// Seconds after which a client may try again when all streams are taken.
pub(super) const RETRY: u32 = 5;

/// The connection of a request, to end it when nothing else can: a client that does not read does not hear of errors.
#[derive(Clone)]
pub struct Hangup(Arc<Connection>);

struct Connection {
    socket: TcpStream,
    resets: AtomicBool,
}

impl Hangup {
    /// Takes a second handle of the connection's socket.
    pub fn new(socket: TcpStream) -> Hangup {
        Hangup(Arc::new(Connection { socket, resets: AtomicBool::new(false) }))
    }

    fn hang_up(&self) {
        let Connection { socket, resets } = &*self.0;
        if !resets.load(Ordering::Relaxed) || rustix::net::connect_unspec(socket).is_err() {
            // It may have gone by itself.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Whether the connection ends by a reset, whoever ends it, the end of the process included.
    pub fn end_by_reset(&self, resets: bool) {
        self.0.resets.store(resets, Ordering::Relaxed);
        // Where it fails, the client has gone.
        let _ = SockRef::from(&self.0.socket).set_linger(resets.then_some(Duration::ZERO));
    }
}

/// Sets the flag that ends a query, once it is dropped.
pub(super) struct Waits(pub(super) Arc<AtomicBool>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

pub(super) enum Piece {
    Data(Bytes),
    /// Nothing follows; without it the answer broke off.
    End,
}

pub(super) struct Stream {
    pub(super) pieces: mpsc::Sender<Piece>,
    pub(super) hangup: Option<Hangup>,
    pub(super) stall: Duration,
    /// When it has to be over, however fast it moves.
    pub(super) until: Option<Instant>,
    pub(super) _permit: OwnedSemaphorePermit,
}

impl Stream {
    /// Hands a piece to the socket's thread; breaks when the client went away, or has to go.
    pub(super) fn send(&self, piece: Piece) -> ControlFlow<()> {
        let left = self.until.map_or(self.stall, |until| until.saturating_duration_since(Instant::now()));
        let patience = self.stall.min(left);
        if patience.is_zero() {
            return self.drop_client("takes longer than stream_minutes");
        }
        match self.pieces.try_send(piece) {
            Ok(()) => ControlFlow::Continue(()),
            Err(mpsc::error::TrySendError::Closed(_)) => ControlFlow::Break(()),
            Err(mpsc::error::TrySendError::Full(piece)) => {
                match Handle::current().block_on(tokio::time::timeout(patience, self.pieces.send(piece))) {
                    Ok(Ok(())) => ControlFlow::Continue(()),
                    Ok(Err(_)) => ControlFlow::Break(()),
                    Err(_) => self.drop_client("reads too slowly"),
                }
            }
        }
    }

    fn drop_client(&self, why: &str) -> ControlFlow<()> {
        tracing::info!("a long answer was dropped: its client {why}");
        if let Some(hangup) = &self.hangup {
            hangup.hang_up();
        }
        ControlFlow::Break(())
    }
}

/// The body of a long answer.
pub(super) struct Body {
    pub(super) pieces: mpsc::Receiver<Piece>,
    pub(super) size: BodySize,
    pub(super) ended: bool,
    pub(super) _waits: Option<Waits>,
}

impl MessageBody for Body {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.pieces.poll_recv(context).map(|piece| match piece {
            Some(Piece::Data(bytes)) => Some(Ok(bytes)),
            Some(Piece::End) => {
                self.ended = true;
                None
            }
            None => Some(Err(io::Error::other("the answer broke off"))),
        })
    }
}
