//! Rows that another program filed under a group which is not their customer's, or gone: they are their customer's alone.

use std::fs;

use crate::app::{Caller, TestApp, spawn_app};
use crate::http::Answer;

const LIST: &str = "recording/recordings/list";
/// Alder's call in Birch's group 4; Birch's calls in Alder's groups 1, 2 and 3, one of them named as Alder's c is; a call of each in
/// a group that is gone.
const MISFILED: &str = "
    DELETE FROM recordgroups WHERE id = 6;
    INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, totaltime, size, cnumber, path, mimetype) VALUES
      (1, 4, 'alders', '1', 1700000400, 1, 7, 7, '77', 'alders.ulaw', 'audio/basic'),
      (2, 1, 'birchs', '1', 1700000110, 1, 9, 9, '99', 'birchs.ulaw', 'audio/basic'),
      (2, 1, 'c', '1', 1700000120, 1, 9, 9, '99', '', ''),
      (2, 2, 'sold', '1', 1700000130, 1, 9, 9, '99', '', ''),
      (2, 3, 'helped', '1', 1700000140, 0, 0, 9, '99', '', ''),
      (1, 6, 'alders lost', '1', 1700000410, 1, 7, 7, '77', '', ''),
      (2, 6, 'birchs lost', '1', 1700000410, 1, 9, 9, '99', '', '');";
const ALDERS: &str = "recordgroup=4;uniqueid=alders;recordid=1";
const BIRCHS: &str = "recordgroup=1;uniqueid=birchs;recordid=1";

fn with_misfiled() -> TestApp {
    let app = spawn_app();
    let sound = app.db.with_file_name("sound");
    fs::create_dir_all(&sound).expect("a folder");
    for name in ["alders.ulaw", "birchs.ulaw"] {
        fs::write(sound.join(name), [1; 8000]).expect("a file");
    }
    app.sqlite3("INSERT INTO recordgroups (id, customer, name) VALUES (6, 1, 'Gone')");
    app.sqlite3(MISFILED);
    app
}

fn rows(caller: &Caller, query: &str) -> String {
    caller.get(&format!("{LIST}?complete=-1;{query}")).rows()
}

#[test]
fn a_list_of_a_group_has_the_rows_of_its_customer_and_the_customers_has_all_of_its_rows() {
    let app = with_misfiled();
    let (sara, anna, boris, bea, olga) =
        (app.supervisor(), app.agent(), app.stranger(), app.person("bea"), app.owner());
    for caller in [&sara, &olga] {
        assert_eq!(rows(caller, "recordgroup=1"), "a b");
        assert_eq!(rows(caller, "recordgroup=3"), "d e");
        assert_eq!(rows(caller, "customer=1"), "a b c d e alders alders lost");
        assert_eq!(rows(caller, "recordgroup=1;called=9;sort=totaltime"), "b");
        assert_eq!(rows(caller, "recordgroup=1;search=99"), "");
        assert_eq!(rows(caller, "recordgroup=3;stale=1"), "");
    }
    assert_eq!(caller_error(&sara, "recordgroup=6"), "400 recordgroup");
    assert_eq!(rows(&anna, ""), "a b c");
    assert_eq!(rows(&anna, "recordgroup=2"), "c");
    assert_eq!(rows(&boris, "recordgroup=4"), "f");
    assert_eq!(rows(&boris, ""), "f g birchs c sold helped birchs lost");
    assert_eq!(rows(&bea, ""), "f");
    assert_eq!(rows(&olga, "recordgroup=4"), "f");
    assert_eq!(rows(&olga, "customer=2"), "f g birchs c sold helped birchs lost");
    let first = sara.get(&format!("{LIST}?recordgroup=1;limit=1")).json();
    let next = first["next"].as_str().expect("more").to_owned();
    assert_eq!(rows(&sara, &format!("recordgroup=1;limit=1;after={next}")), "b");
    assert_eq!(sara.get(&format!("{LIST}?recordgroup=1;count=1")).data()["count"], 2);
    let summary = sara.get("recording/recordings/summary?recordgroup=2;interval=day").text();
    assert!(!summary.contains("\"count\":2"), "{summary}");
    let csv = sara.get("recording/recordings/export?recordgroup=1").text();
    assert!(csv.contains(",b,") && !csv.contains("birchs"), "{csv}");
}

fn caller_error(caller: &Caller, query: &str) -> String {
    caller.get(&format!("{LIST}?{query}")).codes()
}

/// The codes of an answer in the envelope, else its status.
fn said(answer: &Answer) -> String {
    let is_enveloped = answer.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    if is_enveloped { answer.codes() } else { answer.status.to_string() }
}

/// All that can be asked of one recording.
fn all_of(caller: &Caller, names: &str, id: &str) -> Vec<String> {
    let mut answers = Vec::new();
    for (function, more) in [("get", ";wrap=meta"), ("get", ""), ("get", ";wrap=none"), ("peaks", "")] {
        answers.push(said(&caller.get(&format!("recording/recordings/{function}?{names}{more}"))));
    }
    for format in ["csv", "zip"] {
        answers.push(said(&caller.get(&format!("recording/recordings/export?ids={id};format={format}"))));
    }
    for (function, more) in [
        ("update", ";expires=5"),
        ("update", ";hold=1;validation=1"),
        ("copy", ";destination=OWN"),
        ("delete", ""),
    ] {
        let own = if caller.get("user/login").data()["customer"] == 1 { "2" } else { "5" };
        let more = more.replace("OWN", own);
        answers.push(
            caller.post(&format!("recording/recordings/{function}"), &format!("{names}{more}")).codes(),
        );
    }
    answers
}

#[test]
fn a_row_is_nothing_to_the_people_of_the_group_that_it_names_and_all_to_those_of_its_customer() {
    let app = with_misfiled();
    let groups = [(ALDERS, "4:alders:1", "4"), (BIRCHS, "1:birchs:1", "1")];
    let strangers: [&[Caller]; 2] = [
        &[app.stranger(), app.person("bea"), app.agent()],
        &[app.supervisor(), app.administrator(), app.agent(), app.person("bea")],
    ];
    for ((names, id, group), strangers) in groups.into_iter().zip(strangers) {
        for stranger in strangers {
            let absent = format!("recordgroup={group};uniqueid=none;recordid=1");
            let nothing = all_of(stranger, &absent, &format!("{group}:none:1"));
            assert_eq!(app.unchanged(|| all_of(stranger, names, id)), nothing, "{names}");
        }
    }
    assert_eq!(all_of(&app.stranger(), BIRCHS, "1:birchs:1")[6..], ["204", "201", "204", "204"]);
    assert_eq!(all_of(&app.supervisor(), ALDERS, "4:alders:1")[6..], ["204", "201", "204", "204"]);
    assert_eq!(rows(&app.agent(), "recordgroup=2"), "c alders");
    assert_eq!(app.sqlite3("SELECT DISTINCT customer FROM audit WHERE uniqueid = 'alders'"), "1");
    assert_eq!(app.sqlite3("SELECT DISTINCT customer FROM audit WHERE uniqueid = 'birchs'"), "2");
    let copied = app.unchanged(|| {
        app.supervisor()
            .post("recording/recordings/copy", "recordgroup=2;uniqueid=c;recordid=1;destination=1")
    });
    assert_eq!(copied.codes(), "400 destination", "another customer's row has its name there");
}

#[test]
fn a_name_without_its_dot_is_not_taken_for_another_customers_row() {
    let app = with_misfiled();
    app.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, complete) VALUES
           (1, 1, '123.45', '1', 1), (2, 1, '12.345', '1', 1), (2, 1, '12345', '1', 1), (1, 1, '1.2345', '2', 1), (1, 1, '12.345', '2', 1);",
    );
    let get = |caller: &Caller, recordid: i64| {
        let names = format!("recordgroup=1;uniqueid=12345;recordid={recordid};wrap=meta");
        caller.get(&format!("recording/recordings/get?{names}"))
    };
    assert_eq!(get(&app.supervisor(), 1).data()["uniqueid"], "123.45");
    assert_eq!(get(&app.agent(), 1).data()["uniqueid"], "123.45");
    assert_eq!(get(&app.stranger(), 1).data()["uniqueid"], "12345");
    assert_eq!(get(&app.supervisor(), 2).codes(), "404 uniqueid", "two have that name");
}

#[test]
fn a_group_goes_when_its_customer_has_no_rows_in_it_and_others_keep_theirs() {
    let app = with_misfiled();
    let adam = app.administrator();
    assert_eq!(adam.post("recording/groups/delete", "id=3").codes(), "400 id");
    app.sqlite3("DELETE FROM recordings WHERE recordgroup = 3 AND customer = 1");
    assert_eq!(adam.post("recording/groups/delete", "id=3").codes(), "204");
    app.sqlite3("UPDATE recordings SET complete = 1, recordgroup = 3 WHERE uniqueid = 'helped'");
    assert_eq!(app.sqlite3("SELECT id FROM recordgroups WHERE id = 3"), "");
    assert_eq!(rows(&app.stranger(), ""), "f g birchs c sold helped birchs lost");
}

#[test]
fn the_status_tells_how_many_rows_are_in_no_group_of_their_customer() {
    let app = with_misfiled();
    let count = |caller: &Caller| caller.get("status/get").data()["rows_without_groups"].clone();
    assert_eq!(count(&app.administrator()), 2);
    assert_eq!(count(&app.owner()), 7);
    app.sqlite3("UPDATE recordings SET recordgroup = 5 WHERE customer = 2");
    assert_eq!(count(&app.owner()), 2);
    app.sqlite3("UPDATE recordings SET recordgroup = 2 WHERE customer = 1");
    assert_eq!(count(&app.owner()), 0);
    // Each group and each customer once more, and what is beyond all of them.
    app.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid) SELECT 1 + value % 2, value, 'x' || value
           FROM generate_series(1, 60) WHERE value <> 5;",
    );
    let misfiled = app.sqlite3(
        "SELECT count(*) FROM recordings r WHERE NOT EXISTS (SELECT 1 FROM recordgroups g WHERE g.id = r.recordgroup AND g.customer = r.customer)",
    );
    assert_eq!(count(&app.owner()).to_string(), misfiled);
    assert_ne!(misfiled, "0");
}
