//! What all doors refuse in one way: bodies that are compressed, requests that accept no answer, and methods that are not
//! there.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, AcceptEncoding, Encoding, Header};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};

use super::wire::error::Refusal;

/// Refuses a request before anything of it is carried out or, behind its head, read.
pub async fn transport(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match refusal(&request) {
        Some(refusal) => Ok(request.into_response(refusal.error_response())),
        None => Ok(by_method(next.call(request).await?.map_into_boxed_body())),
    }
}

/// A method that a door does not allow is refused in the envelope, but OPTIONS told which it does.
fn by_method(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let allowed = response.headers().get(header::ALLOW).cloned();
    let Some(allowed) = allowed.filter(|_| response.status() == StatusCode::METHOD_NOT_ALLOWED) else {
        return response;
    };
    let (request, _) = response.into_parts();
    let mut answer = if request.method() == Method::OPTIONS {
        HttpResponse::NoContent().finish()
    } else {
        Refusal::Method(allowed.to_str().unwrap_or_default().into()).error_response()
    };
    answer.headers_mut().insert(header::ALLOW, allowed);
    ServiceResponse::new(request, answer)
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
