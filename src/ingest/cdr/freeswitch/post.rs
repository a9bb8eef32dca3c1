//! `POST /ingest/freeswitch`: where FreeSWITCH's mod_json_cdr sends the record of each leg.
//!
//! It proves who it is by the password of HTTP Basic (`cred` in json_cdr.conf.xml) or a Bearer token. Any answer but 200
//! makes it try again, and then keep the record in a file for `tapeline import freeswitch-json`.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, AUTHORIZATION, WWW_AUTHENTICATE};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::adapter::NoRecord;
use super::body::{LONGEST, read};
use crate::app::{App, blocking, now};
use crate::ingest::cdr::record::Record;
use crate::intake::{About, Draft, Intake, Outcome, SourceStatus};

/// Its name in the status.
const NAME: &str = "freeswitch";

/// The route; there is none without a secret in the settings.
pub fn routes(config: &mut ServiceConfig) {
    let resource = web::resource(["/ingest/freeswitch", "/ingest/freeswitch/"]);
    let other = async || HttpResponse::MethodNotAllowed().insert_header((ALLOW, "POST, OPTIONS")).finish();
    config.service(resource.route(web::post().to(record)).default_service(web::to(other)));
}

/// Says in the status that the door is open.
pub fn open(intake: &Intake) {
    intake.live().state(NAME, "waiting for the first record", now());
}

async fn record(request: HttpRequest, body: Payload, app: Data<App>, intake: Data<Intake>) -> HttpResponse {
    let Some(settings) = &app.config.freeswitch else {
        return say(StatusCode::NOT_FOUND, "Set secret under [freeswitch] in Tapeline's configuration");
    };
    if !proves(&request, settings.secret.reveal()) {
        return refuse(&intake);
    }
    // Not before: whoever has no secret keeps nothing of ours.
    let Ok(Ok(body)) = body.to_bytes_limited(LONGEST).await else {
        return say(StatusCode::BAD_REQUEST, "A record has at most 4 MiB, and arrives whole");
    };
    let draft = match read(&body).map(|record| draft(record, &settings.machine)) {
        Ok(draft) => draft,
        Err(why) => {
            note(&intake, |status| status.skip(&why.to_string()));
            if why == NoRecord::Unanswered {
                return say(StatusCode::OK, "OK");
            }
            return say(StatusCode::BAD_REQUEST, &format!("This is not taken: {why}"));
        }
    };
    let (store, here) = (app.store.clone(), intake.clone());
    match blocking(move || here.accept(&store, &draft, now())).await {
        Ok(Ok(outcome)) => {
            note(&intake, |status| match outcome {
                Outcome::NoRecording => status.skip("its call has no recording"),
                outcome => status.count(&outcome),
            });
            say(StatusCode::OK, "OK")
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "a record of FreeSWITCH could not be stored; it will send it again");
            say(StatusCode::SERVICE_UNAVAILABLE, "Try again")
        }
        Err(_) => say(StatusCode::SERVICE_UNAVAILABLE, "Try again"),
    }
}

/// What intake is told. A channel whose record names no file has no recording of its own that could still come.
fn draft(record: Record, machine: &str) -> Draft {
    let names_file = matches!(&record, Record::Call(cdr) if !cdr.file.is_empty());
    record.draft(machine, if names_file { About::CallToCome } else { About::Call })
}

/// Notes a record that came with the right secret.
fn note(intake: &Intake, change: impl FnOnce(&mut SourceStatus)) {
    intake.live().state(NAME, "receiving", now());
    intake.live().note(NAME, |status| {
        status.last_event = now();
        status.trouble.clear();
        change(status);
    });
}

/// Says no, and tells the administrator, once until a record comes with the right secret.
fn refuse(intake: &Intake) -> HttpResponse {
    const TROUBLE: &str =
        "a record was refused: cred in json_cdr.conf.xml has not the secret of [freeswitch]";
    intake.live().note(NAME, |status| {
        status.skip("the secret was missing or wrong");
        if status.trouble != TROUBLE {
            tracing::warn!("{TROUBLE}");
            status.trouble = TROUBLE.into();
        }
    });
    HttpResponse::Unauthorized()
        // Else FreeSWITCH, told to find out how to prove itself (auth-scheme any), would not know.
        .insert_header((WWW_AUTHENTICATE, "Basic realm=\"tapeline\""))
        .content_type("text/plain; charset=utf-8")
        .body("Give the secret as the password: cred in json_cdr.conf.xml\n")
}

fn say(status: StatusCode, words: &str) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(format!("{words}\n"))
}

/// Whether the request has the secret. Digests are compared, so that the time it takes tells nothing.
fn proves(request: &HttpRequest, secret: &str) -> bool {
    let given =
        request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
            let (scheme, value) = value.split_once(' ')?;
            match scheme {
                scheme if scheme.eq_ignore_ascii_case("bearer") => Some(value.trim().to_owned()),
                scheme if scheme.eq_ignore_ascii_case("basic") => {
                    let pair = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
                    Some(pair.split_once(':')?.1.to_owned())
                }
                _ => None,
            }
        });
    given.is_some_and(|given| !secret.is_empty() && Sha256::digest(given) == Sha256::digest(secret))
}
