//! The body of a long answer: pieces that come from another thread, to a client that may be slow.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use tokio::sync::mpsc;

/// Pieces that may wait for the socket.
pub(super) const WAITING: usize = 4;
/// Seconds after which a client may try again when all streams are taken.
pub(super) const RETRY: u32 = 5;

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
