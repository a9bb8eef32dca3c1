//! How many recordings there are, and in what state.

use rusqlite::params;

use super::{Reader, StoreError};

/// Recordings of one customer or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// Calls that began today.
    pub calls_today: i64,
    /// Calls in progress.
    pub in_progress: i64,
    /// Rows whose sound is missing.
    pub rows_without_files: i64,
}

impl Reader {
    /// Counts the rows. `since`: when today began, Unix seconds.
    pub fn tally(&self, customer: Option<i64>, since: i64) -> Result<Tally, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT count(*) FILTER (WHERE start >= ?2), count(*) FILTER (WHERE complete = 0), count(*) FILTER (WHERE stale = 1)
               FROM recordings WHERE ?1 IS NULL OR customer = ?1",
        )?;
        let tally = statement.query_row(params![customer, since], |row| {
            Ok(Tally { calls_today: row.get(0)?, in_progress: row.get(1)?, rows_without_files: row.get(2)? })
        })?;
        Ok(tally)
    }
}
