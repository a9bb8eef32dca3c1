//! The rows of `intake_files`: what is known of files and announced recordings.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row};

use super::strict::Strict;
use super::values::{Text, parameters};
use super::without_intake_row::OWNER;
use crate::model::{IntakeFile, Value};
use crate::store::database::free_id;
use crate::store::{Change, Reader, StoreError};

pub(super) fn known(row: &Row<'_>) -> rusqlite::Result<IntakeFile> {
    IntakeFile::read(&mut Strict { row, place: 0 })
}

/// The lines of intake_files, each with the row that is its own now.
pub(super) static LINES: LazyLock<String> = LazyLock::new(|| {
    let columns =
        IntakeFile::NAMES.iter().map(|name| if *name == "recording" { OWNER.as_str() } else { name });
    format!("SELECT {} FROM intake_files f", columns.collect::<Vec<_>>().join(", "))
});
static BY_PATH: LazyLock<String> = LazyLock::new(|| {
    format!("{} WHERE path = ?1 AND (?2 IS NULL OR machine = ?2 OR machine = '') ORDER BY id LIMIT 1", *LINES)
});
static BESIDE: LazyLock<String> =
    LazyLock::new(|| format!("{} WHERE path > ?1 || '.' AND path < ?1 || '/' ORDER BY id LIMIT 100", *LINES));
static OF_CALL: LazyLock<String> = LazyLock::new(|| {
    format!("{} WHERE uniqueid = ?1 AND (machine = ?2 OR machine = '') ORDER BY id", *LINES)
});
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let names = IntakeFile::NAMES.join(", ");
    format!("INSERT INTO intake_files ({names}) VALUES ({})", vec!["?"; IntakeFile::COLUMNS].join(", "))
});

impl Change<'_> {
    /// What is known of the file at `path`. A file that is really there is one and the same for every machine.
    pub fn known_file(&self, path: &str, machine: Option<&str>) -> Result<Option<IntakeFile>, StoreError> {
        let mut statement = self.transaction.prepare_cached(&BY_PATH)?;
        match statement.query_row((Text::of(path), machine), known).optional()? {
            Some(known) => Ok(Some(known)),
            None => Ok(self.other_file(path, machine)?),
        }
    }

    /// What is known of a channel's recordings, in the order in which they came.
    pub fn known_call(&self, machine: &str, uniqueid: &str) -> Result<Vec<IntakeFile>, StoreError> {
        let mut statement = self.transaction.prepare_cached(&OF_CALL)?;
        let rows = statement.query_map((uniqueid, machine), known)?;
        let mut call = rows.collect::<rusqlite::Result<_>>()?;
        self.add_others(&mut call, machine, uniqueid)?;
        Ok(call)
    }

    /// What is known of files whose paths are this with an ending, or with several.
    pub fn known_beside(&self, bare: &str) -> Result<Vec<IntakeFile>, StoreError> {
        // A slash follows the dot.
        let mut statement = self.transaction.prepare_cached(&BESIDE)?;
        let rows = statement.query_map([Text::of(bare)], known)?;
        let mut beside = rows.collect::<rusqlite::Result<_>>()?;
        self.add_others_beside(&mut beside, bare)?;
        Ok(beside)
    }

    /// Remembers a file or an announced recording. Gives the id of what is known.
    pub fn know(&self, known: &IntakeFile) -> Result<i64, StoreError> {
        let mut statement = self.transaction.prepare_cached(&INSERT)?;
        // The id comes first.
        let id = free_id(&self.transaction, "intake_files")?.map_or(Value::Null, Value::Integer);
        Ok(statement.insert(parameters([id].into_iter().chain(known.values().into_iter().skip(1))))?)
    }

    /// Remembers what has changed of it since `before`. To set what is in an index costs much, also to what it was.
    pub fn know_better(&self, before: &IntakeFile, known: &IntakeFile) -> Result<(), StoreError> {
        let (old, new) = (before.values(), known.values());
        let mut changed = Vec::with_capacity(IntakeFile::COLUMNS);
        for (place, name) in IntakeFile::NAMES.iter().enumerate().skip(1) {
            // Whose line it is may stand there as it was before another row took the place.
            if *name == "recording" || old[place] != new[place] {
                changed.push(place);
            }
        }
        self.set(known.id, &changed, &new)
    }

    /// Remembers all of it, whatever is remembered so far.
    pub fn know_anew(&self, known: &IntakeFile) -> Result<(), StoreError> {
        self.set(known.id, &(1..IntakeFile::COLUMNS).collect::<Vec<_>>(), &known.values())
    }

    fn set(&self, id: i64, places: &[usize], values: &[Value<'_>]) -> Result<(), StoreError> {
        let mut sql = String::with_capacity(512);
        sql.push_str("UPDATE intake_files SET ");
        for (count, place) in places.iter().enumerate() {
            sql.push_str(if count == 0 { "" } else { " = ?, " });
            sql.push_str(IntakeFile::NAMES[*place]);
        }
        sql.push_str(" = ? WHERE id = ?");
        let values = places.iter().map(|place| values[*place]).chain([Value::Integer(id)]);
        self.transaction.prepare_cached(&sql)?.execute(parameters(values))?;
        Ok(())
    }

    /// The number of the next recording of a channel: 1, 2, …, and none of one that was deleted.
    pub fn next_recordid(&self, uniqueid: &str) -> Result<i64, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT 1 + max(
               ifnull((SELECT max(CAST(recordid AS INTEGER)) FROM intake_files WHERE uniqueid = ?1), 0),
               ifnull((SELECT max(CAST(recordid AS INTEGER)) FROM recordings INDEXED BY recordings_uniqueid
                         WHERE uniqueid = ?1), 0))",
        )?;
        Ok(statement.query_row([uniqueid], |row| row.get(0))?)
    }
}

impl Reader {
    /// The recordings that the PBX of a machine announced and of which it has not said that they are over, each with its
    /// start.
    pub fn not_over(&self, machine: &str) -> Result<Vec<(IntakeFile, i64)>, StoreError> {
        // Ranks begin with that of the callid; a: 10, the PBX said it.
        let sql = format!(
            "SELECT {}, ifnull((SELECT CAST(start AS INTEGER) FROM recordings WHERE id = recording),
               ifnull((SELECT began FROM intake_waiting WHERE file = intake_files.id), 0))
               FROM intake_files WHERE machine = ? AND over = 0 AND substr(ranks, 1, 1) = 'a' ORDER BY id",
            IntakeFile::NAMES.join(", ")
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([machine], |row| Ok((known(row)?, row.get(IntakeFile::COLUMNS)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
