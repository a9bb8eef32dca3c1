//! `POST /ingest/freeswitch`: where FreeSWITCH's mod_json_cdr sends the record of each leg.
//!
//! It proves who it is by the password of HTTP Basic (`cred` in json_cdr.conf.xml) or a Bearer token. Any answer but 200
//! makes it try again, and then keep the record in a file for `tapeline import freeswitch-json`.

use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{self, Bytes, Data, PayloadConfig, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::freeswitch::{self, LONGEST};
use crate::app::{App, blocking, now};
use crate::intake::{About, Intake};

/// Its name in the status.
const NAME: &str = "freeswitch";

/// The route; there is none without a secret in the settings.
pub fn routes(config: &mut ServiceConfig) {
    let resource = web::resource("/ingest/freeswitch").app_data(PayloadConfig::new(LONGEST));
    config.service(resource.route(web::post().to(record)));
}

async fn record(request: HttpRequest, body: Bytes, app: Data<App>, intake: Data<Intake>) -> HttpResponse {
    let Some(settings) = &app.config.freeswitch else {
        return say(StatusCode::NOT_FOUND, "Set secret under [freeswitch] in Tapeline's configuration");
    };
    if !proves(&request, settings.secret.reveal()) {
        return say(StatusCode::UNAUTHORIZED, "Give the secret as the password: cred in json_cdr.conf.xml");
    }
    let cdr = match freeswitch::read(&body) {
        Ok(cdr) => cdr,
        Err(why) => {
            let why = format!("This is not taken: {why}");
            intake.live().note(NAME, |status| *status.skipped.entry(why.clone()).or_default() += 1);
            return say(StatusCode::BAD_REQUEST, &why);
        }
    };
    // The other leg is recorded as seldom as it names a file; nobody waits for its recording then.
    let about = if cdr.file.is_empty() { About::Call } else { About::CallToCome };
    let draft = cdr.draft(&settings.machine, about);
    let (store, here) = (app.store.clone(), intake.clone());
    let taken = blocking(move || here.accept(&store, &draft, now())).await;
    intake.live().note(NAME, |status| status.last_event = now());
    match taken {
        Ok(Ok(_)) => say(StatusCode::OK, "OK"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a record of FreeSWITCH could not be stored; it will send it again");
            say(StatusCode::SERVICE_UNAVAILABLE, "Try again")
        }
        Err(_) => say(StatusCode::SERVICE_UNAVAILABLE, "Try again"),
    }
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
