//! /api/openapi.json: OpenAPI 3.1, made of the tables that parse the parameters and write the rows.

mod answers;
mod parameters;
mod schemas;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use serde_json::{Map, Value, json};

use super::functions::{BASES, functions};
use crate::api::wire::envelope;
use crate::api::wire::function::Function;
use crate::api::wire::identity::cookie_name;
use crate::app::App;
use answers::{refusals, responses};
use parameters::{body, query_parameter};
use schemas::schemas;

const ABOUT: &str = "Call recordings: lists, sound, and who may hear it.

Parameters go in the query or, by POST, in a form (multipart/form-data too, without files) or a flat JSON object, whatever \
its content type; they are separated by `&` or `;`, an empty one counts as absent, and JSON's true and false are 1 and 0. A \
body has at most 1 MiB and no Content-Encoding. Every answer is an envelope: `responses` says with a code, the key of the parameter at fault and a \
message how it went, `data` holds what was asked for. The HTTP status is the first code, but for 201 and 204, which \
travel as 200. Times are Unix seconds, durations seconds, sizes bytes, flags 0 or 1.

Who is asking is told by `auth_token` (from user/login with `token=1`), by `auth_username` with `auth_password`, by the \
viewer's cookie, or by an Authorization header (Bearer with the token, or Basic in UTF-8 or Latin-1); the first of them \
that is present decides, and a password in a header beside our cookie is not looked at. Ten wrong passwords for one name \
from one address, or fifty from one address, and it has to wait up to five minutes (429 with Retry-After); the same one \
again is not counted. Addresses of the server's own machine only count by name, since behind a proxy that is not among the \
trusted_proxies everybody has one.";

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// Stands for the name of the viewer's cookie, which each server has its own of.
const COOKIE: &str = "tapeline_session_OF_THIS_SERVER";

/// The description of the API, for everybody.
pub async fn openapi(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(envelope::JSON)
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(DOCUMENT.replace(COOKIE, &cookie_name(&app)))
}

fn document() -> Value {
    let paths: Map<String, Value> =
        functions().iter().map(|function| (format!("/{}", function.path), path(function))).collect();
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Tapeline", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT },
        "servers": BASES.map(|base| json!({ "url": base })),
        "tags": [
            { "name": "recording", "description": "Recordings and the groups that they are filed under" },
            { "name": "people", "description": "Who may log in" },
            { "name": "roles", "description": "What people may do" },
            { "name": "customers", "description": "The tenants of the PBX" },
            { "name": "audit", "description": "Who did what, and who heard what" },
            { "name": "status", "description": "How the sources of recordings are doing" },
            { "name": "events", "description": "What happens, as it happens" },
            { "name": "user", "description": "Logging in and out, and one's own password" },
        ],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "responses": refusals(),
            "securitySchemes": security_schemes(),
        },
    })
}

fn path(function: &Function) -> Value {
    let mut path = json!({ "get": operation(function, ""), "post": operation(function, "ByPost") });
    path["post"]["requestBody"] = body(function);
    path["get"]["parameters"] = function.parameters.iter().map(query_parameter).collect();
    if function.head {
        path["head"] = operation(function, "Head");
        path["head"]["parameters"] = path["get"]["parameters"].clone();
    }
    path
}

fn operation(function: &Function, suffix: &str) -> Value {
    let gap = if function.about.is_empty() { "" } else { "\n\n" };
    let mut description = format!("{}{gap}Privilege: {}.", function.about, function.privilege);
    if function.changes {
        description.push_str(" The viewer's cookie alone is taken by POST from its own page only.");
    }
    json!({
        "operationId": format!("{}{suffix}", camel_case(function.path)),
        "summary": function.summary,
        "description": description,
        "tags": [function.path.split('/').next()],
        "security": security(suffix == "ByPost" || !function.changes),
        "responses": responses(function),
    })
}

/// `recording/groups/list` as `recordingGroupsList`.
fn camel_case(path: &str) -> String {
    let mut upper = false;
    path.chars().fold(String::new(), |mut name, c| {
        match c {
            '/' => upper = true,
            c if std::mem::take(&mut upper) => name.push(c.to_ascii_uppercase()),
            c => name.push(c),
        }
        name
    })
}

fn security_schemes() -> Value {
    let parameter =
        |name, about| json!({ "type": "apiKey", "in": "query", "name": name, "description": about });
    json!({
        "token": parameter("auth_token", "From user/login with token=1; in the query or the body"),
        "username": parameter("auth_username", "The name to log in with; in the query or the body"),
        "password": parameter("auth_password", "The password; in the query or, better, the body"),
        "bearer": { "type": "http", "scheme": "bearer", "description": "auth_token as a header" },
        "basic": { "type": "http", "scheme": "basic", "description": "Name and password as a header" },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": COOKIE,
            "description": "The viewer's, from user/login with session=1; from its own page only",
        },
    })
}

/// One of these is enough.
fn security(session: bool) -> Value {
    let mut ways = vec![
        json!({ "token": [] }),
        json!({ "username": [], "password": [] }),
        json!({ "bearer": [] }),
        json!({ "basic": [] }),
    ];
    if session {
        ways.push(json!({ "session": [] }));
    }
    ways.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_operations_are_single() {
        let document = document();
        let paths = document["paths"].as_object().expect("paths");
        let operations = paths.values().flat_map(|path| path.as_object().expect("operations").values());
        let mut names: Vec<&Value> = operations.map(|operation| &operation["operationId"]).collect();
        let count = names.len();
        names.sort_by_key(|name| name.to_string());
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(names.contains(&&json!("recordingRecordingsList")));
    }
}
