//! Calls of phones: within the house, to the outside, and to the PBX itself.

use super::kind::{Act, Kind, Row, Talk, outward};

pub fn kinds() -> Vec<Kind> {
    [outside(), within(), conferences(), on_demand()].into_iter().flatten().collect()
}

/// By a number to the outside.
fn out(name: &'static str, from: &'static str, to: &'static str, path: &'static str) -> Kind {
    outward(name, from, to, path).row(|row| Row { direction: "out", by: to, ..row })
}

fn outside() -> Vec<Kind> {
    let failed = |name, to, path, status| {
        out(name, "101", to, path).row(|row| Row { by: "", status, talk: Talk::Never, ..row })
    };
    vec![
        out("speed dial", "101", "866", "out-866-101").row(|row| Row { by: "5558880020", ..row }).short(),
        out("the second trunk takes it", "101", "867", "out-867-101")
            .row(|row| Row { by: "5558880007", ..row }),
        out("a prefix, and another number of the caller", "101", "95558880006", "out-95558880006-101")
            // Who answers has the number that was dialled, as the PBX's own records and the file's name have it.
            .row(|row| Row { by: "95558880006", ..row })
            .short(),
        failed("busy outside", "5558880486", "out-5558880486", "busy"),
        failed("congested outside", "5558880503", "out-5558880503", "congestion"),
        failed("a number that nobody has", "5558880404", "out-5558880404", "noanswer"),
        Kind { from: "pbx", talk: 5, ..out("click to call", "102", "5558880008", "out-5558880008") },
        Kind {
            acts: &[(3.0, Act::Call("103", "873", 3))],
            talk: 8,
            ..out("somebody listens in", "102", "5558880009", "out-5558880009")
        },
        out("recorded where a trunk answers", "101", "865", "answered-").row(|row| Row {
            path: "answered-865-",
            by: "5558880005",
            talk: Talk::Partly,
            ..row
        }),
    ]
}

fn within() -> Vec<Kind> {
    let itself = |name, from, to, path| outward(name, from, to, path).row(|row| Row { by: "", ..row });
    vec![
        outward("recorded where a phone answers", "102", "864", "answered-864-")
            .row(|row| Row { by: "103", talk: Talk::Partly, ..row })
            .short(),
        outward("the same, and nobody is told who is connected", "102", "844", "answered-844-")
            .row(|row| Row { by: "103", talk: Talk::Partly, ..row }),
        outward("diverted to the outside", "103", "868", "internal-868-103")
            .row(|row| Row { by: "5558880011", ..row }),
        itself("an echo", "102", "869", "internal-869-102"),
        itself("a note", "102", "863", "note-").short(),
        Kind {
            rows: vec![
                Row { talk: Talk::Partly, ..itself("", "103", "874", "first-").rows[0] },
                Row { ..itself("", "103", "874", "second-").rows[0] },
            ],
            ..itself("two recordings at once, one of which is stopped", "103", "874", "")
        },
    ]
}

fn conferences() -> Vec<Kind> {
    vec![
        Kind {
            acts: &[
                (2.0, Act::Ask("ConfbridgeStartRecord", &[("Conference", "room")])),
                (5.0, Act::Ask("ConfbridgeStopRecord", &[("Conference", "room")])),
                (6.0, Act::Ask("ConfbridgeStartRecord", &[("Conference", "room")])),
            ],
            talk: 11,
            ..outward("a conference whose recorder is stopped and started again", "102", "861", "room-")
                .short()
        }
        .row(|row| Row { to: "room", kind: "conference", talk: Talk::Partly, ..row }),
        Kind { talk: 6, ..outward("everybody is paged", "102", "862", "confbridge-").short() }
            .row(|row| Row { talk: Talk::Partly, ..row }),
        outward("a conference with a long number", "102", "872", "meeting-")
            .row(|row| Row { kind: "conference", talk: Talk::Partly, ..row })
            .short(),
    ]
}

fn on_demand() -> Vec<Kind> {
    vec![
        Kind {
            acts: &[(2.0, Act::Ask("MixMonitor", &[("Channel", "{answerer}"), ("File", "demand-{id}.wav")]))],
            talk: 7,
            ..outward("recorded on demand by who was called", "102", "870", "demand-")
                .row(|row| Row { by: "103", talk: Talk::Partly, ..row })
                .short()
        },
        Kind {
            acts: &[
                (
                    2.0,
                    Act::Ask(
                        "MixMonitor",
                        &[("Channel", "{caller}"), ("File", "shared-{id}.wav"), ("Options", "a")],
                    ),
                ),
                (4.5, Act::Ask("StopMixMonitor", &[("Channel", "{caller}")])),
                (
                    5.0,
                    Act::Ask(
                        "MixMonitor",
                        &[("Channel", "{answerer}"), ("File", "shared-{id}.wav"), ("Options", "a")],
                    ),
                ),
            ],
            talk: 9,
            ..out("one file, continued on the other channel", "102", "871", "shared-")
                .row(|row| Row { by: "5558880010", talk: Talk::Partly, ..row })
                .short()
        },
    ]
}
