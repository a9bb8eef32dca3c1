//! What the API sends: the shapes of rows and answers.

use serde_json::{Map, Value, json};

use crate::model::{Kind, Privilege, WIRE};

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

/// The schemas of all that the API sends, by name.
pub fn schemas() -> Value {
    json!({
        "Envelope": object(json!({ "responses": { "type": "array", "minItems": 1, "items": reference("Response") } })),
        "Response": object(json!({
            "code": text("How it went, as in HTTP"),
            "key": text("The parameter at fault, else empty"),
            "message": text("For people"),
        })),
        "Credentials": {
            "type": "object",
            "properties": {
                "auth_token": text("From user/login with token=1"),
                "auth_username": text("The name to log in with"),
                "auth_password": text("The password"),
            },
        },
        "Recording": recording(),
        "RecordingWithSound": with_sound(),
        "Totals": object(json!({
            "count": int("Recordings"),
            "totaltime": int("Seconds of all of them"),
            "size": int("Bytes of sound"),
        })),
        "Interval": object(json!({
            "start": int("Where it begins, Unix seconds"),
            "calls": int("Recordings that began in it"),
            "totaltime": int("Seconds of all of them"),
        })),
        "Waveform": waveform(),
        "Group": group(),
        "Created": object(json!({ "id": int("What was made") })),
        "Member": object(json!({
            "person": int("Which person"),
            "username": text("The name to log in with"),
            "name": text("The name that people know"),
            "role": text("The role's name"),
        })),
        "Count": object(json!({ "count": int("How many there are") })),
        "Listed": object(json!({
            "id": int("Which person"),
            "customer": int("Home customer"),
            "username": text("The name to log in with"),
            "name": text("The name that people know"),
            "role": text("The role's name"),
            "created": int("When the account was made, Unix seconds"),
        })),
        "Status": status(),
        "Role": object(json!({
            "name": text("What people are given"),
            "description": text("What it is for"),
            "privileges": privileges(),
        })),
        "Customer": object(json!({ "id": int("Which customer"), "name": text("Its name") })),
        "Entry": object(json!({
            "id": int("Which entry"),
            "time": int("When, Unix seconds"),
            "person": int("Who; 0 on the command line, or the program itself"),
            "username": text("Their name to log in with, at that time"),
            "address": text("Where the request came from"),
            "action": text("What was done, as in recordings/listen"),
            "customer": int("Whose data it is about; 0 none"),
            "recordgroup": int("The group, where there is one, else 0"),
            "uniqueid": text("The recording, where there is one"),
            "recordid": text("Which recording of that channel"),
            "detail": text("What changed, for people"),
        })),
        "Person": person(),
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
                },
            },
        ],
    })
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

fn group() -> Value {
    object(json!({
        "id": int("What recordings call recordgroup"),
        "customer": int("The customer that it belongs to"),
        "name": text("Its name"),
        "description": text("What it is for"),
        "email": text("Address for notices"),
        "expires": int("Days that recordings are kept; 0 not to save"),
        "fraction": int("Percent of the calls that are recorded"),
        "beep": int("1: callers hear a beep"),
        "owner": int("Person who owns it; 0 nobody"),
        "record_in": int("1: incoming calls are recorded"),
        "record_out": int("1: outgoing calls are recorded"),
        "transcribe": int("1: recordings are transcribed"),
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

fn status() -> Value {
    let list = |item: Value| json!({ "type": "array", "items": item });
    let reasons = list(object(json!({ "reason": text("In words"), "count": int("Files") })));
    let source = object(json!({
        "name": text("Which source"),
        "state": text("What it is doing, in words"),
        "since": int("Since when, Unix seconds"),
        "last_event": int("When it last heard of a recording, Unix seconds; 0 never"),
        "lag": int("Milliseconds from that event to its row"),
        "inserted": int("New rows today, from the start of the server on"),
        "completed": int("Rows completed today"),
        "enriched": int("Rows that it knew more of, today"),
        "excluded": int("Recordings that rules left out, today"),
        "skipped": reasons,
        "trouble": text("What went wrong last, in words"),
    }));
    let disk = object(json!({
        "name": text("What lies on it: database or sound"),
        "size": int("Bytes; 0 where it isn't known"),
        "free": int("Bytes left"),
    }));
    object(json!({
        "time": int("Now, Unix seconds"),
        "sources": list(source),
        "calls_today": int("Recordings that began today"),
        "in_progress": int("Calls in progress"),
        "rows_without_files": int("Rows whose sound is missing"),
        "files_without_rows": reasons,
        "disks": list(disk),
    }))
}
