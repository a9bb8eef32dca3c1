//! Bodies of sound: their pieces come from files, and no connection of the database is kept meanwhile.

use std::io;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::HttpRequest;
use actix_web::body::{BodySize, MessageBody};
use actix_web::web::{Bytes, Data};
use tokio::sync::OwnedSemaphorePermit;

use super::body::{Body, RETRY};
use super::connection::Hangup;
use super::sending::Stream;
use crate::api::wire::error::Refusal;
use crate::app::App;

/// Hands over a piece; breaks when the client is gone.
pub type Handing<'a> = &'a mut dyn FnMut(Vec<u8>) -> ControlFlow<()>;

/// A permit to send sound.
pub fn sound_permit(app: &App) -> Result<OwnedSemaphorePermit, Refusal> {
    Arc::clone(&app.sounds).try_acquire_owned().map_err(|_| Refusal::Busy(RETRY))
}

/// A body of exactly `size` bytes, as [`pieces`] sends them.
pub fn sound(
    app: &Data<App>,
    request: &HttpRequest,
    size: u64,
    produce: impl FnOnce(Handing<'_>) -> Result<ControlFlow<()>, Refusal> + Send + 'static,
) -> Result<impl MessageBody + 'static, Refusal> {
    Ok(pieces(app, request, BodySize::Sized(size), sound_permit(app)?, produce))
}

/// A body that `produce` hands over piece by piece on a thread that may block. It breaks off when the client is
/// gone. Unlike a long list it may take as long as it moves: it keeps no program from writing.
pub fn pieces(
    app: &Data<App>,
    request: &HttpRequest,
    size: BodySize,
    permit: OwnedSemaphorePermit,
    produce: impl FnOnce(Handing<'_>) -> Result<ControlFlow<()>, Refusal> + Send + 'static,
) -> impl MessageBody + 'static {
    let (stream, receiver) = Stream::new(app, request.conn_data::<Hangup>().cloned(), permit);
    // Its end is told by the last piece, or by the lack of one.
    drop(tokio::task::spawn_blocking(move || {
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
