//! What a handler gets: a request from somebody whose role lets them, with what they sent; and its answers.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use serde::Serialize;

use super::caller::Caller;
use super::error::Refusal;
use super::identity::HttpStatus;
use super::params::{Parameter, Params, take_body};
use super::privilege::Privilege;
use super::stream::{Again, Asks};
use super::{body, envelope, identity, stream};
use crate::app::{App, Share, now};
use crate::config::Compat;
use crate::model::{Actor, Person};
use crate::store::{Credential, Reader, Secret};

/// A request from someone whose role has privilege `P`.
pub struct ApiRequest<P: Privilege> {
    /// Who; a function that changes data is told by its transaction.
    pub person: P::Seen,
    /// What they sent.
    pub params: Params,
    /// The application.
    pub app: Data<App>,
    /// The request itself.
    pub http: HttpRequest,
    caller: Caller,
}

/// Says of a function which requests want a file and not JSON.
#[derive(Clone, Copy)]
pub struct WantsFile(pub fn(&Params) -> bool);

/// Says of a function which parameters it takes.
#[derive(Clone, Copy)]
pub struct Takes(pub &'static [Parameter]);

impl<P: Privilege> ApiRequest<P> {
    /// Whether numbers travel as strings.
    pub fn strings(&self) -> bool {
        self.app.config.compat == Compat::Enswitch && !matches!(self.caller.secret, Some(Secret::Session(_)))
    }

    /// 200 with data.
    pub fn ok(&self, data: &impl Serialize) -> Result<HttpResponse, Refusal> {
        let body = envelope::ok(data, self.strings()).map_err(|error| Refusal::internal(&error))?;
        Ok(HttpResponse::Ok().content_type(envelope::JSON).body(body))
    }

    /// 204, which travels as 200 with an envelope.
    pub fn done(&self) -> HttpResponse {
        HttpResponse::Ok().content_type(envelope::JSON).body(envelope::no_data())
    }

    /// 201: the input is right, and nothing was done.
    pub fn validated(&self) -> HttpResponse {
        HttpResponse::Ok().content_type(envelope::JSON).body(envelope::validated())
    }

    /// The token or session that the caller came with.
    pub fn secret(&self) -> Option<Secret> {
        self.caller.secret
    }

    /// Whoever asks, to be looked at again.
    pub(super) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Who asks, for an answer that others may have to wait for.
    pub fn asks(&self) -> Asks {
        let (caller, rules) = (self.caller.clone(), self.app.session_rules());
        let again: Again =
            Arc::new(move |reader: &Reader| Ok(caller.again::<P>(&reader.accounts(), rules, now())?.person));
        Asks::new(&self.app, &self.http, self.caller.person(), again)
    }

    /// Whoever asked as they are now, if they may still: for answers that go on for long.
    pub async fn credential_now(&self) -> Result<Credential, Refusal> {
        let (caller, rules) = (self.caller.clone(), self.app.session_rules());
        let again = move |reader: &Reader| caller.again::<P>(&reader.accounts(), rules, now());
        stream::question(&self.app, again).await
    }

    /// Whether this is the caller's own password.
    pub async fn is_password(&self, password: String) -> Result<bool, Refusal> {
        let Person { id, username, .. } = self.caller.person();
        let address = identity::address(&self.app, &self.http);
        match identity::check_password(&self.app, address, username.clone(), password).await {
            // Somebody else may have got the name since the request came.
            Ok(credential) => Ok(credential.person.id == *id),
            // Whoever is gone meanwhile has no password to be wrong about.
            Err(Refusal::Unauthorized) => self.credential_now().await.map(|_| false),
            Err(other) => Err(other),
        }
    }

    /// Where they ask from, for the audit log.
    pub fn address(&self) -> String {
        identity::address(&self.app, &self.http).to_string()
    }
}

impl<P: Privilege<Seen = Person>> ApiRequest<P> {
    /// For the audit log.
    pub fn actor(&self) -> Actor {
        self.caller.actor(self.address())
    }
}

impl<P: Privilege> FromRequest for ApiRequest<P> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let app = request
                .app_data::<Data<App>>()
                .cloned()
                .ok_or_else(|| Refusal::internal(&"no application"))?;
            let (params, _turn) = read_params(&app, &request, payload).await?;
            if request.app_data::<WantsFile>().is_some_and(|WantsFile(wants)| wants(&params)) {
                request.extensions_mut().insert(HttpStatus);
            }
            let caller = identity::identify::<P>(&app, &request, &params).await?;
            if !P::allows(caller.person().privileges) {
                return Err(Refusal::Forbidden);
            }
            let person = caller.person().clone().into();
            Ok(ApiRequest { person, params, app, http: request, caller })
        })
    }
}

/// What the request sent, and its turn to be large: it ends once it is known who asks.
async fn read_params(
    app: &Data<App>,
    request: &HttpRequest,
    payload: Payload,
) -> Result<(Params, Option<Share>), Refusal> {
    let mut params = request.app_data::<Takes>().map_or_else(Params::default, |Takes(all)| Params::of(all));
    params.take_pairs(request.query_string().as_bytes());
    if request.method() != Method::POST {
        return Ok((params, None));
    }
    let body = body::read(app, request, payload).await?;
    take_body(&mut params, content_type(request), &body.bytes)?;
    Ok((params, body.turn))
}

fn content_type(request: &HttpRequest) -> &str {
    request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default()
}
