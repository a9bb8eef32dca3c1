//! The audit log: one entry for each change, in the transaction of the change, and one for each listening.

use rusqlite::{Connection, params};

use super::audited_call::NOTED;
use super::database::free_id;
use super::{Change, Identity, Store, StoreError};
use crate::model::Actor;

/// What somebody who hears a recording leaves in the log.
const LISTEN: &str = "recordings/listen";
/// What is noted of what people do.
pub const ACTIONS: [&str; 25] = [
    LISTEN,
    "recordings/export",
    "recordings/update",
    "recordings/copy",
    "recordings/delete",
    "recordings/withdraw",
    "recordings/merge",
    "recordings/sound",
    "groups/create",
    "groups/update",
    "groups/delete",
    "groups/members/add",
    "groups/members/remove",
    "people/create",
    "people/update",
    "people/password/update",
    "people/delete",
    "people/refused",
    "customers/create",
    "customers/update",
    "customers/delete",
    "user/login",
    "user/login/failed",
    "user/logout",
    "user/password/update",
];
/// Seconds in which a person listens to a recording once, however often the sound is asked for.
pub const ONE_LISTENING: i64 = 600;

/// What an entry says besides who and when. Never holds a secret.
#[derive(Default)]
pub struct Entry<'a> {
    /// What was done: `user/login`, `groups/create`, …
    pub action: &'a str,
    /// Whose data it touched.
    pub customer: Option<i64>,
    /// The group, where there is one.
    pub recordgroup: Option<i64>,
    /// The recording, where there is one.
    pub uniqueid: Option<&'a str>,
    /// Which recording of that channel.
    pub recordid: Option<&'a str>,
    /// What changed, for people.
    pub detail: String,
}

impl<'a> Entry<'a> {
    /// An entry about a recording of a customer.
    pub fn of(action: &'a str, customer: i64, identity: &'a Identity, detail: String) -> Entry<'a> {
        Entry {
            action,
            customer: Some(customer),
            recordgroup: Some(identity.recordgroup),
            uniqueid: Some(&identity.uniqueid),
            recordid: Some(&identity.recordid),
            detail,
        }
    }
}

/// A text of somebody's within a detail: its commas are encoded, so that nothing in it looks like what follows them.
pub(super) fn in_detail(text: &str) -> String {
    text.replace('%', "%25").replace(',', "%2C")
}

/// Someone who hears a recording.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Who.
    pub actor: Actor,
    /// Whose recording it is.
    pub customer: i64,
    /// Which one, as its row says.
    pub identity: Identity,
    /// When, in Unix seconds.
    pub time: i64,
}

/// An entry that sums what goes on, and is told more of as it does.
#[derive(Clone, Debug)]
pub struct Summed {
    /// Its id, once it is there.
    pub entry: Option<i64>,
    /// Who.
    pub actor: Actor,
    /// Whose matter it is.
    pub customer: Option<i64>,
    /// When it began, in Unix seconds.
    pub time: i64,
    /// What it comes to, for people.
    pub detail: String,
}

impl Change<'_> {
    /// Adds an entry for what this transaction does.
    pub fn audit(&self, entry: &Entry<'_>) -> Result<(), StoreError> {
        Ok(insert(&self.transaction, &self.actor, self.now, entry)?)
    }
}

impl Store {
    /// Adds an entry for what changes nothing, such as an export.
    pub fn note_entry(&self, actor: &Actor, now: i64, entry: &Entry<'_>) -> Result<(), StoreError> {
        self.change(actor, now, |change| change.audit(entry))
    }

    /// Writes entries that sum what goes on: adds those that are new, and notes their ids; of others, what they come to.
    pub fn note_summed(&self, action: &str, entries: &mut [Summed]) -> Result<(), StoreError> {
        let mut writer = self.writer_in_time()?;
        let transaction = writer.begin()?;
        for summed in entries {
            let Summed { entry, actor, customer, time, detail } = summed;
            if let Some(id) = entry {
                let mut statement =
                    transaction.prepare_cached("UPDATE audit SET detail = ? WHERE id = ? AND action = ?")?;
                statement.execute(params![*detail, *id, action])?;
                continue;
            }
            let new = Entry { action, customer: *customer, detail: detail.clone(), ..Entry::default() };
            insert(&transaction, actor, *time, &new)?;
            *entry = Some(transaction.last_insert_rowid());
        }
        Ok(transaction.commit()?)
    }

    /// Adds an entry for each who did not listen to the same recording in the ten minutes before.
    pub fn note_listening(&self, heard: &[Heard]) -> Result<(), StoreError> {
        let mut writer = self.writer_in_time()?;
        let transaction = writer.begin()?;
        for one in heard {
            if !is_noted(&transaction, one)? {
                let entry = Entry::of(LISTEN, one.customer, &one.identity, String::new());
                insert(&transaction, &one.actor, one.time, &entry)?;
            }
        }
        Ok(transaction.commit()?)
    }
}

fn is_noted(connection: &Connection, heard: &Heard) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT 1 FROM audit WHERE recordgroup = ? AND uniqueid = ? AND recordid = ? AND person IS ? AND action = ?
           AND time > ? AND time <= ?",
    )?;
    let Heard { actor, identity, time, .. } = heard;
    let Identity { recordgroup, uniqueid, recordid } = identity;
    statement.exists(params![
        recordgroup,
        uniqueid,
        recordid,
        actor.person,
        LISTEN,
        time - ONE_LISTENING,
        time
    ])
}

fn insert(connection: &Connection, actor: &Actor, time: i64, entry: &Entry<'_>) -> rusqlite::Result<()> {
    // The call is noted as its row has it now: the row may go.
    let mut statement = connection.prepare_cached(&format!(
        "INSERT INTO audit (id, time, person, username, address, action, customer, recordgroup, uniqueid, recordid, detail, call)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ifnull((SELECT {NOTED} FROM recordings r
             WHERE r.recordgroup = ?8 AND r.uniqueid = ?9 AND r.recordid = ?10 AND r.customer IS ?7), ''))"
    ))?;
    let Entry { action, customer, recordgroup, uniqueid, recordid, detail } = entry;
    let Actor { person, name, address } = actor;
    statement.execute(params![
        free_id(connection, "audit")?,
        time,
        person,
        name,
        address,
        action,
        customer,
        recordgroup,
        uniqueid,
        recordid,
        detail
    ])?;
    Ok(())
}
