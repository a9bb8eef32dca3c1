//! Where the API's functions are found, and what every answer has in common.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{Error, HttpMessage, HttpResponse};

use super::functions::{BASES, functions};
use super::openapi;
use super::wire::error::Refusal;
use super::wire::function::only;
use super::wire::identity::{HttpStatus, is_of_a_browser};
use super::wire::stream::UNCOMPRESSED;
use crate::app::App;
use crate::config::Compat;

/// Puts the functions under both bases.
pub fn routes(config: &mut ServiceConfig) {
    for function in functions() {
        for base in BASES {
            // Two resources, since one of two paths would be matched by a regular expression.
            let path = format!("{base}/{}", function.path);
            config.service(function.resource(&path));
            config.service(function.resource(&format!("{path}/")));
        }
    }
    for path in ["/api/openapi.json", "/api/openapi.json/"] {
        let resource = web::resource(path).route(web::get().to(openapi::openapi));
        config.service(only("GET, HEAD, OPTIONS", resource.route(web::head().to(openapi::openapi))));
    }
    for base in BASES {
        config.service(
            web::resource([base.to_owned(), format!("{base}/{{function:.*}}")])
                .to(async || Err::<HttpResponse, _>(Refusal::NoFunction)),
        );
    }
}

/// For clients that wait to be asked for name and password.
const BASIC: &str = "Basic realm=\"Tapeline\", charset=\"UTF-8\"";

/// The headers of every API answer, and Enswitch's HTTP status where that is wanted.
pub async fn finish_answer(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let is_api = BASES.iter().any(|base| request.path().starts_with(base));
    let compat = request.app_data::<Data<App>>().is_some_and(|app| app.config.compat == Compat::Enswitch);
    let is_of_a_browser = is_of_a_browser(request.request());
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if headers.get(UNCOMPRESSED.0) == Some(&UNCOMPRESSED.1) {
        headers.remove(UNCOMPRESSED.0);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if headers.contains_key(header::WWW_AUTHENTICATE) && !is_of_a_browser {
            headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static(BASIC));
        }
        let kept = response.request().extensions().contains::<HttpStatus>();
        if compat && !kept {
            *response.response_mut().status_mut() = StatusCode::OK;
        }
    }
    Ok(response)
}
