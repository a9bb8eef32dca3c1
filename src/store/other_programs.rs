//! Another program's database: the call detail records that Asterisk's cdr_sqlite3_custom keeps in a table.
//!
//! Asterisk goes on writing to it. A reader's lock keeps it from doing so, and it waits only a little: so each piece
//! is read in a few milliseconds, and nothing is held between two.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::model::lenient;

/// How long a read waits while Asterisk writes.
const BUSY: Duration = Duration::from_secs(5);
/// Rows read at once.
const PIECE: i64 = 2_000;
/// Longer values are none that Asterisk wrote.
const LONGEST: usize = 1 << 16;

/// A table of call detail records that belongs to another program.
#[derive(Debug)]
pub struct ForeignTable {
    connection: Connection,
    path: PathBuf,
    table: String,
    columns: Vec<String>,
}

/// A row's values as text, in the order of the columns.
#[derive(Debug, Default)]
pub struct ForeignRow {
    /// The number that SQLite knows it by.
    pub id: i64,
    /// Its values; what is NULL is empty.
    pub values: Vec<String>,
}

/// Why it cannot be read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message is the documentation")]
pub enum ForeignError {
    #[error("{path} cannot be opened ({why}); check the name and the permissions of the file and its folder")]
    Access { path: PathBuf, why: String },
    #[error("{path} is not a SQLite database; cdr_sqlite3_custom calls its one master.db")]
    NotSqlite { path: PathBuf },
    #[error("{path} has no table of call detail records; it has: {tables}")]
    NoTable { path: PathBuf, tables: String },
    #[error("{path} is locked by another program; try again in a moment")]
    Locked { path: PathBuf },
    #[error(
        "{path} cannot be read ({why}); make a copy with: sqlite3 {path} \".backup copy.db\" and import that"
    )]
    Unreadable { path: PathBuf, why: String },
}

impl ForeignTable {
    /// Opens the database at `path` for reading, and finds its table of call detail records: the one whose columns are
    /// fittest, 0 being none, and of several the one with the most rows.
    pub fn open(path: &Path, fitness: impl Fn(&[String]) -> usize) -> Result<ForeignTable, ForeignError> {
        std::fs::File::open(path)
            .map_err(|error| ForeignError::Access { path: path.into(), why: error.to_string() })?;
        let error = |error| ForeignError::of(path, &error);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(error)?;
        connection.busy_timeout(BUSY).map_err(error)?;
        let tables = tables(&connection).map_err(error)?;
        let fit = tables.iter().map(|table| (fitness(&table.1), table)).filter(|(fit, _)| *fit > 0);
        let fit = fit.map(|(fit, table)| ((fit, last(&connection, &table.0).unwrap_or(0)), table));
        // Of as many rows the first.
        let best = fit.collect::<Vec<_>>().into_iter().rev().max_by_key(|(fit, _)| *fit);
        let Some((_, (table, columns))) = best else { return Err(ForeignError::no_table(path, &tables)) };
        let (table, columns) = (table.clone(), columns.clone());
        Ok(ForeignTable { connection, path: path.into(), table, columns })
    }

    /// The names of its columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The highest number of a row now; what comes later is for another time.
    pub fn last(&self) -> Result<i64, ForeignError> {
        last(&self.connection, &self.table).map_err(|error| ForeignError::of(&self.path, &error))
    }

    /// The rows behind `after` up to `last`, a piece of them; none: that was all.
    pub fn read(&self, after: i64, last: i64) -> Result<Vec<ForeignRow>, ForeignError> {
        self.piece(after, last).map_err(|error| ForeignError::of(&self.path, &error))
    }

    fn piece(&self, after: i64, last: i64) -> rusqlite::Result<Vec<ForeignRow>> {
        let names: Vec<String> = self.columns.iter().map(|name| quoted(name)).collect();
        let sql = format!(
            "SELECT rowid, {} FROM {} WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?",
            names.join(", "),
            quoted(&self.table)
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query((after, last, PIECE))?;
        let mut piece = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (1..=self.columns.len()).map(|place| row.get_ref(place).map(text));
            piece.push(ForeignRow { id: row.get(0)?, values: values.collect::<rusqlite::Result<_>>()? });
        }
        Ok(piece)
    }
}

/// Tables with their columns; one called cdr comes first.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<(String, Vec<String>)>> {
    let mut statement = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name <> 'cdr', name",
    )?;
    let names =
        statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let columns = |name: &String| -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?)")?;
        statement.query_map([name], |row| row.get(0))?.collect()
    };
    names.into_iter().map(|name| columns(&name).map(|columns| (name, columns))).collect()
}

fn last(connection: &Connection, table: &str) -> rusqlite::Result<i64> {
    let sql = format!("SELECT ifnull(max(rowid), 0) FROM {}", quoted(table));
    connection.query_row(&sql, [], |row| row.get(0))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            lenient(&bytes[..bytes.len().min(LONGEST)]).into_owned()
        }
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(real) => real.to_string(),
        ValueRef::Null => String::new(),
    }
}

impl ForeignError {
    fn no_table(path: &Path, tables: &[(String, Vec<String>)]) -> ForeignError {
        let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
        let tables = if names.is_empty() { "no table at all".into() } else { names.join(", ") };
        ForeignError::NoTable { path: path.into(), tables }
    }

    fn of(path: &Path, error: &rusqlite::Error) -> ForeignError {
        let path = path.to_path_buf();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => ForeignError::NotSqlite { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ForeignError::Locked { path },
            _ => ForeignError::Unreadable { path, why: error.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables of records have a uniqueid.
    fn fitness(columns: &[String]) -> usize {
        usize::from(columns.iter().any(|name| name == "uniqueid")) * columns.len()
    }

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str, sql: &str) -> Scratch {
            let path = std::env::temp_dir().join(format!("tapeline-{name}-{}.db", std::process::id()));
            let _ = std::fs::remove_file(&path);
            Connection::open(&path).unwrap().execute_batch(sql).unwrap();
            Scratch(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn rows_come_in_pieces_as_text_while_another_program_writes() {
        let scratch = Scratch::new(
            "pieces",
            "CREATE TABLE cdr (AcctId INTEGER PRIMARY KEY, calldate, \"end\", disposition, uniqueid);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
             INSERT INTO cdr SELECT i, '2026-11-24 05:53:26', CASE i WHEN 1 THEN 1.5 WHEN 2 THEN x'ff41' END, '', i FROM n;",
        );
        let table = ForeignTable::open(&scratch.0, fitness).unwrap();
        assert_eq!(table.columns(), ["AcctId", "calldate", "end", "disposition", "uniqueid"]);
        let (last, writer) = (table.last().unwrap(), Connection::open(&scratch.0).unwrap());
        let mut all = Vec::new();
        loop {
            let piece = table.read(all.last().map_or(0, |row: &ForeignRow| row.id), last).unwrap();
            // No lock is held here: one that doesn't wait at all can write.
            writer.busy_timeout(Duration::ZERO).unwrap();
            writer.execute("INSERT INTO cdr (uniqueid) VALUES ('later')", []).unwrap();
            if piece.is_empty() {
                break;
            }
            all.extend(piece);
        }
        assert!(all.iter().map(|row| row.id).eq(1..=4500));
        assert_eq!(all[0].values, ["1", "2026-11-24 05:53:26", "1.5", "", "1"]);
        assert_eq!(all[1].values[2], "ÿA");
        assert_eq!(all[2].values[2], "");
    }

    #[test]
    fn what_cannot_be_read_says_what_to_do() {
        let scratch = Scratch::new("none", "CREATE TABLE calls (id); CREATE TABLE x (y);");
        let why = |path: &Path| ForeignTable::open(path, fitness).unwrap_err().to_string();
        assert!(why(&scratch.0).ends_with("it has: calls, x"));
        assert!(why(Path::new("/nowhere/master.db")).contains("cannot be opened"));
        assert!(
            why(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml").as_path()).contains("not a SQLite")
        );
    }

    #[test]
    fn of_several_tables_it_is_the_one_with_rows() {
        let scratch = Scratch::new(
            "two",
            "CREATE TABLE cdr (uniqueid, x); CREATE TABLE cdr_general (uniqueid, x); CREATE TABLE small (uniqueid);
             INSERT INTO cdr_general VALUES (1, 2); INSERT INTO small VALUES (1), (2);",
        );
        let table = ForeignTable::open(&scratch.0, fitness).unwrap();
        assert_eq!((table.columns().len(), table.last().unwrap()), (2, 1));
    }

    #[test]
    fn a_table_of_another_name_will_do() {
        let scratch = Scratch::new(
            "other",
            "CREATE TABLE \"my \"\"cdr\" (start, uniqueid, disposition); INSERT INTO \"my \"\"cdr\" VALUES (1, 2, 3);",
        );
        let table = ForeignTable::open(&scratch.0, fitness).unwrap();
        assert_eq!(table.read(0, table.last().unwrap()).unwrap()[0].values, ["1", "2", "3"]);
    }
}
