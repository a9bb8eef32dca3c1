//! audit/list: what it shows to whom, and how it goes on.

use serde_json::{Value, json};

use crate::app::{TestApp, spawn, spawn_app, spawn_with};
use crate::program::sqlite3;

const LIST: &str = "audit/list";

/// Entries 1 to 8, of which 3 and 4 have one time, 7 is of Birch and 8 of nobody.
const ENTRIES: &str = "INSERT INTO audit
    (id, time, person, username, address, action, customer, recordgroup, uniqueid, recordid, detail) VALUES
    (1, 100, 2, 'adam', '10.0.0.1', 'groups/create', 1, 1, NULL, NULL, 'name Reception'),
    (2, 200, 3, 'sara', '10.0.0.2', 'recordings/listen', 1, 1, 'a', '1', ''),
    (3, 300, 4, 'anna', '10.0.0.3', 'recordings/listen', 1, 1, 'a', '1', ''),
    (4, 300, 3, 'sara', '10.0.0.2', 'recordings/delete', 1, 1, 'a', '2', ''),
    (5, 400, NULL, 'command line', '', 'groups/update', 1, 2, NULL, NULL, 'expires \"30\"'),
    (6, 500, 1, 'olga', '10.0.0.9', 'recordings/listen', 1, 9, 'a', '1', ''),
    (7, 600, 6, 'boris', '10.0.0.6', 'recordings/listen', 2, 4, 'f', '1', 'of Birch'),
    (8, 700, NULL, 'x', '', 'odd', NULL, NULL, NULL, NULL, '');";

fn app() -> TestApp {
    spawn(|_| {}, |db| drop(sqlite3(db, ENTRIES)))
}

fn ids(app: &TestApp, who: &str, query: &str) -> String {
    let data = app.person(who).get(&format!("{LIST}?{query}")).data();
    let rows = data.as_array().expect("rows").iter();
    rows.map(|row| row["id"].to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn an_administrator_reads_the_log_of_the_customer_newest_first() {
    let app = app();
    let answer = app.administrator().get(&format!("{LIST}?limit=2;end=450"));
    assert_eq!(
        answer.data(),
        json!([
            {"id": 5, "time": 400, "person": 0, "username": "command line", "address": "", "action": "groups/update",
             "customer": 1, "recordgroup": 2, "uniqueid": "", "recordid": "", "detail": "expires \"30\""},
            {"id": 4, "time": 300, "person": 3, "username": "sara", "address": "10.0.0.2",
             "action": "recordings/delete", "customer": 1, "recordgroup": 1, "uniqueid": "a", "recordid": "2",
             "detail": ""},
        ])
    );
    let json = answer.json();
    let keys: Vec<&str> = json["data"][0].as_object().expect("a row").keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "id",
            "time",
            "person",
            "username",
            "address",
            "action",
            "customer",
            "recordgroup",
            "uniqueid",
            "recordid",
            "detail"
        ]
    );
    assert_eq!(ids(&app, "adam", ""), "6 5 4 3 2 1");
    assert_eq!(ids(&app, "olga", ""), "8 7 6 5 4 3 2 1", "an owner reads all");
    assert_eq!(ids(&app, "olga", "customer=2"), "7");
    assert_eq!(ids(&app, "olga", "customer=1"), "6 5 4 3 2 1");
}

#[test]
fn filters_narrow_it_together() {
    let app = app();
    for (query, expected) in [
        ("start=300", "6 5 4 3"),
        ("start=300;end=300", "4 3"),
        ("end=299", "2 1"),
        ("start=501", ""),
        ("person=3", "4 2"),
        ("person=6", ""),
        ("person=99", ""),
        ("action=recordings/listen", "6 3 2"),
        ("action=recordings%2Flisten;person=4", "3"),
        ("action=recordings", ""),
        ("recordgroup=1", "4 3 2 1"),
        ("recordgroup=9", "6"),
        ("recordgroup=4", ""),
        ("recordgroup=1;uniqueid=a;recordid=1", "3 2"),
        ("recordgroup=1;uniqueid=a;recordid=1;action=recordings/listen;person=3;start=1;end=999", "2"),
        ("uniqueid=a", "6 4 3 2"),
        ("recordid=2", "4"),
        ("uniqueid=A", ""),
        ("person=;action=;recordgroup=;uniqueid=;start=", "6 5 4 3 2 1"),
    ] {
        assert_eq!(ids(&app, "adam", query), expected, "{query}");
    }
}

#[test]
fn pages_follow_each_other_while_entries_come() {
    let app = app();
    let adam = app.administrator();
    for limit in 1..=7 {
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page = adam.get(&format!("{LIST}?limit={limit};after={after};end=1000")).json();
            let rows = page["data"].as_array().expect("rows");
            assert!(rows.len() <= limit);
            seen.extend(rows.iter().map(|row| row["id"].as_i64().expect("a number")));
            app.sqlite3("INSERT INTO audit (time, action, customer) VALUES (900, 'new', 1);");
            match &page["next"] {
                Value::String(next) => after = next.clone(),
                _ => break,
            }
        }
        let old: Vec<i64> = seen.into_iter().filter(|id| *id <= 6).collect();
        assert_eq!(old, [6, 5, 4, 3, 2, 1], "{limit}");
        app.sqlite3("DELETE FROM audit WHERE action = 'new';");
    }
    let whole = adam.get(&format!("{LIST}?limit=6;end=1000")).json();
    assert_eq!(whole.get("next"), None, "nothing follows");
}

#[test]
fn whoever_is_no_administrator_and_whatever_is_no_parameter_is_refused() {
    let app = app();
    for (who, query, codes) in [
        ("uwe", "", "402"),
        ("anna", "", "402"),
        ("sara", "limit=x", "402"),
        ("adam", "customer=2", "400 customer"),
        ("adam", "customer=99", "400 customer"),
        ("olga", "customer=99", "400 customer"),
        (
            "adam",
            "customer=x;start=-1;end=x;person=x;recordgroup=x;limit=-1;after=x",
            "400 customer, 400 start, 400 end, 400 person, 400 recordgroup, 400 limit, 400 after",
        ),
        ("adam", "customer=2;limit=-1", "400 customer, 400 limit"),
        ("adam", "start=2;end=1", "400 end"),
        ("adam", "after=AAAA", "400 after"),
    ] {
        assert_eq!(app.person(who).get(&format!("{LIST}?{query}")).codes(), codes, "{who} {query}");
    }
    let list = app.administrator().get("recording/recordings/list?limit=1").json();
    let next = list["next"].as_str().expect("a next");
    assert_eq!(app.administrator().get(&format!("{LIST}?after={next}")).codes(), "400 after");
}

#[test]
fn who_heard_a_recording_is_a_question_to_the_log() {
    let app = spawn_app();
    let media = app.db.with_file_name("sound/a");
    std::fs::create_dir_all(&media).expect("a folder");
    std::fs::write(media.join("a.wav"), "sound").expect("a file");
    let get = "recording/recordings/get?recordgroup=1;uniqueid=a;recordid=1;wrap=none";
    assert_eq!(app.agent().get(get).body, b"sound");
    let query = format!("{LIST}?recordgroup=1;uniqueid=a;recordid=1;action=recordings/listen");
    let heard = app.administrator().get(&query).data();
    assert_eq!(heard.as_array().expect("rows").len(), 1);
    assert_eq!((&heard[0]["username"], &heard[0]["address"]), (&json!("anna"), &json!("127.0.0.1")));
}

#[test]
fn a_long_log_comes_whole_and_another_programs_entries_are_json() {
    let app = spawn_app();
    app.sqlite3(
        "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
           INSERT INTO audit (time, action, customer, detail) SELECT i, 'x', 1, 'row ' || i FROM n;
         INSERT INTO audit (time, action, customer, recordgroup, detail, uniqueid, person)
           VALUES (30000, CAST(x'ff' AS TEXT), 1, 'many', x'fe', 5, 'x');",
    );
    let answer = app.administrator().get(LIST);
    let rows = answer.data();
    assert_eq!(rows.as_array().expect("rows").len(), 20_001);
    assert_eq!(
        (
            &rows[0]["action"],
            &rows[0]["recordgroup"],
            &rows[0]["detail"],
            &rows[0]["uniqueid"],
            &rows[0]["person"]
        ),
        (&json!("\u{fffd}"), &json!(0), &json!("\u{fffd}"), &json!("5"), &json!(0))
    );
    assert_eq!(rows[20_000]["detail"], "row 1");
}

#[test]
fn each_question_has_an_index() {
    let app = spawn_app();
    for (conditions, index) in [
        ("time <= 9", "audit_time"),
        ("time <= 9 AND customer = 1", "audit_customer"),
        ("time <= 9 AND customer = 1 AND action = 'x'", "audit_customer_action"),
        (
            "time <= 9 AND customer = 1 AND recordgroup = 1 AND uniqueid = 'a' AND recordid = '1'",
            "audit_recording",
        ),
        (
            "time <= 9 AND customer = 1 AND recordgroup = 1 AND uniqueid = 'a' AND recordid = '1' AND action = 'x'",
            "audit_recording",
        ),
    ] {
        let plan = app.sqlite3(&format!(
            "EXPLAIN QUERY PLAN SELECT * FROM audit WHERE {conditions} ORDER BY time DESC, id DESC;"
        ));
        assert!(plan.contains(&format!("USING INDEX {index} ")), "{conditions}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{conditions}: {plan}");
    }
}

#[test]
fn enswitch_gets_strings_of_the_log_too() {
    let app = spawn_with(|config| config.compat = tapeline::config::Compat::Enswitch);
    app.sqlite3(ENTRIES);
    let row = app.administrator().get(&format!("{LIST}?limit=1")).json()["data"][0].take();
    assert_eq!((&row["id"], &row["time"], &row["person"]), (&json!("6"), &json!("500"), &json!("1")));
}
