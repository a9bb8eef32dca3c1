//! A sound file as an HTTP resource: whole, or the ranges that are asked for (RFC 9110, sections 13 and 14).

use std::ops::{ControlFlow, Range};

use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::api::wire::error::Refusal;
use crate::api::wire::privilege::MayListen;
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream::{self, PIECE, Unsent};
use crate::app::now;
use crate::media::{self, Name, Plan, Sound, Stands};
use crate::store::Identity;

/// How a file is called, and what it is.
pub struct FileHeaders {
    /// Its name, for whoever keeps it.
    pub name: Name,
    /// Its media type.
    pub media_type: &'static str,
}

/// The file itself, or as much of it as the request wants.
pub async fn file(
    request: &ApiRequest<MayListen>,
    identity: &Identity,
    headers: &FileHeaders,
    sound: Sound,
    disposition: &str,
) -> Result<HttpResponse, Refusal> {
    let now = now();
    let stands = Stands { size: sound.size, tag: &sound.tag, modified: sound.modified };
    let plan = with_headers(&request.http, |headers| media::plan(headers, stands, now));
    let mut response = HttpResponse::Ok();
    validators(&mut response, &sound, now);
    represent(&mut response, headers, disposition);
    match plan {
        Plan::Failed => without_body(response.status(StatusCode::PRECONDITION_FAILED)),
        Plan::NotModified => without_body(response.status(StatusCode::NOT_MODIFIED)),
        Plan::Unsatisfiable => {
            response.insert_header((header::CONTENT_RANGE, format!("bytes */{}", sound.size)));
            without_body(response.status(StatusCode::RANGE_NOT_SATISFIABLE))
        }
        Plan::Whole => {
            let all = Parts::one(0..sound.size);
            send(request, identity, response, sound, all).await
        }
        Plan::Part(part) => {
            response.status(StatusCode::PARTIAL_CONTENT);
            response.insert_header((header::CONTENT_RANGE, content_range(&part, sound.size)));
            send(request, identity, response, sound, Parts::one(part)).await
        }
        Plan::Parts(parts) => {
            let boundary = boundary();
            let parts = Parts::many(parts, headers.media_type, sound.size, &boundary);
            response.status(StatusCode::PARTIAL_CONTENT);
            response.content_type(format!("multipart/byteranges; boundary={boundary}"));
            send(request, identity, response, sound, parts).await
        }
    }
}

fn without_body(response: &mut HttpResponseBuilder) -> Result<HttpResponse, Refusal> {
    let mut response = response.finish();
    for name in [header::CONTENT_TYPE, header::CONTENT_DISPOSITION, header::CONTENT_SECURITY_POLICY] {
        response.headers_mut().remove(name);
    }
    Ok(response)
}

fn content_range(part: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", part.start, part.end - 1)
}

/// What no sound contains but by a chance of 1 to 2^128.
fn boundary() -> String {
    let mut bytes = [0; 16];
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Parts of a file, each with the text before it, and the text behind them all.
struct Parts {
    parts: Vec<(String, Range<u64>)>,
    end: String,
}

impl Parts {
    fn one(part: Range<u64>) -> Parts {
        Parts { parts: vec![(String::new(), part)], end: String::new() }
    }

    /// As in RFC 9110, section 14.6.
    fn many(parts: Vec<Range<u64>>, media_type: &str, size: u64, boundary: &str) -> Parts {
        let head = |part: &Range<u64>| {
            let range = content_range(part, size);
            format!("\r\n--{boundary}\r\nContent-Type: {media_type}\r\nContent-Range: {range}\r\n\r\n")
        };
        let parts = parts.into_iter().map(|part| (head(&part), part)).collect();
        Parts { parts, end: format!("\r\n--{boundary}--\r\n") }
    }

    fn length(&self) -> u64 {
        let parts = self.parts.iter().map(|(head, part)| head.len() as u64 + part.end - part.start);
        parts.sum::<u64>() + self.end.len() as u64
    }

    fn read(
        self,
        sound: &Sound,
        each: &mut dyn FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> std::io::Result<ControlFlow<()>> {
        for (head, part) in self.parts {
            let broken = !head.is_empty() && each(head.into()).is_break();
            if broken || sound.read(part, PIECE, &mut *each)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(if self.end.is_empty() { ControlFlow::Continue(()) } else { each(self.end.into()) })
    }
}

/// Reads the conditions. A range is for GET alone (RFC 9110, section 14.2), conditions for what only reads.
fn with_headers<T>(request: &HttpRequest, use_: impl FnOnce(media::Asked<'_>) -> T) -> T {
    let all = |name: HeaderName| {
        let mut lines = request.headers().get_all(name).map(|line| line.to_str().unwrap_or_default());
        lines.next().map(|first| lines.fold(first.to_owned(), |all, line| all + ", " + line))
    };
    let (range, if_range) = (all(header::RANGE), all(header::IF_RANGE));
    let (tags, date) = (all(header::IF_NONE_MATCH), all(header::IF_MODIFIED_SINCE));
    let (matching, until) = (all(header::IF_MATCH), all(header::IF_UNMODIFIED_SINCE));
    let (get, head) = (request.method() == Method::GET, request.method() == Method::HEAD);
    use_(media::Asked {
        range: range.as_deref().filter(|_| get),
        if_range: if_range.as_deref().filter(|_| get),
        if_match: matching.as_deref().filter(|_| get || head),
        if_unmodified_since: until.as_deref().filter(|_| get || head),
        if_none_match: tags.as_deref().filter(|_| get || head),
        if_modified_since: date.as_deref().filter(|_| get || head),
    })
}

/// A date never lies ahead of the answer's own (section 8.8.2.1): that is said here too, for the server's is half a second old.
fn validators(response: &mut HttpResponseBuilder, sound: &Sound, now: i64) {
    response.insert_header((header::DATE, media::http_date(now)));
    response.insert_header((header::ETAG, sound.tag.as_str()));
    response.insert_header((header::LAST_MODIFIED, media::http_date(sound.modified.min(now))));
    response.insert_header((header::ACCEPT_RANGES, "bytes"));
}

fn represent(response: &mut HttpResponseBuilder, headers: &FileHeaders, disposition: &str) {
    let disposition = format!("{disposition}; {}", headers.name.disposition());
    response.content_type(headers.media_type);
    response.insert_header((header::CONTENT_DISPOSITION, disposition));
    response.insert_header((header::CONTENT_SECURITY_POLICY, "sandbox"));
    // Sound is not compressed, or its ranges would be those of something else. The header itself is taken away later.
    response.insert_header(stream::UNCOMPRESSED);
}

async fn send(
    request: &ApiRequest<MayListen>,
    identity: &Identity,
    mut response: HttpResponseBuilder,
    sound: Sound,
    parts: Parts,
) -> Result<HttpResponse, Refusal> {
    let length = parts.length();
    if request.http.method() == Method::HEAD {
        return Ok(response.body(Unsent(length)));
    }
    let body = stream::sound(request.asks().about(identity), length, move |each| {
        parts.read(&sound, each).map_err(|error| Refusal::of_system(&error))
    })
    .await?;
    Ok(response.body(body))
}
