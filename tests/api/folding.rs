//! A file of before texts were folded: its search goes on while a new index is made, and whatever becomes of the server.

use std::path::Path;

use serde_json::Value;

use crate::app::{HASH, PASSWORD};
use crate::http::encoded;
use crate::program::{Folder, Serving, sqlite3, tapeline};
use crate::waiting::until;

const ROWS: usize = 60_000;

/// A file as version 6 left it: all rows are in its index, as that one had them, but the last hundred.
fn of_version_6(db: &Path) {
    sqlite3(db, include_str!("../data/versions/6.sql"));
    let fill = format!(
        "INSERT INTO customers (id, name) VALUES (1, 'Alder');
         INSERT INTO people (customer, username, role, hash) VALUES (1, 'root', 'owner', '{}');
         INSERT INTO recordgroups (id, customer, name) VALUES (1, 1, 'Front');
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
           INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, snumber, snumber_name, cnumber,
               cnumber_display)
             SELECT 1, 1, i, '1', 1600000000 + i, 1, 5000000 + i,
               CASE WHEN i % 5 = 0 THEN 'Søren Kjær ' || i ELSE 'Person ' || i END, '4930' || (1000000 + i),
               CASE WHEN i % 7 = 0 THEN '(030) ' || (1000000 + i) ELSE '' END FROM n;
         UPDATE recordings SET snumber_name = 'Inês Conceição' WHERE uniqueid IN ('77', '59999');
         UPDATE recordings SET snumber_name = 'D''Souza' WHERE uniqueid = '778';
         INSERT INTO recordings_search (rowid, text) SELECT id, text FROM recordings_text WHERE id <= {ROWS} - 100;
         DELETE FROM recordings_unindexed WHERE id <= {ROWS} - 100;",
        *HASH
    );
    sqlite3(db, &fill);
    assert_eq!(sqlite3(db, "SELECT count(*) FROM recordings_unindexed").trim(), "100");
}

fn start(db: &Path) -> Serving {
    let sound = db.with_file_name("sound");
    std::fs::create_dir_all(&sound).expect("a folder");
    let mut command = tapeline();
    command.args(["serve", "--listen", "127.0.0.1:0", "--db"]).arg(db).arg("--media-root").arg(sound);
    Serving::start(&mut command)
}

fn found(serving: &Serving, search: &str) -> String {
    let list = format!("recording/recordings/list?complete=-1;search={}", encoded(search));
    serving.caller("root", PASSWORD).get(&list).rows()
}

fn jobs(serving: &Serving) -> Vec<Value> {
    serving.caller("root", PASSWORD).get("status/get").data()["jobs"].as_array().expect("jobs").clone()
}

/// What is found at every moment, by folded words and by numbers in other spellings.
fn assert_that_nothing_is_missing(serving: &Serving) {
    for (search, rows) in [
        ("ines conceicao", "77 59999"),
        ("INÊS", "77 59999"),
        ("kjaer 31415", "31415"),
        ("soren 59995", "59995"),
        ("d’souza", "778"),
        ("person 4321 5004321", "4321"),
        ("030 1031416", "31416"),
        ("0049 30 1000007", "7"),
        ("nobody", ""),
    ] {
        assert_eq!(found(serving, search), rows, "{search}");
    }
}

#[test]
fn an_upgrade_makes_the_new_index_beside_the_old_one_and_no_row_is_missing_whenever_it_is_killed() {
    let folder = Folder::new();
    let db = folder.file("old.db");
    of_version_6(&db);
    let mut steps = Vec::new();
    for round in 0..5 {
        let serving = start(&db);
        let before = sqlite3(&db, "SELECT * FROM recordings_folding");
        assert_that_nothing_is_missing(&serving);
        // Another program writes meanwhile.
        let added = format!(
            "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, snumber_name)
               VALUES (1, 1, 'new{round}', '1', 1700000000, 1, 'Zoë {round}');
             UPDATE recordings SET snumber_name = 'Käthe-{round}' WHERE uniqueid = {round} + 1000"
        );
        sqlite3(&db, &added);
        assert_eq!(found(&serving, &format!("zoe {round}")), format!("new{round}"));
        assert_eq!(found(&serving, &format!("kathe-{round}")), (round + 1000).to_string());
        until("it goes on", || {
            before.is_empty() || sqlite3(&db, "SELECT * FROM recordings_folding") != before
        });
        assert_that_nothing_is_missing(&serving);
        steps.extend(jobs(&serving));
        serving.signal("KILL");
    }
    let serving = start(&db);
    until("the index is whole", || {
        assert_that_nothing_is_missing(&serving);
        let jobs = jobs(&serving);
        steps.extend(jobs.clone());
        jobs.is_empty()
    });
    assert!(steps.iter().all(|job| job["name"] == "search index" && job["percent"].as_i64() <= Some(100)));
    assert!(steps.iter().any(|job| job["step"] == "indexing numbers and names"), "{steps:?}");
    until("nothing waits", || sqlite3(&db, "SELECT count(*) < 1000 FROM recordings_unindexed").trim() == "1");
    assert_that_nothing_is_missing(&serving);
    assert_eq!(found(&serving, "zoe 3"), "new3");
    let said = serving.stop();
    assert!(said.err.contains("the search index is whole"), "{}", said.err);
    let left =
        sqlite3(&db, "SELECT name FROM sqlite_schema WHERE name LIKE '%before%' OR name = 'recordings_text'");
    assert_eq!(left, "");
    assert_eq!(sqlite3(&db, "PRAGMA integrity_check").trim(), "ok");
    let serving = start(&db);
    assert_eq!(jobs(&serving), Vec::<Value>::new());
    assert_that_nothing_is_missing(&serving);
    serving.stop();
}
