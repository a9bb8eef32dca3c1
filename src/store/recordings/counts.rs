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
    /// Rows of which the group is not their customer's, or gone: another program filed them there.
    pub rows_without_groups: i64,
}

/// The customers that rows name: one step of an index each. Another program may have stored anything.
const CUSTOMERS: &str = "WITH RECURSIVE named (customer) AS (
    SELECT min(customer) FROM recordings
    UNION ALL SELECT (SELECT min(r.customer) FROM recordings r WHERE r.customer > named.customer) FROM named
      WHERE customer IS NOT NULL)";

/// The pairs of group and customer that rows name, one step of the index of groups each, and how many rows name them where
/// there is no such group of that customer. What is NULL is below all numbers.
const WITHOUT_GROUPS: &str = "WITH RECURSIVE named (recordgroup, customer) AS (
    VALUES (-9223372036854775808, -9223372036854775808)
    UNION ALL SELECT r.recordgroup, r.customer FROM named n CROSS JOIN recordings r ON r.id =
      (SELECT id FROM recordings s INDEXED BY recordings_recordgroup_list
         WHERE (s.recordgroup, s.customer) > (n.recordgroup, ifnull(n.customer, -9223372036854775808))
         ORDER BY s.recordgroup, s.customer LIMIT 1))
  SELECT ifnull(sum((SELECT count(*) FROM recordings r INDEXED BY recordings_recordgroup_list
      WHERE r.recordgroup = n.recordgroup AND r.customer IS n.customer)), 0)
      + (SELECT count(*) FROM recordings r INDEXED BY recordings_recordgroup_list
           WHERE r.recordgroup IS NULL AND (?1 IS NULL OR r.customer = ?1))
    FROM named n WHERE (?1 IS NULL OR n.customer = ?1)
      AND NOT EXISTS (SELECT 1 FROM recordgroups g WHERE g.id = n.recordgroup AND g.customer = n.customer)";

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
            rows_without_groups: self
                .0
                .prepare_cached(WITHOUT_GROUPS)?
                .query_row([customer], |row| row.get(0))?,
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
