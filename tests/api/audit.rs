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
    let answer = app.administrator().get(&format!("{LIST}?limit=2;end=450")).json();
    let call = |start: i64, from: &str, to: &str| {
        json!({"name": "", "customer_name": "Alder", "recordgroup_name": "", "start": start, "snumber": from,
            "snumber_name": "", "snumber_display": from, "cnumber": to, "cnumber_name": "", "cnumber_display": to,
            "dnumber": "", "dnumber_name": "", "dnumber_display": ""})
    };
    let row = |entry: Value, call: Value| {
        let both = [entry, call].into_iter().flat_map(|part| part.as_object().expect("an object").clone());
        both.collect::<serde_json::Map<_, _>>()
    };
    let mut update = call(0, "", "");
    update["recordgroup_name"] = json!("Sales");
    let mut delete = call(0, "", "");
    delete["recordgroup_name"] = json!("Reception");
    delete["name"] = json!("Sara");
    let expected = [
        row(
            json!({"id": 5, "time": 400, "person": 0, "username": "command line", "address": "",
                "action": "groups/update", "customer": 1, "recordgroup": 2, "uniqueid": "", "recordid": "",
                "detail": "expires \"30\""}),
            update,
        ),
        row(
            json!({"id": 4, "time": 300, "person": 3, "username": "sara", "address": "10.0.0.2",
                "action": "recordings/delete", "customer": 1, "recordgroup": 1, "uniqueid": "a", "recordid": "2",
                "detail": ""}),
            delete,
        ),
    ];
    assert_eq!(answer["data"], json!(expected));
    let keys = |row: &serde_json::Map<String, Value>| row.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(answer["data"][0].as_object().expect("a row")), keys(&expected[0]), "in this order");
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
        ("recordgroup=1", "4 3 2 1"),
        ("recordgroup=9", "6"),
        ("recordgroup=4", ""),
        ("recordgroup=1;uniqueid=a;recordid=1", "3 2"),
        ("recordgroup=1;uniqueid=a;recordid=1;action=recordings/listen;person=3;start=1;end=999", "2"),
        ("uniqueid=a", "6 4 3 2"),
        ("recordid=2", "4"),
        ("uniqueid=A", ""),
        ("except=recordings/listen", "5 4 1"),
        ("except=recordings/listen,groups/create", "5 4"),
        ("except=,+recordings/listen+,", "5 4 1"),
        ("except=recordings/listen;action=recordings/listen", ""),
        ("except=recordings/listen;person=3", "4"),
        ("number=030;except=recordings/delete", "3 2"),
        ("number=030;person=4;uniqueid=a", "3"),
        ("person=;action=;recordgroup=;uniqueid=;start=;except=;number=", "6 5 4 3 2 1"),
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
        ("adam", "number=%2B+()", "400 number"),
        ("adam", "number=-;except=user/login;limit=-1", "400 number, 400 limit"),
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
fn what_is_no_action_is_refused_with_those_that_are() {
    let app = app();
    let adam = app.administrator();
    for (query, codes) in [
        ("action=nope", "400 action"),
        ("action=recordings", "400 action"),
        ("except=logins", "400 except"),
        ("except=user/login,user/logn", "400 except"),
        ("action=User/login", "400 action"),
    ] {
        let answer = adam.get(&format!("{LIST}?{query}"));
        assert_eq!(answer.codes(), codes, "{query}");
        assert!(answer.text().contains("user/login/failed"), "{}", answer.text());
    }
    // Of another program.
    app.sqlite3("INSERT INTO audit (time, action, customer) VALUES (900, 'nope', 1);");
    assert_eq!(adam.get(&format!("{LIST}?action=nope")).status, 200);
    let page = include_str!("../../static/js/call/history.js");
    let (_, list) = page.split_once("const ACTIONS").expect("the page's actions");
    let (list, _) = list.split_once("]);").expect("their end");
    let actions = list.split('"').filter(|word| word.contains('/') && !word.contains(' '));
    let mut seen = 0;
    for action in actions {
        assert_eq!(adam.get(&format!("{LIST}?action={action}")).status, 200, "{action}");
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn more_than_fifty_exceptions_are_refused() {
    let app = app();
    let actions = |count: usize| vec!["user/login"; count].join(",");
    assert_eq!(ids(&app, "adam", &format!("except={}", actions(50))), "6 5 4 3 2 1");
    let answer = app.administrator().get(&format!("{LIST}?except={}", actions(51)));
    assert_eq!(answer.codes(), "400 except");
}

/// Times and numbers of entries, as one asks for them.
fn calls(app: &TestApp, who: &str, query: &str) -> Vec<String> {
    let data = app.person(who).get(&format!("{LIST}?{query}")).data();
    let told = |row: &Value| {
        let word = |field: &str| row[field].as_str().expect("a text").to_owned();
        let (action, start) = (word("action"), &row["start"]);
        format!("{action} {start} {} > {} > {}", word("snumber"), word("cnumber"), word("dnumber_name"))
    };
    data.as_array().expect("rows").iter().map(told).collect()
}

#[test]
fn an_entry_says_which_call_it_is_about_also_once_the_recording_is_deleted() {
    let app = spawn_app();
    app.supervisor().post("recording/recordings/update", "recordgroup=1;uniqueid=a;recordid=1;hold=0");
    app.supervisor().post("recording/recordings/delete", "recordgroup=1;uniqueid=a;recordid=1");
    let one = "1700000000 +49 30 1 > 100 > 前台";
    let both = [format!("recordings/delete {one}"), format!("recordings/update {one}")];
    assert_eq!(calls(&app, "adam", "uniqueid=a"), both);
    let row = app.administrator().get(&format!("{LIST}?uniqueid=a;limit=1")).data()[0].take();
    assert_eq!(
        (&row["snumber_name"], &row["snumber_display"], &row["cnumber_name"], &row["dnumber_display"]),
        (&json!("Zoë \"Z\" Ångström"), &json!("030 1"), &json!("Front\tdesk\\"), &json!("1-01"))
    );
    assert_eq!((&row["name"], &row["recordgroup_name"]), (&json!("Sara"), &json!("Reception")));
    for number in ["%2B49+30+1", "0049301", "030+1", "49301", "100", "101", "1-01"] {
        assert_eq!(calls(&app, "adam", &format!("number={number}")), both, "{number}");
    }
    for number in ["102", "0302", "49302"] {
        assert_eq!(calls(&app, "adam", &format!("number={number}")), Vec::<String>::new(), "{number}");
    }
}

#[test]
fn of_a_recording_that_another_program_deleted_an_entry_tells_what_it_or_another_one_knows() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO audit (time, person, action, customer, recordgroup, uniqueid, recordid) VALUES
           (5, 3, 'recordings/listen', 1, 1, 'a', '1'), (6, 3, 'recordings/listen', 1, 1, 'b', '1');",
    );
    let before =
        ["recordings/listen 1700000100 101 > 0049 > ", "recordings/listen 1700000000 +49 30 1 > 100 > 前台"];
    assert_eq!(calls(&app, "adam", "end=10"), before, "its row knows");
    assert_eq!(calls(&app, "adam", "number=0049"), before[..1]);
    app.supervisor().post("recording/recordings/update", "recordgroup=1;uniqueid=a;recordid=1;hold=0");
    app.sqlite3("DELETE FROM recordings WHERE uniqueid IN ('a', 'b');");
    let after = ["recordings/listen 0  >  > ", before[1]];
    assert_eq!(
        calls(&app, "adam", "end=10"),
        after,
        "unknown is unknown, and another entry knows the other one"
    );
    assert_eq!(calls(&app, "adam", "number=4930;end=10"), after[1..]);
    assert_eq!(calls(&app, "adam", "number=0049"), Vec::<String>::new());
}

#[test]
fn who_called_is_also_known_where_it_became_known_after_the_entry() {
    let app = spawn_app();
    app.sqlite3("UPDATE recordings SET snumber = '' WHERE uniqueid = 'b';");
    app.supervisor().post("recording/recordings/update", "recordgroup=1;uniqueid=b;recordid=1;hold=1");
    app.sqlite3(
        "UPDATE recordings SET snumber = '+441134960123', snumber_name = x'ff' WHERE uniqueid = 'b';",
    );
    let known = ["recordings/update 1700000100 +441134960123 > 0049 > "];
    assert_eq!(calls(&app, "adam", "uniqueid=b"), known);
    assert_eq!(calls(&app, "adam", "number=0113+496-0123"), known);
}

#[test]
fn an_upgrade_notes_in_each_entry_the_call_that_its_row_still_knows() {
    let old = "INSERT INTO audit (time, action, customer, recordgroup, uniqueid, recordid) VALUES
          (5, 'recordings/listen', 1, 1, 'a', '1'), (6, 'recordings/listen', 2, 1, 'b', '1'),
          (7, 'recordings/listen', 1, 1, 'gone', '1');
        ALTER TABLE audit RENAME COLUMN call TO other; PRAGMA user_version = 8;";
    let app = spawn(|_| {}, |db| drop(sqlite3(db, old)));
    app.sqlite3("DELETE FROM recordings WHERE uniqueid IN ('a', 'b');");
    let unknown = "recordings/listen 0  >  > ";
    let known = "recordings/listen 1700000000 +49 30 1 > 100 > 前台";
    assert_eq!(calls(&app, "adam", "end=10"), [unknown, known]);
    assert_eq!(calls(&app, "olga", "end=10;customer=2"), [unknown], "another customer's row is none of it");
}

#[test]
fn a_number_tells_nothing_of_another_customers_calls() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO people (id, customer, username, name, role, hash)
        SELECT 8, 2, 'bertha', 'Bertha', 'administrator', hash FROM people WHERE id = 2;",
    );
    for recording in ["recordgroup=1;uniqueid=b;recordid=1", "recordgroup=4;uniqueid=f;recordid=1"] {
        app.owner().post("recording/recordings/update", &format!("{recording};hold=1"));
    }
    // Of a row that was Alder's: by now it is Birch's, with the same name, and nothing is known of Alder's.
    app.sqlite3(
        "INSERT INTO audit (time, person, action, customer, recordgroup, uniqueid, recordid) VALUES
           (5, 3, 'recordings/listen', 1, 4, 'f', '1'), (6, 3, 'recordings/listen', 1, 4, 'f', '1');",
    );
    let alders = ["recordings/update 1700000100 101 > 0049 > "];
    assert_eq!(calls(&app, "adam", "number=0049"), alders);
    assert_eq!(calls(&app, "adam", "number=101"), alders);
    assert_eq!(calls(&app, "bertha", "number=0049"), Vec::<String>::new());
    assert_eq!(calls(&app, "bertha", "number=1"), ["recordings/update 1700000050 1 > 2 > "]);
    assert_eq!(calls(&app, "adam", "number=2"), Vec::<String>::new());
    assert_eq!(calls(&app, "adam", "end=9"), vec!["recordings/listen 0  >  > "; 2]);
    let names = app.administrator().get(&format!("{LIST}?end=9")).data();
    assert_eq!(names[0]["recordgroup_name"], "", "nor what another customer calls a group");
    assert_eq!(app.person("bertha").get(&format!("{LIST}?customer=1;number=1")).codes(), "400 customer");
    assert_eq!(calls(&app, "olga", "number=1").len(), 2, "an owner asks of all");
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
