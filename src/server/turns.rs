//! Tells a connection's gate of the requests that come by it: the first to see one, and the last to see its answer.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, RequestHead, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage};
use futures_core::Stream;

use super::chunks::Chunks;
use super::gate::{Gate, Left};
use super::slashes;

/// Opens the gate for the request's body as it is read, and for the next request once this one is answered.
pub(super) async fn turns(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    slashes::merge(&mut request);
    let gate = request.conn_data::<Rc<Gate>>().cloned().unwrap_or_else(|| Rc::new(Gate::new()));
    let left = left(request.head());
    if left.is_some() {
        let body = RequestBody { payload: request.take_payload(), gate: Rc::clone(&gate) };
        request.set_payload(Payload::Stream { payload: Box::pin(body) });
    }
    gate.begin(left);
    let turn = Turn(gate);
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| Answer { body: body.boxed(), _turn: turn }))
}

/// What follows the head, as actix-http reads it.
fn left(head: &RequestHead) -> Option<Left> {
    let headers = &head.headers;
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return Some(Left::Chunks(Chunks::default()));
    }
    if headers.contains_key(header::UPGRADE) || head.method == Method::CONNECT {
        return Some(Left::Endless);
    }
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()?;
    (length > 0).then_some(Left::Length(length))
}

/// A request that is being answered.
struct Turn(Rc<Gate>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.end();
    }
}

struct RequestBody {
    payload: Payload,
    gate: Rc<Gate>,
}

impl Stream for RequestBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = ready!(Pin::new(&mut self.payload).poll_next(context));
        if let Some(Ok(bytes)) = &piece {
            self.gate.read(bytes.len());
        }
        Poll::Ready(piece)
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        self.gate.unread();
    }
}

/// The body of an answer, with whose end the next request's turn comes.
struct Answer {
    body: BoxBody,
    _turn: Turn,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
