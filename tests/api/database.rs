//! The database file: made, adopted, mended or refused – and then not touched.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::app::{PASSWORD, make_database};
use crate::program::{Folder, Said, Serving, Shell, finish, make_with_sqlite3, serve, sqlite3, tapeline};

/// A command that opens the database and changes nothing in it.
fn open(db: &Path) -> Said {
    finish(tapeline().args(["role", "list", "--db"]).arg(db), "")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

fn with(db: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", db.display()))
}

fn numbers(db: &Path) -> String {
    assert_ne!(sqlite3(db, "PRAGMA user_version"), "0");
    sqlite3(db, "PRAGMA application_id; PRAGMA journal_mode; PRAGMA integrity_check;")
}

/// `TAPE`, in WAL mode, whole.
const OURS: &str = "1413566533\nwal\nok";

/// The table as the contract has it, and nothing else of ours.
const CONTRACT: &str = "CREATE TABLE recordings (
  id INTEGER PRIMARY KEY,
  customer INTEGER NOT NULL DEFAULT 0, recordgroup INTEGER NOT NULL DEFAULT 0,
  uniqueid TEXT NOT NULL DEFAULT '', recordid TEXT NOT NULL DEFAULT '', callid TEXT NOT NULL DEFAULT '',
  asteriskid TEXT NOT NULL DEFAULT '', machine TEXT NOT NULL DEFAULT '',
  start INTEGER NOT NULL DEFAULT 0, \"end\" INTEGER NOT NULL DEFAULT 0, talktime INTEGER NOT NULL DEFAULT 0,
  totaltime INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT '', stype TEXT NOT NULL DEFAULT '',
  snumber TEXT NOT NULL DEFAULT '', snumber_name TEXT NOT NULL DEFAULT '', snumber_display TEXT NOT NULL DEFAULT '',
  scustomer INTEGER NOT NULL DEFAULT 0, ctype TEXT NOT NULL DEFAULT '', cnumber TEXT NOT NULL DEFAULT '',
  cnumber_name TEXT NOT NULL DEFAULT '', cnumber_display TEXT NOT NULL DEFAULT '', dtype TEXT NOT NULL DEFAULT '',
  dnumber TEXT NOT NULL DEFAULT '', dnumber_name TEXT NOT NULL DEFAULT '', dnumber_display TEXT NOT NULL DEFAULT '',
  dcustomer INTEGER NOT NULL DEFAULT 0, callerid_internal TEXT NOT NULL DEFAULT '',
  spresent INTEGER NOT NULL DEFAULT 0, complete INTEGER NOT NULL DEFAULT 0, expires INTEGER NOT NULL DEFAULT 0,
  stale INTEGER NOT NULL DEFAULT 0, mimetype TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL DEFAULT 0,
  path TEXT NOT NULL DEFAULT '', UNIQUE (recordgroup, uniqueid, recordid));
  CREATE INDEX recordings_recordgroup_start ON recordings (recordgroup, start);
  CREATE INDEX recordings_customer_start ON recordings (customer, start);
  CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE recordgroups (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, name TEXT NOT NULL);
  INSERT INTO customers VALUES (3, 'Cedar');
  INSERT INTO recordgroups VALUES (30, 3, 'Front');
  INSERT INTO recordings (id, customer, recordgroup, uniqueid, recordid, start, complete, cnumber, size, snumber) VALUES
    (7, 3, 30, 'a', '1', 1700000000, 1, '100', 5, CAST(x'ff' AS TEXT)),
    (9, 3, 31, 'b', '1', 1700000001, 1, x'0001', 'big', '1'),
    (8, 4, 40, 'c', '1', 1700000002, 0, '', 1.5, ''),
    (2, 'four', x'05', 'd', '1', 'never', 1, '', 0, '');";

/// Type and bytes of every value of every row of the table.
fn rows(db: &Path, columns: &[&str]) -> String {
    let exact = |column: &&str| format!("typeof(\"{column}\"), hex(\"{column}\")");
    let exact: Vec<String> = columns.iter().map(exact).collect();
    sqlite3(db, &format!("SELECT {} FROM recordings ORDER BY id", exact.join(", ")))
}

fn columns(db: &Path) -> String {
    sqlite3(db, "SELECT group_concat(name) FROM pragma_table_info('recordings')")
}

#[test]
fn a_missing_file_is_made_for_its_owner_alone() {
    let folder = Folder::new();
    let db = folder.file("new.db");
    open(&db).ok();
    assert_eq!(mode(&db), 0o600);
    assert_eq!(numbers(&db), OURS);
    open(&db).ok();
    for (path, _, mode) in all_bytes(folder.path()) {
        assert!(["", "-wal", "-shm"].iter().any(|suffix| path == with(&db, suffix)), "{}", path.display());
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = Folder::new();
    let db = folder.file("empty.db");
    fs::write(&db, "").expect("a file");
    open(&db).ok();
    assert_eq!(numbers(&db), OURS);
}

#[test]
fn a_database_is_in_wal_mode_and_closed_to_others_while_it_is_served() {
    let folder = Folder::new();
    let db = folder.file("new.db");
    let server = Serving::start(&mut serve(&db));
    sqlite3(&db, "INSERT INTO customers (name) VALUES ('x')");
    for suffix in ["", "-wal", "-shm"] {
        assert_eq!(mode(&with(&db, suffix)), 0o600, "{suffix}");
    }
    assert_eq!(numbers(&db), OURS);
    let said = server.stop();
    assert_eq!(said.status, 0);
    assert!(!said.err.contains("chmod"));
}

#[test]
fn a_mode_that_lets_others_in_is_warned_of() {
    let folder = Folder::new();
    let db = folder.file("open.db");
    open(&db).ok();
    for wide in [0o644, 0o660, 0o602] {
        fs::set_permissions(&db, fs::Permissions::from_mode(wide)).expect("a mode");
        let said = open(&db);
        assert_eq!(said.status, 0);
        assert!(said.err.contains(&format!("chmod 600 {}", db.display())), "{}", said.err);
        assert_eq!(mode(&db), wide, "a warning, no more");
    }
}

#[test]
fn the_schema_applied_by_sqlite3_is_a_valid_database_and_applying_it_twice_changes_nothing() {
    let folder = Folder::new();
    let db = folder.file("shell.db");
    make_with_sqlite3(&db);
    let once = sqlite3(&db, ".dump");
    make_with_sqlite3(&db);
    assert_eq!(sqlite3(&db, ".dump"), once);
    open(&db).ok();
    assert_eq!(numbers(&db), OURS);
    assert_eq!(sqlite3(&db, ".dump"), once);
    assert!(!with(&db, ".before-adoption").exists(), "nothing was changed");
    make_with_sqlite3(&db);
    open(&db).ok();
    assert_eq!(numbers(&db), OURS);
    assert_eq!(sqlite3(&db, ".dump"), once);
}

#[test]
fn a_file_with_the_contracts_tables_is_adopted_and_its_rows_stay_as_they_were() {
    let folder = Folder::new();
    let db = folder.file("theirs.db");
    sqlite3(&db, CONTRACT);
    sqlite3(&db, "CREATE TABLE notes (text); INSERT INTO notes VALUES ('theirs');");
    let names = columns(&db);
    let names: Vec<&str> = names.split(',').collect();
    let (before, dump) = (rows(&db, &names), sqlite3(&db, ".dump"));

    open(&db).ok();
    assert_eq!(numbers(&db), OURS);
    assert_eq!(rows(&db, &names), before);
    assert_eq!(sqlite3(&db, "SELECT text FROM notes"), "theirs");
    assert_eq!(sqlite3(&db, "SELECT DISTINCT quote(direction), hold FROM recordings"), "''|0");
    assert_eq!(
        sqlite3(
            &db,
            "SELECT * FROM customers ORDER BY id; SELECT id, customer, name FROM recordgroups ORDER BY id;"
        ),
        "3|Cedar\n4|Customer 4\n30|3|Front\n31|3|Group 31\n40|4|Group 40"
    );
    assert_eq!(
        sqlite3(&db, "SELECT description, expires, fraction FROM recordgroups WHERE id = 30"),
        "|365|100"
    );

    let copy = with(&db, ".before-adoption");
    assert_eq!(sqlite3(&copy, ".dump"), dump);
    assert_eq!(mode(&copy), 0o600);
    open(&db).ok();
    assert!(!with(&db, ".before-adoption-2").exists(), "one copy");

    let sara = ["user", "add", "sara", "--customer", "3", "--role", "supervisor", "--password-stdin", "--db"];
    finish(tapeline().args(sara).arg(&db), "a long secret\n").ok();
    let server = Serving::start(&mut serve(&db));
    let answer = server.caller("sara", "a long secret").get("recording/recordings/list");
    let data = answer.data();
    assert_eq!(data[0]["uniqueid"], "a");
    assert_eq!(data[0]["snumber"], "\u{fffd}");
    assert_eq!(data[1]["cnumber"], "\0\u{1}");
    assert_eq!(data[1]["size"], 0);
    assert_eq!(data[1]["hold"], 0);
    assert_eq!(data.as_array().map(Vec::len), Some(2));
}

#[test]
fn missing_columns_get_their_defaults_and_null_is_served_as_empty() {
    let folder = Folder::new();
    let db = folder.file("few.db");
    sqlite3(
        &db,
        "CREATE TABLE recordings (path, start INT, id INTEGER PRIMARY KEY, customer INTEGER, recordgroup INTEGER,
           uniqueid, recordid, complete INTEGER, size INTEGER, cnumber TEXT, theirs TEXT);
         INSERT INTO recordings VALUES (NULL, 1700000000, 1, 1, 1, 'a', NULL, 1, NULL, NULL, 'kept');",
    );
    let names = columns(&db);
    let names: Vec<&str> = names.split(',').collect();
    let before = rows(&db, &names);
    open(&db).ok();
    assert_eq!(rows(&db, &names), before);
    let person =
        "INSERT INTO people (customer, username, role, hash) VALUES (1, 'sara', 'supervisor', 'HASH')";
    sqlite3(&db, &person.replace("HASH", &crate::app::HASH));
    let server = Serving::start(&mut serve(&db));
    let data = server.caller("sara", PASSWORD).get("recording/recordings/list").data();
    let row = data[0].as_object().expect("a row");
    assert_eq!(row.len(), 36);
    assert_eq!(row.values().filter(|value| value.is_null()).count(), 0);
    for (column, value) in
        [("cnumber", ""), ("path", ""), ("recordid", ""), ("status", ""), ("direction", "")]
    {
        assert_eq!(row[column], value, "{column}");
    }
    for (column, value) in [("size", 0), ("totaltime", 0), ("spresent", 1), ("hold", 0), ("customer", 1)] {
        assert_eq!(row[column], value, "{column}");
    }
    assert!(!row.contains_key("theirs") && !row.contains_key("id"));
}

#[test]
fn what_was_dropped_from_a_file_of_ours_is_made_again() {
    let folder = Folder::new();
    let db = folder.file("ours.db");
    make_database(&db);
    open(&db).ok();
    let whole = sqlite3(&db, "SELECT type, name, sql FROM sqlite_schema ORDER BY name");
    sqlite3(
        &db,
        "DROP INDEX recordings_customer_start; DROP TRIGGER recordings_insert_customer; DROP TABLE audit;
         DROP TRIGGER recordings_update_recordgroup; CREATE INDEX recordings_customer_start ON recordings (start);",
    );
    let before = sqlite3(&db, "SELECT * FROM recordings; SELECT * FROM people;");
    open(&db).ok();
    assert_eq!(sqlite3(&db, "SELECT type, name, sql FROM sqlite_schema ORDER BY name"), whole);
    assert_eq!(sqlite3(&db, "SELECT * FROM recordings; SELECT * FROM people;"), before);
}

#[test]
fn an_index_with_other_columns_is_made_anew_without_another_version() {
    let folder = Folder::new();
    let db = folder.file("ours.db");
    make_database(&db);
    open(&db).ok();
    let indexes = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name;";
    let (whole, before) = (sqlite3(&db, indexes), sqlite3(&db, "SELECT * FROM recordings"));
    for (scope, columns) in [("customer", "start, id, cnumber"), ("recordgroup", "start, id, size, path")] {
        let index = format!("recordings_{scope}_list");
        sqlite3(
            &db,
            &format!("DROP INDEX {index}; CREATE INDEX {index} ON recordings ({scope}, {columns});"),
        );
    }
    assert_ne!(sqlite3(&db, indexes), whole);
    open(&db).ok();
    assert_eq!(sqlite3(&db, indexes), whole);
    assert_eq!(sqlite3(&db, "SELECT * FROM recordings"), before);
    assert_eq!(numbers(&db), OURS);
}

#[test]
fn a_file_of_the_first_version_is_upgraded_and_its_rows_stay_as_they_were() {
    let folder = Folder::new();
    let db = folder.file("old.db");
    make_database(&db);
    open(&db).ok();
    let whole = sqlite3(&db, "SELECT type, name, sql FROM sqlite_schema ORDER BY name; PRAGMA user_version;");
    sqlite3(
        &db,
        "DROP TRIGGER recordings_search_insert; DROP TRIGGER recordings_search_update; DROP TABLE recordings_folding;
         DROP TABLE recordings_search; DROP TABLE recordings_unindexed; DROP INDEX recordings_recordgroup_list;
         DROP INDEX recordings_customer_list; DROP INDEX recordings_recordgroup_in_progress;
         DROP INDEX recordings_customer_in_progress; DROP INDEX recordings_recordgroup_stale;
         DROP INDEX recordings_customer_stale; DROP INDEX recordings_recordgroup_hold;
         DROP INDEX recordings_customer_hold; PRAGMA user_version = 1;",
    );
    let before = sqlite3(&db, "SELECT * FROM recordings; SELECT * FROM people; SELECT * FROM recordgroups;");
    open(&db).ok();
    assert_eq!(
        sqlite3(&db, "SELECT type, name, sql FROM sqlite_schema ORDER BY name; PRAGMA user_version;"),
        whole
    );
    assert_eq!(numbers(&db), OURS);
    assert_eq!(
        sqlite3(&db, "SELECT * FROM recordings; SELECT * FROM people; SELECT * FROM recordgroups;"),
        before
    );
    let server = Serving::start(&mut serve(&db));
    let sara = server.caller("sara", PASSWORD);
    assert_eq!(sara.get("recording/recordings/list?search=front").rows(), "a", "rows of before are found");
}

/// What version 4 had and later ones haven't: a line in intake_files for every row, made by a trigger.
const OF_VERSION_4: &str = "
    DROP TRIGGER recordings_delete_file; DROP TRIGGER recordings_update_file; DROP TRIGGER recordings_replace_file;
    DROP INDEX recordings_uniqueid; DROP INDEX intake_files_path; DROP INDEX intake_files_uniqueid;
    CREATE INDEX intake_files_path ON intake_files (path, machine);
    CREATE INDEX intake_files_uniqueid ON intake_files (uniqueid, machine);
    CREATE TRIGGER recordings_insert_file AFTER INSERT ON recordings BEGIN SELECT 1; END;
    CREATE TRIGGER recordings_update_file AFTER UPDATE OF path ON recordings BEGIN SELECT 1; END;
    DELETE FROM intake_files;
    INSERT INTO recordings (recordgroup, uniqueid, recordid, machine, path)
      VALUES (1, '7.1', '1', 'pbx', 'there.wav'), (1, '7.2', '1', 'pbx', 'renamed.wav');
    INSERT INTO intake_files (path, machine, uniqueid, recordid, recording)
      SELECT path, machine, uniqueid, recordid, id FROM recordings WHERE path <> '';
    UPDATE intake_files SET path = 'before.wav' WHERE path = 'renamed.wav';
    INSERT INTO intake_files (path, machine, uniqueid, recordid, recording, excluded)
      VALUES ('deleted.wav', 'pbx', '7.3', '1', 999999, ''), ('short.wav', 'pbx', '7.4', '', 0, 'too short');
    INSERT INTO intake_files (path, machine, uniqueid, recordid, recording, state, written)
      SELECT 'ours.wav', '', '', '', id, 2, 5 FROM recordings WHERE path = 'there.wav';
    PRAGMA user_version = 4;";

#[test]
fn a_file_of_version_4_forgets_what_its_rows_tell_and_nothing_else() {
    let folder = Folder::new();
    let db = folder.file("old.db");
    make_database(&db);
    open(&db).ok();
    let schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY name; PRAGMA user_version;";
    let whole = sqlite3(&db, schema);
    sqlite3(&db, OF_VERSION_4);
    let rows = sqlite3(&db, "SELECT * FROM recordings");
    open(&db).ok();
    assert_eq!(sqlite3(&db, schema), whole);
    assert_eq!(sqlite3(&db, "SELECT * FROM recordings"), rows);
    assert_eq!(
        sqlite3(&db, "SELECT path FROM intake_files ORDER BY path"),
        "before.wav\ndeleted.wav\nours.wav\nshort.wav"
    );
}

/// A file that is refused: what it is, how it is made, a word of the sentence.
type Refused = (&'static str, fn(&Path), &'static str);

const REFUSED: [Refused; 16] = [
    ("text", |db| fs::write(db, "start,end\n".repeat(100)).expect("a file"), "not a SQLite database"),
    ("a few bytes", |db| fs::write(db, "SQLite").expect("a file"), "not a SQLite database"),
    (
        "the beginning of a header",
        |db| fs::write(db, "SQLite format 3\0").expect("a file"),
        "not a SQLite database",
    ),
    ("zeros", |db| fs::write(db, [0; 8192]).expect("a file"), "not a SQLite database"),
    ("a folder", |db| fs::create_dir(db).expect("a folder"), "not a file"),
    (
        "cut off",
        |db| {
            make_database(db);
            let bytes = fs::read(db).expect("the file");
            fs::write(db, &bytes[..bytes.len() / 2]).expect("half of it");
        },
        "damaged",
    ),
    (
        "overwritten",
        |db| {
            make_database(db);
            let mut bytes = fs::read(db).expect("the file");
            let page = bytes.len() / 4096 / 2 * 4096;
            bytes[page..page + 4096].fill(0xff);
            fs::write(db, &bytes).expect("the file");
        },
        "damaged",
    ),
    (
        "a table without its root",
        |db| {
            make_database(db);
            let root: usize = sqlite3(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'recordings'")
                .parse()
                .expect("a number");
            let mut bytes = fs::read(db).expect("the file");
            bytes[(root - 1) * 4096..root * 4096].fill(0);
            fs::write(db, &bytes).expect("the file");
        },
        "damaged",
    ),
    (
        "read-only",
        |db| {
            make_database(db);
            fs::set_permissions(db, fs::Permissions::from_mode(0o444)).expect("a mode");
        },
        "read-only",
    ),
    (
        "newer",
        |db| {
            open(db).ok();
            sqlite3(db, "PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE);");
        },
        "newer Tapeline",
    ),
    (
        "of another program, with such a table",
        |db| drop(sqlite3(db, &format!("PRAGMA application_id = 1196444487; {CONTRACT}"))),
        "another program",
    ),
    (
        "of another program, newly made",
        |db| drop(sqlite3(db, "PRAGMA application_id = 1196444487; CREATE TABLE x (y);")),
        "another program",
    ),
    ("without recordings", |db| drop(sqlite3(db, "CREATE TABLE contacts (name);")), "recordings"),
    (
        "recordings without id",
        |db| {
            drop(sqlite3(
                db,
                "CREATE TABLE recordings (customer INTEGER, recordgroup INTEGER, uniqueid, recordid, start INTEGER);
                 INSERT INTO recordings VALUES (1, 1, 'a', '1', 5);",
            ))
        },
        "id",
    ),
    (
        "an id that is no key",
        |db| {
            let sql = CONTRACT.replace("id INTEGER PRIMARY KEY,\n  customer", "id INTEGER,\n  customer");
            assert_ne!(sql, CONTRACT);
            sqlite3(db, &sql);
        },
        "INTEGER PRIMARY KEY",
    ),
    (
        "recordings without start",
        |db| {
            drop(sqlite3(
                db,
                "CREATE TABLE recordings (id INTEGER PRIMARY KEY, customer, recordgroup, uniqueid, recordid);",
            ))
        },
        "start",
    ),
];

fn all_bytes(folder: &Path) -> BTreeSet<(PathBuf, Vec<u8>, u32)> {
    fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let bytes = if path.is_file() { fs::read(&path).expect("a file") } else { Vec::new() };
            let mode = mode(&path);
            (path, bytes, mode)
        })
        .collect()
}

#[test]
fn what_cannot_be_ours_is_refused_in_a_sentence_and_not_touched() {
    for (what, make, word) in REFUSED {
        let folder = Folder::new();
        let db = folder.file("file.db");
        make(&db);
        let before = all_bytes(folder.path());
        let sentence = open(&db).refusal();
        assert!(sentence.contains(word), "{what}: {sentence}");
        assert!(sentence.contains("file.db"), "{what}: {sentence}");
        assert!(all_bytes(folder.path()) == before, "{what}: it was touched");
    }
}

#[test]
fn every_command_refuses_alike() {
    let folder = Folder::new();
    let db = folder.file("text.db");
    fs::write(&db, "no database\n".repeat(20)).expect("a file");
    let expected = open(&db).refusal();
    let sound = folder.file("sound");
    fs::create_dir(&sound).expect("a folder");
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["init"],
        &["customer", "list"],
        &["customer", "add", "x"],
        &["group", "list"],
        &["user", "list", "--json"],
        &["user", "passwd", "x", "--password-stdin"],
        &["demo"],
    ] {
        let mut command = tapeline();
        command.args(arguments).arg("--db").arg(&db).arg("--media-root").arg(&sound);
        assert_eq!(finish(&mut command, "a long secret\n").refusal(), expected, "{arguments:?}");
    }
}

#[test]
fn a_file_in_a_folder_that_is_not_there_is_refused_in_a_sentence() {
    let folder = Folder::new();
    let sentence = open(&folder.file("none/such.db")).refusal();
    assert!(sentence.contains("none/such.db") && sentence.contains("folder"), "{sentence}");
}

#[test]
fn rows_of_one_identity_are_listed_and_nothing_is_touched() {
    let folder = Folder::new();
    let db = folder.file("doubles.db");
    let sql = CONTRACT.replace(", UNIQUE (recordgroup, uniqueid, recordid)", "");
    assert_ne!(sql, CONTRACT);
    sqlite3(&db, &sql);
    sqlite3(
        &db,
        "INSERT INTO recordings (id, recordgroup, uniqueid, recordid) VALUES (100, 5, 'twin', '1'), (200, 5, 'twin', '1');",
    );
    let before = all_bytes(folder.path());
    let said = open(&db);
    assert_eq!(said.status, 1);
    assert_eq!(said.out, "");
    for word in ["twin", "100", "200"] {
        assert!(said.err.contains(word), "{}", said.err);
    }
    assert!(!said.err.contains("uniqueid a,"), "only the doubles: {}", said.err);
    assert!(all_bytes(folder.path()) == before, "it was touched");

    sqlite3(&db, "DELETE FROM recordings WHERE id = 200");
    open(&db).ok();
    assert_eq!(numbers(&db), OURS);
}

#[test]
fn a_file_that_another_program_locks_is_refused_in_a_sentence() {
    let folder = Folder::new();
    let db = folder.file("locked.db");
    sqlite3(&db, CONTRACT);
    let before = fs::read(&db).expect("the file");
    let mut shell = Shell::open(&db);
    shell.run("BEGIN EXCLUSIVE;");
    let sentence = open(&db).refusal();
    assert!(sentence.contains("locked"), "{sentence}");
    assert!(fs::read(&db).expect("the file") == before, "it was touched");
    shell.run("ROLLBACK;");
    open(&db).ok();
}

#[test]
fn a_database_is_served_while_another_program_holds_the_write_lock() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    open(&db).ok();
    let mut shell = Shell::open(&db);
    shell.run("BEGIN IMMEDIATE; UPDATE recordings SET cnumber = 'not yet' WHERE id = 11;");
    let server = Serving::start(&mut serve(&db));
    let sara = server.caller("sara", PASSWORD);
    assert_eq!(sara.get("recording/recordings/list?called=100").rows(), "a");
    shell.run("COMMIT;");
    assert_eq!(sara.get("recording/recordings/list?called=not%20yet").rows(), "a");
}

#[test]
fn rows_of_a_customer_or_group_without_a_name_get_one_by_trigger() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    sqlite3(
        &db,
        "INSERT INTO customers (id, name) VALUES (8, 'Customer 9');
         INSERT INTO recordings (customer, recordgroup, uniqueid) VALUES (9, 90, 'x');
         INSERT OR REPLACE INTO recordings (customer, recordgroup, uniqueid) VALUES (10, 90, 'x'), (10, 100, 'x');
         INSERT OR IGNORE INTO recordings (customer, recordgroup, uniqueid) VALUES (11, 110, 'y');
         UPDATE recordings SET customer = 12, recordgroup = 120 WHERE uniqueid = 'y';
         PRAGMA foreign_keys = ON;
         INSERT INTO recordings (customer, recordgroup, uniqueid) VALUES (1, 1, 'u')
           ON CONFLICT DO UPDATE SET customer = 13;
         INSERT INTO recordings (customer, recordgroup, uniqueid) VALUES ('text', x'00', 'wrong types');",
    );
    assert_eq!(
        sqlite3(
            &db,
            "SELECT * FROM customers WHERE id > 2; SELECT id, customer, name FROM recordgroups WHERE id > 5;"
        ),
        "8|Customer 9\n9|Customer 9 (2)\n10|Customer 10\n11|Customer 11\n12|Customer 12\n\
         90|9|Group 90\n100|10|Group 100\n110|11|Group 110\n120|12|Group 120"
    );
    assert_eq!(sqlite3(&db, "SELECT name FROM recordgroups WHERE id = 1"), "Reception", "a name that stands");
}

#[test]
fn an_id_is_never_used_twice() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    open(&db).ok();
    let insert = "INSERT INTO recordings (uniqueid) VALUES ('x') RETURNING id;";
    assert_eq!(sqlite3(&db, &format!("{insert} DELETE FROM recordings; {insert}")), "1\n2");
}

#[test]
fn starts_at_the_same_time_do_not_harm_each_other() {
    let folder = Folder::new();
    let db = folder.file("theirs.db");
    sqlite3(&db, CONTRACT);
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let db = db.clone();
            std::thread::spawn(move || open(&db).ok())
        })
        .collect();
    for start in starts {
        start.join().expect("it opens");
    }
    assert_eq!(numbers(&db), OURS);
    assert_eq!(sqlite3(&with(&db, ".before-adoption"), "PRAGMA application_id"), "0");
}

#[test]
fn an_adoption_that_is_refused_leaves_no_copy() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    sqlite3(&db, &format!("{CONTRACT} CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);"));
    let before = all_bytes(folder.path());
    for _ in 0..2 {
        let said = open(&db);
        assert_eq!(said.status, 1);
        assert!(said.err.contains("people.customer"), "{}", said.err);
    }
    let after: BTreeSet<_> = all_bytes(folder.path())
        .into_iter()
        .filter(|(name, ..)| !name.to_string_lossy().contains("-shm"))
        .collect();
    assert_eq!(after, before);
}

/// A checkpoint writes the first page, with the new page count, before the last one: a crash between leaves a file
/// that is shorter than it says, and a WAL that has the rest.
#[test]
fn a_crash_in_the_middle_of_a_checkpoint_is_healed_and_not_called_damage() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    open(&db).ok();
    let mut other = Shell::open(&db);
    other.run("PRAGMA wal_autocheckpoint = 0;");
    other.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO recordings (customer, recordgroup, uniqueid, start) SELECT 1, 1, 'n' || i, i FROM n;",
    );
    let copy = folder.file("crashed.db");
    fs::copy(&db, &copy).expect("a copy");
    fs::copy(with(&db, "-wal"), with(&copy, "-wal")).expect("a copy");
    other.run("PRAGMA wal_checkpoint(FULL);");
    let whole = fs::read(&db).expect("the file");
    let mut crashed = fs::read(&copy).expect("the file");
    crashed[..4096].copy_from_slice(&whole[..4096]);
    assert!(crashed.len() < whole.len(), "pages are missing");
    fs::write(&copy, crashed).expect("a crash");
    open(&copy).ok();
    assert_eq!(sqlite3(&copy, "SELECT count(*) FROM recordings; PRAGMA integrity_check;"), "5000\nok");
}
