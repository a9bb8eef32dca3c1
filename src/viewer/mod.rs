//! The browser's door: the embedded files of static/.

mod files;
// Of the build script, which build.rs is.
#[cfg(test)]
mod linker;

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use actix_web::http::header::{self, Encoding, Header, HeaderValue};
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource};
use brotli::enc::BrotliEncoderParams;
use sha2::{Digest, Sha256};

use files::FINGERPRINT;

/// Only what this server sends may run, and nobody may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; \
    connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// From here on brotli takes ten times as long for a tenth less.
const QUALITY: i32 = 5;
/// How a page says that it isn't known yet who is there, and that nobody is.
const START: &str = "data-view=\"start\"";
const LOGIN: &str = "data-view=\"login\"";
const ALLOWED: &str = "GET, HEAD, OPTIONS";
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Where the page shows something else than the calls: the paths of `static/js/places.js`, which a browser may ask for
/// first.
const PLACES: [&str; 5] = ["/", "/groups", "/people", "/audit", "/status"];

/// The page and its files.
pub fn routes(config: &mut ServiceConfig) {
    let places = PLACES.iter().map(|path| (*path, "index.html"));
    for (path, name) in places.chain([("/api-docs", "api.html")]) {
        config.service(read_only(path, move |request: HttpRequest| async move { page(&request, name) }));
        // One resource for each, as with the functions of the API.
        let path = format!("{}/", path.trim_end_matches('/'));
        config.service(read_only(&path, move |request: HttpRequest| async move { page(&request, name) }));
    }
    config.service(read_only("/favicon.ico", async || HttpResponse::NoContent().finish()));
    config.service(read_only("/static/{hash}/{name:.*}", file));
    config.default_service(web::to(async || nowhere()));
}

fn read_only<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args, Output = HttpResponse>,
    Args: FromRequest + 'static,
{
    let resource = web::resource(path).route(web::get().to(handler.clone()));
    let other = async || HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, ALLOWED)).finish();
    resource.route(web::head().to(handler)).default_service(web::to(other))
}

/// What browsers were sent compressed, by its tag; the files of a debug build change while it runs.
static COMPRESSED: LazyLock<Mutex<HashMap<String, Bytes>>> = LazyLock::new(Mutex::default);

/// Better than on the way out, where every answer is compressed anew.
fn compressed(tag: &str, bytes: &[u8]) -> Option<Bytes> {
    if let Some(known) = COMPRESSED.lock().unwrap_or_else(PoisonError::into_inner).get(tag) {
        return Some(known.clone());
    }
    let parameters = BrotliEncoderParams { quality: QUALITY, ..BrotliEncoderParams::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters).ok()?;
    let out = Bytes::from(out);
    COMPRESSED.lock().unwrap_or_else(PoisonError::into_inner).insert(tag.to_owned(), out.clone());
    Some(out)
}

fn takes_brotli(request: &HttpRequest) -> bool {
    let accepted = header::AcceptEncoding::parse(request).ok();
    accepted
        .is_some_and(|accepted| accepted.negotiate([Encoding::brotli()].iter()) == Some(Encoding::brotli()))
}

/// A page, by whose names its files may be kept for ever.
fn text_of(name: &str) -> Option<String> {
    Some(files::page(name)?.replace("/static/", &format!("/static/{}/", *FINGERPRINT)))
}

/// Where nothing is: a person gets a page that leads on.
fn nowhere() -> HttpResponse {
    let mut response = HttpResponse::NotFound();
    response.insert_header((header::CACHE_CONTROL, "no-cache"));
    response.insert_header((header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)));
    response.content_type(media_type("nowhere.html")).body(text_of("nowhere.html").unwrap_or_default())
}

fn page(request: &HttpRequest, name: &str) -> HttpResponse {
    let Some(text) = text_of(name) else { return HttpResponse::NotFound().finish() };
    // Whoever has no cookie has no session: the form is there before the scripts are.
    let is_stranger = !request.headers().contains_key(header::COOKIE);
    let text = if is_stranger { text.replacen(START, LOGIN, 1) } else { text };
    send(request, "text/html; charset=utf-8", "no-cache", text.into_bytes())
}

async fn file(request: HttpRequest, path: web::Path<(String, String)>) -> HttpResponse {
    let (hash, name) = path.into_inner();
    let Some(bytes) = files::get(&name) else { return HttpResponse::NotFound().finish() };
    // Only the right hash names what this binary holds for ever.
    let caching = if hash == *FINGERPRINT { FOREVER } else { "no-cache" };
    send(&request, media_type(&name), caching, bytes.into_owned())
}

fn send(
    request: &HttpRequest,
    media_type: &'static str,
    caching: &'static str,
    bytes: Vec<u8>,
) -> HttpResponse {
    let tag: String = Sha256::digest(&bytes)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    // Weak: the same tag whichever way it is compressed.
    let tag = format!("W/\"{tag}\"");
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| known.contains(tag.trim_start_matches("W/")));
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::CACHE_CONTROL, caching));
    response.insert_header((header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)));
    response.insert_header((header::ETAG, tag.clone()));
    response.insert_header((header::VARY, "accept-encoding"));
    response.content_type(media_type);
    if is_known {
        return response.finish();
    }
    match takes_brotli(request).then(|| compressed(&tag, &bytes)).flatten() {
        Some(bytes) => response.insert_header((header::CONTENT_ENCODING, "br")).body(bytes),
        None => response.body(bytes),
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "webmanifest") => "application/json; charset=utf-8",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
