//! Ids of customers, groups, people and rows: none comes back, whatever was removed and whoever names it.

use std::path::{Path, PathBuf};

use crate::app::{Caller, HASH, TestApp, spawn, spawn_app};
use crate::program::{Folder, Serving, finish, make_with_sqlite3, serve, sqlite3, tapeline};

fn command(db: &Path, arguments: &[&str]) -> String {
    finish(tapeline().args(arguments).arg("--db").arg(db), "a long secret\n").ok()
}

fn refused(db: &Path, arguments: &[&str]) -> String {
    finish(tapeline().args(arguments).arg("--db").arg(db), "a long secret\n").refusal()
}

/// The id of which a command says that it was added.
fn added(db: &Path, arguments: &[&str]) -> i64 {
    let json = command(db, &[arguments, &["--json"]].concat());
    serde_json::from_str::<serde_json::Value>(&json).expect("JSON")["id"].as_i64().expect("an id")
}

fn group_made_by(caller: &Caller, name: &str) -> i64 {
    caller.post("recording/groups/create", &format!("name={name}")).data()["id"].as_i64().expect("an id")
}

fn person_made_by(caller: &Caller, name: &str) -> i64 {
    let form = format!("username={name}&password=a+long+secret&role=user");
    caller.post("people/create", &form).data()["id"].as_i64().expect("an id")
}

/// A file as version 5 made it: the second and third customers were removed, and a group and a person of the first.
fn of_version_5(folder: &Folder) -> PathBuf {
    let db = folder.file("old.db");
    sqlite3(&db, include_str!("../data/versions/5.sql"));
    let filled = "PRAGMA foreign_keys = ON;
        INSERT INTO customers (id, name) VALUES (1, 'Alder'), (2, 'Birch'), (3, 'Cedar');
        INSERT INTO people (customer, username, role, hash) VALUES (1, 'adam', 'administrator', 'HASH'),
          (1, 'anna', 'agent', 'HASH'), (1, 'arno', 'agent', 'HASH'), (3, 'carla', 'administrator', 'HASH');
        INSERT INTO recordgroups (id, customer, name, owner) VALUES (1, 1, 'Front', 0), (2, 1, 'Back', 3), (7, 1, 'Gone', 0);
        INSERT INTO recordgroup_members VALUES (2, 1), (2, 2), (3, 1);
        INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, complete) VALUES (1, 1, 'a', '1', 1), (1, 2, 'b', '1', 1);
        INSERT INTO audit (time, person, username, action, customer, recordgroup, detail) VALUES
          (1700000000, 4, 'carla', 'groups/create', 3, 8, 'name Secret merger'), (1700000001, NULL, '', 'customers/delete', 3, NULL, ''),
          (1700000002, NULL, '', 'groups/delete', 1, 7, 'name Gone'), (1700000003, NULL, '', 'people/delete', 1, NULL, '');
        INSERT INTO intake_files (path, customer, recordgroup) VALUES ('kept/of/group/9.wav', 1, 9);
        DELETE FROM recordgroups WHERE id = 7; DELETE FROM people WHERE customer = 3; DELETE FROM customers WHERE id > 1;";
    sqlite3(&db, &filled.replace("HASH", &HASH));
    db
}

const WITH_MEMBERS: &str =
    "SELECT * FROM recordgroup_members; SELECT id, customer, name, owner FROM recordgroups;
    SELECT id, customer, username, name, role, hash, created FROM people; SELECT * FROM customers; SELECT * FROM recordings;";

#[test]
fn an_upgrade_loses_no_member_and_gives_no_id_of_what_was_removed_before() {
    let folder = Folder::new();
    let db = of_version_5(&folder);
    let before = sqlite3(&db, WITH_MEMBERS);
    command(&db, &["role", "list"]);
    assert_eq!(sqlite3(&db, WITH_MEMBERS), before);
    assert_eq!(
        sqlite3(&db, "PRAGMA foreign_key_check; PRAGMA integrity_check; PRAGMA user_version;"),
        "ok\n9"
    );
    // Another program's INSERT without an id begins as high.
    assert_eq!(sqlite3(&db, "INSERT INTO customers (name) VALUES ('Shell') RETURNING id"), "4");
    assert_eq!(sqlite3(&db, "INSERT INTO recordgroups (customer, name) VALUES (4, 'x') RETURNING id"), "10");
    assert_eq!(added(&db, &["customer", "add", "Elm"]), 5);
    assert_eq!(added(&db, &["group", "add", "New", "--customer", "5"]), 11);
    let adam = ["user", "add", "eva", "--customer", "5", "--role", "administrator", "--password-stdin"];
    assert_eq!(added(&db, &adam), 5);
    let server = Serving::start(&mut serve(&db));
    let entries = server.caller("eva", "a long secret").get("audit/list").text();
    assert!(entries.contains("Elm") && !entries.contains("merger"), "{entries}");
}

/// A file of another program whose tables have columns, indexes and triggers of its own, and take along what refers to them.
const THEIRS: &str = "PRAGMA foreign_keys = ON;
    CREATE TABLE customers (\"id\" INTEGER NOT NULL, name TEXT, vat TEXT DEFAULT '-', long AS (name || vat), PRIMARY KEY (\"id\"));
    CREATE TABLE recordgroups (id integer primary key asc, customer INTEGER NOT NULL REFERENCES customers ON DELETE CASCADE, name TEXT,
      colour TEXT CHECK (colour <> 'grey'));
    CREATE TABLE phones (number TEXT, customer INTEGER REFERENCES customers ON DELETE CASCADE,
      recordgroup INTEGER REFERENCES recordgroups ON DELETE SET NULL);
    CREATE TABLE log (what TEXT);
    CREATE TABLE recordings (id INTEGER PRIMARY KEY, customer INTEGER, recordgroup INTEGER, uniqueid TEXT, recordid TEXT, start INTEGER);
    CREATE INDEX by_colour ON recordgroups (colour);
    CREATE TRIGGER noted AFTER DELETE ON customers BEGIN INSERT INTO log VALUES ('gone: ' || old.name); END;
    INSERT INTO customers (id, name, vat) VALUES (3, 'Cedar', 'x'), (5, 'Elm', 'y');
    INSERT INTO recordgroups VALUES (30, 3, 'Front', 'red'), (50, 5, 'Back', 'blue');
    INSERT INTO phones VALUES ('1', 3, 30), ('2', 5, 50);
    INSERT INTO recordings VALUES (1, 3, 30, 'a', '1', 5), (2, 3, 31, 'b', '1', 6);";

#[test]
fn the_tables_of_an_adopted_file_never_give_an_id_twice_and_lose_nothing() {
    let folder = Folder::new();
    let db = folder.file("theirs.db");
    sqlite3(&db, THEIRS);
    let all = "SELECT * FROM customers; SELECT id, customer, name, colour FROM recordgroups WHERE id <> 31;
        SELECT * FROM phones; SELECT count(*) FROM log; SELECT name FROM sqlite_schema WHERE name IN ('by_colour', 'noted') ORDER BY name;
        PRAGMA foreign_key_check;";
    let before = sqlite3(&db, all);
    command(&db, &["role", "list"]);
    assert_eq!(sqlite3(&db, all), before);
    sqlite3(&db, "PRAGMA foreign_keys = ON; DELETE FROM customers WHERE id = 5;");
    assert_eq!(sqlite3(&db, "SELECT * FROM phones; SELECT * FROM log;"), "1|3|30\ngone: Elm");
    assert_eq!(sqlite3(&db, "INSERT INTO customers (name) VALUES ('Fir') RETURNING id, long"), "6|Fir-");
    assert_eq!(sqlite3(&db, "INSERT INTO recordgroups (customer, name) VALUES (6, 'x') RETURNING id"), "51");
    assert_eq!(added(&db, &["group", "add", "New", "--customer", "6"]), 52);
}

/// What names the id 500 of a customer, a group or a person that isn't there.
const NAMED: [(&str, &str); 17] = [
    ("customer", "INSERT INTO recordings (customer, recordgroup, uniqueid) VALUES (500, 1, 'n')"),
    ("customer", "UPDATE recordings SET scustomer = 500 WHERE id = 11"),
    ("customer", "UPDATE recordings SET dcustomer = 500 WHERE id = 11"),
    ("customer", "INSERT INTO audit (time, action, customer) VALUES (1, 'x', 500)"),
    ("customer", "INSERT INTO intake_files (path, customer) VALUES ('x', 500)"),
    (
        "customer",
        "INSERT INTO intake_waiting (file, since, began, rule, reason, customer, heard) VALUES (1, 1, 1, 1, '', 500, '')",
    ),
    // Where everything goes that no rule takes: what a rule named is forgotten once none does.
    ("group", "INSERT OR REPLACE INTO rule_targets VALUES ('', '', 1, 500, 'gone', 1, NULL)"),
    ("customer", "UPDATE recordgroups SET customer = 500 WHERE id = 5"),
    ("customer", "UPDATE people SET customer = 500 WHERE id = 7"),
    ("group", "INSERT INTO recordings (customer, recordgroup, uniqueid) VALUES (1, 500, 'n')"),
    ("group", "INSERT INTO audit (time, action, recordgroup) VALUES (1, 'x', 500)"),
    ("group", "INSERT INTO intake_files (path, recordgroup) VALUES ('x', 500)"),
    ("group", "INSERT INTO recordgroup_members (person, recordgroup) VALUES (4, 500)"),
    ("person", "INSERT INTO audit (time, action, person) VALUES (1, 'x', 500)"),
    ("person", "INSERT INTO recordgroup_members (person, recordgroup) VALUES (500, 1)"),
    ("person", "UPDATE recordgroups SET owner = 500 WHERE id = 1"),
    (
        "person",
        "INSERT INTO tokens (hash, person, standing, created, expires) VALUES (x'00', 500, x'00', 0, 0)",
    ),
];

fn next_id(app: &TestApp, what: &str) -> i64 {
    match what {
        "customer" => added(&app.db, &["customer", "add", "New"]),
        "group" => group_made_by(&app.administrator(), "New"),
        _ => person_made_by(&app.administrator(), "new"),
    }
}

#[test]
fn the_next_id_is_above_every_one_that_any_table_names() {
    for (what, naming) in NAMED {
        let app = spawn_app();
        app.sqlite3(naming);
        assert_eq!(next_id(&app, what), 501, "{naming}");
    }
}

#[test]
fn ids_of_what_was_removed_by_any_program_in_any_way_do_not_come_back() {
    let app = spawn_app();
    let (adam, olga) = (app.administrator(), app.owner());
    let group = group_made_by(&adam, "One");
    assert_eq!(adam.post("recording/groups/delete", &format!("id={group}")).codes(), "204");
    assert_eq!(group_made_by(&adam, "Two"), group + 1);
    app.sqlite3(
        "DELETE FROM recordgroups WHERE id > 5; INSERT INTO recordgroups (id, customer, name) VALUES (20, 1, 'x'), (40, 1, 'y');
         UPDATE recordgroups SET id = 21 WHERE id = 20; INSERT OR REPLACE INTO recordgroups (id, customer, name) VALUES (40, 2, 'z');
         DELETE FROM recordgroups WHERE id > 5;
         INSERT INTO customers (id, name) VALUES (30, 'Thirty'); INSERT OR REPLACE INTO customers (id, name) VALUES (3, 'Thirty');
         DELETE FROM customers WHERE id = 3; INSERT INTO people (id, customer, username, role, hash) VALUES (50, 1, 'x', 'user', '');
         DELETE FROM people WHERE id = 50; DELETE FROM sqlite_sequence;",
    );
    assert_eq!(group_made_by(&olga, "Three"), 41);
    assert_eq!(next_id(&app, "customer"), 31);
    assert_eq!(next_id(&app, "person"), 51);
    let refusal = refused(&app.db, &["customer", "add", "Again", "--id", "3"]);
    assert!(refusal.contains("gone") && refusal.contains("--id"), "{refusal}");
    assert!(refused(&app.db, &["group", "add", "Again", "--customer", "1", "--id", "20"]).contains("gone"));
    assert_eq!(added(&app.db, &["group", "add", "Free", "--customer", "1", "--id", "19"]), 19);
}

#[test]
fn a_row_that_names_what_was_removed_is_its_customers_and_brings_nothing_back() {
    let app = spawn_app();
    let adam = app.administrator();
    let group = group_made_by(&adam, "Short-lived");
    adam.post("recording/groups/delete", &format!("id={group}"));
    added(&app.db, &["customer", "add", "Cedar"]);
    command(&app.db, &["customer", "remove", "3"]);
    let groups = app.sqlite3("SELECT id, customer, name FROM recordgroups; SELECT * FROM customers;");
    app.sqlite3(&format!(
        "PRAGMA foreign_keys = ON;
         INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, complete, start) VALUES (1, {group}, 'late', '1', 1, 1700000400),
           (2, {group}, 'birchs', '1', 1, 1700000400), (3, 3, 'nobodys', '1', 1, 1700000400), (3, 77, 'nobodys too', '1', 1, 1700000400);
         UPDATE recordings SET recordgroup = {group} WHERE uniqueid = 'd'; UPDATE recordings SET customer = 3 WHERE uniqueid = 'f';"
    ));
    assert_eq!(app.sqlite3("SELECT id, customer, name FROM recordgroups; SELECT * FROM customers;"), groups);
    assert_eq!(adam.get("recording/recordings/list").rows(), "a b c d late");
    assert_eq!(app.stranger().get("recording/recordings/list").rows(), "g birchs");
    let late = format!("recording/recordings/get?recordgroup={group};uniqueid=late;recordid=1;wrap=meta");
    assert_eq!(adam.get(&late).codes(), "200");
    assert_eq!(app.stranger().get(&late).codes(), "404 uniqueid");
    assert_eq!(
        adam.get(&format!("recording/recordings/list?recordgroup={group}")).codes(),
        "400 recordgroup"
    );
    // Neither does the next start, when what is amiss is mended.
    app.sqlite3("DROP TRIGGER recordings_insert_customer;");
    command(&app.db, &["role", "list"]);
    assert_eq!(app.sqlite3("SELECT id, customer, name FROM recordgroups; SELECT * FROM customers;"), groups);
}

/// The largest id there is, everywhere.
const LARGEST: &str = "
    INSERT INTO recordings (id, customer, recordgroup, uniqueid, recordid, complete, start)
      VALUES (9223372036854775807, 1, 1, 'last', '1', 1, 1700000500);
    INSERT INTO recordings (id, customer, recordgroup, uniqueid, recordid, complete)
      VALUES (4611686018427387904, 9223372036854775807, 9223372036854775807, 'theirs', '1', 1);
    INSERT INTO people (id, customer, username, role, hash) VALUES (9223372036854775807, 1, 'last', 'user', '');
    INSERT INTO audit (id, time, action) VALUES (9223372036854775807, 1, 'x');
    INSERT INTO intake_files (id, path) VALUES (9223372036854775807, 'last.wav');
    INSERT INTO intake_records (id, uniqueid, machine, record) VALUES (9223372036854775807, 'x', 'y', '{}');
    INSERT INTO sound_removals (id, path, noted) VALUES (9223372036854775807, 'last.wav', 0);";

#[test]
fn the_largest_id_stands_in_nobodys_way() {
    for (made_before, sql) in [
        (true, LARGEST.to_owned()),
        (false, LARGEST.to_owned()),
        (false, LARGEST.replace("9223372036854775807", "9007199254740991")),
    ] {
        let app = spawn(|_| {}, |db| drop(made_before.then(|| sqlite3(db, &sql))));
        if !made_before {
            app.sqlite3(&sql);
        }
        let adam = app.administrator();
        assert_eq!(next_id(&app, "customer"), 3);
        assert_eq!(group_made_by(&adam, "Six"), 6);
        assert_eq!(group_made_by(&adam, "Seven"), 7);
        assert_eq!(next_id(&app, "person"), 8);
        for group in [6, 7] {
            let copy = format!("recordgroup=1&uniqueid=a&recordid=1&destination={group}");
            assert_eq!(adam.post("recording/recordings/copy", &copy).codes(), "204");
            let delete = format!("recordgroup={group}&uniqueid=a&recordid=1");
            app.sqlite3("UPDATE recordings SET hold = 0");
            assert_eq!(adam.post("recording/recordings/delete", &delete).codes(), "204");
        }
        adam.post("recording/recordings/copy", "recordgroup=1&uniqueid=a&recordid=1&destination=6");
        let id = app.sqlite3("SELECT id FROM recordings WHERE recordgroup = 6");
        assert_eq!(id, "21", "two that are gone had 19 and 20");
        assert_eq!(adam.get("recording/recordings/list?start=1700000201").rows(), "last");
        let csv = app.db.with_file_name("export.csv");
        std::fs::write(&csv, adam.get("recording/recordings/export?recordgroup=2").body).expect("a file");
        app.sqlite3("DELETE FROM recordings WHERE uniqueid = 'c'");
        command(&app.db, &["import", "csv", csv.to_str().expect("UTF-8")]);
        assert_eq!(app.sqlite3("SELECT id FROM recordings WHERE uniqueid = 'c'"), "22");
        assert_eq!(app.sqlite3("SELECT max(id) < 100 FROM intake_files WHERE id < 9007199254740991"), "1");
        assert_eq!(app.entries().len(), 11, "{:#?}", app.entries());
    }
}

#[test]
fn a_database_without_a_customer_gets_the_first_ids() {
    let folder = Folder::new();
    let db = folder.file("new.db");
    make_with_sqlite3(&db);
    assert_eq!(added(&db, &["customer", "add", "First"]), 1);
    assert_eq!(added(&db, &["group", "add", "First", "--customer", "1"]), 1);
}
