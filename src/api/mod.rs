//! The HTTP API: the route table, and what every answer has in common.

mod cursor;
mod envelope;
mod error;
mod groups;
mod identity;
mod log;
mod params;
mod recordings;
mod session;
mod stream;

use std::future::Future;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{Error, HttpMessage, HttpResponse};

use crate::app::App;
use identity::{Asked, Privilege, ViewerSession};

pub use error::{Fault, Refusal};
pub use log::access_log;
pub use params::{Parameter, Params, Type};
pub use recordings::explain;
pub use stream::Hangup;

/// The two base paths of the one API.
pub const BASES: [&str; 2] = ["/api/json", "/local/api/json"];
/// The longest body that is read.
const BODY: usize = 1 << 20;

/// The functions: path, handler (whose argument says who may call), parameters.
#[rustfmt::skip]
pub fn functions() -> Vec<Function> {
    vec![
        function("recording/recordings/list", recordings::list,         recordings::LIST),
        function("recording/groups/list",     groups::list,             groups::LIST),
        function("recording/groups/get",      groups::get,              groups::GET),
        function("user/login",                session::login,           session::LOGIN),
        function("user/logout",               session::logout,          &[]),
        function("user/password/update",      session::password_update, session::PASSWORD_UPDATE),
    ]
}

/// A function of the API.
pub struct Function {
    /// Its path below the base.
    pub path: &'static str,
    /// Who may call it.
    pub privilege: &'static str,
    /// Whether it changes data.
    pub changes: bool,
    /// Its parameters, besides those that say who is asking.
    pub parameters: &'static [Parameter],
    resource: Box<dyn Fn(&str) -> actix_web::Resource>,
}

fn function<P, H, F>(path: &'static str, handler: H, parameters: &'static [Parameter]) -> Function
where
    P: Privilege,
    H: Fn(Asked<P>) -> F + Clone + 'static,
    F: Future<Output = Result<HttpResponse, Refusal>> + 'static,
{
    let resource = move |path: &str| {
        web::resource(path)
            .route(web::get().to(handler.clone()))
            .route(web::post().to(handler.clone()))
            .default_service(web::to(async || Err::<HttpResponse, _>(Refusal::Method)))
    };
    Function { path, privilege: P::NAME, changes: P::CHANGES, parameters, resource: Box::new(resource) }
}

/// Puts the functions under both bases.
pub fn routes(config: &mut ServiceConfig) {
    config.app_data(web::PayloadConfig::new(BODY));
    for function in functions() {
        for base in BASES {
            // Two resources, since one of two paths would be matched by a regular expression.
            let path = format!("{base}/{}", function.path);
            config.service((function.resource)(&path));
            config.service((function.resource)(&format!("{path}/")));
        }
    }
    for base in BASES {
        config.service(
            web::resource([base.to_owned(), format!("{base}/{{function:.*}}")])
                .to(async || Err::<HttpResponse, _>(Refusal::NoFunction)),
        );
    }
}

/// The headers of every API answer, and Enswitch's HTTP status where that is wanted.
pub async fn finish_answer(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let is_api = BASES.iter().any(|base| request.path().starts_with(base));
    let compat = request.app_data::<Data<App>>().is_some_and(|app| app.config.compat);
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, header::HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    if is_api {
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
        let viewer = response.request().extensions().contains::<ViewerSession>();
        if compat && !viewer {
            *response.response_mut().status_mut() = StatusCode::OK;
        }
    }
    Ok(response)
}
