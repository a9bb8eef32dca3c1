//! Where a request comes from: whose page sent it, and from which address.

use std::net::IpAddr;
use std::sync::Once;

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};

use crate::api::wire::error::Refusal;
use crate::app::App;
use crate::auth::{self, Client};
use crate::config::Origin;

/// Bytes of a header that the log shows.
const SHOWN: usize = 200;

/// Whether a request with the cookie comes from our own page. No page can forge what browsers say of that in
/// Sec-Fetch-Site; but older ones, and all on plain HTTP, do not. Then the page's origin must be ours; reading is allowed
/// without it too, since the cookie is SameSite=Strict, and changing is not.
pub fn from_this_page(app: &App, request: &HttpRequest, changes: bool) -> bool {
    if changes && request.method() != Method::POST {
        return false;
    }
    match header(request, "sec-fetch-site") {
        // Also where a proxy changed the Host, so that the origin looks like another's.
        Some("same-origin") => true,
        Some("none") | None => header(request, header::ORIGIN.as_str())
            .map_or(!changes, |text| Origin::parse(text).is_some_and(|page| is_ours(app, request, &page))),
        Some(_) => false,
    }
}

/// Whether this server's pages come from there: by the Host that was asked for, by the settings, or by what a trusted
/// proxy was asked for. No page elsewhere can add a header that says so.
fn is_ours(app: &App, request: &HttpRequest, page: &Origin) -> bool {
    header(request, header::HOST.as_str()).is_some_and(|host| page.is_at(host))
        || app.config.public_url.origin() == Some(page)
        || client(app, request).hosts.iter().any(|host| page.is_at(host))
}

/// The refusal of what does not come from our own page. The log says what does not match, since only whoever runs the
/// server can mend it.
pub fn from_elsewhere(request: &HttpRequest) -> Refusal {
    let shown = |name: &str| {
        let bytes = request.headers().get(name).map(|value| value.as_bytes()).unwrap_or_default();
        String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]).into_owned()
    };
    tracing::warn!(
        "a session was shown on a page of Origin {:?} (Sec-Fetch-Site {:?}), and by {} to Host {:?}: refused. If both are \
         this server, set public_url to the page's address, or let the proxy pass the Host",
        shown("origin"),
        shown("sec-fetch-site"),
        request.method(),
        shown("host"),
    );
    Refusal::Elsewhere
}

/// The origin of the page, if the browser tells it.
pub(super) fn origin(request: &HttpRequest) -> Option<Origin> {
    header(request, header::ORIGIN.as_str()).and_then(Origin::parse)
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name).map(|value| value.to_str().unwrap_or_default())
}

/// Who is at the other end, behind the trusted proxies.
pub(super) fn client(app: &App, request: &HttpRequest) -> Client {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |address| address.ip());
    let headers = request.headers();
    if (headers.contains_key("x-forwarded-for") || headers.contains_key(header::FORWARDED))
        && !app.config.trusted_proxies.contains(peer)
    {
        UNTRUSTED.call_once(|| tell_of(peer));
    }
    auth::client(peer, &app.config.trusted_proxies, |name| {
        headers.get_all(name).map(|value| value.as_bytes()).collect()
    })
}

/// Said once, since whoever likes can send such a header.
static UNTRUSTED: Once = Once::new();

fn tell_of(peer: IpAddr) {
    tracing::info!(
        "{peer} sent a request that says whom it is for (X-Forwarded-For or Forwarded), and is not believed: all that comes \
         through it counts as from {peer}. If it is your proxy, add it to trusted_proxies"
    );
}

/// Where the request comes from.
pub fn address(app: &App, request: &HttpRequest) -> IpAddr {
    client(app, request).address
}

/// Whether a browser sent it, which would open a dialog of its own for name and password.
pub fn is_of_a_browser(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let names_it = |name: &HeaderName| name.as_str().starts_with("sec-fetch-");
    headers.contains_key(header::COOKIE)
        || headers.contains_key(header::ORIGIN)
        || headers.keys().any(names_it)
        || headers.get(header::USER_AGENT).is_some_and(|agent| agent.as_bytes().starts_with(b"Mozilla/"))
}
