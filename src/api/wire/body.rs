//! The body of a request, as it comes and never decompressed, before it is known who sent it.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::body::{BodyStream, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use tokio::time::Instant;

use super::error::Refusal;
use super::{identity, stream};
use crate::app::{App, Holder, Share};

/// The longest body that is read.
const LONGEST: usize = 1 << 20;
/// What is read of a body at once; for more it has to wait for its turn.
const SHORT: usize = 16 << 10;
/// How long a body may be under way.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked whether others wait whose turn it is rather.
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);
/// Seconds after which whoever had many turns may try again.
const RETRY: u32 = 5;

/// A body, and its turn if it is long: that ends when the body's sender is known.
#[derive(Default)]
pub struct Body {
    /// What came.
    pub bytes: Vec<u8>,
    /// Its turn.
    pub turn: Option<Share>,
}

/// Reads a body of at most 1 MiB.
pub async fn read(app: &Data<App>, request: &HttpRequest, payload: Payload) -> Result<Body, Refusal> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length: Option<usize> = length.and_then(|length| length.parse().ok());
    if length.is_some_and(|length| length > LONGEST) {
        return Err(too_long());
    }
    let holder = Holder::Address(identity::address(app, request));
    gather(app, holder, payload, length.unwrap_or(LONGEST)).await
}

async fn gather(app: &Data<App>, holder: Holder, payload: Payload, length: usize) -> Result<Body, Refusal> {
    let mut pieces = BodyStream::new(payload);
    let mut body = Body::default();
    let mut until = Instant::now() + PATIENCE;
    while let Some(piece) = next(&mut pieces, until, body.turn.as_ref()).await? {
        let so_far = body.bytes.len() + piece.len();
        if so_far > LONGEST {
            return Err(too_long());
        }
        if so_far > SHORT && body.turn.is_none() {
            let since = Instant::now();
            body.turn = Some(stream::turn(&app.bodies, holder).await?);
            until += since.elapsed();
            body.bytes.reserve_exact(length.saturating_sub(body.bytes.len()));
        }
        body.bytes.extend_from_slice(&piece);
    }
    Ok(body)
}

/// The next piece, if it comes in time, and its sender's turn lasts as long.
async fn next(
    pieces: &mut BodyStream<Payload>,
    until: Instant,
    turn: Option<&Share>,
) -> Result<Option<Bytes>, Refusal> {
    let broken = |_| Refusal::invalid("", "The body breaks off, or its chunks are malformed");
    loop {
        let piece = poll_fn(|context| Pin::new(&mut *pieces).poll_next(context));
        if let Ok(piece) = tokio::time::timeout_at(until.min(Instant::now() + BETWEEN_LOOKS), piece).await {
            return piece.transpose().map_err(broken);
        }
        if turn.is_some_and(Share::is_over) {
            return Err(Refusal::Busy(RETRY));
        }
        if Instant::now() >= until {
            return Err(Refusal::invalid("", "The body did not arrive within 20 seconds"));
        }
    }
}

fn too_long() -> Refusal {
    Refusal::invalid("", "The body must be at most 1 MiB")
}
