//! Who is asking: by a token, a password or the viewer's session. The first kind that is there decides: a token or a
//! password in the parameters, the cookie of a session that lives, the Authorization header.

mod cookie;
mod page;
mod shown;

use std::net::IpAddr;

use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use super::caller::Caller;
use super::error::Refusal;
use super::params::Params;
use super::privilege::Privilege;
use super::stream;
use crate::app::{App, now};
use crate::auth::{self, Check, NotNow};
use crate::model::names::same_username;
use crate::store::{Credential, Issued, Reader, Secret};
use shown::Shown;

pub use cookie::{cookie_name, remove_cookie, set_cookie};
pub use page::{address, from_elsewhere, from_this_page, is_of_a_browser};

/// Seconds between two notes of a session's use.
const TOUCH: i64 = 60;
/// Seconds between two notes of somebody's logging in with each request.
const ONE_LOGIN: i64 = 3600;
/// Seconds after which a client may try again when too many passwords wait to be checked.
const BUSY: u32 = 2;

/// Marks a request of which the HTTP status counts, whatever Enswitch does: one of the viewer, or one for a file.
#[derive(Clone, Copy)]
pub struct HttpStatus;

/// Who a request is from.
pub async fn identify<P: Privilege>(
    app: &Data<App>,
    request: &HttpRequest,
    params: &Params,
) -> Result<Caller, Refusal> {
    if let Some(shown) = shown::in_params(params)? {
        return prove(app, request, shown).await;
    }
    let sessions = cookie::sessions(app, request.headers());
    if sessions.is_empty() {
        let shown = shown::in_header(request.headers())?.ok_or(Refusal::Unauthorized)?;
        return prove(app, request, shown).await;
    }
    by_cookie(app, request, &sessions, P::CHANGES).await
}

/// Who the page is used by. A proxy in front may add an Authorization header of its own to what the page sends: beside
/// our cookie a password in it is never looked at, so that it is no guess at anybody's either.
async fn by_cookie(
    app: &Data<App>,
    request: &HttpRequest,
    sessions: &[String],
    changes: bool,
) -> Result<Caller, Refusal> {
    let sessions = sessions.iter().map(|text| Secret::Session(auth::hash_secret(text)));
    let found = living(app, sessions).await?;
    let is_ours = from_this_page(app, request, changes);
    let is_elsewhere = found.is_some() && !is_ours;
    let page = found.filter(|_| is_ours);
    if page.is_none()
        && let Ok(Some(Shown::Token(text))) = shown::in_header(request.headers())
        && let Some(caller) = living(app, [Secret::Token(auth::hash_secret(&text))]).await?
    {
        return Ok(caller);
    }
    request.extensions_mut().insert(HttpStatus);
    page.ok_or_else(|| if is_elsewhere { from_elsewhere(request) } else { Refusal::Unauthorized })
}

/// Whoever holds the first of these that still counts.
async fn living(
    app: &Data<App>,
    secrets: impl IntoIterator<Item = Secret>,
) -> Result<Option<Caller>, Refusal> {
    for secret in secrets {
        match holder(app, secret).await {
            Err(Refusal::Unauthorized) => {}
            other => return other.map(Some),
        }
    }
    Ok(None)
}

async fn prove(app: &Data<App>, request: &HttpRequest, shown: Shown) -> Result<Caller, Refusal> {
    match shown {
        Shown::Token(text) => holder(app, Secret::Token(auth::hash_secret(&text))).await,
        Shown::Password(username, password) => {
            let credential = check_password(app, address(app, request), username, password).await?;
            note_login(app, &credential);
            Ok(Caller { credential, secret: None })
        }
    }
}

/// Notes that a password came with a request, once an hour. The request does not wait for it.
fn note_login(app: &Data<App>, credential: &Credential) {
    let (now, id) = (now(), credential.person.id);
    let before = now - ONE_LOGIN;
    if credential.last_login.unwrap_or_default() <= before {
        let app = app.clone();
        drop(tokio::task::spawn_blocking(move || app.store.touch_login(id, before, now)));
    }
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
    let whose = credential.as_ref();
    let right = match app.auth.begin(&name, &password, credential.as_ref(), address, now()) {
        Ok(Check::Right) => Ok(true),
        Ok(Check::Pending(pending)) => app.auth.conclude(pending, now()).await,
        Err(why) => Err(why),
    };
    match right {
        Ok(false) => app.failed_logins.note(whose, address, false, now()),
        Err(NotNow::Throttled(_)) => app.failed_logins.note(whose, address, true, now()),
        Ok(true) | Err(NotNow::Busy) => {}
    }
    let right = right.map_err(not_now)?;
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
