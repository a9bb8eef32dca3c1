//! How many recordings there are, and in what state.

use std::ops::Range;

use rusqlite::params;

use crate::store::{Reader, StoreError};

/// Recordings of one customer or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Calls that began today.
    pub calls_today: i64,
    /// Calls in progress.
    pub in_progress: i64,
    /// Rows whose sound is missing.
    pub rows_without_files: i64,
}

/// The customers that rows name: one step of an index each. Another program may have stored anything.
const CUSTOMERS: &str = "WITH RECURSIVE named (customer) AS (
    SELECT min(customer) FROM recordings
    UNION ALL SELECT (SELECT min(r.customer) FROM recordings r WHERE r.customer > named.customer) FROM named
      WHERE customer IS NOT NULL)";

impl Reader {
    /// Counts the rows as they are now, in indexes of few of them. `today`: when it begins and when tomorrow does, Unix
    /// seconds.
    pub fn counts(&self, customer: Option<i64>, today: Range<i64>) -> Result<Counts, StoreError> {
        let _snapshot = self.snapshot()?;
        let who = if customer.is_some() { "customer = ?1" } else { "?1 IS NULL" };
        // Left to itself, SQLite goes through all rows of the customer.
        let count = |index: &str, condition: &str| -> Result<i64, StoreError> {
            let sql =
                format!("SELECT count(*) FROM recordings INDEXED BY {index} WHERE {condition} AND {who}");
            Ok(self.0.prepare_cached(&sql)?.query_row([customer], |row| row.get(0))?)
        };
        Ok(Counts {
            calls_today: self.calls_of(customer, today)?,
            in_progress: count("recordings_customer_in_progress", "complete = 0")?,
            rows_without_files: count("recordings_customer_stale", "stale = 1")?,
        })
    }

    fn calls_of(&self, customer: Option<i64>, days: Range<i64>) -> Result<i64, StoreError> {
        let sql = match customer {
            Some(_) => "SELECT count(*) FROM recordings WHERE customer = ?1 AND start >= ?2 AND start < ?3".into(),
            // The walk ends with a NULL; rows without a customer have one too, and count.
            None => format!(
                "{CUSTOMERS} SELECT ifnull(sum((SELECT count(*) FROM recordings r
                   WHERE r.customer IS named.customer AND start >= ?2 AND start < ?3)), 0) FROM named WHERE ?1 IS NULL"
            ),
        };
        let values = params![customer, days.start, days.end];
        Ok(self.0.prepare_cached(&sql)?.query_row(values, |row| row.get(0))?)
    }
}
