//! Who may log in, and what proves who they are.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::model::{Person, Privileges};
use crate::store::StoreError;

/// A person with what proves who they are.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The person.
    pub person: Person,
    /// bcrypt hash of the password.
    pub hash: String,
}

/// The columns that [`credential`] reads.
pub(in crate::store) const CREDENTIAL: &str = "p.id, p.customer, p.username, p.role, p.hash,
    (SELECT group_concat(rp.privilege) FROM role_privileges rp WHERE rp.role = p.role)";

pub(in crate::store) fn credential(row: &Row<'_>) -> rusqlite::Result<Credential> {
    let privileges: Option<String> = row.get(5)?;
    Ok(Credential {
        person: Person {
            id: row.get(0)?,
            customer: row.get(1)?,
            username: row.get(2)?,
            role: row.get(3)?,
            privileges: Privileges::parse(privileges.as_deref().unwrap_or_default()),
        },
        hash: row.get(4)?,
    })
}

/// Who may log in, as a reader or a transaction that has just begun sees them.
pub struct Accounts<'a>(pub(in crate::store) &'a Connection);

impl Accounts<'_> {
    /// Whoever has this username, exactly as it is written.
    pub fn named(&self, username: &str) -> Result<Option<Credential>, StoreError> {
        let sql = format!("SELECT {CREDENTIAL} FROM people p WHERE p.username = ? COLLATE BINARY");
        Ok(self.0.prepare_cached(&sql)?.query_row([username], credential).optional()?)
    }

    /// The person with this id.
    pub fn of(&self, id: i64) -> Result<Option<Credential>, StoreError> {
        let sql = format!("SELECT {CREDENTIAL} FROM people p WHERE p.id = ?");
        Ok(self.0.prepare_cached(&sql)?.query_row([id], credential).optional()?)
    }
}
