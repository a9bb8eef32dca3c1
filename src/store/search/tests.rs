//! Every way through the indexes gives the rows of a plain scan, whatever another program stored.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::ToSql;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;

use rusqlite::Connection;

use super::index::*;
use super::*;
use crate::model::{Cursor, Direction, Stored, Totals, WIRE};
use crate::store::{Store, fold, fold_words, prepare_reader};

/// The start of the first recording.
const START: i64 = 1_700_000_000;

/// Chance that comes again: what failed once fails each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        // Vigna's splitmix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ z >> 31) % sides as u64).expect("small")
    }

    fn number(&mut self, sides: i64) -> i64 {
        i64::try_from(self.below(usize::try_from(sides).expect("positive"))).expect("small")
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// A folder beside the test program; it goes when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let program = std::env::current_exe().expect("a program");
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = program.with_file_name(format!("search-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("target/ can be written to");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Whose table it is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Table {
    /// As in schema.sql.
    Ours,
    /// Without types and NOT NULL, with ids that are used again.
    Adopted,
}

/// What numbers and names are made of.
const PIECES: [&str; 51] = [
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

/// The contract's idea of case, for all that [`PIECES`] and their other cases have; spelled out, so that it is
/// nobody's table but this one.
fn folded(text: &str) -> String {
    let one = |c: char| match c {
        'A'..='Z' => c.to_ascii_lowercase(),
        'É' => 'é',
        'Σ' | 'ς' => 'σ',
        'Ί' => 'ί',
        'Υ' => 'υ',
        'Φ' => 'φ',
        'Ο' => 'ο',
        'Д' => 'д',
        'А' => 'а',
        'В' => 'в',
        'И' => 'и',
        '\u{212a}' => 'k',
        'ſ' => 's',
        'ẞ' => 'ß',
        other => other,
    };
    text.chars().map(one).collect()
}

fn text(dice: &mut Dice) -> String {
    (0..dice.below(6)).map(|_| dice.pick(&PIECES)).collect()
}

/// A number or name as another program might have stored it.
fn stored(dice: &mut Dice, table: Table) -> Option<Stored> {
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

const NAMES: [&str; 10] = [
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

const OTHERS: &str =
    "customer, recordgroup, uniqueid, recordid, start, complete, totaltime, size, expires, direction";

/// A database, the connection of another program, and the ways to ask.
struct World {
    table: Table,
    store: Store,
    /// Another program's connection, with our functions and a `take` that only notes ids; it never changes the search's own tables.
    other: Connection,
    /// Distinct starts.
    starts: i64,
    next: u64,
    explained: HashSet<String>,
    _folder: Folder,
}

thread_local! {
    static TAKEN: RefCell<Vec<i64>> = const { RefCell::new(Vec::new()) };
}

fn in_new_file(table: Table) -> (Folder, PathBuf) {
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
    fn new(table: Table, rows: usize, starts: i64, dice: &mut Dice) -> World {
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
                 CREATE TEMP TABLE plain (id INTEGER PRIMARY KEY, every BLOB, called BLOB, caller BLOB);
                 INSERT INTO customers (id, name) VALUES (1, 'Alder'), (2, 'Birch');
                 INSERT INTO people (id, customer, username, role, hash) VALUES (4, 1, 'anna', 'agent', '');
                 INSERT INTO recordgroups (id, customer, name, owner) VALUES (1, 1, 'a', 0), (2, 1, 'b', 4), (3, 1, 'c', 0),
                   (4, 2, 'd', 4);
                 INSERT INTO recordgroup_members (person, recordgroup) VALUES (4, 1);",
            )
            .expect("rows");
        let mut world =
            World { table, store, other, starts, next: 0, explained: HashSet::new(), _folder: folder };
        world.insert(rows, None, dice);
        world.note_plainly();
        world
    }

    fn run(&self, sql: &str) {
        self.other.execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// Inserts rows; with this id, if one is given.
    fn insert(&mut self, rows: usize, id: Option<i64>, dice: &mut Dice) {
        self.run("BEGIN");
        for _ in 0..rows {
            self.next += 1;
            let uniqueid = format!("u{}", self.next);
            self.insert_row("INSERT", &uniqueid, id, dice);
        }
        self.run("COMMIT");
    }

    fn insert_row(&self, insert: &str, uniqueid: &str, id: Option<i64>, dice: &mut Dice) {
        let table = self.table;
        let customer = if dice.one_in(5) { 2 } else { 1 };
        let group = if customer == 2 { 4 } else { 1 + dice.number(3) };
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
        let fixed: [Option<Stored>; 10] = [
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

    fn ids(&self, sql: &str) -> Vec<i64> {
        let mut statement = self.other.prepare(sql).expect(sql);
        let ids = statement.query_map([], |row| row.get(0)).expect(sql);
        ids.map(|id| id.expect("an id")).collect()
    }

    /// What other programs do to rows, all at once.
    fn change(&mut self, dice: &mut Dice) {
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

    /// Notes the folded texts of all rows.
    fn note_plainly(&self) {
        self.run("BEGIN; DELETE FROM plain");
        let columns: Vec<String> = NAMES.iter().map(|name| format!("CAST({name} AS TEXT)")).collect();
        let sql = format!("SELECT id, {} FROM recordings NOT INDEXED", columns.join(", "));
        let mut statement = self.other.prepare(&sql).expect("plain SQL");
        let mut note = self.other.prepare("INSERT INTO plain VALUES (?, ?, ?, ?)").expect("plain SQL");
        let mut rows = statement.query([]).expect("plain SQL");
        while let Some(row) = rows.next().expect("a row") {
            let column = |at: usize| match row.get_ref(at + 1).expect("a column") {
                ValueRef::Text(text) => text.to_vec(),
                _ => Vec::new(),
            };
            let each: Vec<String> =
                (0..NAMES.len()).map(|at| folded(&String::from_utf8_lossy(&column(at)))).collect();
            let id: i64 = row.get(0).expect("an id");
            let (called, caller) = (column(3).to_ascii_lowercase(), column(9).to_ascii_lowercase());
            note.execute((id, each.join("\n").into_bytes(), called, caller)).expect("a note");
        }
        self.run("COMMIT");
    }

    /// The rows of a list, by a plain scan; without its limit and offset.
    fn plain_scan(&self, asked: &Asked) -> Vec<i64> {
        let Asked { filter, page, words } = asked;
        let mut sql =
            "SELECT r.id FROM recordings r NOT INDEXED CROSS JOIN plain p ON p.id = r.id WHERE 1".to_owned();
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let _ = match filter.scope {
            Scope::Customer(id) => write!(sql, " AND r.customer = {id}"),
            Scope::Group(id) => write!(sql, " AND r.recordgroup = {id}"),
            Scope::Own { .. } => write!(sql, " AND r.customer = 1 AND r.recordgroup IN (1, 2)"),
        };
        let _ = write!(sql, " AND r.start >= {} AND r.start <= {}", filter.start, filter.end);
        if let Some(complete) = filter.complete {
            let _ = write!(sql, " AND (r.complete <> 0) = {complete}");
        }
        let _ = write!(sql, " AND ({0} = 0 OR r.totaltime >= {0})", filter.totaltime_minimum);
        if let Some(maximum) = filter.totaltime_maximum {
            let _ = write!(sql, " AND r.totaltime <= {maximum}");
        }
        if let Some(direction) = filter.direction {
            let _ = write!(sql, " AND r.direction = '{}'", direction.as_str());
        }
        let mut contains = |column: &str, needle: Vec<u8>| {
            if !needle.is_empty() {
                values.push(Box::new(needle));
                let _ = write!(sql, " AND instr(p.{column}, ?{}) > 0", values.len());
            }
        };
        contains("called", filter.called.to_ascii_lowercase().into_bytes());
        contains("caller", filter.caller.to_ascii_lowercase().into_bytes());
        for word in words {
            contains("every", folded(word).into_bytes());
        }
        let key = match page.sort {
            Sort::CalledNumber => "ifnull(r.cnumber, '')",
            Sort::SourceNumber => "ifnull(r.snumber, '')",
            Sort::Expires => "ifnull(r.expires, 0)",
            Sort::TotalTime => "ifnull(r.totaltime, 0)",
            Sort::Start => "r.start",
        };
        let (behind, order) = if page.descending { ("<", "DESC") } else { (">", "ASC") };
        if let Some(after) = &page.after {
            let Cursor { value, start, id, .. } = after.clone();
            let at = values.len();
            values.extend([Box::new(value) as Box<dyn ToSql>, Box::new(start), Box::new(id)]);
            let (value, start, id) = (at + 1, at + 2, at + 3);
            let _ = write!(
                sql,
                " AND ({key} {behind} ?{value} OR {key} = ?{value} AND
                   (r.start {behind} ?{start} OR r.start = ?{start} AND r.id {behind} ?{id}))"
            );
        }
        let _ = write!(sql, " ORDER BY {key} {order}, r.start {order}, r.id {order}");
        let mut statement = self.other.prepare_cached(&sql).expect("plain SQL");
        let rows = statement.query_map(params_from_iter(values.iter()), |row| row.get(0));
        rows.expect("plain SQL").map(|id| id.expect("an id")).collect()
    }

    /// Runs a list's statements by a way that nobody chose.
    fn forced(&mut self, asked: &Asked, parts: &[Part], choice: &Choice) -> Vec<i64> {
        TAKEN.take();
        for part in parts {
            let so_far = i64::try_from(TAKEN.with_borrow(Vec::len)).expect("small");
            let mut query = Query::default();
            query.list(&asked.filter, &asked.page, part, choice, so_far);
            if self.explained.insert(query.sql.clone()) {
                self.assert_that_rows_go_straight_out(&query.sql);
            }
            let mut statement = self.other.prepare_cached(&query.sql).expect("our SQL");
            let mut rows = statement.query(params_from_iter(query.values.iter())).expect("our SQL");
            while rows.next().expect("a row").is_some() {}
        }
        TAKEN.take()
    }

    /// `take` is called where a row is read. A sorter behind it would let rows be taken in another order.
    fn assert_that_rows_go_straight_out(&self, sql: &str) {
        let mut statement = self.other.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("our SQL");
        let lines = statement.raw_query().mapped(|row| Ok((row.get(1)?, row.get(3)?)));
        let plan: Vec<(i64, String)> = lines.map(|line| line.expect("a line")).collect();
        let sorts_ids_first = sql.contains("AS sorted");
        for (parent, line) in &plan {
            let inside = sorts_ids_first && *parent != 0;
            assert!(inside || !line.contains("TEMP B-TREE FOR"), "{sql}\n{plan:#?}");
        }
        assert!(!plan.iter().any(|(_, line)| line.starts_with("SCAN r")), "{sql}\n{plan:#?}");
    }

    /// The ids that the trigram index names, and those that wait for it.
    fn candidates(&self, filter: &Filter) -> Option<String> {
        let reader = self.store.reader().expect("a reader");
        Some(json(&reader.candidates(filter, 1 << 40).expect("an index")?))
    }

    fn cursor(&self, sort: Sort, descending: bool, dice: &mut Dice) -> Option<Cursor> {
        let null = if matches!(sort, Sort::CalledNumber | Sort::SourceNumber) { "''" } else { "0" };
        let sql = format!(
            "SELECT ifnull({}, {null}), start, id FROM recordings WHERE typeof(start) IN ('integer', 'real') AND id >= ?
               ORDER BY id LIMIT 1",
            sort.column()
        );
        let highest: i64 =
            self.other.query_row("SELECT max(id) FROM plain", [], |row| row.get(0)).expect("ids");
        let of = |value: ValueRef<'_>| match value {
            ValueRef::Null => Stored::Integer(0),
            ValueRef::Integer(number) => Stored::Integer(number),
            ValueRef::Real(real) => Stored::Real(real),
            ValueRef::Text(text) => Stored::Text(text.into()),
            ValueRef::Blob(bytes) => Stored::Blob(bytes.into()),
        };
        let from = dice.number(highest.min(20_000));
        // The row that a page ended with may be gone.
        let aside = if dice.one_in(4) { 1 } else { 0 };
        self.other
            .query_row(&sql, [from], |row| {
                let (value, start) = (of(row.get_ref(0)?), of(row.get_ref(1)?));
                Ok(Cursor { sort, descending, value, start, id: row.get::<_, i64>(2)? + aside })
            })
            .optional()
            .expect("a row")
    }

    /// Something that a row has, in another case perhaps; or something that none has.
    fn needle(&self, most: usize, dice: &mut Dice) -> String {
        if dice.one_in(6) {
            return dice
                .pick(&["nowhere", "OR", "\"", "qqq", "*", "x\0y", "日本", "\u{fffd}1", "%_%"])
                .into();
        }
        let column = dice.pick(&NAMES);
        let sql = format!(
            "SELECT CAST({column} AS TEXT) FROM recordings WHERE id >= ? AND length({column}) > 3 LIMIT 1"
        );
        let from = dice.number(20_000);
        let text = self
            .other
            .query_row(&sql, [from], |row| {
                Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned())
            })
            .optional()
            .expect("plain SQL")
            .unwrap_or_else(|| "201".into());
        let characters: Vec<char> = text.chars().collect();
        let begin = dice.below(characters.len().max(1));
        let end = (begin + 1 + dice.below(most)).min(characters.len());
        let other_case = dice.below(3);
        let cased = |c: &char| match other_case {
            0 => single(*c, c.to_uppercase()),
            1 => single(*c, c.to_lowercase()),
            _ => *c,
        };
        characters.get(begin..end).unwrap_or_default().iter().map(cased).collect()
    }

    fn ask(&self, dice: &mut Dice) -> Asked {
        let scope = match dice.below(5) {
            0 => Scope::Group(1 + dice.number(4)),
            1 => Scope::Own { customer: 1, person: 4 },
            _ => Scope::Customer(if dice.one_in(6) { 2 } else { 1 }),
        };
        let start = if dice.one_in(3) { START + dice.number(self.starts) } else { 0 };
        let end = if dice.one_in(3) { start.max(START) + dice.number(self.starts) } else { 1_800_000_000 };
        let search = match dice.below(4) {
            0 => String::new(),
            1 => format!("{} {}", self.needle(4, dice), self.needle(3, dice)),
            _ => self.needle(9, dice),
        };
        let called = if dice.one_in(4) { self.needle(5, dice) } else { String::new() };
        let caller = if dice.one_in(6) { self.needle(4, dice) } else { String::new() };
        let filter = Filter {
            scope,
            start,
            end,
            called,
            caller,
            search: fold_words(&search),
            complete: dice.pick(&[None, None, Some(true), Some(false)]),
            totaltime_minimum: if dice.one_in(5) { dice.number(5) } else { 0 },
            totaltime_maximum: if dice.one_in(5) { Some(dice.number(6)) } else { None },
            direction: if dice.one_in(6) { Some(dice.pick(&Direction::ALL)) } else { None },
        };
        let sort = if dice.one_in(2) { Sort::Start } else { dice.pick(&Sort::ALL) };
        let descending = dice.one_in(2);
        let after = if dice.one_in(2) { self.cursor(sort, descending, dice) } else { None };
        let limit = dice.pick(&[0, 1, 7, 30, 1000]);
        let offset = if after.is_none() && dice.one_in(4) { dice.number(40) } else { 0 };
        let words = search.split_whitespace().map(str::to_owned).collect();
        Asked { filter, page: Page { sort, descending, limit, offset, after }, words }
    }
}

fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// A request.
#[derive(Debug)]
struct Asked {
    filter: Filter,
    page: Page,
    /// The words of the search as they were typed.
    words: Vec<String>,
}

impl Asked {
    /// Of all rows in order, those of the page and the one that says that more match.
    fn page_of(&self, all: &[i64]) -> Vec<i64> {
        let limit = if self.page.limit == 0 { i64::MAX } else { self.page.limit + 1 };
        let (offset, limit) = (usize::try_from(self.page.offset), usize::try_from(limit));
        all.iter().copied().skip(offset.expect("small")).take(limit.expect("small")).collect()
    }

    /// The parts that a list may be made of.
    fn partitions(&self, starts: i64, dice: &mut Dice) -> Vec<Vec<Part>> {
        let mut all = vec![vec![Part::Whole]];
        if self.page.sort != Sort::Start || self.page.offset > 0 {
            return all;
        }
        let begin = self.page.after.as_ref().map(|after| &after.start);
        let to = START + dice.number(starts + 2) - 1;
        let within = (self.filter.start..=self.filter.end).contains(&to);
        let behind = match begin {
            None => true,
            Some(Stored::Integer(start)) if self.page.descending => to < *start,
            Some(Stored::Integer(start)) => to > *start,
            Some(Stored::Real(start)) if self.page.descending => (to as f64) < *start,
            Some(Stored::Real(start)) => to as f64 > *start,
            Some(_) => false,
        };
        let headed = [Part::Head { to, behind: begin.is_some() }, Part::Rest(to)];
        if begin.is_some() {
            all.push(vec![Part::Tie, Part::Behind]);
        }
        if behind && within {
            let tie = begin.map(|_| Part::Tie);
            all.push(tie.into_iter().chain(headed).collect());
        }
        all
    }
}

/// What a list gives: the ids, and where the next page begins.
fn listed(reader: &Reader, filter: &Filter, page: &Page) -> (Vec<String>, Option<Cursor>) {
    let rows = Rc::new(RefCell::new(Vec::new()));
    let taken = Rc::clone(&rows);
    let next = reader
        .list(filter, page, move |row| {
            row.text(2, |text| taken.borrow_mut().push(String::from_utf8_lossy(text).into_owned()));
            ControlFlow::Continue(())
        })
        .expect("a list");
    (rows.take(), next)
}

#[test]
fn every_way_gives_the_rows_of_a_plain_scan_in_order() {
    for (seed, table) in [(1, Table::Ours), (2, Table::Adopted)] {
        let mut dice = Dice(seed);
        let mut world = World::new(table, 2_000, 12, &mut dice);
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for turn in 0..ASKED_OF_EACH {
            if turn % 30 == 10 {
                while index_some(&mut world.store.writer(), 300).expect("an index") > 0 {}
            }
            if turn % 30 == 20 {
                world.change(&mut dice);
            }
            if turn == ASKED_OF_EACH / 2 {
                world.run("ANALYZE");
                world.explained.clear();
            }
            let asked = world.ask(&mut dice);
            let expected = asked.page_of(&world.plain_scan(&asked));
            let mut ways = vec![Access::Rows, Access::Index];
            ways.extend((asked.filter.complete == Some(false)).then_some(Access::InProgress));
            let candidates = world.candidates(&asked.filter);
            ways.extend(
                candidates
                    .is_some()
                    .then_some([Access::Candidates, Access::IndexOfCandidates])
                    .into_iter()
                    .flatten(),
            );
            for parts in asked.partitions(world.starts, &mut dice) {
                for access in &ways {
                    let choice = Choice {
                        candidates: candidates.clone().unwrap_or_default(),
                        ..Choice::new(*access, "")
                    };
                    let found = world.forced(&asked, &parts, &choice);
                    assert_eq!(found, expected, "{table:?} {turn} {access:?} {parts:?} {asked:?}");
                    if !found.is_empty() {
                        seen.insert(format!("{access:?} of {} parts", parts.len()));
                    }
                }
            }
        }
        assert_eq!(seen.len(), 15, "each way was taken through each number of parts: {seen:?}");
    }
}

/// Requests to each kind of table.
const ASKED_OF_EACH: usize = 300;

#[test]
fn lists_pages_and_totals_are_those_of_a_plain_scan_while_rows_come_and_go() {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for (seed, table) in [(3, Table::Ours), (4, Table::Adopted)] {
        let mut dice = Dice(seed);
        let mut world = World::new(table, 17_500, 300, &mut dice);
        for turn in 0..80 {
            if turn % 20 == 0 {
                world.change(&mut dice);
            }
            if turn % 20 == 7 {
                while index_some(&mut world.store.writer(), 5_000).expect("an index") > 0 {}
            }
            let asked = world.ask(&mut dice);
            let reader = world.store.reader().expect("a reader");
            let all = world.plain_scan(&asked);
            let (rows, next) = listed(&reader, &asked.filter, &asked.page);
            let mut expected = asked.page_of(&all);
            let more =
                asked.page.limit > 0 && expected.len() > usize::try_from(asked.page.limit).expect("small");
            if more {
                expected.pop();
            }
            assert_eq!(rows, world.names(&expected), "{table:?} {turn} {asked:?}");
            assert_eq!(next.is_some(), more, "{table:?} {turn} {asked:?}");
            assert_eq!(next.map(|next| next.id), more.then(|| *expected.last().expect("a row")), "{asked:?}");

            let whole = Asked { page: WHOLE, ..asked };
            let totals = reader.totals(&whole.filter).expect("totals");
            assert_eq!(totals, world.plain_totals(&world.plain_scan(&whole)), "{table:?} {turn} {whole:?}");
            let limit = dice.pick(&[1, 100, 1000]);
            let page = Page { limit, ..WHOLE };
            let choice = if has_text(&whole.filter) {
                reader.with_text(&whole.filter, limit, 3, 200_000).expect("a way")
            } else {
                Reader::without_text(&whole.filter, Some(&page))
            };
            taken.insert(format!("{:?}", choice.access));
            drop(reader);
            if turn % 6 == 0 {
                world.assert_that_pages_make_the_list(&whole, &mut dice);
            }
        }
    }
    let taken: Vec<String> = taken.into_iter().collect();
    assert_eq!(
        taken,
        ["Candidates", "InProgress", "Index", "IndexOfCandidates", "Rows"],
        "each way was chosen"
    );
}

/// All rows, in the order of lists.
const WHOLE: Page = Page { sort: Sort::Start, descending: false, limit: 0, offset: 0, after: None };

impl World {
    fn names(&self, ids: &[i64]) -> Vec<String> {
        let mut name =
            self.other.prepare_cached("SELECT uniqueid FROM recordings WHERE id = ?").expect("SQL");
        ids.iter().map(|id| name.query_row([id], |row| row.get(0)).expect("a row")).collect()
    }

    fn plain_totals(&self, ids: &[i64]) -> Totals {
        let ids = json(ids);
        let sql =
            "SELECT count(*), CAST(total(totaltime) AS INTEGER), CAST(total(size) AS INTEGER) FROM recordings
                     NOT INDEXED WHERE id IN (SELECT value FROM json_each(?))";
        let totals = |row: &rusqlite::Row<'_>| {
            Ok(Totals { count: row.get(0)?, totaltime: row.get(1)?, size: row.get(2)? })
        };
        self.other.query_row(sql, [ids], totals).expect("plain SQL")
    }

    /// Page by page, each behind the one before.
    fn assert_that_pages_make_the_list(&self, whole: &Asked, dice: &mut Dice) {
        let (sort, descending) = (dice.pick(&Sort::ALL), dice.one_in(2));
        let filter = whole.filter.clone();
        let mut page = Page { sort, descending, ..WHOLE };
        let asked = Asked { filter: filter.clone(), page: page.clone(), words: whole.words.clone() };
        let expected = self.names(&self.plain_scan(&asked));
        page.limit = 1 + i64::try_from(expected.len()).expect("small") / dice.pick(&[1, 4, 9]);
        let reader = self.store.reader().expect("a reader");
        let mut rows = Vec::new();
        for _ in 0..11 {
            let (more, next) = listed(&reader, &filter, &page);
            rows.extend(more);
            page.after = next;
            if page.after.is_none() {
                break;
            }
        }
        assert!(page.after.is_none(), "the last page says that it is: {asked:?}");
        assert_eq!(rows, expected, "{asked:?}");
    }
}

#[test]
fn a_character_folds_to_one_that_stays_as_it_is() {
    for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
        assert_eq!(fold::fold(fold::fold(c)), fold::fold(c), "{c:?}");
    }
}

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
        called: String::new(),
        caller: String::new(),
        search: fold_words(search),
        complete: Some(true),
        totaltime_minimum: 0,
        totaltime_maximum: None,
        direction: None,
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
    assert!(is_sound(&store.writer()));
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
fn rows_wait_until_there_are_many_and_those_with_a_nul_wait_on() {
    let (_folder, path, store) = with_names(&[b"Anna\0Berg", b"", b"Cleo"]);
    assert_eq!(store.index_waiting().expect("an index"), 0);
    assert_eq!(waiting_in(&store), 3);
    for row in 4..=WAITING.unsigned_abs() {
        insert_name(&store.writer(), usize::try_from(row).expect("small"), b"Dora");
    }
    let other = Connection::open(&path).expect("another program");
    other.execute("DELETE FROM recordings WHERE id = 10", []).expect("a row goes");
    assert_eq!(store.index_waiting().expect("an index"), 999, "with the one that is gone");
    assert_eq!(named(&store, "cleo"), [1, 3]);
    assert_eq!(found(&store, "a\0be"), "1");
    assert_eq!(found(&store, "berg"), "1");
    assert_eq!(named(&store, "dora").len(), 997);
    // Many such rows keep nobody else waiting.
    other.execute("UPDATE recordings SET dnumber = char(0) || id WHERE id > 3", []).expect("rows change");
    for id in 5_000..5_010 {
        insert_name(&store.writer(), id, b"Emil");
    }
    assert_eq!(store.index_waiting().expect("an index"), 10);
    assert_eq!(store.index_waiting().expect("an index"), 0);
    assert_eq!(waiting_in(&store), 997);
    assert!(named(&store, "emil").contains(&5_000));
    other.execute("UPDATE recordings SET dnumber = ''", []).expect("rows change");
    index_all(&store);
    assert_eq!(waiting_in(&store), 1);
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
        assert!(is_sound(&store.writer()), "{broken:?}");
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
    assert!(is_sound(&store.writer()));
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
        "DROP VIEW recordings_text",
        "DROP VIEW recordings_text; CREATE VIEW recordings_text (id, text) AS SELECT id, cnumber FROM recordings",
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
        assert!(is_sound(&store.writer()), "{damage}");
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
