//! What a function answers, and how it refuses.

use serde_json::{Map, Value, json};

use super::schemas::reference;
use crate::api::wire::function::{Answer, Function};
use crate::api::wire::params::Type;

/// The answers of a function, by HTTP status.
pub fn responses(function: &Function) -> Value {
    let mut responses = Map::new();
    responses.insert("200".into(), success(function));
    if let Answer::Sound(_) = function.answer {
        responses.extend(of_a_file());
    }
    for (code, name, _) in REFUSALS {
        if code != "404" || may_be_missing(function) {
            responses.insert(code.into(), json!({ "$ref": format!("#/components/responses/{name}") }));
        }
    }
    responses.into()
}

/// Whether it is about something that may not be there: such a thing is named by a number that must be sent.
fn may_be_missing(function: &Function) -> bool {
    let named = |kind| matches!(kind, Type::Integer { .. });
    matches!(function.answer, Answer::Export)
        || function.parameters.iter().any(|parameter| parameter.required && named(parameter.kind))
}

fn success(function: &Function) -> Value {
    match function.answer {
        Answer::Done => json!({
            "description": "Done; the envelope's code is 204, or 201 with validation=1",
            "content": { "application/json": { "schema": reference("Envelope") } },
        }),
        Answer::One(name) => with_data("Success", function, reference(name), true),
        Answer::Made(name) => {
            let about = "Success; with validation=1 the envelope's code is 201, and there is no data";
            with_data(about, function, reference(name), false)
        }
        Answer::Rows(name) => {
            let rows = json!({ "type": "array", "items": reference(name) });
            with_data("Success", function, rows, true)
        }
        // `items` beside `anyOf` for readers that look for the rows.
        Answer::RowsOr(name, instead) => {
            let either = json!([{ "type": "array" }, reference(instead)]);
            with_data("Success", function, json!({ "anyOf": either, "items": reference(name) }), true)
        }
        Answer::Sound(name) => with_sound(with_data("Success", function, reference(name), true)),
        Answer::Export => exported(),
        Answer::Events => told(),
    }
}

/// An envelope with data, `always` or perhaps.
fn with_data(about: &str, function: &Function, data: Value, always: bool) -> Value {
    let mut properties = json!({ "data": data });
    if function.parameters.iter().any(|parameter| parameter.name == "after") {
        properties["next"] = json!({
            "type": "string",
            "description": "There are more rows than `limit`: `after` for the next ones",
        });
    }
    let required: &[&str] = if always { &["data"] } else { &[] };
    let enveloped = json!({ "type": "object", "properties": properties, "required": required });
    json!({
        "description": about,
        "content": { "application/json": { "schema": { "allOf": [reference("Envelope"), enveloped] } } },
    })
}

fn with_sound(mut success: Value) -> Value {
    for kind in ["audio/*", "application/octet-stream"] {
        success["content"][kind] = json!({ "schema": { "type": "string", "contentMediaType": kind } });
    }
    success
}

/// Server-Sent Events.
fn told() -> Value {
    json!({
        "description": "Events named added, changed, completed and removed, each with customer, recordgroup, uniqueid and recordid \
            of a recording as JSON; and refresh where something may have happened that is not told one by one",
        "content": { "text/event-stream": { "schema": { "type": "string" } } },
    })
}

/// The files of an export.
fn exported() -> Value {
    let file = |kind: &str, about: &str| json!({ "schema": { "type": "string", "contentMediaType": kind, "description": about } });
    let csv = "RFC 4180 in UTF-8 with a byte order mark; the header has the names of the columns of a list. Times are ISO \
               8601 with the offset of the zone, empty for 0. A text that a spreadsheet could take for a formula, or that \
               begins with an apostrophe, has an apostrophe before it, also behind a comma, semicolon, tab or line break; \
               with `text=1` numbers are =\"0012\"";
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
const REFUSALS: [(&str, &str, &str); 10] = [
    ("400", "Invalid", "Invalid input; every parameter at fault has its entry"),
    ("401", "Unauthorized", "Credentials are missing or wrong"),
    ("402", "Forbidden", "Your role does not allow this"),
    ("404", "NotFound", "It does not exist, or is not yours to see"),
    ("405", "Method", "This method is not there; Allow says which are"),
    ("406", "NotAcceptable", "Accept-Encoding allows no encoding of an answer; nothing was done"),
    ("415", "Encoded", "The body has a Content-Encoding; it was not read"),
    ("429", "Throttled", "Too many failed logins; Retry-After says when to try again"),
    ("500", "Failed", "Something went wrong at the server; its log has the error's id"),
    ("503", "Busy", "Too much at once; Retry-After says when to try again"),
];

/// The refusals, each by its name.
pub fn refusals() -> Map<String, Value> {
    let refusal = |about: &str| {
        json!({
            "description": about,
            "content": { "application/json": { "schema": reference("Envelope") } },
        })
    };
    REFUSALS.iter().map(|(_, name, about)| ((*name).to_owned(), refusal(about))).collect()
}
