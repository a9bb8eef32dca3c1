//! A database as another program might have filled it, and what other programs do to it.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::PathBuf;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ToSql};

use super::dice::{Dice, Folder};
use crate::model::{Stored, WIRE};
use crate::store::Store;
use crate::store::database::prepare_reader;

/// The start of the first recording.
pub(super) const START: i64 = 1_700_000_000;

/// Whose table it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Table {
    /// As in schema.sql.
    Ours,
    /// Without types and NOT NULL, with ids that are used again.
    Adopted,
}

/// What numbers and names are made of.
pub(super) const PIECES: [&str; 51] = [
    "0",
    "1",
    "2",
    "7",
    "12",
    "030",
    "+49",
    "201",
    "a",
    "Z",
    "nn",
    "Émile",
    "émile",
    "ÉMILE",
    "Σίσυφος",
    "ΣΊΣΥΦΟΣ",
    "ДАВИД",
    "давид",
    "İ",
    "ı",
    "I",
    "i",
    "ß",
    "ẞ",
    "SS",
    "\u{212a}",
    "ſ",
    "%",
    "_",
    "'",
    "\"",
    "\\",
    "*",
    "(",
    "^",
    "-",
    ":",
    "AND",
    "NEAR(",
    " ",
    " ",
    "\t",
    "\n",
    "\u{a0}",
    "日本語",
    "שלום",
    "مرحبا",
    "e\u{301}",
    "\u{202e}",
    "👩\u{200d}👧",
    "\u{fffd}",
];

/// The contract's idea of letters, for all that [`PIECES`] and their other cases have; spelled out, so that it is
/// nobody's table but this one.
pub(super) fn folded(text: &str) -> String {
    let one = |c: char| match c {
        'A'..='Z' => c.to_ascii_lowercase().to_string(),
        'É' | 'é' => "e".into(),
        'Σ' | 'ς' => "σ".into(),
        'Ί' | 'ί' => "ι".into(),
        'Υ' => "υ".into(),
        'Φ' => "φ".into(),
        'Ο' => "ο".into(),
        'Д' => "д".into(),
        'А' => "а".into(),
        'В' => "в".into(),
        'И' => "и".into(),
        'İ' | 'ı' => "i".into(),
        '\u{212a}' => "k".into(),
        'ſ' => "s".into(),
        'ẞ' | 'ß' => "ss".into(),
        '\u{a0}' => " ".into(),
        '\u{301}' | '\u{200d}' | '\u{202e}' => String::new(),
        other => other.to_string(),
    };
    text.chars().map(one).collect()
}

pub(super) fn text(dice: &mut Dice) -> String {
    (0..dice.below(6)).map(|_| dice.pick(&PIECES)).collect()
}

/// A number or name as another program might have stored it.
pub(super) fn stored(dice: &mut Dice, table: Table) -> Option<Stored> {
    Some(match dice.below(40) {
        0 if table == Table::Adopted => return None,
        1 => Stored::Blob(text(dice).into_bytes()),
        2 => Stored::Integer(dice.number(3_000)),
        3 => Stored::Real(f64::from(u32::try_from(dice.below(400)).expect("small")) + 0.5),
        4 => {
            // Bytes that are no UTF-8, where a decoder that is less careful than ours reads other characters.
            let broken: [&[u8]; 5] = [b"\xff", b"\xa9", b"\xe2\x82", b"\xc3", b"\xf0\x9f\x91"];
            Stored::Text([text(dice).as_bytes(), dice.pick(&broken), text(dice).as_bytes()].concat())
        }
        5 => Stored::Text(format!("{}\0{}", text(dice), text(dice)).into_bytes()),
        _ => Stored::Text(text(dice).into_bytes()),
    })
}

pub(super) const NAMES: [&str; 10] = [
    "snumber",
    "snumber_name",
    "snumber_display",
    "cnumber",
    "cnumber_name",
    "cnumber_display",
    "dnumber",
    "dnumber_name",
    "dnumber_display",
    "callerid_internal",
];

pub(super) const OTHERS: &str =
    "customer, recordgroup, uniqueid, recordid, start, complete, totaltime, size, expires, direction, stale,
    status, hold";

/// A database, the connection of another program, and the ways to ask.
pub(super) struct World {
    pub(super) table: Table,
    pub(super) store: Store,
    /// Another program's connection, with our functions and a `take` that only notes ids; it never changes the search's own tables.
    pub(super) other: Connection,
    /// Distinct starts.
    pub(super) starts: i64,
    pub(super) next: u64,
    pub(super) explained: HashSet<String>,
    pub(super) _folder: Folder,
}

thread_local! {
    pub(super) static TAKEN: RefCell<Vec<i64>> = const { RefCell::new(Vec::new()) };
}

pub(super) fn in_new_file(table: Table) -> (Folder, PathBuf) {
    let folder = Folder::new();
    let path = folder.0.join("recordings.db");
    if table == Table::Adopted {
        let columns: Vec<String> = WIRE.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let sql = format!("CREATE TABLE recordings (id INTEGER PRIMARY KEY, {})", columns.join(", "));
        Connection::open(&path).and_then(|file| file.execute_batch(&sql)).expect("a file");
    }
    (folder, path)
}

impl World {
    pub(super) fn new(table: Table, rows: usize, starts: i64, dice: &mut Dice) -> World {
        let (folder, path) = in_new_file(table);
        let store = Store::open(&path, 2).expect("a database");
        let mut other = Connection::open(&path).expect("a connection");
        prepare_reader(&mut other).expect("a connection");
        let flags = FunctionFlags::SQLITE_UTF8;
        other
            .create_scalar_function("take", -1, flags, |columns| {
                TAKEN.with_borrow_mut(|taken| taken.push(columns.get(WIRE.len()).expect("an id")));
                Ok(false)
            })
            .expect("a function");
        other
            .execute_batch(
                "PRAGMA synchronous = OFF;
                 INSERT INTO customers (id, name) VALUES (1, 'Alder'), (2, 'Birch');
                 INSERT INTO people (id, customer, username, role, hash) VALUES (4, 1, 'anna', 'agent', '');
                 INSERT INTO recordgroups (id, customer, name, owner) VALUES (1, 1, 'a', 0), (2, 1, 'b', 4), (3, 1, 'c', 0),
                   (4, 2, 'd', 4);
                 INSERT INTO recordgroup_members (person, recordgroup) VALUES (4, 1);",
            )
            .expect("rows");
        let mut world =
            World { table, store, other, starts, next: 0, explained: HashSet::new(), _folder: folder };
        world.run(&format!(
            "CREATE TEMP TABLE plain (id INTEGER PRIMARY KEY, every BLOB, {} BLOB)",
            NAMES.join(" BLOB, ")
        ));
        world.insert(rows, None, dice);
        world.note_plainly();
        world
    }

    pub(super) fn run(&self, sql: &str) {
        self.other.execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// Inserts rows; with this id, if one is given.
    pub(super) fn insert(&mut self, rows: usize, id: Option<i64>, dice: &mut Dice) {
        self.run("BEGIN");
        for _ in 0..rows {
            self.next += 1;
            let uniqueid = format!("u{}", self.next);
            self.insert_row("INSERT", &uniqueid, id, dice);
        }
        self.run("COMMIT");
    }

    pub(super) fn insert_row(&self, insert: &str, uniqueid: &str, id: Option<i64>, dice: &mut Dice) {
        let table = self.table;
        let customer = if dice.one_in(5) { 2 } else { 1 };
        // Another program may file a row under somebody else's group.
        let group = match customer {
            _ if dice.one_in(8) => 1 + dice.number(4),
            2 => 4,
            _ => 1 + dice.number(3),
        };
        let start = START + dice.number(self.starts);
        let start = match dice.below(60) {
            0 => Some(Stored::Real(start as f64 + 0.5)),
            1 => Some(Stored::Text(b"never".into())),
            2 => Some(Stored::Blob(b"1700000001".into())),
            3 if table == Table::Adopted => None,
            _ => Some(Stored::Integer(start)),
        };
        let sort_value = |dice: &mut Dice, usual: i64| match dice.below(30) {
            0 if table == Table::Adopted => None,
            1 => Some(Stored::Blob(b"\0\xff".into())),
            2 => Some(Stored::Real(1.5)),
            3 => Some(Stored::Text(b"many".into())),
            4 => Some(Stored::Integer(-1)),
            _ => Some(Stored::Integer(usual)),
        };
        let complete = Stored::Integer(i64::from(!dice.one_in(6)));
        let (totaltime, size) = (dice.number(6), dice.number(1000));
        let totaltime = sort_value(dice, totaltime);
        let expires = sort_value(dice, 0);
        let direction = dice.pick(&["", "in", "out", "internal"]);
        let status = dice.pick(&["", "answer", "answer", "noanswer", "ANSWERED", "busy"]);
        let fixed: [Option<Stored>; 13] = [
            Some(Stored::Integer(customer)),
            Some(Stored::Integer(group)),
            Some(Stored::Text(uniqueid.into())),
            Some(Stored::Text(b"1".into())),
            start,
            Some(complete),
            totaltime,
            Some(Stored::Integer(size)),
            expires,
            Some(Stored::Text(direction.into())),
            Some(Stored::Integer(i64::from(dice.one_in(5)))),
            Some(Stored::Text(status.into())),
            Some(Stored::Integer(i64::from(dice.one_in(5)))),
        ];
        let names = NAMES.map(|_| stored(dice, table));
        let values: Vec<&dyn ToSql> = std::iter::once(&id as &dyn ToSql)
            .chain(fixed.iter().map(|value| value as &dyn ToSql))
            .chain(names.iter().map(|value| value as &dyn ToSql))
            .collect();
        let marks = vec!["?"; values.len()].join(", ");
        let sql = format!("{insert} INTO recordings (id, {OTHERS}, {}) VALUES ({marks})", NAMES.join(", "));
        self.other.prepare_cached(&sql).and_then(|mut insert| insert.execute(&values[..])).expect("a row");
    }

    pub(super) fn ids(&self, sql: &str) -> Vec<i64> {
        let mut statement = self.other.prepare(sql).expect(sql);
        let ids = statement.query_map([], |row| row.get(0)).expect(sql);
        ids.map(|id| id.expect("an id")).collect()
    }

    /// What other programs do to rows, all at once.
    pub(super) fn change(&mut self, dice: &mut Dice) {
        let turn = dice.number(40);
        self.run(&format!("DELETE FROM recordings WHERE id % 43 = {turn}"));
        for id in self.ids(&format!("SELECT id FROM recordings WHERE id % 41 = {turn}")) {
            let (column, value) = (dice.pick(&NAMES), stored(dice, self.table));
            let sql = format!("UPDATE recordings SET {column} = ? WHERE id = ?");
            self.other.execute(&sql, (value, id)).expect("an update");
        }
        // The row of the same identity goes without a DELETE trigger.
        self.run("BEGIN");
        let old = self.ids(&format!("SELECT CAST(substr(uniqueid, 2) AS INTEGER) FROM recordings WHERE id % 97 = {turn} AND recordgroup = 4"));
        for number in old {
            self.insert_row("INSERT OR REPLACE", &format!("u{number}"), None, dice);
            self.run(&format!("DELETE FROM recordings WHERE uniqueid = 'u{number}' AND recordgroup <> 4"));
        }
        self.run("COMMIT");
        // Ids of rows that are gone, and an id that moves.
        let gone = self.ids(
            "SELECT id + 1 FROM recordings r WHERE NOT EXISTS (SELECT 1 FROM recordings WHERE id = r.id + 1) LIMIT 20",
        );
        for id in gone {
            self.insert(1, Some(id), dice);
        }
        self.run(&format!("UPDATE OR IGNORE recordings SET id = -id WHERE id % 211 = {turn}"));
        self.run(&format!(
            "UPDATE recordings SET recordgroup = 3 WHERE id % 89 = {turn} AND recordgroup = 2"
        ));
        self.insert(200, None, dice);
        self.note_plainly();
    }

    /// Notes the texts of all rows: folded and all together, and each as the columns that a text is contained in fold it.
    pub(super) fn note_plainly(&self) {
        self.run("BEGIN; DELETE FROM plain");
        let columns: Vec<String> = NAMES.iter().map(|name| format!("CAST({name} AS TEXT)")).collect();
        let sql = format!("SELECT id, {} FROM recordings NOT INDEXED", columns.join(", "));
        let mut statement = self.other.prepare(&sql).expect("plain SQL");
        let insert = format!("INSERT INTO plain VALUES (?, ?{})", ", ?".repeat(NAMES.len()));
        let mut note = self.other.prepare(&insert).expect("plain SQL");
        let mut rows = statement.query([]).expect("plain SQL");
        while let Some(row) = rows.next().expect("a row") {
            let column = |at: usize| match row.get_ref(at + 1).expect("a column") {
                ValueRef::Text(text) => text.to_vec(),
                _ => Vec::new(),
            };
            let each: Vec<String> =
                (0..NAMES.len()).map(|at| folded(&String::from_utf8_lossy(&column(at)))).collect();
            let mut values = vec![each.join("\n").into_bytes()];
            values.extend((0..NAMES.len()).map(|at| column(at).to_ascii_lowercase()));
            let id: i64 = row.get(0).expect("an id");
            let values: Vec<&dyn ToSql> = std::iter::once(&id as &dyn ToSql)
                .chain(values.iter().map(|value| value as &dyn ToSql))
                .collect();
            note.execute(&values[..]).expect("a note");
        }
        self.run("COMMIT");
    }
}
