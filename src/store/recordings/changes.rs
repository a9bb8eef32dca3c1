//! What people change of a recording: how long it is kept, where else it is filed, and whether it is there at all.

use rusqlite::{OptionalExtension, params};

use super::seen;
use crate::model::Person;
use crate::store::database::free_id;
use crate::store::{Change, Entry, Identity, StoreError};

/// A recording as a change finds it.
#[derive(Clone, Debug)]
pub struct Named {
    id: i64,
    /// Its customer.
    pub customer: i64,
    /// What names it, as its row says.
    pub identity: Identity,
    /// Unix seconds.
    pub start: i64,
    /// Unix seconds; 0 never.
    pub expires: i64,
    /// Whether the call has ended.
    pub complete: bool,
    /// Whether it is kept whatever its expiry says.
    pub hold: bool,
}

/// What became of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// It is made.
    Now,
    /// It was there.
    Before,
    /// A row of another customer, which another program made, has its name.
    NotPossible,
}

impl Change<'_> {
    /// The recording, if it exists and the person may see it.
    pub fn recording(&self, person: &Person, identity: &Identity) -> Result<Option<Named>, StoreError> {
        let Some(place) = seen::place(&self.transaction, person, identity)? else { return Ok(None) };
        let identity = Identity { uniqueid: place.uniqueid, ..identity.clone() };
        let mut statement = self.transaction.prepare_cached(
            "SELECT CAST(coalesce(start, 0) AS INTEGER), CAST(coalesce(expires, 0) AS INTEGER),
               complete IS NOT 0, CAST(coalesce(hold, 0) AS INTEGER) <> 0 FROM recordings WHERE id = ?",
        )?;
        let named = statement.query_row([place.id], |row| {
            Ok(Named {
                id: place.id,
                customer: place.customer,
                identity,
                start: row.get(0)?,
                expires: row.get(1)?,
                complete: row.get(2)?,
                hold: row.get(3)?,
            })
        })?;
        Ok(Some(named))
    }

    /// Sets when a recording expires and whether it is held; what is `None`, or so already, stays.
    pub fn update_recording(
        &self,
        named: &Named,
        expires: Option<i64>,
        hold: Option<bool>,
    ) -> Result<(), StoreError> {
        let expires = expires.filter(|expires| *expires != named.expires);
        let hold = hold.filter(|hold| *hold != named.hold);
        if expires.is_none() && hold.is_none() {
            return Ok(());
        }
        self.transaction
            .prepare_cached(
                "UPDATE recordings SET expires = coalesce(?, expires), hold = coalesce(?, hold) WHERE id = ?",
            )?
            .execute(params![expires, hold, named.id])?;
        let changed = [
            expires.map(|time| format!("expires {time}")),
            hold.map(|hold| format!("hold {}", i32::from(hold))),
        ];
        let detail = changed.into_iter().flatten().collect::<Vec<_>>().join(", ");
        self.audit(&Entry::of("recordings/update", named.customer, &named.identity, detail))
    }

    /// Files a recording under another group too: the same row but for its group, and the same sound. Does nothing
    /// where it is there already.
    pub fn copy_recording(&self, named: &Named, destination: i64) -> Result<Copied, StoreError> {
        let Identity { uniqueid, recordid, .. } = &named.identity;
        let mut statement = self.transaction.prepare_cached(
            "SELECT customer IS ? FROM recordings WHERE recordgroup = ? AND uniqueid = ? AND recordid = ?",
        )?;
        let there = (named.customer, destination, uniqueid, recordid);
        match statement.query_row(there, |row| row.get(0)).optional()? {
            Some(true) => return Ok(Copied::Before),
            Some(false) => return Ok(Copied::NotPossible),
            None => {}
        }
        // Whatever columns the table has: an adopted one may have more than ours.
        let columns: String = self.transaction.query_row(
            "SELECT group_concat('\"' || replace(name, '\"', '\"\"') || '\"') FROM pragma_table_info('recordings')
               WHERE lower(name) NOT IN ('id', 'recordgroup')",
            [],
            |row| row.get(0),
        )?;
        let sql = format!(
            "INSERT INTO recordings (id, recordgroup, {columns}) SELECT ?, ?, {columns} FROM recordings WHERE id = ?"
        );
        let id = free_id(&self.transaction, "recordings")?;
        self.transaction.prepare_cached(&sql)?.execute((id, destination, named.id))?;
        self.copy_sounds(named.id, self.transaction.last_insert_rowid())?;
        let detail = format!("to group {destination}");
        self.audit(&Entry::of("recordings/copy", named.customer, &named.identity, detail))?;
        Ok(Copied::Now)
    }

    /// Deletes a recording's row and notes that its sound is to be removed, in every form, and its sides. Gives the numbers
    /// of the notes.
    pub fn delete_recording(&self, named: &Named) -> Result<Vec<i64>, StoreError> {
        let mut noting = self.transaction.prepare_cached(
            "INSERT INTO sound_removals (path, noted)
               SELECT path, ?1 FROM recordings WHERE id = ?2 AND path <> ''
               UNION SELECT path, ?1 FROM sounds WHERE recording = ?2 AND path <> '' RETURNING id",
        )?;
        let notes = noting.query_map((self.now, named.id), |row| row.get(0))?;
        let notes = notes.collect::<rusqlite::Result<_>>()?;
        self.leave_forms(named.id)?;
        // Before it goes, so that the entry says which call it was.
        self.audit(&Entry::of("recordings/delete", named.customer, &named.identity, String::new()))?;
        self.transaction.prepare_cached("DELETE FROM recordings WHERE id = ?")?.execute([named.id])?;
        Ok(notes)
    }
}
