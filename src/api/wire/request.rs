//! What a handler gets: a request from somebody whose role lets them, with what they sent; and its answers.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use serde::Serialize;

use super::error::Refusal;
use super::identity::HttpStatus;
use super::params::Params;
use super::privilege::Privilege;
use super::{envelope, identity, stream};
use crate::app::{App, now};
use crate::model::{Actor, Person};
use crate::store::{Credential, Secret};

/// How long a body of at most 1 MiB may be under way.
const BODY: Duration = Duration::from_secs(20);

/// A request from someone whose role has privilege `P`.
pub struct ApiRequest<P> {
    /// Who.
    pub person: Person,
    /// What they sent.
    pub params: Params,
    /// The application.
    pub app: Data<App>,
    /// The token or session that they came with.
    pub secret: Option<Secret>,
    /// The request itself.
    pub http: HttpRequest,
    privilege: PhantomData<P>,
}

/// Says of a function which requests want a file and not JSON.
#[derive(Clone, Copy)]
pub struct WantsFile(pub fn(&Params) -> bool);

impl<P> ApiRequest<P> {
    /// Whether numbers travel as strings.
    pub fn strings(&self) -> bool {
        self.app.config.compat && !matches!(self.secret, Some(Secret::Session(_)))
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

    /// Whoever asked as they are now, if they may still: for answers that go on for long.
    pub async fn credential_now(&self) -> Result<Credential, Refusal>
    where
        P: Privilege,
    {
        let credential = match self.secret {
            Some(secret) => identity::issued(&self.app, secret, now()).await?.credential,
            None => {
                let name = self.person.username.clone();
                let found = stream::question(&self.app, move |reader| Ok(reader.credential(&name)?));
                found.await?.ok_or(Refusal::Unauthorized)?
            }
        };
        if P::allows(credential.person.privileges) { Ok(credential) } else { Err(Refusal::Forbidden) }
    }

    /// For the audit log.
    pub fn actor(&self) -> Actor {
        Actor {
            person: Some(self.person.id),
            name: self.person.username.clone(),
            address: identity::address(&self.http).to_string(),
        }
    }
}

impl<P: Privilege> FromRequest for ApiRequest<P> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let body = (request.method() == Method::POST).then(|| Bytes::from_request(&request, payload));
        Box::pin(async move {
            let body = match body {
                Some(body) => {
                    let late = |_| Refusal::invalid("", "The body did not arrive within 20 seconds");
                    let long = |_| Refusal::invalid("", "The body must be at most 1 MiB");
                    tokio::time::timeout(BODY, body).await.map_err(late)?.map_err(long)?
                }
                None => Bytes::new(),
            };
            let params = read_params(&request, &body)?;
            if request.app_data::<WantsFile>().is_some_and(|WantsFile(wants)| wants(&params)) {
                request.extensions_mut().insert(HttpStatus);
            }
            let app = request
                .app_data::<Data<App>>()
                .cloned()
                .ok_or_else(|| Refusal::internal(&"no application"))?;
            let (person, secret) = identity::identify::<P>(&app, &request, &params).await?;
            if !P::allows(person.privileges) {
                return Err(Refusal::Forbidden);
            }
            Ok(ApiRequest { person, params, app, secret, http: request, privilege: PhantomData })
        })
    }
}

fn read_params(request: &HttpRequest, body: &[u8]) -> Result<Params, Refusal> {
    let mut params = Params::default();
    params.take_pairs(request.query_string().as_bytes());
    if body.is_empty() {
        return Ok(params);
    }
    let kind = request.content_type().to_ascii_lowercase();
    if kind.starts_with("multipart/") {
        return Err(Refusal::invalid("", "Multipart bodies are not read; send a form or a JSON object"));
    }
    let looks_like_json = kind.is_empty() && body.trim_ascii_start().first() == Some(&b'{');
    if kind.ends_with("/json") || kind.ends_with("+json") || looks_like_json {
        params.take_json(body)?;
    } else {
        params.take_pairs(body.trim_ascii_end());
    }
    Ok(params)
}
