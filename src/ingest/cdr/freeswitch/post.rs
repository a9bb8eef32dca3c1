//! `POST /ingest/freeswitch`: where FreeSWITCH's mod_json_cdr sends the record of each leg.
//!
//! It proves who it is by the password of HTTP Basic (`cred` in json_cdr.conf.xml) or a Bearer token. Any answer but 200
//! makes it try again, and then keep the record in a file for `tapeline import freeswitch-json`.

use std::net::IpAddr;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::adapter::NoRecord;
use super::body::{LONGEST, read};
use crate::app::{App, blocking, now};
use crate::auth::{self, Throttled};
use crate::config::FreeSwitch;
use crate::ingest::cdr::record::Record;
use crate::ingest::names::Names;
use crate::intake::{Draft, Intake, Outcome, SourceStatus};

/// Its name in the status.
const NAME: &str = "freeswitch";
/// Characters of a secret that nobody guesses.
const SHORTEST: usize = 16;
/// Seconds after which nobody proves itself who has asked how.
const AT_ONCE: i64 = 60;

/// The route; there is none without a secret in the settings.
pub fn routes(config: &mut ServiceConfig) {
    let resource = web::resource(["/ingest/freeswitch", "/ingest/freeswitch/"]);
    let other = async || HttpResponse::MethodNotAllowed().insert_header((ALLOW, "POST, OPTIONS")).finish();
    config.service(resource.route(web::post().to(record)).default_service(web::to(other)));
}

/// Says in the status that the door is open; and in the log, where its secret could be guessed.
pub fn open(intake: &Intake, settings: &FreeSwitch) {
    let length = settings.secret.reveal().chars().count();
    if length < SHORTEST {
        tracing::warn!(
            "the secret of [freeswitch] has {length} characters and could be guessed: choose one of {SHORTEST} or more"
        );
    }
    intake.live().state(NAME, "waiting for the first record", now());
}

async fn record(request: HttpRequest, body: Payload, app: Data<App>, intake: Data<Intake>) -> HttpResponse {
    let Some(settings) = &app.config.freeswitch else {
        return say(StatusCode::NOT_FOUND, "Set secret under [freeswitch] in Tapeline's configuration");
    };
    let address = address(&app, &request);
    // Told to find out how to prove itself (auth-scheme any), it asks once without.
    if request.headers().get(AUTHORIZATION).is_none() {
        note_question(&intake, address);
        return ask();
    }
    match app.auth.opens(&shown(&request), settings.secret.reveal(), address, now()) {
        Ok(true) => {}
        Ok(false) => return refuse(&intake, address),
        Err(Throttled(seconds)) => return refuse_for_a_while(&intake, address, seconds),
    }
    // Not before: whoever has no secret keeps nothing of ours.
    let Ok(Ok(body)) = body.to_bytes_limited(LONGEST).await else {
        return say(StatusCode::BAD_REQUEST, "A record has at most 4 MiB, and arrives whole");
    };
    let drafts = match read(&body).map(|records| drafts(records, &app, &settings.machine)) {
        Ok(drafts) => drafts,
        Err(why) => {
            note(&intake, |status| status.skip(&why.to_string()));
            if why == NoRecord::Unanswered {
                return say(StatusCode::OK, "OK");
            }
            return say(StatusCode::BAD_REQUEST, &format!("This is not taken: {why}"));
        }
    };
    let (store, here) = (app.store.clone(), intake.clone());
    match blocking(move || here.accept_all(&store, &drafts, now())).await {
        Ok(Ok(outcomes)) => {
            note(&intake, |status| match best_of(outcomes) {
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

/// What intake is told: of the channel's recordings, and of those that are known by their names. Where nothing says that
/// there is one, none is waited for.
fn drafts(records: Vec<Record>, app: &App, machine: &str) -> Vec<Draft> {
    let folders = &app.config.folders;
    let folder = folders.iter().find(|folder| folder.machine() == machine).or(folders.first());
    // Settings that cannot be read keep the folder from being watched, and say so.
    let names = folder.and_then(|folder| Names::new(folder).ok());
    let whose = |file: &str| names.as_ref().and_then(|names| names.read(file, now()).uniqueid);
    records.into_iter().flat_map(|record| record.drafts(machine, whose)).collect()
}

/// What is told of a record of which several things became.
fn best_of(outcomes: Vec<Outcome>) -> Outcome {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Completed => 4,
        Outcome::Enriched => 3,
        Outcome::NoRecording => 0,
        Outcome::Kept => 1,
        _ => 2,
    };
    outcomes.into_iter().max_by_key(rank).unwrap_or(Outcome::NoRecording)
}

/// Notes a record that came with the right secret.
fn note(intake: &Intake, change: impl FnOnce(&mut SourceStatus)) {
    intake.live().state(NAME, "receiving", now());
    intake.live().note(NAME, |status| {
        status.last_event = now();
        status.asked = 0;
        status.trouble.clear();
        change(status);
    });
}

/// Tells the administrator, once until a record comes with the right secret.
fn trouble(intake: &Intake, skipped: &str, trouble: &str, address: IpAddr) {
    intake.live().note(NAME, |status| {
        status.skip(skipped);
        if status.trouble != trouble {
            tracing::warn!(%address, "{trouble}");
            status.trouble = trouble.into();
        }
    });
}

/// Says that too many others were wrong before.
fn refuse_for_a_while(intake: &Intake, address: IpAddr, seconds: i64) -> HttpResponse {
    const TROUBLE: &str = "too many wrong secrets were tried: somebody guesses at the secret of [freeswitch]";
    trouble(intake, "too many wrong secrets had come from there", TROUBLE, address);
    HttpResponse::TooManyRequests()
        .insert_header((RETRY_AFTER, seconds.to_string()))
        .content_type("text/plain; charset=utf-8")
        .body(format!("Too many wrong secrets; try again in {seconds} seconds\n"))
}

/// Notes that somebody asks how to prove itself. Whoever knows does so at once; whoever never does has no secret.
fn note_question(intake: &Intake, address: IpAddr) {
    const TROUBLE: &str =
        "records come without any secret, and none is taken: cred is missing in json_cdr.conf.xml";
    intake.live().note(NAME, |status| {
        if never_proves_itself(status, now()) && status.trouble != TROUBLE {
            tracing::warn!(%address, "{TROUBLE}");
            status.trouble = TROUBLE.into();
        }
    });
}

/// Whether nobody has proved itself for long since somebody asked how.
fn never_proves_itself(status: &mut SourceStatus, now: i64) -> bool {
    if status.asked == 0 {
        status.asked = now;
    }
    now - status.asked > AT_ONCE
}

/// Asks for the secret.
fn ask() -> HttpResponse {
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, "Basic realm=\"tapeline\""))
        .content_type("text/plain; charset=utf-8")
        .body("Give the secret as the password: cred in json_cdr.conf.xml\n")
}

/// Says no.
fn refuse(intake: &Intake, address: IpAddr) -> HttpResponse {
    const TROUBLE: &str =
        "a record was refused: cred in json_cdr.conf.xml has not the secret of [freeswitch]";
    trouble(intake, "the secret was missing or wrong", TROUBLE, address);
    ask()
}

fn say(status: StatusCode, words: &str) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(format!("{words}\n"))
}

/// Where the request comes from.
fn address(app: &App, request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |address| address.ip());
    let lines = |name: &str| request.headers().get_all(name).map(|value| value.as_bytes()).collect();
    auth::client(peer, &app.config.trusted_proxies, lines).address
}

/// The secret that the request shows; empty without one.
fn shown(request: &HttpRequest) -> String {
    let value = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = value.and_then(|value| {
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
    shown.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_again_and_again_and_never_proves_itself_has_no_secret() {
        let mut status = SourceStatus::default();
        for (now, never) in [(1_000, false), (1_001, false), (1_060, false), (1_061, true)] {
            assert_eq!(never_proves_itself(&mut status, now), never, "{now}");
        }
        status.asked = 0;
        assert!(!never_proves_itself(&mut status, 2_000), "a record has come meanwhile");
    }
}
