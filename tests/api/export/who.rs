//! Which recordings are exported, to whom, and what the audit log says of it.

use serde_json::Value;

use super::{EXPORT, Unpacked, listed, read_csv, with_sound, zip};
use crate::app::{Caller, spawn_app};
use crate::http::encoded;

const ENTRIES: &str = "SELECT person, username, address, action, customer, recordgroup, uniqueid, detail
    FROM audit WHERE action = 'recordings/export' ORDER BY id;";

#[test]
fn recordings_are_exported_by_their_names_in_that_order() {
    let app = spawn_app();
    with_sound(&app);
    app.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, path) VALUES
        (1, 1, '17.5', 'a:b,c%+ ü', 1700001000, 1, 'a.wav');",
    );
    let odd = format!("1:17.5:{}", encoded("a:b,c%+ ü"));
    let ids = format!("3:e:1,1:b:1,,{odd},1:b:1,1:175:{},1:a:1", encoded("a:b,c%+ ü"));
    let answer = app.supervisor().post(EXPORT, &format!("ids={}", encoded(&ids)));
    let uniqueids: Vec<Value> = read_csv(&answer.text())
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["uniqueid"].clone())
        .collect();
    assert_eq!(uniqueids, ["e", "b", "17.5", "a"], "each once, also in progress");
    let answer = app.supervisor().post(EXPORT, &format!("format=zip;ids={}", encoded(&ids)));
    let unpacked = Unpacked::new(&answer);
    assert_eq!(unpacked.column("uniqueid"), ["e", "b", "17.5", "a"]);
    assert_eq!(unpacked.text("2023-11-14 22-18-20 10 - 100.wav"), "sound of e");
}

#[test]
fn what_is_no_filter_is_ignored() {
    let app = spawn_app();
    for format in ["csv", "zip"] {
        let answer = app.supervisor().get(&format!("{EXPORT}?format={format};limit=1;after=x;count=7"));
        assert_eq!(answer.status, 200, "{format}");
    }
}

#[test]
fn a_name_of_nothing_and_one_of_somebody_else_are_one_answer() {
    let app = spawn_app();
    let ask = |caller: &Caller, ids: &str, format: &str| {
        caller.get(&format!("{EXPORT}?format={format};ids={}", encoded(ids)))
    };
    for format in ["csv", "zip"] {
        for (caller, ids, codes) in [
            (app.supervisor(), "1:a:1", "200"),
            (app.supervisor(), "1:a:1,4:f:1", "404 ids"),
            (app.supervisor(), "1:a:1,4:none:1,99:x:1", "404 ids, 404 ids"),
            (app.agent(), "1:a:1,2:c:1", "200"),
            (app.agent(), "3:d:1", "404 ids"),
            (app.person("bea"), "5:g:1", "404 ids"),
            (app.stranger(), "1:a:1", "404 ids"),
            (app.owner(), "1:a:1,4:f:1", "200"),
            (app.user(), "1:a:1", "402"),
            (app.anon(), "1:a:1", "401"),
        ] {
            let answer = ask(&caller, ids, format);
            match codes {
                "200" => assert_eq!(answer.status, 200, "{ids}"),
                _ => assert_eq!(answer.codes(), codes, "{ids}"),
            }
        }
        let foreign = ask(&app.supervisor(), "4:f:1", format).text();
        assert_eq!(foreign.replace("4:f:1", "9:z:7"), ask(&app.supervisor(), "9:z:7", format).text());
        assert!(foreign.contains(r#"There is no recording \"4:f:1\""#), "{foreign}");
    }
    let many: String = (0..1000).map(|number| format!("1:none{number}:1,")).collect();
    assert_eq!(app.supervisor().post(EXPORT, &format!("ids={many}")).codes().split(", ").count(), 20);
}

#[test]
fn all_that_is_wrong_is_said_at_once_and_nothing_is_audited() {
    let app = spawn_app();
    for (query, codes) in [
        ("format=xlsx", "400 format"),
        (
            "format=zip;start=x;recordgroup=99;timezone=x;limit=-1",
            "400 recordgroup, 400 start, 400 limit, 400 timezone",
        ),
        ("start=5;end=4", "400 end"),
        ("customer=2", "400 customer"),
        ("customer=1;recordgroup=1", "400 customer, 400 recordgroup"),
        ("sort=id", "400 sort"),
        ("ids=,", "400 ids"),
        ("ids=1:a", "400 ids"),
        ("ids=1:a:1:1", "400 ids"),
        ("ids=x:a:1", "400 ids"),
        ("ids=1:%25zz:1;format=x", "400 ids, 400 format"),
        ("ids=1:a:1;ids=1:b:1", "400 ids"),
        ("ids=1:a:1;recordgroup=1;limit=5", "400 recordgroup, 400 limit, 400 ids"),
        ("ids=1:a:1;sort=start", "400 sort, 400 ids"),
    ] {
        for format in ["", ";format=zip"] {
            if !query.contains("format") || format.is_empty() {
                assert_eq!(
                    app.supervisor().get(&format!("{EXPORT}?{query}{format}")).codes(),
                    codes,
                    "{query}"
                );
            }
        }
    }
    assert_eq!(app.sqlite3(ENTRIES), "");
}

#[test]
fn nobody_exports_what_is_not_theirs() {
    let app = spawn_app();
    with_sound(&app);
    for (name, uniqueids) in [
        ("anna", vec!["a", "b", "c"]),
        ("sara", vec!["a", "b", "c", "d"]),
        ("adam", vec!["a", "b", "c", "d"]),
        ("boris", vec!["f", "g"]),
        ("bea", vec!["f"]),
    ] {
        let caller = app.person(name);
        assert_eq!(zip(&caller, "").column("uniqueid"), uniqueids, "{name}");
        assert_eq!(read_csv(&caller.get(EXPORT).text()), listed(&caller, ""), "{name}");
    }
    assert_eq!(zip(&app.owner(), "customer=2").column("uniqueid"), ["f", "g"]);
    for format in ["csv", "zip"] {
        let ask =
            |caller: Caller, query: &str| caller.get(&format!("{EXPORT}?format={format};{query}")).codes();
        assert_eq!(ask(app.agent(), "recordgroup=3"), "400 recordgroup");
        assert_eq!(ask(app.supervisor(), "recordgroup=4"), "400 recordgroup");
        assert_eq!(ask(app.supervisor(), "customer=2"), "400 customer");
        assert_eq!(ask(app.user(), ""), "402");
        assert_eq!(ask(app.anon(), ""), "401");
    }
}

#[test]
fn the_viewer_follows_a_link_to_it() {
    let app = spawn_app();
    with_sound(&app);
    let viewer = app.viewer("sara");
    assert_eq!(viewer.get(EXPORT).status, 200);
    assert_eq!(zip(&viewer, "").files.len(), 5);
    let elsewhere = app.anon().with("Cookie", &app.cookie("sara"));
    assert_eq!(elsewhere.clone().with("Sec-Fetch-Site", "cross-site").get(EXPORT).codes(), "401");
    assert_eq!(elsewhere.get(EXPORT).status, 200, "a browser that does not say where from");
}

#[test]
fn each_export_is_one_entry_of_the_audit_log() {
    let app = spawn_app();
    with_sound(&app);
    let sara = app.supervisor();
    let calls = [
        (app.supervisor(), ""),
        (app.supervisor(), "format=zip;limit=3;offset=2"),
        (app.agent(), "recordgroup=2;search=10%3B2;auth_token="),
        (app.owner(), "customer=2;complete=-1;timezone=Europe/Berlin;format=zip"),
        (app.supervisor(), "search=no+customer%3D2+%2541"),
        (app.owner(), "ids=4:f:1;format=csv"),
        (app.owner(), "ids=4:f:1,1:a:1"),
    ];
    for (caller, query) in calls {
        assert_eq!(caller.get(&format!("{EXPORT}?{query}")).status, 200, "{query}");
    }
    let entries = [
        "3|sara|127.0.0.1|recordings/export|1|||csv, 4 recordings",
        "3|sara|127.0.0.1|recordings/export|1|||zip, 2 recordings: limit=3 offset=2",
        "4|anna|127.0.0.1|recordings/export|1|2||csv, 0 recordings: recordgroup=2 search=10;2",
        "1|olga|127.0.0.1|recordings/export|2|||zip, 2 recordings: customer=2 complete=-1",
        "3|sara|127.0.0.1|recordings/export|1|||csv, 0 recordings: search=no%20customer=2%20%2541",
        "1|olga|127.0.0.1|recordings/export|2|||csv, 1 recording: ids=4:f:1",
        "1|olga|127.0.0.1|recordings/export||||csv, 2 recordings: ids=4:f:1,1:a:1",
    ];
    assert_eq!(app.sqlite3(ENTRIES), entries.join("\n"));
    assert_eq!(sara.post(EXPORT, &format!("called={}", "7".repeat(100_000))).status, 200);
    assert!(app.sqlite3(ENTRIES).len() < 2000, "what is sent does not fill the log");
}

#[test]
fn without_its_entry_nothing_leaves() {
    let app = spawn_app();
    with_sound(&app);
    app.sqlite3("CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no'); END;");
    for format in ["csv", "zip"] {
        let answer = app.supervisor().get(&format!("{EXPORT}?format={format}"));
        assert_eq!(answer.codes(), "500", "{format}");
        assert_eq!(answer.header("content-disposition"), None);
    }
}
