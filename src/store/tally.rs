//! How many recordings there are, and in what state.

use std::ops::Range;

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
    /// Counts the rows. `today`: when it begins and when tomorrow does, Unix seconds.
    pub fn tally(&self, customer: Option<i64>, today: Range<i64>) -> Result<Tally, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT count(*) FILTER (WHERE start >= ?2 AND start < ?3), count(*) FILTER (WHERE complete = 0), count(*) FILTER (WHERE stale = 1)
               FROM recordings WHERE ?1 IS NULL OR customer = ?1",
        )?;
        let tally = statement.query_row(params![customer, today.start, today.end], |row| {
            Ok(Tally { calls_today: row.get(0)?, in_progress: row.get(1)?, rows_without_files: row.get(2)? })
        })?;
        Ok(tally)
    }
}
