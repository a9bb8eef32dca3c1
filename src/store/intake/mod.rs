//! What intake knows: the files and announced recordings that it has met, and the rows that it made of them.

mod others;
mod row;

use std::sync::LazyLock;

use rusqlite::types::FromSql;
use rusqlite::{OptionalExtension, Row};

use super::values::parameters;
use super::{Change, Reader, StoreError};
use crate::model::{IntakeFile, ReadValue, RowSource, Value, row_of_columns};
pub(super) use others::OWNER;
use others::{MISSING, file_of_row, files_of_rows};

/// All columns but the id, which comes first.
const WITHOUT_ID: &[&str] = IntakeFile::NAMES.split_at(1).1;

/// A row of a table that only this program writes: what is of another type is an error.
struct Strict<'a> {
    row: &'a Row<'a>,
    place: usize,
}

impl RowSource for Strict<'_> {
    type Error = rusqlite::Error;
}

impl<T: FromSql> ReadValue<T> for Strict<'_> {
    fn next(&mut self) -> rusqlite::Result<T> {
        self.place += 1;
        self.row.get(self.place - 1)
    }
}

fn known(row: &Row<'_>) -> rusqlite::Result<IntakeFile> {
    IntakeFile::read(&mut Strict { row, place: 0 })
}

/// The lines of intake_files, each with the row that is its own now.
static LINES: LazyLock<String> = LazyLock::new(|| {
    let columns =
        IntakeFile::NAMES.iter().map(|name| if *name == "recording" { OWNER.as_str() } else { name });
    format!("SELECT {} FROM intake_files f", columns.collect::<Vec<_>>().join(", "))
});
static BY_PATH: LazyLock<String> = LazyLock::new(|| {
    format!("{} WHERE path = ?1 AND (?2 IS NULL OR machine = ?2 OR machine = '') ORDER BY id LIMIT 1", *LINES)
});
static OF_CALL: LazyLock<String> = LazyLock::new(|| {
    format!("{} WHERE uniqueid = ?1 AND (machine = ?2 OR machine = '') ORDER BY id", *LINES)
});
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let names = WITHOUT_ID.join(", ");
    format!("INSERT INTO intake_files ({names}) VALUES ({})", vec!["?"; WITHOUT_ID.len()].join(", "))
});
impl Change<'_> {
    /// What is known of the file at `path`. A file that is really there is one and the same for every machine.
    pub fn known_file(&self, path: &str, machine: Option<&str>) -> Result<Option<IntakeFile>, StoreError> {
        let mut statement = self.transaction.prepare_cached(&BY_PATH)?;
        match statement.query_row((path, machine), known).optional()? {
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

    /// Remembers a file or an announced recording. Gives the id of what is known.
    pub fn know(&self, known: &IntakeFile) -> Result<i64, StoreError> {
        let mut statement = self.transaction.prepare_cached(&INSERT)?;
        Ok(statement.insert(parameters(known.values().into_iter().skip(1)))?)
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

row_of_columns! {
    /// A file as it was when it was last looked at: some columns of `intake_files`.
    FileKnown {
        /// Relative to the media root.
        path: String,
        /// 0: never seen, 1: being written, 2: closed.
        state: i64,
        /// As stat(2) had it.
        inode: i64,
        /// Nanoseconds.
        created: i64,
        /// Nanoseconds.
        modified: i64,
        /// Bytes.
        size: i64,
        /// Milliseconds of sound.
        duration: i64,
        /// Of its beginning and end.
        digest: Option<Vec<u8>>,
    }
}

impl FileKnown {
    /// One that only a row tells of.
    fn unseen(path: String) -> FileKnown {
        FileKnown { path, ..FileKnown::default() }
    }
}

/// Files as they were last looked at.
static FILES: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {} FROM intake_files f", FileKnown::NAMES.join(", ")));

fn file_known(row: &Row<'_>) -> rusqlite::Result<FileKnown> {
    FileKnown::read(&mut Strict { row, place: 0 })
}

/// A row that names a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowWithFile {
    /// Its id.
    pub id: i64,
    /// What it names.
    pub path: Vec<u8>,
    /// Whether it says that its sound is missing.
    pub stale: bool,
    /// Bytes of the file when it was seen last, if the sound is missing and the file was ever seen.
    pub size: Option<i64>,
}

impl Reader {
    /// The recordings that the PBX of a machine announced and of which it has not said that they are over, each with its
    /// start.
    pub fn not_over(&self, machine: &str) -> Result<Vec<(IntakeFile, i64)>, StoreError> {
        // Ranks begin with that of the callid; a: 10, the PBX said it.
        let sql = format!(
            "SELECT {}, ifnull((SELECT CAST(start AS INTEGER) FROM recordings WHERE id = recording), 0)
               FROM intake_files WHERE machine = ? AND over = 0 AND substr(ranks, 1, 1) = 'a' ORDER BY id",
            IntakeFile::NAMES.join(", ")
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([machine], |row| Ok((known(row)?, row.get(IntakeFile::COLUMNS)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether there is any group to file recordings in.
    pub fn has_groups(&self) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached("SELECT 1 FROM recordgroups")?.exists([])?)
    }

    /// The file at `path`, if it is known.
    pub fn file_at(&self, path: &str) -> Result<Option<FileKnown>, StoreError> {
        let sql = format!("{} WHERE path = ? ORDER BY id LIMIT 1", *FILES);
        match self.0.prepare_cached(&sql)?.query_row([path], file_known).optional()? {
            Some(file) => Ok(Some(file)),
            None => Ok(file_of_row(&self.0, path)?),
        }
    }

    /// Whether a row that names the file at `path` says that it is missing.
    pub fn misses_sound(&self, path: &str) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached(&MISSING)?.exists([path])?)
    }

    /// Known files that had this inode.
    pub fn files_with_inode(&self, inode: i64) -> Result<Vec<FileKnown>, StoreError> {
        let sql = format!("{} WHERE inode = ? AND inode <> 0 AND path <> ''", *FILES);
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([inode], file_known)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Known files of a channel, or of files with this base name.
    pub fn files_of_call(&self, uniqueid: &str) -> Result<Vec<FileKnown>, StoreError> {
        let sql = format!("{} WHERE uniqueid = ? AND path <> ''", *FILES);
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([uniqueid], file_known)?;
        let mut files: Vec<FileKnown> = rows.collect::<rusqlite::Result<_>>()?;
        let more = files_of_rows(&self.0, uniqueid)?;
        files.extend(
            more.into_iter()
                .filter(|more| !files.iter().any(|file| file.path == more.path))
                .collect::<Vec<_>>(),
        );
        Ok(files)
    }

    /// Known files whose paths begin with this and a dot: those of one name and several endings are among them.
    pub fn files_beside(&self, stem: &str) -> Result<Vec<FileKnown>, StoreError> {
        // A slash follows the dot.
        let sql = format!("{} WHERE path > ?1 || '.' AND path < ?1 || '/'", *FILES);
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([stem], file_known)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Calls `each` with every known file that has a row and a digest.
    pub fn each_file(&self, mut each: impl FnMut(FileKnown)) -> Result<(), StoreError> {
        let sql = format!(
            "{} WHERE path <> '' AND digest IS NOT NULL
               AND EXISTS (SELECT 1 FROM recordings r WHERE r.id = f.recording)",
            *FILES
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(file_known(row)?);
        }
        Ok(())
    }

    /// Up to `most` rows that name a file, by id from `after` on.
    pub fn rows_with_files(&self, after: i64, most: i64) -> Result<Vec<RowWithFile>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, CAST(path AS BLOB), stale = 1, CASE stale WHEN 1 THEN (SELECT f.size FROM intake_files f
                 WHERE f.path = r.path AND f.state <> 0 ORDER BY f.id LIMIT 1) END
               FROM recordings r WHERE id > ? AND path <> '' ORDER BY id LIMIT ?",
        )?;
        let rows = statement.query_map((after, most), |row| {
            Ok(RowWithFile {
                id: row.get(0)?,
                path: row.get(1)?,
                stale: row.get::<_, Option<bool>>(2)?.unwrap_or(false),
                size: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Files that are still being written, or were when they were last looked at.
    pub fn open_files(&self) -> Result<Vec<String>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT path FROM intake_files WHERE state = 1 AND path <> ''")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many files were left out, by reason.
    pub fn excluded_files(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT excluded, count(*) FROM intake_files WHERE excluded <> '' GROUP BY 1 ORDER BY 2 DESC, 1",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
