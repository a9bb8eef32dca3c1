//! AUTOINCREMENT for a table that was made without it. SQLite has no statement for that: the table is made anew beside
//! the old one, whose rows, indexes and triggers it gets.

use rusqlite::{Connection, OptionalExtension};

/// The tables that must have it; `recordings` of an adopted file, which may be large, stays as it is.
pub(super) const TABLES: [&str; 3] = ["customers", "recordgroups", "people"];

/// The statements that give it to a table; `None` where the table has it, isn't there, or can't have it.
///
/// They must run with foreign keys off, which is only possible outside of a transaction: else the old table takes along
/// whatever refers to it.
pub(super) fn remedy(connection: &Connection, table: &str) -> rusqlite::Result<Option<String>> {
    let sql: Option<String> = connection
        .prepare_cached("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?")?
        .query_row([table], |row| row.get(0))
        .optional()?;
    let Some(made) = sql.as_deref().and_then(|sql| with_autoincrement(sql, table)) else { return Ok(None) };
    let columns: String = connection.query_row(
        "SELECT group_concat('\"' || replace(name, '\"', '\"\"') || '\"') FROM pragma_table_xinfo(?) WHERE hidden = 0",
        [table],
        |row| row.get(0),
    )?;
    let beside: Option<String> = connection.query_row(
        "SELECT group_concat(sql || ';', char(10)) FROM sqlite_schema
           WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL",
        [table],
        |row| row.get(0),
    )?;
    // The legacy way renames nothing but the table: all others go on naming the one that takes its place.
    Ok(Some(format!(
        "PRAGMA legacy_alter_table = ON; ALTER TABLE {table} RENAME TO {table}_with_ids_that_come_back; PRAGMA legacy_alter_table = OFF;
         {made}; INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}_with_ids_that_come_back; DROP TABLE {table}_with_ids_that_come_back;
         {}",
        beside.unwrap_or_default()
    )))
}

/// The statement of a table, with AUTOINCREMENT; `None` where that makes no such table, or it has it.
fn with_autoincrement(sql: &str, table: &str) -> Option<String> {
    let words = words(sql);
    let is = |place: usize, word: &str| {
        words.get(place).is_some_and(|(from, to)| sql[*from..*to].eq_ignore_ascii_case(word))
    };
    if (0..words.len()).any(|place| is(place, "AUTOINCREMENT")) {
        return None;
    }
    let key = (0..words.len()).find(|place| is(*place, "PRIMARY") && is(place + 1, "KEY"))? + 2;
    // `id INTEGER PRIMARY KEY ASC ON CONFLICT ABORT` or, behind the columns, `PRIMARY KEY (id ASC)`.
    let last = if is(key, "(") {
        (key..words.len()).find(|place| is(*place, ")"))? - 1
    } else {
        let sorted = key + usize::from(is(key, "ASC"));
        if is(sorted, "ON") && is(sorted + 1, "CONFLICT") { sorted + 2 } else { sorted - 1 }
    };
    let (_, at) = words.get(last)?;
    let made = format!("{} AUTOINCREMENT{}", &sql[..*at], &sql[*at..]);
    let trial = Connection::open_in_memory().ok()?;
    trial.execute_batch(&made).ok()?;
    let counted = trial.prepare(&format!("SELECT id FROM {table}")).is_ok()
        && trial.prepare("SELECT seq FROM sqlite_sequence").is_ok();
    counted.then_some(made)
}

/// Where the words and signs of a statement are; what is quoted is one, and comments are none.
fn words(sql: &str) -> Vec<(usize, usize)> {
    let bytes = sql.as_bytes();
    let find = |from: usize, end: &str| sql[from..].find(end).map_or(sql.len(), |at| from + at + end.len());
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || !byte.is_ascii();
    let (mut words, mut at) = (Vec::new(), 0);
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let end = match byte {
            _ if rest.starts_with(b"--") => find(at, "\n"),
            _ if rest.starts_with(b"/*") => find(at + 2, "*/"),
            // A doubled quote ends one word and begins the next, which does no harm here.
            b'"' => find(at + 1, "\""),
            b'\'' => find(at + 1, "'"),
            b'`' => find(at + 1, "`"),
            b'[' => find(at + 1, "]"),
            _ if is_word(byte) => at + rest.iter().take_while(|byte| is_word(**byte)).count(),
            _ => at + 1,
        };
        let is_comment = rest.starts_with(b"--") || rest.starts_with(b"/*");
        if !is_comment && !byte.is_ascii_whitespace() {
            words.push((at, end));
        }
        at = end;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn autoincrement_stands_behind_the_key_however_the_table_is_written() {
        for (sql, made) in [
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, name)",
                "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name)",
            ),
            (
                "create table t(id integer primary key)",
                "create table t(id integer primary key AUTOINCREMENT)",
            ),
            (
                "CREATE TABLE t (\"a primary key\" TEXT DEFAULT 'PRIMARY KEY''', -- PRIMARY KEY\n [id] INTEGER /* PRIMARY */ PRIMARY/**/KEY ASC ON CONFLICT ABORT NOT NULL)",
                "CREATE TABLE t (\"a primary key\" TEXT DEFAULT 'PRIMARY KEY''', -- PRIMARY KEY\n [id] INTEGER /* PRIMARY */ PRIMARY/**/KEY ASC ON CONFLICT ABORT AUTOINCREMENT NOT NULL)",
            ),
            (
                "CREATE TABLE t (name, `id` INTEGER, CONSTRAINT k PRIMARY KEY (\"id\") ON CONFLICT FAIL)",
                "CREATE TABLE t (name, `id` INTEGER, CONSTRAINT k PRIMARY KEY (\"id\" AUTOINCREMENT) ON CONFLICT FAIL)",
            ),
        ] {
            assert_eq!(with_autoincrement(sql, "t").as_deref(), Some(made), "{sql}");
        }
    }

    #[test]
    fn a_table_that_can_have_none_stays_as_it_is() {
        for sql in [
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)",
            "CREATE TABLE t (id INT PRIMARY KEY)",
            "CREATE TABLE t (id INTEGER PRIMARY KEY) WITHOUT ROWID",
            "CREATE TABLE t (id INTEGER, name TEXT, PRIMARY KEY (id, name))",
            "CREATE TABLE t (id INTEGER)",
            "CREATE TABLE t (\"id",
        ] {
            assert_eq!(with_autoincrement(sql, "t"), None, "{sql}");
        }
    }
}
