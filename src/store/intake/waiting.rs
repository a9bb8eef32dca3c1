//! Recordings that wait for a place: they are known, and have no row yet.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, params};

use super::files::{LINES, known};
use super::values::{Text, text_at};
use super::without_intake_row::naming;
use crate::model::IntakeFile;
use crate::store::{Change, Reader, StoreError};

/// Why a recording waits, and what was heard of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// Since when, Unix seconds.
    pub since: i64,
    /// When the recording began, Unix seconds.
    pub began: i64,
    /// The rule; 0 where none takes it.
    pub rule: i64,
    /// Why, and what to do.
    pub reason: String,
    /// Whose it will be; 0 unknown.
    pub customer: i64,
    /// 1: for what a source may still tell.
    pub to_come: i64,
    /// 1: its sound is missing.
    pub stale: i64,
    /// Where its file was when the recording ended: what the rules look at.
    pub path: String,
    /// All facts, JSON.
    pub heard: String,
}

static LINE: LazyLock<String> = LazyLock::new(|| format!("{} WHERE f.id = ?", *LINES));

/// The row that another program made for line `f`. A file that was seen is one and the same for every machine.
static ROW_OF_ANOTHER: LazyLock<String> = LazyLock::new(|| {
    format!(
        "(SELECT min(r.id) {} AND f.path <> '' AND (r.machine = f.machine OR f.machine = '' OR f.state <> 0))",
        naming("f.path")
    )
});

impl Reader {
    /// Lines of recordings that wait although their files have rows, of another program; and of some that are gone.
    pub fn waiting_with_rows(&self) -> Result<Vec<i64>, StoreError> {
        let sql = format!(
            "SELECT w.file FROM intake_waiting w LEFT JOIN intake_files f ON f.id = w.file
               WHERE f.id IS NULL OR {} IS NOT NULL LIMIT 500",
            *ROW_OF_ANOTHER
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Change<'_> {
    /// What is known of a file, by the id of its line.
    pub fn known_line(&self, id: i64) -> Result<Option<IntakeFile>, StoreError> {
        Ok(self.transaction.prepare_cached(&LINE)?.query_row([id], known).optional()?)
    }

    /// Why the recording of this line waits; `None` where it doesn't.
    pub fn waits(&self, file: i64) -> Result<Option<Waits>, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT since, began, rule, reason, customer, to_come, stale, path, heard FROM intake_waiting WHERE file = ?",
        )?;
        let found = statement.query_row([file], |row| {
            Ok(Waits {
                since: row.get(0)?,
                began: row.get(1)?,
                rule: row.get(2)?,
                reason: row.get(3)?,
                customer: row.get(4)?,
                to_come: row.get(5)?,
                stale: row.get(6)?,
                path: text_at(row, 7)?,
                heard: row.get(8)?,
            })
        });
        Ok(found.optional()?)
    }

    /// Lets the recording of this line wait.
    pub fn let_wait(&self, file: i64, waits: &Waits) -> Result<(), StoreError> {
        let Waits { since, began, rule, reason, customer, to_come, stale, path, heard } = waits;
        let path = Text::of(path);
        self.transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO intake_waiting (file, since, began, rule, reason, customer, to_come, stale, path,
                   heard) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![file, since, began, rule, reason, customer, to_come, stale, path, heard])?;
        Ok(())
    }

    /// Whether another program made a row for the file of this line; then that is its row.
    pub fn has_row_of_another(&self, file: i64) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE intake_files AS f SET recording = {0} WHERE id = ? AND recording = 0 AND {0} IS NOT NULL",
            *ROW_OF_ANOTHER
        );
        Ok(self.transaction.prepare_cached(&sql)?.execute([file])? > 0)
    }

    /// It has a row now, or is left out.
    pub fn end_wait(&self, file: i64) -> Result<(), StoreError> {
        self.transaction.prepare_cached("DELETE FROM intake_waiting WHERE file = ?")?.execute([file])?;
        Ok(())
    }

    /// Notes that the sound of one that waits is missing, or there again.
    pub fn set_waiting_stale(&self, file: i64, stale: bool) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("UPDATE intake_waiting SET stale = ?2 WHERE file = ?1 AND stale <> ?2")?
            .execute((file, stale))?;
        Ok(())
    }

    /// The rules for which recordings wait, and whether they wait for what a source may still tell.
    pub fn rules_waited_for(&self) -> Result<Vec<(i64, bool)>, StoreError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT DISTINCT rule, to_come FROM intake_waiting")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Recordings that wait for one of these rules, in the order in which they began: up to `most` of those after one,
    /// each as its beginning and its line.
    pub fn waiting_for(
        &self,
        rules: &[(i64, bool)],
        after: (i64, i64),
        most: i64,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        let mut found = Vec::new();
        let mut statement = self.transaction.prepare_cached(
            "SELECT began, file FROM intake_waiting WHERE rule = ? AND to_come = ? AND (began, file) > (?, ?)
               ORDER BY began, file LIMIT ?",
        )?;
        for (rule, to_come) in rules {
            let rows = statement
                .query_map((rule, to_come, after.0, after.1, most), |row| Ok((row.get(0)?, row.get(1)?)))?;
            found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        found.sort_unstable();
        found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(found)
    }
}
