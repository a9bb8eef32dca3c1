//! /api/openapi.json: OpenAPI 3.1, made of the tables that parse the parameters and write the rows.

mod schemas;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use serde_json::{Map, Value, json};

use super::functions::{BASES, Function, functions};
use crate::api::wire::envelope;
use crate::api::wire::identity::COOKIE;
use crate::api::wire::params::{Parameter, Type};
use schemas::{INT64, reference, schemas};

const ABOUT: &str = "Call recordings: lists, sound, and who may hear it.

Parameters go in the query or, by POST, in a form or a flat JSON object; they are separated by `&` or `;`, and an empty \
one counts as absent. Every answer is an envelope: `responses` says with a code, the key of the parameter at fault and a \
message how it went, `data` holds what was asked for. The HTTP status is the first code, but for 201 and 204, which \
travel as 200. Times are Unix seconds, durations seconds, sizes bytes, flags 0 or 1.

Who is asking is told by `auth_token` (from user/login with `token=1`), by `auth_username` with `auth_password`, by an \
Authorization header, or by the viewer's cookie; the first of them that is present decides.";

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// The description of the API, for everybody.
pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(envelope::JSON)
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(DOCUMENT.as_str())
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
    let mut description = format!("Privilege: {}.", function.privilege);
    if function.changes {
        description.push_str(" The viewer's cookie alone is taken by POST from its own page only.");
    }
    json!({
        "operationId": format!("{}{suffix}", camel_case(function.path)),
        "summary": function.summary,
        "description": description,
        "tags": [function.path.split('/').next()],
        "security": security(suffix == "ByPost" || !function.changes),
        "responses": responses(function.path),
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

fn query_parameter(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": description(parameter),
        "schema": schema(parameter),
    })
}

fn description(parameter: &Parameter) -> String {
    let told = parameter.default.is_empty() || default(parameter).is_some();
    if told {
        return parameter.about.to_owned();
    }
    format!("{} (default: {})", parameter.about, parameter.default)
}

/// The default, where it is a value and not an explanation.
fn default(parameter: &Parameter) -> Option<Value> {
    match parameter.kind {
        Type::Integer { .. } => parameter.default.parse::<i64>().ok().map(Value::from),
        Type::Choice(_) => (!parameter.default.is_empty()).then(|| parameter.default.into()),
        Type::Text => None,
    }
}

fn schema(parameter: &Parameter) -> Value {
    let mut schema = match parameter.kind {
        Type::Integer { min, max } => whole_number(min, max),
        Type::Choice(words) => json!({ "type": "string", "enum": words }),
        Type::Text => json!({ "type": "string" }),
    };
    if let Some(default) = default(parameter) {
        schema["default"] = default;
    }
    schema
}

fn whole_number(min: i64, max: i64) -> Value {
    let mut schema = json!({ "type": "integer", "format": INT64 });
    if max.saturating_sub(min) <= 2 {
        return json!({ "type": "integer", "enum": (min..=max).collect::<Vec<_>>() });
    }
    if min > i64::MIN {
        schema["minimum"] = min.into();
    }
    if max < i64::MAX {
        schema["maximum"] = max.into();
    }
    schema
}

/// The same parameters and those that say who is asking, as a form or as JSON.
fn body(function: &Function) -> Value {
    let properties: Map<String, Value> = function
        .parameters
        .iter()
        .map(|parameter| {
            let mut schema = schema(parameter);
            schema["description"] = description(parameter).into();
            (parameter.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> =
        function.parameters.iter().filter(|parameter| parameter.required).map(|it| it.name).collect();
    let schema = json!({
        "allOf": [
            { "$ref": "#/components/schemas/Credentials" },
            { "type": "object", "properties": properties, "required": required },
        ],
    });
    json!({
        "description": "What stands here may stand in the query as well",
        "required": false,
        "content": {
            "application/x-www-form-urlencoded": { "schema": schema },
            "application/json": { "schema": schema },
        },
    })
}

/// What a function answers.
struct Answer {
    /// The schema of `data`; nothing: it answers 204, or a file.
    data: Option<Value>,
    /// Whether it is about one thing, which may not be there.
    of_one: bool,
}

fn answer(path: &str) -> Option<Answer> {
    let rows = |name: &str| json!({ "type": "array", "items": reference(name) });
    let (data, of_one) = match path {
        // `items` beside `anyOf` for readers that look for the rows.
        "recording/recordings/list" => {
            let either = json!([{ "type": "array" }, reference("Totals")]);
            (Some(json!({ "anyOf": either, "items": reference("Recording") })), false)
        }
        "recording/recordings/summary" => (Some(rows("Interval")), false),
        "recording/recordings/get" => (Some(reference("RecordingWithSound")), true),
        "recording/recordings/update" | "recording/recordings/copy" | "recording/recordings/delete" => {
            (None, true)
        }
        "recording/recordings/peaks" => (Some(reference("Waveform")), true),
        "recording/recordings/export" => return Some(Answer { data: None, of_one: true }),
        "recording/groups/list" => (Some(rows("Group")), false),
        "recording/groups/get" => (Some(reference("Group")), true),
        "recording/groups/create" => (Some(reference("Created")), false),
        "recording/groups/update" | "recording/groups/delete" => (None, true),
        "recording/groups/members/list" => (Some(rows("Member")), true),
        "recording/groups/members/add" | "recording/groups/members/remove" => (None, true),
        "people/list" => {
            let either = json!([{ "type": "array" }, reference("Count")]);
            (Some(json!({ "anyOf": either, "items": reference("Listed") })), false)
        }
        "people/create" => (Some(reference("Created")), false),
        "people/update" | "people/password/update" | "people/delete" => (None, true),
        "roles/list" => (Some(rows("Role")), false),
        "customers/list" => (Some(rows("Customer")), false),
        "audit/list" => (Some(rows("Entry")), false),
        "status/get" => (Some(reference("Status")), false),
        "events" => (None, false),
        "user/login" => (Some(reference("Person")), false),
        "user/logout" | "user/password/update" => (None, false),
        _ => return None,
    };
    Some(Answer { data, of_one })
}

fn responses(path: &str) -> Value {
    let answer = answer(path).unwrap_or(Answer { data: Some(json!({})), of_one: true });
    let mut responses = Map::new();
    responses.insert("200".into(), success(path, answer.data));
    if path == "recording/recordings/get" {
        responses.extend(of_a_file());
    }
    for (code, name, _) in REFUSALS {
        if answer.of_one || code != "404" {
            responses.insert(code.into(), json!({ "$ref": format!("#/components/responses/{name}") }));
        }
    }
    responses.into()
}

fn success(path: &str, data: Option<Value>) -> Value {
    match path {
        "recording/recordings/export" => return exported(),
        "events" => return told(),
        _ => {}
    }
    let Some(data) = data else {
        return json!({
            "description": "Done; the envelope's code is 204, or 201 with validation=1",
            "content": { "application/json": { "schema": reference("Envelope") } },
        });
    };
    let mut properties = json!({ "data": data });
    if matches!(path, "recording/recordings/list" | "audit/list") {
        properties["next"] = json!({
            "type": "string",
            "description": "There are more rows than `limit`: `after` for the next ones",
        });
    }
    // With validation=1 nothing is made.
    let always: &[&str] = if path.ends_with("/create") { &[] } else { &["data"] };
    let enveloped = json!({ "type": "object", "properties": properties, "required": always });
    let mut content = json!({
        "application/json": { "schema": { "allOf": [reference("Envelope"), enveloped] } },
    });
    if path == "recording/recordings/get" {
        for kind in ["audio/*", "application/octet-stream"] {
            content[kind] = json!({ "schema": { "type": "string", "contentMediaType": kind } });
        }
    }
    let description = match always {
        [] => "Success; with validation=1 the envelope's code is 201, and there is no data",
        _ => "Success",
    };
    json!({ "description": description, "content": content })
}

/// The files of an export.
/// Server-Sent Events.
fn told() -> Value {
    json!({
        "description": "Events named added, changed, completed and removed, each with customer, recordgroup, uniqueid and recordid \
            of a recording as JSON; and refresh where something may have happened that is not told one by one",
        "content": { "text/event-stream": { "schema": { "type": "string" } } },
    })
}

fn exported() -> Value {
    let file = |kind: &str, about: &str| json!({ "schema": { "type": "string", "contentMediaType": kind, "description": about } });
    let csv = "RFC 4180 in UTF-8 with a byte order mark; the header has the names of the columns of a list. Times are ISO \
               8601 with the offset of the zone, empty for 0. A text that a spreadsheet could take for a formula, or that \
               begins with an apostrophe, has an apostrophe before it";
    let zip = "The sound files, stored and named by time, caller and called number; last index.csv: `file` and `missing` \
               (why there is no sound, or not all of it), then the columns of the CSV";
    json!({
        "description": "A file",
        "content": { "text/csv": file("text/csv", csv), "application/zip": file("application/zip", zip) },
    })
}

/// What `wrap=none` answers besides the whole file.
fn of_a_file() -> [(String, Value); 4] {
    let content = json!({ "audio/*": { "schema": { "type": "string", "contentMediaType": "audio/*" } } });
    [
        (
            "206".into(),
            json!({ "description": "With wrap=none: the range that was asked for", "content": content }),
        ),
        ("304".into(), json!({ "description": "With wrap=none: you have it already" })),
        ("412".into(), json!({ "description": "With wrap=none: it is not the one of If-Match" })),
        ("416".into(), json!({ "description": "With wrap=none: nothing of that range is there" })),
    ]
}

/// Code, name and meaning.
const REFUSALS: [(&str, &str, &str); 7] = [
    ("400", "Invalid", "Invalid input; every parameter at fault has its entry"),
    ("401", "Unauthorized", "Credentials are missing or wrong"),
    ("402", "Forbidden", "Your role does not allow this"),
    ("404", "NotFound", "It does not exist, or is not yours to see"),
    ("429", "Throttled", "Too many failed logins; Retry-After says when to try again"),
    ("500", "Failed", "Something went wrong at the server; its log has the error's id"),
    ("503", "Busy", "Too much at once; Retry-After says when to try again"),
];

fn refusals() -> Map<String, Value> {
    let refusal = |about: &str| {
        json!({
            "description": about,
            "content": { "application/json": { "schema": reference("Envelope") } },
        })
    };
    REFUSALS.iter().map(|(_, name, about)| ((*name).to_owned(), refusal(about))).collect()
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
    fn every_function_says_what_it_answers() {
        for function in functions() {
            assert!(answer(function.path).is_some(), "{} is not in answer()", function.path);
            assert!(!function.summary.is_empty() && !function.summary.ends_with('.'), "{}", function.path);
        }
    }

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

    #[test]
    fn a_default_is_a_value_or_an_explanation() {
        let now = Parameter::natural("end", "now", "About");
        assert_eq!(schema(&now), json!({ "type": "integer", "format": "int64", "minimum": 0 }));
        assert_eq!(description(&now), "About (default: now)");
        let flag = Parameter::flag("flag", "About");
        assert_eq!(schema(&flag), json!({ "type": "integer", "enum": [0, 1], "default": 0 }));
        assert_eq!(description(&flag), "About");
        let choice = Parameter::choice("choice", &["a", "b"], "", "About");
        assert_eq!(schema(&choice), json!({ "type": "string", "enum": ["a", "b"] }));
    }
}
