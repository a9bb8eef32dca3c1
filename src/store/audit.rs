//! The audit log: one entry for each change, in the transaction of the change.

use rusqlite::params;

use super::{Change, StoreError};

/// What an entry says besides who and when. Never holds a secret.
#[derive(Default)]
pub struct Entry<'a> {
    /// What was done: `user/login`, `group/add`, …
    pub action: &'a str,
    /// Whose data it touched.
    pub customer: Option<i64>,
    /// The group, where there is one.
    pub recordgroup: Option<i64>,
    /// What changed, for people.
    pub detail: String,
}

impl Change<'_> {
    /// Adds an entry for what this transaction does.
    pub fn audit(&self, entry: &Entry<'_>) -> Result<(), StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO audit (time, person, username, address, action, customer, recordgroup, detail)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        let Entry { action, customer, recordgroup, detail } = entry;
        let actor = self.actor;
        statement.execute(params![
            self.now,
            actor.person,
            actor.name,
            actor.address,
            action,
            customer,
            recordgroup,
            detail
        ])?;
        Ok(())
    }
}
