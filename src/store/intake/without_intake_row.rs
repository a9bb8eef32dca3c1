//! What the rows themselves tell of files: those of other programs, and of our own export, have no line in intake_files
//! as long as they are there as they were made.

use std::sync::LazyLock;

use rusqlite::{Connection, OptionalExtension, Row};

use super::file_known::FileKnown;
use super::values::{Text, text_at};
use crate::model::IntakeFile;
use crate::store::Change;
use crate::store::recordings::plain;

const COLUMNS: &str = "r.id, r.path, ifnull(r.machine, ''), ifnull(r.uniqueid, ''), ifnull(r.recordid, '')";

/// The rows that name the file ?1.
pub(super) fn naming(path: &str) -> String {
    format!(
        "FROM recordings r INDEXED BY recordings_sound WHERE r.path <> '' AND {} = {} AND typeof(r.path) = 'text'",
        plain("r.path"),
        plain(path)
    )
}

/// A file that a row names, for want of a line in intake_files. ?2: the machine, if that matters.
static BY_PATH: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {COLUMNS} {} AND (?2 IS NULL OR ifnull(r.machine, '') IN (?2, '')) ORDER BY r.id LIMIT 1",
        naming("?1")
    )
});

/// The rows that name a file and say that it is missing; and who waits without one.
pub(super) static MISSING: LazyLock<String> = LazyLock::new(|| {
    format!(
            "SELECT 1 {} AND r.stale = 1 UNION ALL
               SELECT 1 FROM intake_files f JOIN intake_waiting w ON w.file = f.id WHERE f.path = ?1 AND w.stale = 1",
            naming("?1")
        )
});

/// The recordings of a channel that name a file, but ?3: usually there is no other one, and no row is read.
static OF_CALL: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {COLUMNS} FROM recordings r INDEXED BY recordings_uniqueid
           WHERE r.uniqueid = ?1 AND r.id IS NOT ?3 AND ifnull(r.machine, '') IN (?2, '') AND typeof(r.path) = 'text' AND r.path <> ''
           ORDER BY r.id"
    )
});

/// The files that rows name whose paths are ?1 with an ending.
static BESIDE: LazyLock<String> = LazyLock::new(|| {
    let (path, bare) = (plain("r.path"), plain("?1"));
    format!(
        "SELECT {COLUMNS} FROM recordings r INDEXED BY recordings_sound WHERE r.path <> '' AND {path} > {bare} || '.'
           AND {path} < {bare} || '/' AND typeof(r.path) = 'text' ORDER BY r.id LIMIT 100"
    )
});

/// The row of line `f`: also one that took the place of the one it was made for.
pub(in crate::store) static OWNER: LazyLock<String> = LazyLock::new(|| {
    format!(
        "ifnull((SELECT r.id FROM recordings r WHERE r.id = f.recording), ifnull(
           (SELECT min(r.id) {} AND (r.machine = f.machine OR f.machine = '')), f.recording))",
        naming("f.path")
    )
});

fn other(row: &Row<'_>, first_seen: i64) -> rusqlite::Result<IntakeFile> {
    Ok(IntakeFile {
        recording: row.get(0)?,
        path: text_at(row, 1)?,
        machine: text_at(row, 2)?,
        uniqueid: text_at(row, 3)?,
        recordid: text_at(row, 4)?,
        first_seen,
        ..IntakeFile::default()
    })
}

/// Whether a row names the file.
pub(super) fn file_of_row(connection: &Connection, path: &str) -> rusqlite::Result<Option<FileKnown>> {
    let mut statement = connection.prepare_cached(&BY_PATH)?;
    let row =
        statement.query_row((Text::of(path), None::<&str>), |row| Ok(FileKnown::unseen(text_at(row, 1)?)));
    row.optional()
}

/// The files that rows of a channel name.
pub(super) fn files_of_rows(connection: &Connection, uniqueid: &str) -> rusqlite::Result<Vec<FileKnown>> {
    let mut statement = connection.prepare_cached(
        "SELECT path FROM recordings r INDEXED BY recordings_uniqueid
           WHERE uniqueid = ? AND typeof(path) = 'text' AND path <> ''",
    )?;
    let rows = statement.query_map([uniqueid], |row| Ok(FileKnown::unseen(text_at(row, 0)?)))?;
    rows.collect()
}

impl Change<'_> {
    /// The file at `path`, where only a row tells of it.
    pub(super) fn other_file(
        &self,
        path: &str,
        machine: Option<&str>,
    ) -> rusqlite::Result<Option<IntakeFile>> {
        let mut statement = self.transaction.prepare_cached(&BY_PATH)?;
        statement.query_row((Text::of(path), machine), |row| other(row, self.now)).optional()
    }

    /// Adds to the `known` recordings of a channel those of which only rows tell.
    pub(super) fn add_others(
        &self,
        known: &mut Vec<IntakeFile>,
        machine: &str,
        uniqueid: &str,
    ) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare_cached(&OF_CALL)?;
        let first = known.first().map(|known| known.recording);
        let mut rows = statement.query((uniqueid, machine, first))?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            if known.iter().any(|known| known.recording == id) {
                continue;
            }
            let other = other(row, self.now)?;
            // Copies share their file, and what is known of it.
            if !known.iter().any(|known| known.path == other.path) && !self.has_line(&other)? {
                known.push(other);
            }
        }
        Ok(())
    }

    /// Adds to the `known` files beside a path those of which only rows tell.
    pub(super) fn add_others_beside(&self, known: &mut Vec<IntakeFile>, bare: &str) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare_cached(&BESIDE)?;
        let mut rows = statement.query([Text::of(bare)])?;
        while let Some(row) = rows.next()? {
            let path = text_at(row, 1)?;
            if known.iter().any(|known| known.path == path) {
                continue;
            }
            let other = other(row, self.now)?;
            if !self.has_line(&other)? {
                known.push(other);
            }
        }
        Ok(())
    }

    /// Whether there is a line for the file.
    fn has_line(&self, known: &IntakeFile) -> rusqlite::Result<bool> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT 1 FROM intake_files WHERE path = ?1 AND (machine = ?2 OR machine = '')",
        )?;
        statement.exists((Text::of(&known.path), &known.machine))
    }
}
