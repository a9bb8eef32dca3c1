//! Bodies of sound: their pieces come from files, and no connection of the database is kept meanwhile.

use std::io;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use tokio::sync::mpsc;

use super::asks::Asks;
use super::body::{Body, WAITING};
use super::questions::turn;
use super::sending::Stream;
use crate::api::wire::error::Refusal;
use crate::app::Share;

/// Hands over a piece; breaks when the client is gone.
pub type Handing<'a> = &'a mut dyn FnMut(Vec<u8>) -> ControlFlow<()>;

/// A share of the files on their way.
pub async fn sound_share(asks: &Asks) -> Result<Share, Refusal> {
    turn(&asks.app.sounds, asks.holder()).await
}

/// A body of exactly `size` bytes, as [`pieces`] sends them.
pub async fn sound(
    asks: Asks,
    size: u64,
    produce: impl FnOnce(Handing<'_>) -> Result<ControlFlow<()>, Refusal> + Send + 'static,
) -> Result<impl MessageBody + 'static, Refusal> {
    let share = sound_share(&asks).await?;
    Ok(pieces(asks, BodySize::Sized(size), share, produce))
}

/// A body that `produce` hands over piece by piece on a thread that may block. It breaks off when the client is
/// gone. Unlike a long list it may take as long as it moves: it keeps no program from writing.
pub fn pieces(
    asks: Asks,
    size: BodySize,
    share: Share,
    produce: impl FnOnce(Handing<'_>) -> Result<ControlFlow<()>, Refusal> + Send + 'static,
) -> impl MessageBody + 'static {
    let (sender, receiver) = mpsc::channel(WAITING);
    // Its end is told by the last piece, or by the lack of one.
    drop(tokio::task::spawn_blocking(move || {
        let stream = Stream::new(asks, sender, share);
        if let Ok(ControlFlow::Continue(())) = produce(&mut |piece| stream.send(piece)) {
            let _ = stream.end();
        }
    }));
    Body { pieces: receiver, size, ended: false, _waits: None }
}

/// The body of an answer to HEAD: its length, and nothing of it.
pub struct Unsent(pub u64);

impl MessageBody for Unsent {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        Poll::Ready(None)
    }
}
