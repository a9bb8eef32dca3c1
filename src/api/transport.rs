//! What no door reads: bodies that are compressed, and requests that accept no answer.

use actix_web::Error;
use actix_web::ResponseError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, AcceptEncoding, Encoding, Header};
use actix_web::middleware::Next;

use super::wire::error::Refusal;

/// Refuses a request before anything of it is carried out or, behind its head, read.
pub async fn transport(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match refusal(&request) {
        Some(refusal) => Ok(request.into_response(refusal.error_response())),
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

fn refusal(request: &ServiceRequest) -> Option<Refusal> {
    let plain = |coding: &[u8]| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity");
    let mut codings = request
        .headers()
        .get_all(header::CONTENT_ENCODING)
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    // A few kilobytes would become gigabytes, and whose they are stands in them.
    if codings.any(|coding| !plain(coding.trim_ascii())) {
        return Some(Refusal::Encoded);
    }
    if !request.headers().contains_key(header::ACCEPT_ENCODING) {
        return None;
    }
    let accepted = AcceptEncoding::parse(request).ok()?;
    let ours =
        [Encoding::identity(), Encoding::brotli(), Encoding::gzip(), Encoding::deflate(), Encoding::zstd()];
    accepted.negotiate(ours.iter()).is_none().then_some(Refusal::NotAcceptable)
}
