//! A function of the API: what answers it, and all that is told of it.

use std::future::{Future, ready};

use actix_web::web;
use actix_web::{HttpResponse, Resource};

use super::error::Refusal;
use super::params::{Parameter, Params};
use super::privilege::Privilege;
use super::request::{ApiRequest, Takes, WantsFile};

/// What a function answers. The names are those of schemas in the API's description.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// That it is done: 204.
    Done,
    /// One thing.
    One(&'static str),
    /// What was made, by its id; nothing with `validation=1`.
    Made(&'static str),
    /// Rows of a kind.
    Rows(&'static str),
    /// Rows of a kind; with `count=1` something about all of them.
    RowsOr(&'static str, &'static str),
    /// A recording with its sound, or the sound file itself.
    Sound(&'static str),
    /// A file of recordings.
    Export,
    /// Server-Sent Events.
    Events,
}

/// A function of the API.
pub struct Function {
    /// Its path below the base.
    pub path: &'static str,
    /// What it is for, in a line.
    pub summary: &'static str,
    /// What a client should know of it besides; empty where the line says all.
    pub about: &'static str,
    /// Who may call it.
    pub privilege: &'static str,
    /// Whether it changes data.
    pub changes: bool,
    /// Whether it answers HEAD too, besides GET and POST.
    pub head: bool,
    /// Its parameters, besides those that say who is asking.
    pub parameters: &'static [Parameter],
    /// What it answers.
    pub answer: Answer,
    resource: Box<dyn Fn(&str) -> Resource>,
}

/// Declares a function.
pub fn function<P, H, F>(
    path: &'static str,
    handler: H,
    parameters: &'static [Parameter],
    answer: Answer,
    summary: &'static str,
) -> Function
where
    P: Privilege,
    H: Fn(ApiRequest<P>) -> F + Clone + 'static,
    F: Future<Output = Result<HttpResponse, Refusal>> + 'static,
{
    let resource = move |path: &str| {
        web::resource(path)
            .app_data(Takes(parameters))
            .route(web::get().to(handler.clone()))
            .route(web::post().to(handler.clone()))
    };
    Function {
        path,
        summary,
        about: "",
        privilege: P::NAME,
        changes: P::CHANGES,
        head: false,
        parameters,
        answer,
        resource: Box::new(resource),
    }
}

impl Function {
    /// The function, with more that a client should know.
    pub fn with_about(self, about: &'static str) -> Function {
        Function { about, ..self }
    }

    /// The function, which answers HEAD too.
    pub fn with_head<P, H, F>(self, handler: H) -> Function
    where
        P: Privilege,
        H: Fn(ApiRequest<P>) -> F + Clone + 'static,
        F: Future<Output = Result<HttpResponse, Refusal>> + 'static,
    {
        let resource = self.resource;
        let resource = move |path: &str| resource(path).route(web::head().to(handler.clone()));
        Function { head: true, resource: Box::new(resource), ..self }
    }

    /// The function, which answers requests of which `wants_file` is true with a file and not with JSON.
    pub fn with_files(self, wants_file: fn(&Params) -> bool) -> Function {
        let resource = self.resource;
        let resource = move |path: &str| resource(path).app_data(WantsFile(wants_file));
        Function { resource: Box::new(resource), ..self }
    }

    /// What answers at a path.
    pub fn resource(&self, path: &str) -> Resource {
        let allowed = if self.head { "GET, HEAD, POST, OPTIONS" } else { NO_HEAD };
        only(allowed, (self.resource)(path))
    }
}

/// What a function without HEAD allows.
pub const NO_HEAD: &str = "GET, POST, OPTIONS";

/// A resource that refuses methods that it has no route for; what it allows is told to OPTIONS too.
pub fn only(allowed: &'static str, resource: Resource) -> Resource {
    let refusal = move || ready(Err::<HttpResponse, _>(Refusal::Method(allowed.into())));
    resource.default_service(web::to(refusal))
}
