//! The viewer's cookie.
//!
//! Cookies ignore ports (RFC 6265, 8.5): browsers send those of every program of a host to each of them. So the name says
//! which database's it is and at which port, and nothing is presumed of the others.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};

use super::page::{client, origin};
use crate::api::wire::error::Refusal;
use crate::app::App;

/// Sessions that a request may name. Browsers keep one; a second may be left from another path.
const MOST: usize = 8;

/// Its name here.
pub fn cookie_name(app: &App) -> String {
    format!("tapeline_session_{}", app.instance)
}

/// The sessions that a request names. What else stands in the line may be any bytes.
pub(super) fn sessions(app: &App, headers: &HeaderMap) -> Vec<String> {
    let own = cookie_name(app);
    let pairs = headers.get_all(header::COOKIE).flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let value = |pair: &[u8]| {
        let rest = pair.trim_ascii().strip_prefix(own.as_bytes())?.strip_prefix(b"=")?;
        Some(String::from_utf8_lossy(rest).into_owned())
    };
    pairs.filter_map(value).take(MOST).collect()
}

/// Has the browser keep a session for so many seconds.
pub fn set_cookie(
    response: &mut HttpResponse,
    app: &App,
    request: &HttpRequest,
    session: &str,
    seconds: i64,
) -> Result<(), Refusal> {
    let cookie = Cookie::build(cookie_name(app), session.to_owned())
        .path(base_path(app, request).to_owned())
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(is_secure(app, request))
        .max_age(time::Duration::seconds(seconds))
        .finish();
    response.add_cookie(&cookie).map_err(|error| Refusal::internal(&error))
}

/// Takes it away again.
pub fn remove_cookie(response: &mut HttpResponse, app: &App, request: &HttpRequest) -> Result<(), Refusal> {
    let mut cookie = Cookie::build(cookie_name(app), "").path(base_path(app, request).to_owned()).finish();
    cookie.make_removal();
    response.add_removal_cookie(&cookie).map_err(|error| Refusal::internal(&error))
}

/// What all of the page lies below, where the browser is: at the public address that of it.
fn base_path<'a>(app: &'a App, request: &HttpRequest) -> &'a str {
    let url = &app.config.public_url;
    if origin(request).as_ref() == url.origin() { url.path() } else { "/" }
}

/// Whether the browser speaks TLS. It says so itself where it names the page's origin: one that came by plain HTTP would
/// drop the cookie.
fn is_secure(app: &App, request: &HttpRequest) -> bool {
    let public = app.config.public_url.origin().is_some_and(|url| url.is_https);
    client(app, request).is_https || origin(request).map_or(public, |page| page.is_https)
}
