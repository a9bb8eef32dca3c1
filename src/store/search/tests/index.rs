//! The trigram index: what waits for it, what is stale in it, and what becomes of one that is damaged.

use std::path::PathBuf;

use rusqlite::Connection;

use super::super::index::*;
use super::dice::Folder;
use super::world::{START, Table, in_new_file};
use super::{WHOLE, listed};
use crate::model::search_terms;
use crate::model::{Condition, Filter, SEARCHED, Scope, Stored};
use crate::store::Store;

/// Two customers' names, a number each; `names` is `snumber_name` of rows 1, 2, …
fn with_names(names: &[&[u8]]) -> (Folder, PathBuf, Store) {
    let (folder, path) = in_new_file(Table::Ours);
    let store = Store::open(&path, 2).expect("a database");
    {
        let writer = store.writer();
        for (row, name) in names.iter().enumerate() {
            insert_name(&writer, row + 1, name);
        }
    }
    (folder, path, store)
}

fn insert_name(connection: &Connection, id: usize, name: &[u8]) {
    let sql = "INSERT INTO recordings (id, customer, recordgroup, uniqueid, start, complete, snumber_name)
                 VALUES (?1, 1, 1, ?1, ?2, 1, ?3)";
    let id = i64::try_from(id).expect("small");
    connection.execute(sql, (id, START + id, Stored::Text(name.into()))).expect("a row");
}

fn index_all(store: &Store) {
    while index_some(&mut store.writer(), 1_000).expect("an index") > 0 {}
}

fn everything(search: &str) -> Filter {
    Filter {
        scope: Scope::Customer(1),
        start: 0,
        end: i64::MAX,
        conditions: vec![
            Condition::Ended("complete"),
            Condition::Words(&SEARCHED, search_terms(search, "").expect("few words")),
        ],
    }
}

/// The ids that the trigram index names for a search; all where it cannot help.
fn named(store: &Store, search: &str) -> Vec<i64> {
    let reader = store.reader().expect("a reader");
    let Some(mut ids) = reader.candidates(&everything(search), 100_000).expect("an index") else {
        return vec![1];
    };
    ids.sort_unstable();
    ids
}

fn waiting_in(store: &Store) -> i64 {
    waiting(&store.writer(), i64::MAX).expect("the queue")
}

fn found(store: &Store, search: &str) -> String {
    listed(&store.reader().expect("a reader"), &everything(search), &WHOLE).0.join(" ")
}

/// More rows than are looked through whole, so that a search of a rare name needs the index.
fn with_many_names() -> (Folder, PathBuf, Store) {
    let names: Vec<Vec<u8>> = (1..=6_000).map(|row| format!("person-{row:05}").into_bytes()).collect();
    let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
    let (folder, path, store) = {
        let (folder, path) = in_new_file(Table::Ours);
        let store = Store::open(&path, 2).expect("a database");
        store.writer().execute_batch("BEGIN").expect("a transaction");
        for (row, name) in names.iter().enumerate() {
            insert_name(&store.writer(), row + 1, name);
        }
        store.writer().execute_batch("COMMIT").expect("a transaction");
        (folder, path, store)
    };
    index_all(&store);
    (folder, path, store)
}

#[test]
fn a_stale_entry_shows_no_wrong_row_and_hides_no_right_one() {
    let (_folder, path, store) = with_many_names();
    let other = Connection::open(&path).expect("another program");
    let steps: [(&str, &str, &str); 7] = [
        ("DELETE FROM recordings WHERE id = 3001", "person-03001", ""),
        (
            "INSERT INTO recordings (id, customer, recordgroup, uniqueid, start, complete, snumber_name)
               VALUES (3001, 1, 1, 'again', 1700000001, 1, 'someone else')",
            "someone",
            "again",
        ),
        ("UPDATE recordings SET snumber_name = 'renamed' WHERE id = 3002", "renamed", "3002"),
        (
            "INSERT OR REPLACE INTO recordings (customer, recordgroup, uniqueid, start, complete, snumber_name)
               VALUES (1, 1, '3003', 1700000001, 1, 'replaced')",
            "replaced",
            "3003",
        ),
        ("UPDATE recordings SET id = 70000 WHERE id = 3004", "person-03004", "3004"),
        ("UPDATE recordings SET customer = 2 WHERE id = 3005", "person-03005", ""),
        (
            "INSERT INTO recordings (customer, recordgroup, uniqueid, start, complete, snumber_name)
               VALUES (1, 1, '3006', 1700000001, 1, 'upserted')
               ON CONFLICT (recordgroup, uniqueid, recordid) DO UPDATE SET snumber_name = excluded.snumber_name",
            "upserted",
            "3006",
        ),
    ];
    for (sql, _, _) in &steps {
        other.execute_batch(sql).expect(sql);
    }
    for indexed in [false, true, true] {
        for (sql, search, rows) in &steps {
            assert_eq!(found(&store, search), *rows, "{sql}");
        }
        for gone in ["person-03001", "person-03002", "person-03003", "person-03006"] {
            assert_eq!(found(&store, gone), "", "{gone} {indexed}");
        }
        assert_eq!(found(&store, "person-03007"), "3007");
        // Every text once more, beside what the index already has of the row.
        if indexed {
            other.execute_batch("UPDATE recordings SET cnumber_name = 'x' || id").expect("an update");
        }
        index_all(&store);
        assert_eq!(waiting_in(&store), 0);
    }
    assert_eq!(named(&store, "renamed"), [3_002]);
    assert!(is_intact(&store.writer()));
}

#[test]
fn the_end_of_a_call_is_nothing_new_to_the_search() {
    let (_folder, path, store) = with_names(&[b"Anna", b"Bea"]);
    let other = Connection::open(&path).expect("another program");
    assert_eq!(waiting_in(&store), 2);
    index_all(&store);
    assert_eq!(waiting_in(&store), 0);
    for (sql, waiting) in [
        (
            "UPDATE recordings SET \"end\" = 1700000100, talktime = 50, totaltime = 60, status = 'answer', complete = 1,
               size = 9, mimetype = 'audio/x-wav', path = 'a.wav', expires = 1, stale = 1, hold = 1",
            0,
        ),
        ("UPDATE recordings SET start = 1, recordgroup = 2, customer = 2, uniqueid = 'u' || id, direction = 'in'", 0),
        ("UPDATE recordings SET dnumber_name = 'Cleo' WHERE id = 1", 1),
        ("UPDATE recordings SET dnumber_name = 'Dora' WHERE id = 1", 1),
        ("UPDATE recordings SET id = 7 WHERE id = 2", 2),
        ("INSERT INTO recordings (uniqueid, start) VALUES ('new', 5)", 3),
        ("INSERT OR REPLACE INTO recordings (uniqueid, start) VALUES ('new', 6)", 4),
    ] {
        other.execute_batch(sql).expect(sql);
        assert_eq!(waiting_in(&store), waiting, "{sql}");
    }
}

#[test]
fn rows_wait_until_there_are_many_and_a_nul_hides_nothing() {
    let (_folder, path, store) = with_names(&[b"Anna\0Berg", b"", b"Cleo"]);
    assert_eq!(store.index_waiting().expect("an index"), 0);
    assert_eq!(waiting_in(&store), 3);
    for row in 4..=WAITING.unsigned_abs() {
        insert_name(&store.writer(), usize::try_from(row).expect("small"), b"Dora");
    }
    let other = Connection::open(&path).expect("another program");
    other.execute("DELETE FROM recordings WHERE id = 10", []).expect("a row goes");
    assert_eq!(store.index_waiting().expect("an index"), 1_000, "with the one that is gone");
    assert_eq!(waiting_in(&store), 0);
    assert_eq!(named(&store, "cleo"), [3]);
    assert_eq!((named(&store, "berg"), found(&store, "berg")), (vec![1], "1".into()));
    assert_eq!(found(&store, "a\0be"), "1");
    assert_eq!((named(&store, "anna\0berg"), found(&store, "anna\0berg")), (vec![1], "1".into()));
    assert_eq!(named(&store, "dora").len(), 996);
}

/// A decoder that takes stray bytes for a part of the character before them reads another text.
#[test]
fn bytes_that_are_no_utf8_hide_nothing_beside_them() {
    for broken in [
        &b"\xa9"[..],
        b"\xff",
        b"\xc3",
        b"\xe2\x82",
        b"\xf0\x9f\x91",
        b"\xed\xa0\x80",
        b"\xc0\x80",
        b"\xa9\xa9\xa9",
    ] {
        let name = ["xyé".as_bytes(), broken, "éab cde".as_bytes(), broken].concat();
        let (_folder, path, store) = with_names(&[&name]);
        index_all(&store);
        for search in ["xyé", "XYÉ", "éab", "cde", "yé\u{fffd}"] {
            assert_eq!(
                (named(&store, search), found(&store, search)),
                (vec![1], "1".into()),
                "{broken:?} {search}"
            );
        }
        assert!(is_intact(&store.writer()), "{broken:?}");
        drop(store);
        let store = Store::open(&path, 1).expect("a database");
        assert_eq!(waiting_in(&store), 0, "{broken:?}: no reason to make the index anew");
    }
}

#[test]
fn ids_may_be_any_whole_number() {
    let (_folder, path, store) = with_names(&[b"Anna"]);
    let other = Connection::open(&path).expect("another program");
    for id in [i64::MIN, -5, 0, i64::MAX - 1] {
        let sql = format!(
            "INSERT INTO recordings (id, customer, start, complete, uniqueid, snumber_name) VALUES ({id}, 1, 5, 1, 'u{id}', 'Anna')"
        );
        other
            .execute_batch(&sql.replace("-9223372036854775808,", "-9223372036854775807 - 1,"))
            .expect("a row");
    }
    index_all(&store);
    assert_eq!(waiting_in(&store), 0);
    assert_eq!(named(&store, "anna"), [i64::MIN, -5, 0, 1, i64::MAX - 1]);
    assert!(is_intact(&store.writer()));
}

#[test]
fn a_damaged_or_missing_search_is_found_at_the_start_and_made_anew() {
    let damages = [
        "INSERT INTO recordings_search (recordings_search) VALUES ('delete-all')",
        "DELETE FROM recordings_search_data",
        "DELETE FROM recordings_search_data WHERE id > 10",
        "DELETE FROM recordings_search_idx",
        "UPDATE recordings_search_data SET block = zeroblob(length(block))",
        "UPDATE recordings_search_data SET block = x'00'",
        "DROP TABLE recordings_search_data",
        "DROP TABLE recordings_search_idx",
        "DROP TABLE recordings_search_config",
        "DROP TABLE recordings_search",
        "DROP TABLE recordings_search; CREATE TABLE recordings_search (text)",
        "DROP TABLE recordings_search; CREATE VIRTUAL TABLE recordings_search USING fts5 (text)",
        "DROP TABLE recordings_unindexed",
        "DROP TRIGGER recordings_search_insert; DROP TRIGGER recordings_search_update;
         UPDATE recordings SET snumber_name = 'renamed-' || id",
        "DROP TRIGGER recordings_search_update;
         CREATE TRIGGER recordings_search_update AFTER UPDATE OF cnumber ON recordings BEGIN SELECT 1; END;
         UPDATE recordings SET snumber_name = 'renamed-' || id",
        "DROP TABLE recordings_folding",
        "DROP TRIGGER recordings_search_insert; INSERT INTO recordings (customer, uniqueid, start, complete, snumber_name)
           VALUES (1, 'while', 5, 1, 'renamed-while')",
    ];
    let (folder, original, store) = with_many_names();
    store.writer().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("a checkpoint");
    drop(store);
    for (number, damage) in damages.into_iter().enumerate() {
        let path = folder.0.join(format!("{number}.db"));
        std::fs::copy(&original, &path).expect("a copy");
        let other = Connection::open(&path).expect("another program");
        other.execute_batch(damage).unwrap_or_else(|error| panic!("{error}: {damage}"));
        drop(other);
        let store = Store::open(&path, 2).unwrap_or_else(|error| panic!("{error}: {damage}"));
        assert!(is_intact(&store.writer()), "{damage}");
        assert_eq!(waiting_in(&store), 0, "{damage}");
        let all: Vec<i64> = store
            .writer()
            .prepare("SELECT id FROM recordings ORDER BY id")
            .and_then(|mut ids| ids.query_map([], |row| row.get(0))?.collect())
            .expect("ids");
        let search = if damage.contains("SET snumber_name") { "renamed-" } else { "person-0" };
        let all = &all[..6_000];
        assert_eq!(named(&store, search), all, "{damage}");
        if damage.contains("'while'") {
            assert_eq!(found(&store, "renamed-while"), "while", "{damage}");
        }
        // New rows are noted again.
        insert_name(&store.writer(), 80_000, b"new person");
        assert_eq!(waiting_in(&store), 1, "{damage}");
        let again = Store::open(&path, 1).expect("a database");
        assert_eq!(waiting_in(&again), 1, "{damage}: and it stays made");
    }
}

#[test]
fn rows_are_found_without_the_index_where_it_is_damaged_meanwhile() {
    for damage in [
        "DELETE FROM recordings_search_data",
        "DELETE FROM recordings_search_data WHERE id > 10",
        "DROP TABLE recordings_search_data",
        "DROP TABLE recordings_search",
    ] {
        let (_folder, path, store) = with_many_names();
        assert_eq!(found(&store, "person-05000"), "5000");
        let other = Connection::open(&path).expect("another program");
        other.execute_batch(damage).expect(damage);
        assert_eq!(found(&store, "person-05000"), "5000", "{damage}");
        assert_eq!(found(&store, "person-1"), "", "{damage}");
    }
}
