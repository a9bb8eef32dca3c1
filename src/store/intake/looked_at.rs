//! Files as they were looked at, for whoever looks at them again.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row};

use super::file_known::FileKnown;
use super::strict::Strict;
use super::values::{Text, text_at};
use super::without_intake_row::{MISSING, file_of_row, files_of_rows};
use crate::store::{Reader, StoreError};

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
    /// The device that the file was on when it was seen last, if it ever was.
    pub device: Option<i64>,
}

impl Reader {
    /// The file at `path`, if it is known.
    pub fn file_at(&self, path: &str) -> Result<Option<FileKnown>, StoreError> {
        let sql = format!("{} WHERE path = ? ORDER BY id LIMIT 1", *FILES);
        match self.0.prepare_cached(&sql)?.query_row([Text::of(path)], file_known).optional()? {
            Some(file) => Ok(Some(file)),
            None => Ok(file_of_row(&self.0, path)?),
        }
    }

    /// Whether a row that names the file at `path` says that it is missing.
    pub fn misses_sound(&self, path: &str) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached(&MISSING)?.exists([Text::of(path)])?)
    }

    /// Known files that had this inode.
    pub fn files_with_inode(&self, inode: i64) -> Result<Vec<FileKnown>, StoreError> {
        let sql = format!("{} WHERE inode = ? AND inode <> 0 AND path <> ''", *FILES);
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([inode], file_known)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Known files with this digest of their beginnings and ends.
    pub fn files_with_digest(&self, digest: &[u8]) -> Result<Vec<FileKnown>, StoreError> {
        let sql = format!("{} WHERE digest = ? AND digest IS NOT NULL AND path <> '' LIMIT 100", *FILES);
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([digest], file_known)?;
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
        let rows = statement.query_map([Text::of(stem)], file_known)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Some known files whose paths begin with this: the sides of a call are among them.
    pub fn files_named_like(&self, bare: &str) -> Result<Vec<String>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT path FROM intake_files WHERE path > ?1 AND path < ?1 || char(1114111) ORDER BY path LIMIT 64",
        )?;
        let rows = statement.query_map([Text::of(bare)], |row| text_at(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Calls `each` with every known file that has a row, or waits for one, and a digest.
    pub fn each_file(&self, mut each: impl FnMut(FileKnown)) -> Result<(), StoreError> {
        let sql = format!(
            "{} WHERE path <> '' AND digest IS NOT NULL
               AND (EXISTS (SELECT 1 FROM recordings r WHERE r.id = f.recording)
                 OR EXISTS (SELECT 1 FROM intake_waiting w WHERE w.file = f.id))",
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
                 WHERE f.path = r.path AND f.state <> 0 ORDER BY f.id LIMIT 1) END,
                 (SELECT nullif(f.device, 0) FROM intake_files f
                 WHERE f.path = r.path AND f.state <> 0 ORDER BY f.id LIMIT 1)
               FROM recordings r WHERE id > ? AND path <> '' ORDER BY id LIMIT ?",
        )?;
        let rows = statement.query_map((after, most), |row| {
            Ok(RowWithFile {
                id: row.get(0)?,
                path: row.get(1)?,
                stale: row.get::<_, Option<bool>>(2)?.unwrap_or(false),
                size: row.get(3)?,
                device: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether any row has its sound in a folder, as far as rows know.
    pub fn has_sound_below(&self, folder: &Path) -> Result<bool, StoreError> {
        let mut below = folder.as_os_str().as_bytes().to_vec();
        if !below.is_empty() {
            below.push(b'/');
        }
        let mut statement = self.0.prepare_cached(
            "SELECT 1 FROM recordings WHERE stale IS NOT 1 AND path <> '' AND complete <> 0
               AND substr(CAST(path AS BLOB), 1, length(?1)) = ?1 LIMIT 1",
        )?;
        Ok(statement.exists([below])?)
    }

    /// Files that are still being written, or were when they were last looked at.
    pub fn open_files(&self) -> Result<Vec<String>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT path FROM intake_files WHERE state = 1 AND path <> ''")?;
        let rows = statement.query_map([], |row| text_at(row, 0))?;
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
