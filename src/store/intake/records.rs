//! Call detail records, kept for a while: a call has several, in any order, and they may come before its recording.

use crate::store::database::free_id;
use crate::store::{Change, StoreError};

/// Records of one channel that are kept. More has only a loop in a dialplan.
pub const MOST_RECORDS: i64 = 2_000;

impl Change<'_> {
    /// The kept records of a channel, in the order in which they came.
    pub fn records_of(&self, machine: &str, uniqueid: &str) -> Result<Vec<String>, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT record FROM intake_records WHERE uniqueid = ?1 AND machine = ?2 ORDER BY id LIMIT ?3",
        )?;
        let rows = statement.query_map((uniqueid, machine, MOST_RECORDS), |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps a record that isn't among those of its channel yet.
    pub fn keep_record(&self, machine: &str, uniqueid: &str, record: &str) -> Result<(), StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO intake_records (id, uniqueid, machine, record, kept) VALUES (?, ?, ?, ?, ?)",
        )?;
        let id = free_id(&self.transaction, "intake_records")?;
        statement.execute((id, uniqueid, machine, record, self.now))?;
        Ok(())
    }

    /// Forgets records that were kept before then, the oldest first: at most so many at once, so that the transaction stays short.
    pub fn forget_records(&self, before: i64, most: i64) -> Result<(), StoreError> {
        let mut first =
            self.transaction.prepare_cached("SELECT kept < ? FROM intake_records ORDER BY id LIMIT 1")?;
        let mut old = first.query_map([before], |row| row.get::<_, bool>(0))?;
        if !old.next().transpose()?.unwrap_or(false) {
            return Ok(());
        }
        let mut statement = self.transaction.prepare_cached(
            "DELETE FROM intake_records WHERE kept < ?1
               AND id IN (SELECT id FROM intake_records ORDER BY id LIMIT ?2)",
        )?;
        statement.execute((before, most))?;
        Ok(())
    }
}
