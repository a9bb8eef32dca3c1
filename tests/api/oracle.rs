//! Random lists, against what plain SQL says of the same file, while the sqlite3 shell writes to it.

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, OpenFlags, params_from_iter, types::Value};
use serde_json::json;
use tapeline::model::{FILTERS, Sort};

use crate::app::{Caller, TestApp, spawn, spawn_app};
use crate::dice::{Dice, quoted};
use crate::http::{Answer, encoded};
use crate::program::sqlite3;

const LIST: &str = "recording/recordings/list";
/// What numbers and names are made of: either case, what patterns and quotes are made of, what Unicode folds to ASCII.
const PIECES: [&str; 20] = [
    "0", "1", "2", "00", "A", "a", "Z", "z", "Ä", "ä", "İ", "\u{212a}", "ſ", "%", "_", "*", "'", "\"", "\\",
    " ",
];

/// A number or name, of up to so many pieces.
fn text(dice: &mut Dice, most: u64) -> String {
    (0..dice.below(most + 1)).map(|_| dice.pick(&PIECES)).collect()
}

/// A number or name as another program might have stored it.
fn sql_text(dice: &mut Dice) -> String {
    match dice.below(20) {
        0 => "x'3141'".into(),
        1 => "CAST(x'41ff31' AS TEXT)".into(),
        2 => "3.5".into(),
        3 => "10".into(),
        _ => quoted(&text(dice, 4)),
    }
}

/// A row: what stands in the columns that filters and sorts look at, and in those that a row must have.
fn row(dice: &mut Dice, uniqueid: &str) -> Vec<(&'static str, String)> {
    let customer = dice.pick(&[1, 1, 1, 2]);
    // Another program may file a row under somebody else's group.
    let group = match customer {
        _ if dice.one_in(8) => dice.pick(&[1, 2, 3, 4, 5]),
        1 => dice.pick(&[1, 2, 3]),
        _ => dice.pick(&[4, 5]),
    };
    let start = if dice.one_in(30) { 4_000_000_000 } else { 1_700_000_000 + dice.below(40) };
    let complete = u8::from(!dice.one_in(5));
    let totaltime = if complete == 0 { 0 } else { dice.below(6) };
    let expires = if dice.one_in(2) { 0 } else { 1_800_000_000 + dice.below(3) };
    vec![
        ("customer", customer.to_string()),
        ("recordgroup", group.to_string()),
        ("uniqueid", quoted(uniqueid)),
        ("recordid", "'1'".into()),
        ("start", start.to_string()),
        ("totaltime", totaltime.to_string()),
        ("complete", complete.to_string()),
        ("expires", expires.to_string()),
        ("snumber", sql_text(dice)),
        ("cnumber", sql_text(dice)),
        ("dnumber", sql_text(dice)),
        ("dnumber_name", sql_text(dice)),
        ("dnumber_display", sql_text(dice)),
        ("callerid_internal", sql_text(dice)),
        ("direction", quoted(dice.pick(&["", "in", "out", "internal"]))),
        ("size", dice.below(1000).to_string()),
        ("stale", u8::from(dice.one_in(4)).to_string()),
        ("status", quoted(dice.pick(&["", "answer", "noanswer", "busy", "Answer"]))),
        ("hold", u8::from(dice.one_in(4)).to_string()),
    ]
}

/// `(column, …) VALUES (value, …), …`
fn values(dice: &mut Dice, uniqueids: impl Iterator<Item = String>) -> String {
    let rows: Vec<_> = uniqueids.map(|uniqueid| row(dice, &uniqueid)).collect();
    let columns: Vec<_> = rows[0].iter().map(|(column, _)| *column).collect();
    let of = |row: &Vec<(&str, String)>| row.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
    let rows: Vec<_> = rows.iter().map(|row| format!("({})", of(row).join(", "))).collect();
    format!("({}) VALUES {}", columns.join(", "), rows.join(", "))
}

fn insert(dice: &mut Dice, prefix: &str, rows: u64) -> String {
    format!("INSERT INTO recordings {};", values(dice, (0..rows).map(|row| format!("{prefix}{row}"))))
}

/// What a request asks for, in pairs; and what plain SQL makes of it.
#[derive(Default)]
struct Question {
    pairs: Vec<(&'static str, String)>,
    condition: String,
    values: Vec<Value>,
    order: String,
    page: String,
    count: bool,
}

impl Question {
    fn ask(dice: &mut Dice, caller: &str) -> Question {
        let mut question = Question::default();
        question.scope(dice, caller);
        question.times(dice);
        for filter in FILTERS {
            question.filter(filter.name, dice);
        }
        if dice.one_in(5) {
            question.pairs.push(("count", "1".into()));
            question.count = true;
        }
        question.order(dice);
        question
    }

    fn scope(&mut self, dice: &mut Dice, caller: &str) {
        let everywhere = caller == "olga";
        let mut customer = 1;
        match dice.below(3) {
            0 => {
                let groups: &[i64] = match caller {
                    "anna" => &[1, 2],
                    "sara" => &[1, 2, 3],
                    _ => &[1, 2, 3, 4, 5],
                };
                let group = dice.pick(groups);
                self.value("recordgroup", group.to_string(), group.into(), |place| {
                    format!("recordgroup = {place}")
                });
                self.and(if group < 4 { "customer = 1" } else { "customer = 2" });
                return;
            }
            1 => {
                customer = if everywhere { dice.pick(&[1, 2]) } else { 1 };
                self.pairs.push(("customer", customer.to_string()));
            }
            _ => {}
        }
        self.and(&format!("customer = {customer}"));
        if caller == "anna" {
            self.and("recordgroup IN (1, 2)");
        }
    }

    fn times(&mut self, dice: &mut Dice) {
        let start = 1_700_000_000 + dice.below(40).cast_signed();
        if dice.one_in(2) {
            self.value("start", start.to_string(), start.into(), |place| format!("start >= {place}"));
        }
        if dice.one_in(2) {
            let end = start + dice.below(20).cast_signed();
            self.value("end", end.to_string(), end.into(), |place| format!("start <= {place}"));
        } else {
            self.and("start <= unixepoch()");
        }
    }

    /// What each filter means in plain SQL.
    fn filter(&mut self, name: &'static str, dice: &mut Dice) {
        match name {
            "called" => self.contained(name, &["cnumber"], dice),
            "caller" => self.contained(name, &["callerid_internal"], dice),
            "answered" => self.contained(name, &["dnumber", "dnumber_name", "dnumber_display"], dice),
            "complete" => match dice.pick(&["", "-1", "0", "1"]) {
                "" => self.and("complete = 1"),
                "-1" => self.pairs.push((name, "-1".into())),
                complete => self.is(name, complete),
            },
            "totaltime_minimum" => self.seconds(name, "totaltime >=", 0, dice),
            "totaltime_maximum" => self.seconds(name, "totaltime <=", -1, dice),
            "direction" if dice.one_in(4) => self.is(name, dice.pick(&["in", "out", "internal"])),
            "status" if dice.one_in(4) => self.is(name, dice.pick(&["answer", "noanswer", "busy", "cancel"])),
            "stale" | "hold" if dice.one_in(6) => self.is(name, "1"),
            "direction" | "status" | "stale" | "hold" => {}
            "search" => {} // search.rs asks for words.
            other => {
                panic!("oracle.rs does not know the filter {other}: say here what it means in plain SQL")
            }
        }
    }

    fn contained(&mut self, name: &'static str, columns: &[&str], dice: &mut Dice) {
        let needle = if dice.one_in(3) { text(dice, 2) } else { String::new() };
        if needle.is_empty() {
            return;
        }
        self.value(name, needle.clone(), needle.into(), |place| {
            let in_one = |column: &&str| format!("instr(lower(CAST({column} AS TEXT)), lower({place})) > 0");
            format!("({})", columns.iter().map(in_one).collect::<Vec<_>>().join(" OR "))
        });
    }

    fn seconds(&mut self, name: &'static str, compared: &str, least: i64, dice: &mut Dice) {
        if dice.one_in(3) {
            let seconds = least + dice.below(6).cast_signed();
            self.pairs.push((name, seconds.to_string()));
            if seconds >= 0 {
                self.and(&format!("{compared} {seconds}"));
            }
        }
    }

    fn is(&mut self, column: &'static str, value: &str) {
        self.pairs.push((column, value.into()));
        self.and(&format!("{column} = '{value}'"));
    }

    fn order(&mut self, dice: &mut Dice) {
        let column = dice.pick(&Sort::COLUMNS);
        let descending = dice.one_in(2);
        if column != "start" || dice.one_in(2) {
            self.pairs.push(("sort", column.into()));
        }
        if descending || dice.one_in(3) {
            self.pairs.push(("descending", u8::from(descending).to_string()));
        }
        let direction = if descending { "DESC" } else { "ASC" };
        self.order = format!("{column} {direction}, start {direction}, id {direction}");
        let limit = if dice.one_in(2) { dice.below(20) } else { 0 };
        let offset = if dice.one_in(3) { dice.below(30) } else { 0 };
        for (name, number) in [("limit", limit), ("offset", offset)] {
            if number > 0 || dice.one_in(4) {
                self.pairs.push((name, number.to_string()));
            }
        }
        let limit = if limit == 0 { "-1".to_owned() } else { limit.to_string() };
        self.page = format!("LIMIT {limit} OFFSET {offset}");
    }

    fn and(&mut self, condition: &str) {
        let _ = write!(self.condition, " AND {condition}");
    }

    fn value(
        &mut self,
        name: &'static str,
        text: String,
        value: Value,
        condition: impl FnOnce(&str) -> String,
    ) {
        self.pairs.push((name, text));
        self.values.push(value);
        let condition = condition(&format!("?{}", self.values.len()));
        self.and(&condition);
    }

    /// Sends it in one of the forms that a request may have.
    fn send(&self, dice: &mut Dice, caller: &Caller) -> Answer {
        let mut pairs = String::new();
        for (name, value) in &self.pairs {
            let _ = write!(pairs, "{name}={}{}", encoded(value), dice.pick(&[";", "&"]));
        }
        let base = dice.pick(&["/api/json", "/local/api/json"]);
        let slash = dice.pick(&["", "/"]);
        let path = format!("{base}/{LIST}{slash}");
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        match dice.below(4) {
            0 => caller.send("GET", &format!("{path}?{pairs}"), &[], b""),
            1 => caller.send("POST", &path, &form, pairs.as_bytes()),
            2 => caller.send("POST", &format!("{path}?{pairs}"), &form, b""),
            _ => {
                let object: serde_json::Map<_, _> =
                    self.pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
                let body = serde_json::to_string(&object).expect("JSON");
                caller.send("POST", &path, &[("Content-Type", "application/json")], body.as_bytes())
            }
        }
    }

    fn check(&self, answer: &Answer, oracle: &Connection) {
        if self.count {
            let sql = format!(
                "SELECT count(*), coalesce(sum(totaltime), 0), coalesce(sum(size), 0) FROM recordings WHERE 1{}",
                self.condition
            );
            let expected: (i64, i64, i64) = oracle
                .query_row(&sql, params_from_iter(&self.values), |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .expect("plain SQL");
            let (count, totaltime, size) = expected;
            assert_eq!(answer.data(), json!({"count": count, "totaltime": totaltime, "size": size}), "{sql}");
            return;
        }
        let sql = format!(
            "SELECT uniqueid FROM recordings WHERE 1{} ORDER BY {} {}",
            self.condition, self.order, self.page
        );
        let mut statement = oracle.prepare(&sql).expect("plain SQL");
        let rows = statement.query_map(params_from_iter(&self.values), |row| row.get::<_, String>(0));
        let rows: Vec<String> = rows.expect("plain SQL").map(|row| row.expect("a row")).collect();
        assert_eq!(answer.rows(), rows.join(" "), "{sql} {:?}", self.values);
    }
}

fn ask_many(app: &TestApp, oracle: &Connection, dice: &mut Dice, times: u32) {
    let callers = [("sara", app.supervisor()), ("anna", app.agent()), ("olga", app.owner())];
    for _ in 0..times {
        let place = usize::try_from(dice.below(3)).expect("small");
        let (name, caller) = &callers[place];
        let question = Question::ask(dice, name);
        question.check(&question.send(dice, caller), oracle);
    }
}

fn oracle(app: &TestApp) -> Connection {
    // Sums of JSON numbers are compared below what a double holds.
    app.sqlite3("UPDATE recordings SET size = 1 WHERE id = 11");
    Connection::open_with_flags(&app.db, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the file opens")
}

#[test]
fn the_rows_have_something_in_every_column_that_a_filter_looks_at() {
    let row = row(&mut Dice(1), "");
    let filled: Vec<&str> = row.iter().map(|(column, _)| *column).collect();
    for filter in FILTERS {
        for column in filter.test.columns_of_lists() {
            assert!(
                filled.contains(column),
                "oracle.rs: row() leaves {column} empty, where the filter {} looks: no row would ever match",
                filter.name
            );
        }
    }
}

#[test]
fn whatever_anyone_asks_the_rows_are_those_of_plain_sql() {
    let mut dice = Dice(1);
    let rows = insert(&mut dice, "r", 300);
    let app = spawn(|_| {}, |db| drop(sqlite3(db, &rows)));
    ask_many(&app, &oracle(&app), &mut dice, 500);
}

#[test]
fn what_the_sqlite3_shell_does_counts_at_once() {
    let app = spawn_app();
    let oracle = oracle(&app);
    let mut dice = Dice(2);
    for turn in 0..6 {
        let scripts = [
            insert(&mut dice, &format!("t{turn}-"), 20),
            format!(
                "PRAGMA foreign_keys = OFF; INSERT OR REPLACE INTO recordings {};",
                values(&mut dice, (0..20).map(|n| format!("t{turn}-{n}")))
            ),
            format!(
                "PRAGMA foreign_keys = OFF; INSERT INTO recordings {}
                 ON CONFLICT (recordgroup, uniqueid, recordid) DO UPDATE SET
                   start = excluded.start, cnumber = excluded.cnumber, complete = excluded.complete;",
                values(&mut dice, (0..20).map(|n| format!("t{turn}-{n}")))
            ),
            "UPDATE recordings SET complete = 1, totaltime = 7 WHERE complete = 0 AND id % 2;".into(),
            "DELETE FROM recordings WHERE id % 7 = 3;".into(),
            "UPDATE recordings SET id = id + 100000 WHERE id % 11 = 5;".into(),
            "VACUUM;".into(),
            "REINDEX; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);".into(),
        ];
        for script in scripts {
            app.sqlite3(&script);
            ask_many(&app, &oracle, &mut dice, 4);
        }
    }
}

#[test]
fn lists_are_whole_and_in_order_while_the_sqlite3_shell_writes() {
    let app = spawn_app();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0.. {
                let mut dice = Dice(turn + 100);
                app.sqlite3(&insert(&mut dice, &format!("w{turn}-"), 30));
                app.sqlite3(if turn % 3 == 0 {
                    "VACUUM;"
                } else {
                    "DELETE FROM recordings WHERE id % 5 = 0;"
                });
                if over.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        let guard = Over(&over);
        let sara = app.supervisor();
        for turn in 0..60 {
            let sort = ["start", "totaltime"][turn % 2];
            let data = sara.get(&format!("{LIST}?complete=-1;sort={sort}")).data();
            let values: Vec<_> =
                data.as_array().expect("rows").iter().map(|row| row[sort].as_i64()).collect();
            assert!(values.is_sorted(), "{sort}");
        }
        drop(guard);
    });
    assert_eq!(app.sqlite3("PRAGMA integrity_check"), "ok");
}

/// Ends the writer, also when the test has failed.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
