//! user/…: logging in and out, and one's own password.

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::api::wire::error::{Refusal, sentence};
use crate::api::wire::identity;
use crate::api::wire::params::{Parameter, Reading};
use crate::api::wire::privilege::{Changing, MayLogIn};
use crate::api::wire::request::ApiRequest;
use crate::app::{blocking, now};
use crate::auth::{self, NewSecret};
use crate::model::Person;
use crate::store::{Change, Entry, Secret};

const TOKEN: Parameter = Parameter::flag("token", "1: a token for later requests");
const SESSION: Parameter = Parameter::flag("session", "1: a session for the viewer, as a cookie");
const PASSWORD_OLD: Parameter = Parameter::text("password_old", "The password until now").required();
const PASSWORD_NEW: Parameter =
    Parameter::text("password_new", "The password from now on, at least 8 characters (the setting password_minimum) and at most 72 bytes, neither the username nor one of the commonest").required();

/// What a client should know of login.
pub const LOGIN_ABOUT: &str = "A token lasts a day, unless the settings say otherwise.";
/// The parameters of login.
pub const LOGIN: &[Parameter] = &[TOKEN, SESSION];
/// The parameters of password/update.
pub const PASSWORD_UPDATE: &[Parameter] = &[PASSWORD_OLD, PASSWORD_NEW];

#[derive(Serialize)]
struct Who<'a> {
    id: i64,
    username: &'a str,
    customer: i64,
    role: &'a str,
    privileges: Vec<&'static str>,
    #[serde(flatten)]
    token: Option<Token<'a>>,
}

#[derive(Serialize)]
struct Token<'a> {
    auth_token: &'a str,
    auth_token_expiry: i64,
    auth_token_expires: i64,
}

/// Who the caller is; with a token or a session if they want one.
pub async fn login(request: ApiRequest<MayLogIn>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let (token, session) = (reading.flag(&TOKEN), reading.flag(&SESSION));
    reading.finish()?;
    // A page elsewhere must neither use our cookie for a token nor log the browser in as somebody else.
    let by_cookie = matches!(request.secret(), Some(Secret::Session(_)));
    let is_ours = |changes| identity::from_this_page(&request.app, &request.http, changes);
    if (by_cookie && (token || session) && !is_ours(true)) || (session && !is_ours(false)) {
        return Err(identity::from_elsewhere(&request.http));
    }
    // Browsers say where a POST comes from; following a link they may not, but they ask for a page then.
    if session && request.http.method() != Method::POST && wants_a_page(&request.http) {
        return Err(Refusal::invalid(SESSION.name, "Send session=1 by POST"));
    }
    let token = token.then(auth::new_secret);
    let session = session.then(auth::new_secret);
    let now = now();
    let person = issue(&request, token.as_ref(), session.as_ref(), now).await?;
    let lasts = request.app.session_rules().token;
    let mut response = request.ok(&Who {
        id: person.id,
        username: &person.username,
        customer: person.customer,
        role: &person.role,
        privileges: person.privileges.words(),
        token: token.as_ref().map(|token| Token {
            auth_token: &token.text,
            auth_token_expiry: lasts,
            auth_token_expires: now + lasts,
        }),
    })?;
    if let Some(session) = &session {
        let lasts = request.app.session_rules().session;
        identity::set_cookie(&mut response, &request.app, &request.http, &session.text, lasts)?;
    }
    Ok(response)
}

fn wants_a_page(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Stores what is asked for. Gives whom it is for, as they are then.
async fn issue(
    request: &ApiRequest<MayLogIn>,
    token: Option<&NewSecret>,
    session: Option<&NewSecret>,
    now: i64,
) -> Result<Person, Refusal> {
    if token.is_none() && session.is_none() {
        return Ok(request.person.clone());
    }
    let rules = request.app.session_rules();
    let (token, session) = (token.map(|token| token.hash), session.map(|session| session.hash));
    let issue = move |change: &Change<'_>, person: &Person| {
        let standing = change.standing_of(person.id, auth::standing)?;
        if let Some(hash) = token {
            change.issue_token(&hash, person.id, &standing, now + rules.token)?;
        }
        if let Some(hash) = session {
            let idle = now - rules.session_idle;
            change.issue_session(&hash, person.id, &standing, now + rules.session, idle)?;
        }
        change.note_login(person.id)?;
        let detail = if session.is_some() { "session" } else { "token" };
        audit(change, person, "user/login", detail)?;
        Ok(person.clone())
    };
    request.change(issue).await
}

fn audit(change: &Change<'_>, person: &Person, action: &str, detail: &str) -> Result<(), Refusal> {
    let customer = Some(person.customer);
    Ok(change.audit(&Entry { action, customer, detail: detail.into(), ..Entry::default() })?)
}

/// Ends the token or session that the caller came with.
pub async fn logout(request: ApiRequest<Changing<MayLogIn>>) -> Result<HttpResponse, Refusal> {
    if let Some(secret) = request.secret() {
        let end = move |change: &Change<'_>, person: &Person| {
            change.end(&secret)?;
            audit(change, person, "user/logout", "")
        };
        request.change(end).await?;
    }
    let mut response = request.done();
    if matches!(request.secret(), Some(Secret::Session(_))) {
        identity::remove_cookie(&mut response, &request.app, &request.http)?;
    }
    Ok(response)
}

/// Changes the caller's own password.
pub async fn password_update(request: ApiRequest<Changing<MayLogIn>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let old = reading.text(&PASSWORD_OLD).unwrap_or_default().to_owned();
    let new = reading.text(&PASSWORD_NEW).unwrap_or_default().to_owned();
    let minimum = request.app.config.password_minimum;
    if !new.is_empty()
        && let Err(error) = auth::check_new_password(&new, "", minimum)
    {
        reading.fault(PASSWORD_NEW.name, sentence(&error));
    }
    reading.finish()?;
    if !request.is_password(old).await? {
        return Err(Refusal::invalid(PASSWORD_OLD.name, "That is not your present password"));
    }
    let cost = request.app.config.bcrypt_cost;
    let fault = |error| Refusal::invalid(PASSWORD_NEW.name, sentence(&error));
    let password = new.clone();
    let hash = blocking(move || auth::hash_password(&new, cost)).await?.map_err(fault)?;
    let kept = request.secret();
    let change = move |change: &Change<'_>, person: &Person| {
        auth::is_no_name(&password, &person.username).map_err(fault)?;
        let standing = auth::standing(&hash, &person.role, person.customer);
        change.change_own_password(person.id, &hash, kept.as_ref(), &standing)?;
        audit(change, person, "user/password/update", "")
    };
    request.change_if(false, change).await
}
