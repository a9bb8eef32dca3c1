//! Calls from outside.

use super::kind::{Act, Kind, Row, Talk, inward};

const NEVER: Talk = Talk::Never;

pub fn kinds() -> Vec<Kind> {
    [answered(), unanswered(), several(), named()].into_iter().flatten().collect()
}

fn answered() -> Vec<Kind> {
    vec![
        inward("a number that goes on to an extension", "5556001", "101"),
        Kind { does: "keys", keys: "2", talk: 8, ..inward("a menu", "5556002", "102") },
        Kind { talk: 12, ..inward("an announcement before the answer", "5556003", "101") },
        inward("follow-me, the phone answers", "5556004", "103").short(),
        inward("follow-me, the mobile answers", "5556005", "5558880001"),
        inward("a ring group of Local channels", "5556006", "102")
            .row(|row| Row { path: "rg-600-5559000006", ..row })
            .short(),
        Kind { talk: 8, ..inward("the second phone answers", "5556007", "102") },
        inward("follow-me behind a second Local channel", "5556008", "103"),
        inward("nobody is told who is connected", "5556009", "102"),
        Kind { talk: 12, ..inward("a limit of time", "5556010", "101") },
        Kind { talk: 9, ..inward("the first who answers refuses", "5556011", "102") }
            .row(|row| Row { talk: Talk::Partly, ..row }),
        inward("a mobile is quicker than the phone", "5556012", "5558880003"),
        inward("the caller hangs up in an announcement", "5556018", ""),
        inward("the phone diverts to a mobile", "5556020", "5558880004"),
        Kind { talk: 9, ..inward("the phone refers the caller to another phone", "5556025", "109") },
        Kind {
            acts: &[(2.0, Act::Call("103", "**192", 5))],
            talk: 8,
            ..inward("picked up", "5556026", "103")
        },
        Kind {
            talk: 11,
            acts: &[
                (2.5, Act::Ask("Park", &[("Channel", "{caller}"), ("TimeoutChannel", "{answerer}")])),
                (5.0, Act::Call("103", "850", 4)),
            ],
            ..inward("parked, and taken by another phone", "5556028", "102")
        },
        inward("a message", "5556019", "").row(|row| Row { path: "message-", kind: "", ..row }).short(),
    ]
}

fn unanswered() -> Vec<Kind> {
    let ended = |name, to, status| inward(name, to, "").row(|row| Row { status, talk: NEVER, ..row });
    vec![
        ended("the PBX is busy", "5556013", "busy").short(),
        ended("the PBX is congested", "5556014", "congestion"),
        ended("a phone that nobody has set up", "5556015", "congestion"),
        ended("a phone that is not there", "5556030", "congestion").short(),
        ended("the phone declines", "5556016", "noanswer"),
        Kind { patience: 3, ..ended("the caller gives up while a group rings", "5556017", "cancel") }
            .row(|row| Row { path: "rg-601-5559000017", ..row }),
    ]
}

fn several() -> Vec<Kind> {
    let two = inward("two recordings of one channel", "5556023", "101");
    let rows = vec![
        Row { path: "menu-5556023", by: "", talk: Talk::Partly, ..two.rows[0] },
        Row { path: "in-5556023", talk: Talk::Partly, ..two.rows[0] },
    ];
    let refers = inward("the phone refers the caller to a queue", "5556024", "108");
    let referred = vec![
        Row { path: "in-5556024", talk: Talk::Partly, ..refers.rows[0] },
        Row {
            path: "q-453-5559000024",
            to: "453",
            kind: "queue",
            by: "103",
            talk: Talk::Partly,
            ..refers.rows[0]
        },
    ];
    vec![
        Kind { talk: 9, rows, ..two }.short(),
        Kind { talk: 14, rows: referred, ..refers }.short(),
        Kind { acts: &[(0.1, Act::Again)], ..inward("the same caller twice at once", "5556021", "101") }
            .row(|row| Row { times: 2, ..row }),
        Kind { talk: 9, ..inward("recorded at the beginning only", "5556027", "") }
            .row(|row| Row { talk: Talk::Partly, ..row }),
    ]
}

fn named() -> Vec<Kind> {
    let by = |name: &'static str, caller: &str, path| Kind {
        caller: caller.into(),
        ..inward(name, "5556029", "101").row(|row| Row { path, ..row })
    };
    let long = "Großhandel für Bürobedarf, Ø. Ångström & Søn 📞 <5559000076>";
    vec![
        by("a long name of many letters", long, "5559000076"),
        by("a name from right to left", "שלום עולם <5559000077>", "5559000077"),
        by("a number as it is dialled abroad", "Abroad <+4989123456>", "+4989123456"),
        Kind { from: "odd", ..by("a name in Latin-1", "J <5559000078>", "5559000078").short() },
    ]
}
