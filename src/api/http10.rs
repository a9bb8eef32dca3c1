//! Answers of no known length to clients of HTTP/1.0, which know no chunks (RFC 9112, section 6.1): their end is the
//! connection's, and one that broke off ends by a reset, so that it cannot be mistaken for a whole one.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, Version};
use actix_web::middleware::Next;
use actix_web::web::Bytes;

use super::wire::stream::Hangup;

/// Sends what has no length without chunks where nobody knows them.
pub async fn http10(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = next.call(request).await?;
    if response.request().version() >= Version::HTTP_11
        || response.response().body().size() != BodySize::Stream
    {
        return Ok(response.map_into_boxed_body());
    }
    let head = response.response_mut().head_mut();
    head.no_chunking(true);
    head.set_connection_type(ConnectionType::Close);
    let Some(connection) = response.request().conn_data::<Hangup>().cloned() else {
        return Ok(response.map_into_boxed_body());
    };
    connection.end_by_reset(true);
    Ok(response.map_body(|_, body| UntilClosed { body: Box::pin(body), connection }).map_into_boxed_body())
}

/// A body whose end is the connection's.
struct UntilClosed<B> {
    body: Pin<Box<B>>,
    connection: Hangup,
}

impl<B: MessageBody> MessageBody for UntilClosed<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let piece = self.body.as_mut().poll_next(context);
        if matches!(piece, Poll::Ready(None)) {
            self.connection.end_by_reset(false);
        }
        piece
    }
}
