//! Files that intake knows and that have no row.

use rusqlite::OptionalExtension;

use super::values::{Text, text_at};
use super::without_intake_row::OWNER;
use crate::store::{Change, Reader, StoreError};

/// Why a known file has no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRow {
    /// It was left out, for this reason.
    Excluded(String),
    /// Its row was deleted.
    Deleted,
    /// It waits for one, for this reason.
    Waits(String),
}

impl Reader {
    /// Why the known file at `path` has no row; None if it has one, or isn't known.
    pub fn why_no_row(&self, path: &str) -> Result<Option<NoRow>, StoreError> {
        let sql = format!(
            "SELECT excluded, recording <> 0, EXISTS (SELECT 1 FROM recordings WHERE id = owner),
                 (SELECT reason FROM intake_waiting w WHERE w.file = f_id)
               FROM (SELECT f.*, f.id AS f_id, {} AS owner FROM intake_files f WHERE path = ? ORDER BY f.id LIMIT 1)",
            *OWNER
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let found = statement.query_row([Text::of(path)], |row| {
            let waits: Option<String> = row.get(3)?;
            Ok(match (row.get(1)?, row.get(2)?) {
                (_, true) => None,
                (false, false) if waits.is_some() => waits.map(NoRow::Waits),
                (true, false) => Some(NoRow::Deleted),
                (false, false) => Some(NoRow::Excluded(row.get(0)?)),
            })
        });
        Ok(found.optional()?.flatten())
    }
}

impl Reader {
    /// Files whose rows are gone, among the `most` that intake knows after this id; and the last of those ids.
    pub fn files_of_deleted(&self, after: i64, most: i64) -> Result<(Option<i64>, Vec<String>), StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, path, recording <> 0 AND path <> ''
                 AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.id = recording)
               FROM intake_files WHERE id > ? ORDER BY id LIMIT ?",
        )?;
        let mut rows = statement.query((after, most))?;
        let (mut last, mut gone) = (None, Vec::new());
        while let Some(row) = rows.next()? {
            last = Some(row.get(0)?);
            let path = text_at(row, 1)?;
            if row.get(2)? && self.why_no_row(&path)? == Some(NoRow::Deleted) {
                gone.push(path);
            }
        }
        Ok((last, gone))
    }
}

impl Change<'_> {
    /// Forgets a file that was left out, so that the next look at its folder takes it for a new one.
    pub fn forget_file(&self, id: i64) -> Result<(), StoreError> {
        self.transaction.prepare_cached("DELETE FROM intake_files WHERE id = ?")?.execute([id])?;
        Ok(())
    }
}
