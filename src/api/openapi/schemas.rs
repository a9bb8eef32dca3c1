//! What the API sends: the shapes of rows and answers.

use serde_json::{Map, Value, json};

use crate::api::people::Count;
use crate::api::recordings::summary::Bar;
use crate::api::wire::changing::Created;
use crate::app::Wrong;
use crate::model::{Customer, Described, Field, Group, Kind, Privilege, SoundRole, Totals, WIRE};
use crate::store::{Listed, Logged, Member};

/// What follows an integer schema's type.
pub const INT64: &str = "int64";

/// A place where one of them belongs.
pub fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn int(about: &str) -> Value {
    json!({ "type": "integer", "format": INT64, "description": about })
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

/// An object that has all of these.
fn object(properties: Value) -> Value {
    let required: Vec<&String> = properties.as_object().into_iter().flat_map(Map::keys).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

/// What is sent as it is.
const DESCRIBED: [(&str, &[Field]); 9] = [
    ("Totals", Totals::FIELDS),
    ("Interval", Bar::FIELDS),
    ("Created", Created::FIELDS),
    ("Group", Group::FIELDS),
    ("Member", Member::FIELDS),
    ("Count", Count::FIELDS),
    ("Listed", Listed::FIELDS),
    ("Customer", Customer::FIELDS),
    ("Entry", Logged::FIELDS),
];

fn described(fields: &[Field]) -> Value {
    let field = |Field { name, is_text, may_be_null, doc }: &Field| {
        let about = doc.trim().trim_end_matches('.');
        let mut schema = if *is_text { text(about) } else { int(about) };
        if *may_be_null {
            schema["type"] = json!([schema["type"], "null"]);
        }
        ((*name).to_owned(), schema)
    };
    object(fields.iter().map(field).collect::<Map<_, _>>().into())
}

/// The schemas of all that the API sends, by name.
pub fn schemas() -> Value {
    let mut schemas = json!({
        "Envelope": object(json!({ "responses": { "type": "array", "minItems": 1, "items": reference("Response") } })),
        "Response": object(json!({
            "code": text("How it went, as in HTTP"),
            "key": text("The parameter at fault, else empty"),
            "message": text("For people"),
        })),
        "Credentials": credentials(),
        "Recording": recording(),
        "RecordingWithSound": with_sound(),
        "Sound": sound(),
        "Waveform": waveform(),
        "Status": status(),
        "Alert": alert(),
        "Role": object(json!({
            "name": text("What people are given"),
            "description": text("What it is for"),
            "privileges": privileges(),
        })),
        "Person": person(),
    });
    for (name, fields) in DESCRIBED {
        schemas[name] = described(fields);
    }
    schemas
}

fn credentials() -> Value {
    json!({
        "type": "object",
        "properties": {
            "auth_token": text("From user/login with token=1"),
            "auth_username": text("The name to log in with"),
            "auth_password": text("The password"),
        },
    })
}

/// A row as the table of wire columns has it.
fn recording() -> Value {
    let columns = WIRE.iter().map(|column| {
        let schema = match column.kind {
            Kind::Number | Kind::Flag | Kind::Time => int(column.about),
            Kind::Text => text(column.about),
        };
        (column.name.to_owned(), schema)
    });
    object(columns.collect::<Map<_, _>>().into())
}

fn with_sound() -> Value {
    json!({
        "allOf": [
            reference("Recording"),
            {
                "type": "object",
                "properties": {
                    "name": text("With wrap=json: the name of the sound file"),
                    "data": {
                        "type": "string",
                        "contentEncoding": "base64",
                        "description": "With wrap=json: the sound; mimetype and size are then what it really is",
                    },
                    "sha1": text("With sha1=1: of the sound, in hexadecimal digits"),
                    "sha256": text("With sha256=1: of the sound, in hexadecimal digits"),
                    "sounds": {
                        "type": "array",
                        "items": reference("Sound"),
                        "description": "With wrap=meta: the forms and sides that there are, the one that plays first",
                    },
                },
            },
        ],
    })
}

fn sound() -> Value {
    let known = |kind: &str, about: &str| json!({ "type": [kind, "null"], "description": about });
    object(json!({
        "path": text("The file, relative to the media root"),
        "role": { "type": "string", "enum": SoundRole::ALL.map(SoundRole::as_str), "description":
            "mix: all that was said; in: what the recorded channel said; out: what it heard; other: a part of which nobody knows whose" },
        "mimetype": text("Media type"),
        "size": int("Bytes"),
        "duration": known("integer", "Milliseconds of sound; null where nobody knows"),
        "sha256": known("string", "SHA-256 of the file, in hexadecimal digits; null where it was not taken yet"),
        "verified": known("integer", "When it was last read whole and found right, Unix seconds; null never"),
        "stale": int("1: the file is not there"),
        "changed": int("1: the file was written to after the recording was complete, and may hold something else than the row tells"),
    }))
}

fn waveform() -> Value {
    let pair = json!({ "type": "array", "items": { "type": "number", "minimum": -1, "maximum": 1 } });
    let channel = json!({ "type": "array", "items": pair });
    object(json!({
        "duration": { "type": "number", "description": "Seconds of sound" },
        "channels": int("How many channels"),
        "peaks": {
            "type": "array",
            "items": channel,
            "description": "For each channel, for each of `points` parts of about the same length: the least and the \
                            largest sample, where full scale is 1. A sound of fewer samples has fewer parts",
        },
    }))
}

fn privileges() -> Value {
    let words = Privilege::ALL.map(Privilege::as_str);
    json!({
        "type": "array",
        "items": { "type": "string", "enum": words },
        "description": "What the role allows",
    })
}

fn person() -> Value {
    let mut person = object(json!({
        "id": int("Which person"),
        "username": text("The name to log in with"),
        "customer": int("Home customer"),
        "role": text("The role's name"),
        "privileges": privileges(),
    }));
    person["properties"]["auth_token"] = text("With token=1: for later requests");
    person["properties"]["auth_token_expiry"] = int("With token=1: seconds that it lasts");
    person["properties"]["auth_token_expires"] = int("With token=1: when it ends, Unix seconds");
    person
}

fn alert() -> Value {
    let mut alert = object(json!({
        "what": text("A word that stays the same"),
        "sentence": text("What is wrong, for people"),
        "since": int("Since when, Unix seconds"),
        "todo": text("What to do"),
        "urgent": int("1: recordings are not filed because of it. To whoever doesn't see every customer's nothing else is told"),
    }));
    alert["properties"]["what"]["enum"] = json!(Wrong::ALL.map(Wrong::as_str));
    alert
}

fn status() -> Value {
    let list = |item: Value| json!({ "type": "array", "items": item });
    let reasons = list(object(json!({ "reason": text("In words"), "count": int("Files") })));
    let mut source = object(json!({
        "name": text("Which source"),
        "state": text("What it is doing, in words"),
        "since": int("Since when, Unix seconds"),
        "skipped": reasons,
        "trouble": text("What went wrong last, in words; for those who see every customer's"),
    }));
    source["properties"]["path"] = text("Of a folder: where it is; for those who see every customer's");
    source["properties"]["files"] = json!({ "type": ["integer", "null"], "description":
        "Of a folder: files of sound in it, as of the last look; null: it isn't known yet" });
    let all = "; of every customer, and so only there for an owner, or where there is one customer";
    for (name, about) in [
        ("last_event", "When it last heard of a recording, Unix seconds; 0 never"),
        ("lag", "Milliseconds from that event to its row"),
        ("inserted", "New rows today, from the start of the server on"),
        ("completed", "Rows completed today"),
        ("enriched", "Rows that it knew more of, today"),
        ("excluded", "Recordings that rules left out, today"),
    ] {
        source["properties"][name] = int(&format!("{about}{all}"));
    }
    let waiting = object(json!({
        "rule": int("The rule that leads nowhere, or asks for what isn't known yet; 0: no rule takes them"),
        "reason": text("Why they wait, and what to do, in words"),
        "count": int("Recordings that wait: they are in no list, and are filed once it is known whose they are"),
        "since": int("Since when the first of them waits, Unix seconds"),
    }));
    let disk = object(json!({
        "name": text("What lies on it: database or sound"),
        "size": int("Bytes; 0 where it isn't known"),
        "free": int("Bytes left"),
    }));
    let descriptors = object(json!({
        "limit": int("Files and connections that may be open at once; 0 where it isn't known"),
        "open": int("That are open"),
    }));
    let job = object(json!({
        "name": text("What is done beside the requests"),
        "step": text("What of it now, in words"),
        "percent": int("How much of this step is done"),
    }));
    object(json!({
        "time": int("Now, Unix seconds"),
        "alerts": list(reference("Alert")),
        "sources": list(source),
        "calls_today": int("Recordings that began today"),
        "in_progress": int("Calls in progress"),
        "rows_without_files": int("Rows whose sound is missing"),
        "rows_without_groups": int("Rows that name a record group which is another customer's, or gone: they are in the list of all \
            of their customer, and in no group's"),
        "waiting": list(waiting),
        "files_without_rows": reasons,
        "disks": list(disk),
        "descriptors": descriptors,
        "jobs": list(job),
    }))
}
