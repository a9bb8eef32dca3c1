//! `POST /ingest/freeswitch`, as FreeSWITCH posts. `tests/data/freeswitch` has what a real FreeSWITCH 1.10.12 sent and wrote;
//! the records that are built here are after its documentation.

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tapeline::config::{Folder, FreeSwitch, NameOrId, Patterns, Rule, Secret};
use tapeline::ingest::cdr::freeswitch;
use tapeline::intake::{Draft, FileState, Intake, Rules};
use tapeline::store::Store;

use crate::app::{TestApp, spawn_app, spawn_with};
use crate::http::{self, encoded};
use crate::program::Serving;

const SECRET: &str = "only FreeSWITCH & we";
const A_LEG: &str = "3da8bf84-c133-4959-9e24-e72875cb33a1";
const B_LEG: &str = "5b1f4a52-7f55-4a3c-8d3e-1f0a7d6c2e11";

fn listening() -> TestApp {
    spawn_with(|config| {
        let secret = Secret::new(SECRET.into());
        config.rules = all_to_reception();
        config.freeswitch = Some(FreeSwitch { secret, machine: "fs1".into() });
    })
}

fn all_to_reception() -> Vec<Rule> {
    vec![Rule { group: Some(NameOrId::Id(1)), ..Rule::default() }]
}

fn a_leg() -> Value {
    json!({
        "core-uuid": "9f7f52c1-0d1e-4a55-8f43-0c9a5b3d1e01",
        "switchname": "fs1",
        "channel_data": {"state": "CS_REPORTING", "direction": "inbound"},
        "variables": {
            "direction": "inbound", "uuid": A_LEG, "call_uuid": A_LEG, "call_direction": "inbound",
            "caller_id_name": "Zoë \"Z\" 100%", "caller_id_number": "+15551230020",
            "record_path": "/var/lib/freeswitch/recordings/office.example/archive/2026/Nov/24",
            "record_name": format!("{A_LEG}.wav"), "last_sent_callee_id_number": "102", "accountcode": "office",
            "start_stamp": "2026-11-24 05:53:26", "start_epoch": "1795499606", "answer_epoch": "1795499608",
            "end_epoch": "1795499614", "duration": "8", "billsec": "6", "hangup_cause": "NORMAL_CLEARING"
        },
        "callflow": [{"caller_profile": {"caller_id_number": "+15551230020", "destination_number": "5550102"}}]
    })
}

fn b_leg() -> Value {
    json!({
        "variables": {
            "direction": "outbound", "uuid": B_LEG, "call_uuid": A_LEG, "originator": A_LEG,
            "caller_id_number": "+15551230020", "start_epoch": "1795499607", "answer_epoch": "1795499608",
            "end_epoch": "1795499614", "billsec": "6", "hangup_cause": "NORMAL_CLEARING"
        }
    })
}

/// Status and words of the answer to a body, from someone with this `Authorization`.
fn post(app: &TestApp, kind: &str, body: &[u8], authorization: &str) -> (u16, String) {
    let headers = [
        ("Host", "tapeline"),
        ("Connection", "close"),
        ("Content-Type", kind),
        ("Authorization", authorization),
    ];
    let request = http::request("POST", "/ingest/freeswitch", &headers, body);
    let answer = http::exchange(app.address, None, &request);
    (answer.status, answer.text())
}

fn basic(secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("freeswitch:{secret}")))
}

/// FusionPBX's file of the call, as the folder source finds it.
fn record(app: &TestApp) {
    record_of(app, A_LEG);
}

fn record_of(app: &TestApp, uniqueid: &str) {
    let store = Store::open(&app.db, 2).expect("the database");
    let draft = Draft {
        machine: "fs1".into(),
        path: Some(format!("office.example/archive/2026/Nov/24/{uniqueid}.wav")),
        uniqueid: Some(uniqueid.into()),
        file: Some(FileState {
            created: 1_795_499_606_000_000_000,
            modified: 1_795_499_614_000_000_000,
            size: 96_044,
            duration: Some(6_000),
            closed: true,
            ..FileState::default()
        }),
        ..Draft::default()
    };
    Intake::new(Rules::new(&all_to_reception())).accept(&store, &draft, 1_795_499_700).expect("it is taken");
}

/// The recording's row, as far as the record speaks of it.
fn row(app: &TestApp) -> String {
    app.sqlite3(&format!(
        "SELECT status, snumber, snumber_name, cnumber, dnumber, direction, talktime, callid FROM recordings
           WHERE uniqueid = '{A_LEG}'"
    ))
}

const TOLD: &str = "answer|+15551230020|Zoë \"Z\" 100%|5550102|102|in|6|3da8bf84-c133-4959-9e24-e72875cb33a1";

#[test]
fn a_recording_learns_from_its_record_whichever_comes_first_and_however_it_is_encoded() {
    let text = a_leg().to_string();
    let form = format!("cdr={}", encoded(&text));
    let in_base64 = format!("cdr={}", STANDARD.encode(&text));
    for (kind, body, file_first) in [
        ("application/json", text.clone(), true),
        ("application/json", text, false),
        ("application/x-www-form-urlencoded", form, true),
        ("application/x-www-form-urlencoded", in_base64, false),
    ] {
        let app = listening();
        if file_first {
            record(&app);
        }
        for _ in 0..2 {
            assert_eq!(post(&app, kind, body.as_bytes(), &basic(SECRET)), (200, "OK\n".into()), "{body}");
        }
        if !file_first {
            record(&app);
        }
        assert_eq!(row(&app), TOLD, "{body}");
    }
}

/// What FreeSWITCH 1.10.12 posted or wrote.
fn real(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/freeswitch/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).expect("what a real one sent")
}

#[test]
fn whatever_a_real_one_is_told_to_encode_is_taken() {
    let app = listening();
    for (kind, body) in [
        ("application/x-www-form-base64-encoded", "body-base64.a-leg.txt"),
        ("application/x-www-form-urlencoded", "body-encode-true-values-false.a-leg.txt"),
        ("application/x-www-form-urlencoded", "body-encode-true-values-true.a-leg.txt"),
        ("application/x-www-form-urlencoded", "body-encode-true-values-true.b-leg.txt"),
        ("application/json", "body-encode-true-values-true.a-leg.meant.json"),
        ("application/json", "json_cdr/answered-a.json"),
    ] {
        assert_eq!(post(&app, kind, &real(body), &basic(SECRET)), (200, "OK\n".into()), "{body}");
    }
    assert_eq!(
        app.sqlite3("SELECT count(*) FROM intake_records"),
        "5",
        "a leg has one however often it comes"
    );
}

/// With its folder watched.
fn watching() -> TestApp {
    watching_with(all_to_reception())
}

fn watching_with(rules: Vec<Rule>) -> TestApp {
    spawn_with(|config| {
        let secret = Secret::new(SECRET.into());
        (config.rules, config.watch) = (rules, true);
        config.folders = vec![Folder { machine: Some("fs1".into()), ..Folder::default() }];
        config.freeswitch = Some(FreeSwitch { secret, machine: "fs1".into() });
    })
}

/// A file of FreeSWITCH's, below the media root: where FusionPBX has them.
fn file(app: &TestApp, name: &str) -> PathBuf {
    let folder = app.db.with_file_name("sound").join("office.example/archive/2026/Nov/29");
    fs::create_dir_all(&folder).expect("a folder");
    folder.join(name)
}

fn make(app: &TestApp, name: &str) {
    let sound = format!("{}/tests/data/call.wav", env!("CARGO_MANIFEST_DIR"));
    fs::copy(sound, file(app, name)).expect("a file");
}

fn tell(app: &TestApp, document: &str) {
    let body = real(&format!("json_cdr/{document}.json"));
    assert_eq!(post(app, "application/json", &body, &basic(SECRET)), (200, "OK\n".into()), "{document}");
}

/// Waits until the database says so.
#[track_caller]
fn until(app: &TestApp, sql: &str, expected: &str) {
    crate::waiting::until_answer(sql, expected, || app.sqlite3(sql));
}

/// Documents of a call, what its file is called, and what its row says then.
const CALLS: [(&[&str], &str, &str); 12] = [
    (
        &["answered-a", "answered-b"],
        "06bcd50a-3a2d-4c95-8b49-93d955ab8df1",
        "answer|+15551230003|5550102|102|Bob Support",
    ),
    (&["queue-member"], "a19debe5-c802-4e67-a3ee-739f4d0f036d", "answer|+15551230004|5550400|111|"),
    (&["conference"], "30bc3413-cf65-40f3-bc42-9a6308168b2e", "answer|+15551230002|5550500|500|"),
    (&["ivr-by-did"], "db39d8a6-cf70-4cd0-b54a-de62497b3a90", "answer|+15551230001|5550601|601|"),
    (
        &["on-demand-recording-of-2-s"],
        "e2e17161-ddd5-4e01-96e6-ce8cdda5501e_2",
        "answer|+15551230005|5550600|600|",
    ),
    (&["named-by-number-and-time"], "116.611.2026-11-29-01-16-19", "answer|116|611|102|"),
    (&["refer-by-callee-a"], "c647442b-6303-435a-a6ee-7ba012909b2d", "answer|+15551230007|5550109|109|"),
    (
        &["bleg-recorded-by-record_session"],
        "edfb81b0-12a3-4020-8f46-aea1625aead8-b",
        "answer|117|641|102|Bob Support",
    ),
    (
        &["bleg-recorded-by-uuid_record"],
        "3d00d007-8182-487a-b5ec-3b26f53776bf",
        "answer|+15551230010|101|101|Alice Example",
    ),
    (&["click-to-call"], "c14a90d0-1e58-4d96-a4d0-06bf11acecb7", "answer|101|+15551234568|+15551234568|"),
    (&["busy"], "87540b62-6b53-4d3c-8a78-bfed550c0d9d", "busy|+15551230005|103||"),
    (&["cancel"], "669c2059-5fcf-4faf-bc07-021881e9b990", "cancel|+15551230002|104||"),
];

#[test]
fn each_recording_learns_from_its_real_record_whichever_comes_first() {
    let whole = "SELECT count(*) FROM recordings WHERE path LIKE 'office.example/%' AND complete = 1";
    for file_first in [true, false] {
        let app = watching();
        let tell_all = || {
            CALLS.iter().flat_map(|(documents, ..)| *documents).for_each(|document| tell(&app, document));
            tell(&app, "privacy-id-with-pai");
        };
        if !file_first {
            tell_all();
        }
        CALLS.iter().for_each(|(_, name, _)| make(&app, &format!("{name}.wav")));
        make(&app, "ade10dff-e169-4825-9472-f3cce9e0cd45.wav");
        until(&app, whole, &(CALLS.len() + 1).to_string());
        if file_first {
            tell_all();
        }
        for (_, name, told) in CALLS {
            let row = app.sqlite3(&format!(
                "SELECT status, snumber, cnumber, dnumber, dnumber_name FROM recordings
                   WHERE path LIKE '%/{name}.wav'"
            ));
            assert_eq!(row, told, "{name}, the file first: {file_first}");
        }
        assert_eq!(app.sqlite3("SELECT spresent FROM recordings WHERE path LIKE '%ade10dff%'"), "0");
    }
}

#[test]
fn what_freeswitch_discards_itself_has_no_row_unless_somebody_wants_it() {
    let name = "a9ff792c-101f-46cb-b3bf-5d21c4218b53.wav";
    let rows = "SELECT count(*), max(stale) FROM recordings WHERE path LIKE 'office.example/%'";
    for (record_first, hold, left) in
        [(true, false, "0|"), (false, false, "0|"), (true, true, "1|1"), (false, true, "1|1")]
    {
        let app = watching();
        make(&app, name);
        until(&app, rows, "1|0");
        if hold {
            app.sqlite3("UPDATE recordings SET hold = 1 WHERE path LIKE 'office.example/%'");
        }
        if record_first {
            tell(&app, "short-file-discarded");
            assert_eq!(app.sqlite3(rows), "1|0", "its file is still there");
        }
        fs::remove_file(file(&app, name)).expect("its file");
        if !record_first {
            until(&app, rows, "1|1");
            tell(&app, "short-file-discarded");
        }
        until(&app, rows, left);
    }
    let app = watching();
    tell(&app, "short-file-discarded");
    assert_eq!(app.sqlite3(rows), "0|", "it may never be seen at all");
}

#[test]
fn a_recording_that_began_in_mid_call_has_a_start_and_a_length_of_its_own() {
    let on_demand = ("e2e17161-ddd5-4e01-96e6-ce8cdda5501e", "on-demand-recording-of-2-s");
    let queue = ("a19debe5-c802-4e67-a3ee-739f4d0f036d", "queue-member");
    // When the file was made and written: as it was seen; where the file system doesn't say the first; and copied with
    // its times. Whose times are another day's is believed the record.
    for ((name, document), created, written, expected) in [
        (on_demand, 1_795_915_586, 1_795_915_588, "1795915586|2"),
        (on_demand, 1_795_915_588, 1_795_915_588, "1795915586|2"),
        (on_demand, 1_795_960_000, 1_795_915_588, "1795915586|2"),
        (on_demand, 1_795_960_000, 1_795_960_000, "1795915583|2"),
        (queue, 1_795_915_593, 1_795_915_595, "1795915593|2"),
    ] {
        let body = real(&format!("json_cdr/{document}.json"));
        let office = crate::spool::Office::new();
        let draft = Draft {
            machine: "pbx1".into(),
            path: Some(format!("{name}.wav")),
            uniqueid: Some(name.into()),
            file: Some(FileState {
                created: created * 1_000_000_000,
                modified: written * 1_000_000_000,
                size: 32_044,
                duration: Some(2_000),
                mimetype: "audio/wav".into(),
                closed: true,
                ..FileState::default()
            }),
            ..Draft::default()
        };
        let records = freeswitch::read(&body).expect("a record");
        let told = records.into_iter().flat_map(|record| record.drafts("pbx1", |_| None));
        let drafts: Vec<Draft> = std::iter::once(draft).chain(told).collect();
        office.intake.accept_all(&office.store, &drafts, 1_795_960_001).expect("they are taken");
        let row = office.sqlite3("SELECT start, totaltime FROM recordings");
        assert_eq!(row, expected, "made at {created}, written at {written}");
    }
}

#[test]
fn killed_between_a_record_and_its_file_it_knows_both_afterwards() {
    let name = "06bcd50a-3a2d-4c95-8b49-93d955ab8df1.wav";
    let row = "SELECT complete, status, snumber, dnumber FROM recordings";
    for record_first in [true, false] {
        let folder = crate::program::Folder::new();
        let (db, root) = (folder.file("recordings.db"), folder.file("sound"));
        let db_text = db.to_str().expect("UTF-8");
        crate::program::run(&["customer", "add", "Alder", "--db", db_text]).ok();
        crate::program::run(&["group", "add", "Sales", "--customer", "1", "--db", db_text]).ok();
        fs::create_dir_all(&root).expect("a folder");
        let serve = || {
            let mut command = crate::program::tapeline();
            command.args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--watch",
                "true",
                "--db",
                db_text,
                "--media-root",
            ]);
            command.arg(&root).env("TAPELINE_FREESWITCH_SECRET", SECRET);
            Serving::start(&mut command)
        };
        let tell = |serving: &Serving| {
            let headers = [("Host", "tapeline"), ("Connection", "close"), ("Authorization", &basic(SECRET))];
            let body = real("json_cdr/answered-a.json");
            let request = http::request("POST", "/ingest/freeswitch", &headers, &body);
            assert_eq!(http::exchange(serving.address, None, &request).status, 200);
        };
        let found = || crate::program::sqlite3(&db, row);
        let make = || {
            let sound = format!("{}/tests/data/call.wav", env!("CARGO_MANIFEST_DIR"));
            fs::copy(sound, root.join(name)).expect("a file");
        };
        let serving = serve();
        if record_first {
            tell(&serving);
            serving.signal("KILL");
            make();
        } else {
            make();
            crate::waiting::until_answer("the file", "1", || {
                crate::program::sqlite3(&db, "SELECT count(*) FROM recordings")
            });
            serving.signal("KILL");
        }
        drop(serving);
        let serving = serve();
        if !record_first {
            tell(&serving);
        }
        crate::waiting::until_answer(row, "1|answer|+15551230003|102", found);
        assert_eq!(serving.stop().status, 0);
    }
}

#[test]
fn the_records_of_mod_xml_cdr_are_taken_at_the_same_door() {
    // As mod_xml_cdr's source writes the records that mod_json_cdr wrote; with the names of elements that FusionPBX meets.
    let app = listening();
    let document = String::from_utf8(real("xml_cdr/answered-a.xml")).expect("UTF-8");
    record_of(&app, "06bcd50a-3a2d-4c95-8b49-93d955ab8df1");
    for (kind, body) in [
        ("application/x-www-form-urlencoded", format!("cdr={}", encoded(&document))),
        ("application/x-www-form-base64-encoded", format!("cdr={}", STANDARD.encode(&document))),
        ("application/x-www-form-plaintext", format!("cdr={document}")),
        ("text/xml", document.clone()),
    ] {
        assert_eq!(post(&app, kind, body.as_bytes(), &basic(SECRET)), (200, "OK\n".into()), "{kind}");
    }
    assert_eq!(app.sqlite3("SELECT count(*) FROM intake_records"), "1", "they say the same");
    let row = "SELECT status, snumber, snumber_name, cnumber, dnumber, dnumber_name FROM recordings
                 WHERE uniqueid = '06bcd50a-3a2d-4c95-8b49-93d955ab8df1'";
    assert_eq!(app.sqlite3(row), "answer|+15551230003|P3 ext|5550102|102|Bob Support");
}

#[test]
fn each_domain_is_a_customers_and_what_is_not_known_to_be_anyones_waits() {
    let of = |domain: &str, group: i64| Rule {
        domain: Patterns::One(domain.into()),
        group: Some(NameOrId::Id(group)),
        ..Rule::default()
    };
    let app =
        watching_with(vec![of("other.example", 1), of("office.example", 4), all_to_reception().remove(0)]);
    let last: i64 = app.sqlite3("SELECT max(id) FROM recordings").parse().expect("a number");
    let named = "116.611.2026-11-29-01-16-19";
    let archived = "06bcd50a-3a2d-4c95-8b49-93d955ab8df1";
    let manual = app.db.with_file_name("sound").join("manual");
    fs::create_dir_all(&manual).expect("a folder");
    fs::copy(
        format!("{}/tests/data/call.wav", env!("CARGO_MANIFEST_DIR")),
        manual.join(format!("{named}.wav")),
    )
    .expect("a file");
    make(&app, &format!("{archived}.wav"));
    let row =
        |name: &str| format!("SELECT customer, recordgroup FROM recordings WHERE path LIKE '%{name}.wav'");
    until(&app, &row(archived), "2|4");
    until(&app, "SELECT count(*) FROM intake_waiting", "1");
    assert_eq!(app.sqlite3(&row(named)), "");
    tell(&app, "named-by-number-and-time");
    until(&app, &row(named), "2|4");
    assert_eq!(app.sqlite3("SELECT count(*) FROM intake_waiting"), "0");
    assert_eq!(
        app.sqlite3("SELECT max(id) FROM recordings"),
        (last + 2).to_string(),
        "no other row was ever made"
    );
}

#[test]
fn whoever_asks_how_to_prove_itself_is_told_and_nobody_else_is() {
    let app = listening();
    let body = real("json_cdr/answered-a.json");
    for _ in 0..40 {
        let request = http::request(
            "POST",
            "/ingest/freeswitch?uuid=06bcd50a-3a2d-4c95-8b49-93d955ab8df1",
            &[("Host", "tapeline"), ("Connection", "close")],
            &body,
        );
        let answer = http::exchange(app.address, None, &request);
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"tapeline\""));
    }
    let said = source(&app);
    assert_eq!((&said["trouble"], &said["skipped"]), (&"".into(), &json!([])), "{said}");
    assert_eq!(post(&app, "application/json", &body, &basic(SECRET)).0, 200);
}

#[test]
fn the_record_of_the_other_leg_makes_no_row_and_is_not_kept() {
    let app = listening();
    let before = app.sqlite3("SELECT count(*) FROM recordings");
    let answer = post(&app, "application/json", b_leg().to_string().as_bytes(), &format!("Bearer {SECRET}"));
    assert_eq!(answer, (200, "OK\n".into()));
    assert_eq!(app.sqlite3("SELECT count(*) FROM recordings"), before);
    assert_eq!(app.sqlite3("SELECT count(*) FROM intake_records"), "0");
}

#[test]
fn the_other_leg_tells_who_answered_whichever_comes_first() {
    let mut a = a_leg();
    a["variables"].as_object_mut().expect("variables").remove("last_sent_callee_id_number");
    a["variables"]["bridge_uuid"] = B_LEG.into();
    let mut b = b_leg();
    b["variables"]["callee_id_number"] = "102".into();
    b["variables"]["callee_id_name"] = "Bob Support".into();
    for legs in [[&a, &b], [&b, &a]] {
        let app = listening();
        record(&app);
        for leg in legs {
            post(&app, "application/json", leg.to_string().as_bytes(), &basic(SECRET));
        }
        assert_eq!(row(&app), TOLD);
        let name = app.sqlite3(&format!("SELECT dnumber_name FROM recordings WHERE uniqueid = '{A_LEG}'"));
        assert_eq!(name, "Bob Support");
    }
}

/// What the status says of FreeSWITCH.
fn source(app: &TestApp) -> Value {
    let sources = app.owner().get("status/get").data()["sources"].as_array().expect("sources").clone();
    sources.into_iter().find(|source| source["name"] == "freeswitch").expect("freeswitch")
}

#[test]
fn the_status_says_what_came_of_the_records() {
    let app = listening();
    let said = source(&app);
    assert_eq!(said["state"], "waiting for the first record");
    assert!(said["since"].as_i64() > Some(1_700_000_000), "{said}");
    record(&app);
    post(&app, "application/json", a_leg().to_string().as_bytes(), &basic("mistyped"));
    let said = source(&app);
    assert!(
        said["trouble"].as_str().is_some_and(|words| words.contains("cred in json_cdr.conf.xml")),
        "{said}"
    );
    post(&app, "application/json", a_leg().to_string().as_bytes(), &basic(SECRET));
    post(&app, "application/json", b"{}", &basic(SECRET));
    post(&app, "application/json", b_leg().to_string().as_bytes(), &basic(SECRET));
    let said = source(&app);
    assert_eq!(
        (&said["state"], &said["trouble"], &said["enriched"]),
        (&"receiving".into(), &"".into(), &1.into())
    );
    assert_eq!(
        said["skipped"],
        json!([
            {"reason": "it has no variables with a uuid, so it is no record of mod_json_cdr or mod_xml_cdr", "count": 1},
            {"reason": "nobody answered this leg, and it has no recording of its own", "count": 1},
            {"reason": "the secret was missing or wrong", "count": 1},
        ])
    );
}

#[test]
fn whoever_has_not_the_secret_learns_and_changes_nothing() {
    let app = listening();
    let body = a_leg().to_string();
    let wrong =
        [basic("wrong"), basic(""), "Bearer wrong".into(), "Basic !".into(), String::new(), "Bearer".into()];
    for authorization in wrong {
        let (status, words) = post(&app, "application/json", body.as_bytes(), &authorization);
        assert_eq!(status, 401, "{authorization}: {words}");
    }
    assert_eq!(app.sqlite3("SELECT count(*) FROM intake_records"), "0");
}

#[test]
fn what_is_no_record_is_refused_with_the_reason() {
    let app = listening();
    for (body, why) in [
        ("", "it is neither JSON nor XML, nor a form with that in its field cdr"),
        ("cdr=%7B", "it is neither JSON nor XML, nor a form with that in its field cdr"),
        ("<cdr>", "it has no variables with a uuid, so it is no record of mod_json_cdr or mod_xml_cdr"),
        ("{}", "it has no variables with a uuid, so it is no record of mod_json_cdr or mod_xml_cdr"),
    ] {
        let answer = post(&app, "application/json", body.as_bytes(), &basic(SECRET));
        assert_eq!(answer, (400, format!("This is not taken: {why}\n")));
    }
}

#[test]
fn without_the_setting_there_is_no_such_door() {
    let app = spawn_app();
    let (status, words) = post(&app, "application/json", b"{}", &basic(""));
    assert_eq!(status, 404);
    assert!(words.contains("[freeswitch]"), "{words}");
}

#[test]
fn whoever_guesses_at_the_secret_has_to_wait_and_the_pbx_comes_in() {
    let app = listening();
    let body = a_leg().to_string();
    let send = |secret: &str| post(&app, "application/json", body.as_bytes(), &basic(secret));
    for _ in 0..30 {
        assert_eq!(send("last year's").0, 401, "the same again is one guess");
    }
    for number in 0..9 {
        assert_eq!(send(&format!("guess {number}")).0, 401);
    }
    for number in 10..40 {
        let (status, words) = send(&format!("guess {number}"));
        assert_eq!(status, 429, "{words}");
    }
    assert_eq!(send(SECRET).0, 429, "nothing is looked at where the right one was never shown");

    let app = listening();
    let send = |secret: &str| post(&app, "application/json", body.as_bytes(), &basic(secret)).0;
    assert_eq!(send(SECRET), 200);
    assert!((0..40).map(|number| send(&format!("guess {number}"))).any(|status| status == 429));
    assert_eq!(send(SECRET), 200, "nobody's guesses keep the PBX out");
}

#[test]
fn what_a_source_did_for_every_customer_is_for_those_who_see_every_customer() {
    let app = listening();
    assert_eq!(post(&app, "application/json", a_leg().to_string().as_bytes(), &basic(SECRET)).0, 200);
    let source = |who: &str| app.person(who).get("status/get").data()["sources"][0].take();
    for number in ["last_event", "lag", "inserted", "completed", "enriched", "excluded"] {
        assert!(source("olga").get(number).is_some(), "{number}");
        assert!(source("adam").get(number).is_none(), "{number}");
    }
    assert_eq!(source("adam")["name"], "freeswitch");
    app.sqlite3("DELETE FROM recordings WHERE customer = 2; DELETE FROM recordgroups WHERE customer = 2; DELETE FROM people WHERE customer = 2; DELETE FROM customers WHERE id = 2;");
    assert!(source("adam").get("inserted").is_some(), "the only customer's");
}
