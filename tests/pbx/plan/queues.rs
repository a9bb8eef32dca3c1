//! Calls in queues. The queue is in the file's name; what the caller dialled is the called number.

use super::kind::{Act, Kind, Row, Talk, inward};

fn queue(name: &'static str, to: &'static str, path: &'static str, by: &'static str) -> Kind {
    Kind { talk: 8, ..inward(name, to, by).row(|row| Row { path, kind: "queue", ..row }) }
}

pub fn kinds() -> Vec<Kind> {
    let left = |name, to, path, status| {
        queue(name, to, path, "").row(|row| Row { status, talk: Talk::Never, ..row })
    };
    vec![
        queue("a queue's member is a Local channel", "5556031", "q-454-", "102"),
        left("abandoned where nobody is there", "5556032", "q-452-", "cancel").short(),
        Kind {
            acts: &[(3.0, Act::Call("103", "**191", 6))],
            talk: 10,
            ..queue("picked up by another phone", "5556033", "q-451-", "103").short()
        },
        Kind { talk: 12, ..queue("the first agent declines", "5556034", "q-455-", "103") },
        Kind { does: "keys", keys: "1", talk: 9, ..queue("left by a key", "5556035", "q-456-", "101") },
        Kind { talk: 12, ..left("nobody answers in time", "5556036", "q-457-5559000036", "noanswer") },
        Kind {
            acts: &[(
                3.0,
                Act::Ask(
                    "BlindTransfer",
                    &[("Channel", "{answerer}"), ("Context", "from-internal-quiet"), ("Exten", "102")],
                ),
            )],
            talk: 9,
            ..queue("the agent transfers", "5556037", "q-453-5559000037", "103")
        },
        left("abandoned while a phone rings", "5556038", "q-457-5559000038", "cancel").short(),
    ]
}
