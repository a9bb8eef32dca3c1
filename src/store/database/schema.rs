//! schema.sql against what a file really holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::Connection;

use super::error::OpenError;
use super::{autoincrement, ids};
use crate::store::audited_call;

const SCHEMA: &str = include_str!("../../../schema.sql");
const IDENTITY: &str = "recordgroup, uniqueid, recordid";
/// Rows that a refusal lists.
const LISTED: usize = 20;

/// What a row must have to be a recording at all; the other columns have defaults.
const REQUIRED: [&str; 6] = ["id", "customer", "recordgroup", "uniqueid", "recordid", "start"];

/// Something of schema.sql that a file lacks, or has in another form.
pub(in crate::store) struct Missing {
    /// table, column, index, trigger or view.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// The statement that makes it right.
    pub remedy: String,
}

impl Missing {
    /// Whether the search index may lack rows because of it.
    pub(in crate::store) fn of_search(&self) -> bool {
        ["recordings_search", "recordings_unindexed"].iter().any(|prefix| self.name.starts_with(prefix))
    }
}

struct Wanted {
    tables: BTreeMap<String, Vec<WantedColumn>>,
    /// (type, name, sql) of virtual tables, views, indexes and triggers, in the order in which they can be made.
    others: Vec<(String, String, String)>,
}

struct WantedColumn {
    name: String,
    definition: String,
    addable: bool,
}

/// What schema.sql makes of an empty file.
fn wanted() -> rusqlite::Result<Wanted> {
    let empty = Connection::open_in_memory()?;
    empty.execute_batch(SCHEMA)?;
    let mut tables = BTreeMap::new();
    for name in ordinary_tables(&empty)? {
        tables.insert(name.clone(), wanted_columns(&empty, &name)?);
    }
    let mut statement = empty.prepare(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL
           AND (type <> 'table' OR sql LIKE 'CREATE VIRTUAL TABLE%') ORDER BY rowid",
    )?;
    let others = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Wanted { tables, others })
}

fn wanted_columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<WantedColumn>> {
    let mut statement =
        connection.prepare("SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info(?)")?;
    let rows = statement.query_map([table], |row| {
        let (name, kind, required): (String, String, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (default, key): (Option<String>, i64) = (row.get(3)?, row.get(4)?);
        let constant = default.as_ref().is_some_and(|default| !default.contains('('));
        let mut definition = format!("\"{name}\" {kind}");
        if required {
            definition.push_str(" NOT NULL");
        }
        if let Some(default) = &default {
            definition.push_str(&format!(" DEFAULT {default}"));
        }
        Ok(WantedColumn { name, definition, addable: key == 0 && (constant || !required) })
    })?;
    rows.collect()
}

fn names(connection: &Connection, kind: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    statement.query_map([kind], |row| row.get(0))?.collect()
}

/// Tables with rows of their own; not those that a virtual table keeps its index in.
fn ordinary_tables(connection: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL TABLE%'
           AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'recordings\\_search\\_%' ESCAPE '\\'",
    )?;
    statement.query_map([], |row| row.get(0))?.collect()
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = connection.prepare("SELECT lower(name) FROM pragma_table_info(?)")?;
    statement.query_map([table], |row| row.get(0))?.collect()
}

/// Whether the file holds any table.
pub(in crate::store) fn has_tables(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(!names(connection, "table")?.is_empty())
}

/// What the file lacks of schema.sql, in the order in which it can be made.
pub(in crate::store) fn missing(connection: &Connection) -> rusqlite::Result<Vec<Missing>> {
    let wanted = wanted()?;
    let mut missing = Vec::new();
    let tables = names(connection, "table")?;
    // First, so that whatever else is amiss is mended in the table as it then is.
    for name in autoincrement::TABLES {
        let remedy = autoincrement::remedy(connection, name)?;
        missing.extend(remedy.map(|remedy| Missing { what: "table", name: name.into(), remedy }));
    }
    for (table, wanted_columns) in &wanted.tables {
        if !tables.contains(table) {
            missing.push(Missing { what: "table", name: table.clone(), remedy: String::new() });
            continue;
        }
        let columns = columns(connection, table)?;
        missing.extend(wanted_columns.iter().filter(|column| !columns.contains(&column.name)).map(
            |column| {
                let addition = format!("ALTER TABLE {table} ADD COLUMN {};", column.definition);
                Missing {
                    what: "column",
                    name: format!("{table}.{}", column.name),
                    remedy: if column.addable { addition } else { String::new() },
                }
            },
        ));
    }
    if tables.contains("recordings") && !has_identity(connection)? {
        missing.push(Missing {
            what: "index",
            name: "recordings_identity".into(),
            remedy: format!("CREATE UNIQUE INDEX recordings_identity ON recordings ({IDENTITY});"),
        });
    }
    for (kind, name, sql) in &wanted.others {
        let mut statement = connection.prepare_cached("SELECT sql FROM sqlite_schema WHERE name = ?")?;
        let found: Option<Option<String>> =
            statement.query_map([name], |row| row.get(0))?.next().transpose()?;
        if !matches!(&found, Some(Some(found)) if same_statement(found, sql)) {
            let what = match kind.as_str() {
                "index" => "index",
                "view" => "view",
                "trigger" => "trigger",
                _ => "table",
            };
            let drop = if found.is_some() { format!("DROP {kind} {name};") } else { String::new() };
            missing.push(Missing { what, name: name.clone(), remedy: format!("{drop}{sql};") });
        }
    }
    Ok(missing)
}

/// Whether two statements differ at most in white space and quotes.
fn same_statement(one: &str, other: &str) -> bool {
    let bare = |sql: &str| -> String {
        let kept: String = sql.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
        kept.replacen("IFNOTEXISTS", "", 1)
    };
    one == other || bare(one) == bare(other)
}

/// A unique index on exactly what names a recording.
fn has_identity(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM pragma_index_list('recordings') AS list
           WHERE list.\"unique\" AND NOT list.partial AND
             (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(list.name) ORDER BY seqno)) = ?)",
        [IDENTITY],
        |row| row.get(0),
    )
}

/// Whether a file without our mark can become ours: an empty one can, and one with a `recordings` table.
pub(in crate::store) fn adoptable(path: &Path, connection: &Connection) -> Result<(), OpenError> {
    let as_error = |error| OpenError::from_sqlite(path, error);
    let refuse = |why: String| Err(OpenError::NotAdoptable { path: path.into(), why });
    let tables = names(connection, "table").map_err(as_error)?;
    if tables.is_empty() && names(connection, "view").map_err(as_error)?.is_empty() {
        return Ok(());
    }
    if !tables.contains("recordings") {
        return Err(OpenError::NoRecordings { path: path.into() });
    }
    let columns = columns(connection, "recordings").map_err(as_error)?;
    let absent: Vec<&str> = REQUIRED.into_iter().filter(|name| !columns.contains(*name)).collect();
    if !absent.is_empty() {
        return refuse(format!(
            "its table recordings has no column {}; add what is missing, or import its rows into a new database",
            absent.join(", ")
        ));
    }
    if !keyed_by_id(connection).map_err(as_error)? {
        return refuse(
            "the id of its table recordings is not an INTEGER PRIMARY KEY; \
             copy its rows into a table where it is, or import them into a new database"
                .into(),
        );
    }
    let doubles = doubles(connection).map_err(as_error)?;
    if !doubles.is_empty() {
        return refuse(format!(
            "several rows of recordings have one identity (recordgroup, uniqueid, recordid); \
             delete or rename all but one of each:\n{}",
            doubles.join("\n")
        ));
    }
    Ok(())
}

fn keyed_by_id(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM pragma_table_info('recordings')
             WHERE name = 'id' AND pk = 1 AND upper(type) = 'INTEGER')
           AND (SELECT count(*) FROM pragma_table_info('recordings') WHERE pk) = 1
           AND NOT (SELECT wr FROM pragma_table_list('recordings') WHERE schema = 'main')",
        [],
        |row| row.get(0),
    )
}

fn doubles(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    if has_identity(connection)? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(
        "SELECT format('  recordgroup %s, uniqueid %s, recordid %s: ids %s', recordgroup, uniqueid, recordid,
             group_concat(id, ', '))
           FROM recordings GROUP BY recordgroup, uniqueid, recordid HAVING count(*) > 1 LIMIT ?",
    )?;
    statement.query_map([LISTED as i64], |row| row.get(0))?.collect()
}

/// Refuses a file that lacks a column which cannot be added.
pub(in crate::store) fn can_be_made(path: &Path, missing: &[Missing]) -> Result<(), OpenError> {
    match missing.iter().find(|missing| missing.what == "column" && missing.remedy.is_empty()) {
        Some(Missing { name, .. }) => {
            let why = format!("its column {name} is missing and has no default; add it");
            Err(OpenError::NotAdoptable { path: path.into(), why })
        }
        None => Ok(()),
    }
}

/// Adds what is missing. Rows stay as they are.
pub(in crate::store) fn apply(path: &Path, connection: &Connection) -> Result<(), OpenError> {
    let as_error = |error| OpenError::from_sqlite(path, error);
    // Columns first: the indexes and triggers of schema.sql name them.
    let missing_now = missing(connection).map_err(as_error)?;
    can_be_made(path, &missing_now)?;
    let knew_no_logins = missing_now.iter().any(|missing| missing.name == "people.last_login");
    for Missing { remedy, .. } in missing_now.iter().filter(|missing| missing.what == "column") {
        connection.execute_batch(remedy).map_err(as_error)?;
    }
    let calls_unknown = missing_now.iter().any(|missing| missing.name == "audit.call");
    forget_what_rows_tell(connection).map_err(as_error)?;
    let had_sounds = names(connection, "table").map_err(as_error)?.contains("sounds");
    connection.execute_batch(SCHEMA).map_err(as_error)?;
    if !had_sounds {
        connection.execute_batch(SOUNDS_KNOWN).map_err(as_error)?;
    }
    if knew_no_logins {
        connection.execute_batch(LOGINS_KNOWN).map_err(as_error)?;
    }
    for Missing { remedy, .. } in missing(connection).map_err(as_error)? {
        connection.execute_batch(&remedy).map_err(as_error)?;
    }
    if calls_unknown {
        audited_call::note_all(connection).map_err(as_error)?;
    }
    ids::note_used(connection)
        .and_then(|()| name_customers_and_groups(connection))
        .and_then(|()| ids::raise_sequences(connection))
        .map_err(as_error)
}

/// What intake knew of sounds before there was a table of them. A length of 0 stood for one that nobody knows as well, so it
/// is taken for one only where there is no room for sound: of a WAV, at most its header.
const SOUNDS_KNOWN: &str = "INSERT INTO sounds (recording, path, role, mimetype, size, duration)
    SELECT r.id, r.path, 'mix', ifnull(r.mimetype, ''), f.size, CASE WHEN f.duration > 0 THEN f.duration
        WHEN f.size <= CASE WHEN r.mimetype IN ('audio/wav', 'audio/x-wav', 'audio/vnd.wave') THEN 44 ELSE 0 END THEN 0 END
      FROM intake_files f JOIN recordings r ON r.id = f.recording AND r.path = f.path
      WHERE f.state = 2 AND f.path <> '' AND typeof(r.path) = 'text'
      ON CONFLICT DO NOTHING";

/// When people last logged in, as far as the audit log has it. Of others nobody knows whether they ever did.
const LOGINS_KNOWN: &str = "UPDATE people SET last_login =
    (SELECT max(time) FROM audit WHERE person = people.id AND action = 'user/login')";

/// Forgets what version 4 kept of the files of rows, where the rows tell it themselves.
fn forget_what_rows_tell(connection: &Connection) -> rusqlite::Result<()> {
    if !names(connection, "table")?.contains("intake_files") {
        return Ok(());
    }
    connection.execute_batch(
        "DELETE FROM intake_files AS f WHERE written IS NULL AND state = 0 AND excluded = '' AND EXISTS
           (SELECT 1 FROM recordings r WHERE r.id = f.recording AND typeof(r.path) = 'text' AND r.path <> ''
              AND r.path = f.path AND ifnull(r.machine, '') = f.machine AND ifnull(r.uniqueid, '') = f.uniqueid
              AND ifnull(r.recordid, '') = f.recordid)",
    )
}

/// Customers and groups that only rows name, and that never were there. The triggers do it for rows that come later.
fn name_customers_and_groups(connection: &Connection) -> rusqlite::Result<()> {
    const NEVER_THERE: &str = "NOT IN (SELECT id FROM ids_used WHERE kind =";
    let mut statement = connection.prepare(&format!(
        "SELECT customer FROM recordings WHERE typeof(customer) = 'integer' AND customer {NEVER_THERE} 'customers')
         UNION SELECT customer FROM recordgroups
           WHERE typeof(customer) = 'integer' AND customer {NEVER_THERE} 'customers')"
    ))?;
    let customers: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for id in customers {
        connection.execute(
            "INSERT INTO customers (id, name) SELECT ?1, 'Customer ' || ?1 ||
               CASE WHEN EXISTS (SELECT 1 FROM customers WHERE name = 'Customer ' || ?1) THEN ' (2)' ELSE '' END",
            [id],
        )?;
    }
    connection.execute_batch(&format!(
        "INSERT INTO recordgroups (id, customer, name)
           SELECT recordgroup, min(customer), 'Group ' || recordgroup FROM recordings
           WHERE typeof(recordgroup) = 'integer' AND recordgroup {NEVER_THERE} 'recordgroups')
             AND customer IN (SELECT id FROM customers)
           GROUP BY recordgroup"
    ))
}

/// How many rows of a table name rows of another one that are not there.
type Dangling = BTreeMap<(String, String), i64>;

pub(in crate::store) fn dangling(connection: &Connection) -> Dangling {
    let ask = || -> rusqlite::Result<Dangling> {
        let mut statement = connection
            .prepare("SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2")?;
        statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?.collect()
    };
    // An adopted file may refer to columns that nothing can refer to; then nothing can be said of it.
    ask().unwrap_or_default()
}

/// A table of which more rows do than before.
pub(in crate::store) fn more_dangling<'a>(before: &Dangling, now: &'a Dangling) -> Option<&'a str> {
    now.iter()
        .find(|(of, rows)| before.get(of).is_none_or(|before| before < rows))
        .map(|((table, _), _)| table.as_str())
}

/// Reads a row of every table, so that a file whose roots are gone is found at the start and not by a supervisor.
pub(in crate::store) fn touch_everything(connection: &Connection) -> rusqlite::Result<()> {
    for table in ordinary_tables(connection)? {
        let quoted = table.replace('"', "\"\"");
        let sql = format!("SELECT 1 FROM \"{quoted}\" LIMIT 1");
        connection.prepare(&sql)?.query([])?.next()?;
    }
    Ok(())
}
