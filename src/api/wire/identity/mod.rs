//! Who is asking: by a token, a password or the viewer's session.

use std::net::IpAddr;

use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, Uri};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::caller::Caller;
use super::error::{Fault, Refusal};
use super::params::Params;
use super::privilege::Privilege;
use super::stream;
use crate::app::{App, now};
use crate::auth::{self, Check, NotNow};
use crate::model::names::same_username;
use crate::store::{Credential, Issued, Reader, Secret};

/// The viewer's cookie.
pub const COOKIE: &str = "tapeline_session";
/// Seconds between two notes of a session's use.
const TOUCH: i64 = 60;
/// Seconds after which a client may try again when too many passwords wait to be checked.
const BUSY: u32 = 2;

/// Marks a request of which the HTTP status counts, whatever Enswitch does: one of the viewer, or one for a file.
#[derive(Clone, Copy)]
pub struct HttpStatus;

/// What a caller shows.
enum Shown {
    Token(String),
    Password(String, String),
    Session(String),
}

/// Who a request is from.
pub async fn identify<P: Privilege>(
    app: &Data<App>,
    request: &HttpRequest,
    params: &Params,
) -> Result<Caller, Refusal> {
    match shown(request, params)? {
        Shown::Password(username, password) => {
            let address = address(request);
            let credential = check_password(app, address, username, password).await?;
            Ok(Caller { credential, secret: None })
        }
        Shown::Token(text) => holder(app, Secret::Token(auth::hash_secret(&text))).await,
        Shown::Session(text) => {
            request.extensions_mut().insert(HttpStatus);
            if !from_this_page(request, P::CHANGES) {
                return Err(Refusal::Unauthorized);
            }
            holder(app, Secret::Session(auth::hash_secret(&text))).await
        }
    }
}

/// The first kind of credential that is there decides.
fn shown(request: &HttpRequest, params: &Params) -> Result<Shown, Refusal> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut read = |name| {
        params.get(name).unwrap_or_else(|fault| {
            faults.push(fault);
            None
        })
    };
    let (token, username, password) = (read("auth_token"), read("auth_username"), read("auth_password"));
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    match (token, username, password) {
        (Some(token), ..) => return Ok(Shown::Token(token.into())),
        (None, Some(username), Some(password)) => {
            return Ok(Shown::Password(username.into(), password.into()));
        }
        (None, None, None) => {}
        _ => return Err(Refusal::Unauthorized),
    }
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        return value.to_str().ok().and_then(from_header).ok_or(Refusal::Unauthorized);
    }
    session_cookie(request.headers()).map(Shown::Session).ok_or(Refusal::Unauthorized)
}

fn from_header(value: &str) -> Option<Shown> {
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Shown::Token(rest.into()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (username, password) = decoded.split_once(':')?;
    Some(Shown::Password(username.into(), password.into()))
}

fn session_cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned())
}

/// Checks a password. The answer to an unknown name and to a wrong password take the same way.
pub async fn check_password(
    app: &Data<App>,
    address: IpAddr,
    username: String,
    password: String,
) -> Result<Credential, Refusal> {
    let credential = meant(app, &username, &password).await?;
    // However it is written, it is the same name to guess at.
    let name = same_username(&username);
    let check = app.auth.begin(&name, &password, credential.as_ref(), address, now()).map_err(not_now)?;
    let right = match check {
        Check::Right => true,
        Check::Pending(pending) => app.auth.conclude(pending, now()).await.map_err(not_now)?,
    };
    credential.filter(|_| right).ok_or(Refusal::Unauthorized)
}

/// Whoever is meant by a name. Whether there is somebody is no matter of time: but for who logged in a while ago with
/// this very password, everybody is looked at.
async fn meant(app: &Data<App>, username: &str, password: &str) -> Result<Option<Credential>, Refusal> {
    let name = username.to_owned();
    let exactly = move |reader: &Reader| Ok(reader.accounts().named_exactly(&name)?);
    if let Some(known) = stream::question(app, exactly).await?
        && app.auth.remembers(&same_username(username), password, &known, now())
    {
        return Ok(Some(known));
    }
    let name = username.to_owned();
    let all = move |reader: &Reader| {
        let accounts = reader.accounts();
        Ok((accounts.named(&name)?, accounts.highest_cost()?))
    };
    let (credential, cost) = stream::question(app, all).await?;
    app.auth.expect(cost);
    Ok(credential)
}

fn not_now(why: NotNow) -> Refusal {
    match why {
        NotNow::Throttled(auth::Throttled(seconds)) => Refusal::Throttled(seconds),
        NotNow::Busy => Refusal::Busy(BUSY),
    }
}

/// Whoever holds a token or session that still counts.
async fn holder(app: &Data<App>, secret: Secret) -> Result<Caller, Refusal> {
    let now = now();
    let issued = issued(app, secret, now).await?;
    if let Secret::Session(hash) = secret
        && now >= issued.seen + TOUCH
    {
        // The request does not wait for it, and where it fails the next one does it.
        let app = app.clone();
        drop(tokio::task::spawn_blocking(move || app.store.touch_session(&hash, now)));
    }
    Ok(Caller { credential: issued.credential, secret: Some(secret) })
}

/// A token or session, if it still counts.
async fn issued(app: &Data<App>, secret: Secret, now: i64) -> Result<Issued, Refusal> {
    let issued = stream::question(app, move |reader| Ok(reader.accounts().issued(&secret)?))
        .await?
        .ok_or(Refusal::Unauthorized)?;
    let idle = matches!(secret, Secret::Session(_)).then(|| app.session_rules().session_idle);
    if auth::is_live(&issued, idle, now) { Ok(issued) } else { Err(Refusal::Unauthorized) }
}

/// Whether a request with the cookie comes from our own page. Browsers say where a request comes from, but older ones
/// and those on plain HTTP say less: reading is then allowed, since the cookie is SameSite=Strict; changing is not.
pub fn from_this_page(request: &HttpRequest, changes: bool) -> bool {
    let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let (site, origin) = (text(header::HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN));
    let same_origin = origin.map(|origin| is_this_host(origin, request));
    if changes {
        let from_here = site == Some("same-origin") || same_origin == Some(true);
        return request.method() == Method::POST && from_here && same_origin != Some(false);
    }
    matches!(site, None | Some("same-origin" | "none")) && same_origin != Some(false)
}

fn is_this_host(origin: &str, request: &HttpRequest) -> bool {
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let port =
        |port: Option<u16>| port.unwrap_or(if origin.scheme_str() == Some("https") { 443 } else { 80 });
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let Some(here) = host.and_then(|host| host.parse::<actix_web::http::uri::Authority>().ok()) else {
        return false;
    };
    origin.host().is_some_and(|host| host.eq_ignore_ascii_case(here.host()))
        && port(origin.port_u16()) == port(here.port_u16())
}

/// Where the request comes from.
pub fn address(request: &HttpRequest) -> IpAddr {
    request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |address| address.ip())
}
