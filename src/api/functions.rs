//! The HTTP API: the route table, and what every answer has in common.

use std::future::Future;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{Error, HttpMessage, HttpResponse, Resource};

use super::recordings::{changes, export, get, list, peaks, summary};
use super::wire::error::Refusal;
use super::wire::identity::{Asked, HttpStatus, Privilege};
use super::wire::params::Parameter;
use super::{audit, events, groups, members, openapi, people, session, status};
use crate::app::App;

/// The two base paths of the one API.
pub const BASES: [&str; 2] = ["/api/json", "/local/api/json"];
/// The longest body that is read.
const BODY: usize = 1 << 20;
/// Tells the compressing middleware to leave an answer alone; it doesn't reach the client.
pub const UNCOMPRESSED: (HeaderName, HeaderValue) =
    (header::CONTENT_ENCODING, HeaderValue::from_static("identity"));

/// The functions: path, handler (whose argument says who may call), parameters, what they are for.
#[rustfmt::skip]
pub fn functions() -> Vec<Function> {
    vec![
        function("recording/recordings/list",    list::list,               list::LIST,               "Recordings that match, or how many"),
        function("recording/recordings/summary", summary::summary,         summary::SUMMARY,         "Calls over time: how many, and how long together"),
        function("recording/recordings/get",     get::get,                 get::GET,                 "One recording: its row, its sound, or both").with_head(get::get),
        function("recording/recordings/peaks",   peaks::peaks,             peaks::PEAKS,             "The outline of a recording's sound, to draw"),
        function("recording/recordings/update",  changes::update,          changes::UPDATE,          "Changes how long a recording is kept"),
        function("recording/recordings/copy",    changes::copy,            changes::COPY,            "Files a recording under another group too"),
        function("recording/recordings/delete",  changes::delete,          changes::DELETE,          "Deletes a recording, with its sound"),
        function("recording/recordings/export",  export::export,           export::EXPORT,           "A file with the recordings that match, or that are named"),
        function("recording/groups/list",        groups::list,             groups::LIST,             "The record groups that you see"),
        function("recording/groups/get",         groups::get,              groups::GET,              "One record group"),
        function("recording/groups/create",      groups::create,           groups::CREATE,           "Adds a record group"),
        function("recording/groups/update",      groups::update,           groups::UPDATE,           "Changes a record group"),
        function("recording/groups/delete",      groups::delete,           groups::DELETE,           "Deletes a record group that has no recordings"),
        function("recording/groups/members/list", members::list,           members::LIST,            "Who is a member of a record group"),
        function("recording/groups/members/add", members::add,             members::SET,             "Makes somebody a member of a record group"),
        function("recording/groups/members/remove", members::remove,       members::SET,             "Ends somebody's membership of a record group"),
        function("people/list",                  people::list,             people::LIST,             "Who may log in, or how many"),
        function("people/create",                people::create,           people::CREATE,           "Adds somebody who may log in"),
        function("people/update",                people::update,           people::UPDATE,           "Changes somebody; a new role or customer logs them out"),
        function("people/password/update",       people::password_update,  people::PASSWORD_UPDATE,  "Sets somebody else's password, which logs them out"),
        function("people/delete",                people::delete,           people::DELETE,           "Deletes somebody who may log in"),
        function("roles/list",                   people::roles,            &[],                      "The roles and what they allow"),
        function("customers/list",               people::customers,        &[],                      "The customers that you see"),
        function("events",                       events::events,           events::EVENTS,           "What happens to recordings, as it happens"),
        function("status/get",                   status::get,              &[],                      "How the sources of recordings are doing, and how much room there is"),
        function("audit/list",                   audit::list,              audit::LIST,              "Who did what and who heard what, newest first"),
        function("user/login",                   session::login,           session::LOGIN,           "Who you are; with a token or a session if you want one"),
        function("user/logout",                  session::logout,          &[],                      "Ends the token or session that it is called with"),
        function("user/password/update",         session::password_update, session::PASSWORD_UPDATE, "Changes your own password"),
    ]
}

/// A function of the API.
pub struct Function {
    /// Its path below the base.
    pub path: &'static str,
    /// What it is for, in a line.
    pub summary: &'static str,
    /// Who may call it.
    pub privilege: &'static str,
    /// Whether it changes data.
    pub changes: bool,
    /// Whether it answers HEAD too, besides GET and POST.
    pub head: bool,
    /// Its parameters, besides those that say who is asking.
    pub parameters: &'static [Parameter],
    resource: Box<dyn Fn(&str) -> Resource>,
}

fn function<P, H, F>(
    path: &'static str,
    handler: H,
    parameters: &'static [Parameter],
    summary: &'static str,
) -> Function
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
    let resource = Box::new(resource);
    Function { path, summary, privilege: P::NAME, changes: P::CHANGES, head: false, parameters, resource }
}

impl Function {
    /// The same, and HEAD is answered too.
    fn with_head<P, H, F>(self, handler: H) -> Function
    where
        P: Privilege,
        H: Fn(Asked<P>) -> F + Clone + 'static,
        F: Future<Output = Result<HttpResponse, Refusal>> + 'static,
    {
        let resource = self.resource;
        let resource = move |path: &str| resource(path).route(web::head().to(handler.clone()));
        Function { head: true, resource: Box::new(resource), ..self }
    }
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
    config.route("/api/openapi.json", web::get().to(openapi::openapi));
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
    if headers.get(UNCOMPRESSED.0) == Some(&UNCOMPRESSED.1) {
        headers.remove(UNCOMPRESSED.0);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let kept = response.request().extensions().contains::<HttpStatus>();
        if compat && !kept {
            *response.response_mut().status_mut() = StatusCode::OK;
        }
    }
    Ok(response)
}
