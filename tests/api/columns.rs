//! What can't be made from the columns of `model/columns.rs`, `model/intake_files.rs` and `model/sounds.rs` has them all the same.

use std::fs;
use std::path::Path;

use tapeline::model::{IntakeFile, SoundForm, WIRE};
use tapeline::store::{FileKnown, Store};

use crate::program::{Folder, sqlite3};

/// A new database's table: each column's name, type and default.
fn table(name: &str) -> Vec<(String, String, String)> {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    Store::open(&db, 1).expect("a database");
    let columns = sqlite3(
        &db,
        &format!("SELECT name, type, ifnull(dflt_value, '') FROM pragma_table_info('{name}') ORDER BY cid"),
    );
    let cells = |line: &str| {
        let mut cells = line.split('|').map(str::to_owned);
        let mut next = || cells.next().expect("three cells");
        (next(), next(), next())
    };
    columns.lines().map(cells).collect()
}

#[test]
fn the_table_of_recordings_has_an_id_and_the_wire_columns_in_wire_order() {
    let mut expected = vec![("id".to_owned(), "INTEGER".to_owned())];
    expected.extend(WIRE.map(|column| {
        (column.name.to_owned(), if column.kind.is_text() { "TEXT" } else { "INTEGER" }.to_owned())
    }));
    let found: Vec<_> = table("recordings").into_iter().map(|(name, kind, _)| (name, kind)).collect();
    assert_eq!(found, expected, "schema.sql and src/model/columns.rs");
}

#[test]
fn a_column_of_recordings_says_nothing_until_somebody_sets_it() {
    for (name, kind, default) in table("recordings").into_iter().skip(1) {
        let nothing = if kind == "TEXT" { "''" } else { "0" };
        // Callers show their numbers, but for those who withhold them.
        let expected = if name == "spresent" { "1" } else { nothing };
        assert_eq!(default, expected, "{name}: older databases get it for every row");
    }
}

#[test]
fn the_table_of_known_files_has_the_columns_of_the_model_in_their_order() {
    let found: Vec<String> = table("intake_files").into_iter().map(|(name, ..)| name).collect();
    assert_eq!(found, IntakeFile::NAMES, "schema.sql and src/model/intake_files.rs");
    let projected = FileKnown::NAMES.iter().all(|name| IntakeFile::NAMES.contains(name));
    assert!(projected, "{:?}", FileKnown::NAMES);
}

#[test]
fn the_table_of_sounds_has_the_columns_of_the_model_in_their_order() {
    let found: Vec<String> = table("sounds").into_iter().skip(2).map(|(name, ..)| name).collect();
    assert_eq!(found, SoundForm::NAMES, "schema.sql and src/model/sounds.rs");
}

#[test]
fn the_program_that_shows_the_limit_writes_the_wire_columns() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/limit.c");
    let text = fs::read_to_string(path).expect("limit.c");
    let list = text.split("WIRE[] = {").nth(1).and_then(|rest| rest.split("\n};").next()).expect("its list");
    let found: Vec<(String, bool)> = list
        .split('{')
        .skip(1)
        .map(|entry| {
            let entry = entry.split('}').next().expect("an end");
            let (name, text) = entry.split_once(',').expect("a name, and whether it is text");
            (name.trim().trim_matches('"').to_owned(), text.trim() == "true")
        })
        .collect();
    let expected = WIRE.map(|column| (column.name.to_owned(), column.kind.is_text()));
    assert_eq!(found, expected, "tests/bench/limit.c and src/model/columns.rs");
}
