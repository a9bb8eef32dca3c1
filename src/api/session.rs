//! user/…: logging in and out, and one's own password.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::api::wire::error::Refusal;
use crate::api::wire::identity::{self, COOKIE};
use crate::api::wire::params::{Parameter, Reading};
use crate::api::wire::privilege::{Changing, MayLogIn};
use crate::api::wire::request::ApiRequest;
use crate::app::{blocking, now};
use crate::auth::{self, NewSecret};
use crate::store::{Entry, Secret};

const TOKEN: Parameter = Parameter::flag("token", "1: a token for later requests");
const SESSION: Parameter = Parameter::flag("session", "1: a session for the viewer, as a cookie");
const PASSWORD_OLD: Parameter = Parameter::text("password_old", "The password until now").required();
const PASSWORD_NEW: Parameter =
    Parameter::text("password_new", "The password from now on, 1 to 72 bytes").required();

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
    let by_cookie = matches!(request.secret, Some(Secret::Session(_)));
    if (by_cookie && (token || session) && !identity::from_this_page(&request.http, true))
        || (session && !identity::from_this_page(&request.http, false))
    {
        return Err(Refusal::Unauthorized);
    }
    // Browsers say where a POST comes from; following a link they may not, but they ask for a page then.
    if session && request.http.method() != Method::POST && wants_a_page(&request.http) {
        return Err(Refusal::invalid(SESSION.name, "Send session=1 by POST"));
    }
    let token = token.then(auth::new_secret);
    let session = session.then(auth::new_secret);
    let now = now();
    issue(&request, token.as_ref(), session.as_ref(), now).await?;
    let lasts = request.app.session_rules().token;
    let person = &request.person;
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
        set_cookie(&mut response, &request, &session.text, request.app.session_rules().session)?;
    }
    Ok(response)
}

fn wants_a_page(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

async fn issue(
    request: &ApiRequest<MayLogIn>,
    token: Option<&NewSecret>,
    session: Option<&NewSecret>,
    now: i64,
) -> Result<(), Refusal> {
    if token.is_none() && session.is_none() {
        return Ok(());
    }
    let (app, person, actor) = (request.app.clone(), request.person.clone(), request.actor());
    let (token, session) = (token.map(|token| token.hash), session.map(|session| session.hash));
    blocking(move || {
        let rules = app.session_rules();
        app.store.change(&actor, now, |change| {
            let standing = change.standing_of(person.id, auth::standing)?;
            if let Some(hash) = token {
                change.issue_token(&hash, person.id, &standing, now + rules.token)?;
            }
            if let Some(hash) = session {
                change.issue_session(
                    &hash,
                    person.id,
                    &standing,
                    now + rules.session,
                    now - rules.session_idle,
                )?;
            }
            let detail = if session.is_some() { "session" } else { "token" };
            change.audit(&Entry {
                action: "user/login",
                customer: Some(person.customer),
                detail: detail.into(),
                ..Entry::default()
            })
        })
    })
    .await?
    .map_err(Refusal::from)
}

fn set_cookie(
    response: &mut HttpResponse,
    request: &ApiRequest<MayLogIn>,
    value: &str,
    seconds: i64,
) -> Result<(), Refusal> {
    let cookie = Cookie::build(COOKIE, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(request.http.connection_info().scheme() == "https")
        .max_age(time::Duration::seconds(seconds))
        .finish();
    response.add_cookie(&cookie).map_err(|error| Refusal::internal(&error))
}

/// Ends the token or session that the caller came with.
pub async fn logout(request: ApiRequest<Changing<MayLogIn>>) -> Result<HttpResponse, Refusal> {
    if let Some(secret) = request.secret {
        let (app, person, actor) = (request.app.clone(), request.person.clone(), request.actor());
        blocking(move || {
            app.store.change(&actor, now(), |change| {
                change.end(&secret)?;
                change.audit(&Entry {
                    action: "user/logout",
                    customer: Some(person.customer),
                    ..Entry::default()
                })
            })
        })
        .await?
        .map_err(Refusal::from)?;
    }
    let mut response = request.done();
    if matches!(request.secret, Some(Secret::Session(_))) {
        let mut cookie = Cookie::build(COOKIE, "").path("/").finish();
        cookie.make_removal();
        response.add_removal_cookie(&cookie).map_err(|error| Refusal::internal(&error))?;
    }
    Ok(response)
}

/// Changes the caller's own password.
pub async fn password_update(request: ApiRequest<Changing<MayLogIn>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let old = reading.text(&PASSWORD_OLD).unwrap_or_default().to_owned();
    let new = reading.text(&PASSWORD_NEW).unwrap_or_default().to_owned();
    if !new.is_empty()
        && let Err(error) = auth::check_new_password(&new)
    {
        reading.fault(PASSWORD_NEW.name, error.to_string());
    }
    reading.finish()?;
    let address = identity::address(&request.http);
    let username = request.person.username.clone();
    match identity::check_password(&request.app, address, username, old).await {
        Err(Refusal::Unauthorized) => {
            return Err(Refusal::invalid(PASSWORD_OLD.name, "password_old is not your password"));
        }
        other => drop(other?),
    }
    let (app, person, actor, kept) =
        (request.app.clone(), request.person.clone(), request.actor(), request.secret);
    blocking(move || {
        let hash = auth::hash_password(&new, app.config.bcrypt_cost)
            .map_err(|error| Refusal::invalid(PASSWORD_NEW.name, error.to_string()))?;
        let standing = auth::standing(&hash, &person.role, person.customer);
        app.store.change(&actor, now(), |change| {
            change.change_own_password(person.id, &hash, kept.as_ref(), &standing)?;
            change.audit(&Entry {
                action: "user/password/update",
                customer: Some(person.customer),
                ..Entry::default()
            })?;
            Ok::<_, Refusal>(())
        })
    })
    .await??;
    Ok(request.done())
}
