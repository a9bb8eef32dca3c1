//! People and their roles.

mod accounts;
mod changes;
mod sessions;

use rusqlite::Row;

use super::{Reader, StoreError, lenient};
use crate::model::{Privileges, described};

pub use accounts::{Accounts, Credential};
pub use changes::{PersonFields, Subject};
pub use sessions::{Issued, Secret};

described! {
    /// A person as lists show them.
    #[derive(Clone, Debug, serde::Serialize)]
    pub struct Listed {
        /// Which person.
        pub id: i64,
        /// Home customer.
        pub customer: i64,
        /// The name to log in with.
        pub username: String,
        /// The name that people know.
        pub name: String,
        /// The role's name.
        pub role: String,
        /// When the account was made, Unix seconds.
        pub created: i64,
        /// 1: may not log in for now.
        pub disabled: i64,
        /// When they last logged in, Unix seconds; 0 never, null where nobody knows, as of accounts that are older
        /// than version 9 of the database. A password that comes with a request counts once an hour.
        pub last_login: Option<i64>,
        /// The ids of the record groups that they own or are a member of, separated by commas.
        pub groups: String,
    }
}

/// The columns that [`listed`] reads.
const LISTED: &str = "SELECT p.id, p.customer, p.username, p.name, p.role, p.created, ifnull(p.disabled, 0) <> 0, p.last_login,
    (SELECT ifnull(group_concat(g.id ORDER BY g.id), '') FROM recordgroups g WHERE g.customer = p.customer AND
       (g.owner = p.id OR EXISTS (SELECT 1 FROM recordgroup_members m WHERE m.person = p.id AND m.recordgroup = g.id)))
  FROM people p";

/// A role.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Role {
    /// What people are given.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it allows, strongest first.
    pub privileges: Vec<&'static str>,
}

fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    Ok(Listed {
        id: row.get(0)?,
        customer: row.get(1)?,
        username: row.get(2)?,
        name: row.get(3)?,
        role: row.get(4)?,
        created: row.get(5)?,
        disabled: row.get(6)?,
        last_login: lenient::number(row.get_ref(7)?),
        groups: row.get(8)?,
    })
}

impl Reader {
    /// Whether anyone can log in.
    pub fn has_people(&self) -> Result<bool, StoreError> {
        Ok(self.0.prepare("SELECT 1 FROM people")?.exists([])?)
    }

    /// Everyone, or everyone of a customer.
    pub fn people(&self, customer: Option<i64>) -> Result<Vec<Listed>, StoreError> {
        let sql = format!("{LISTED} WHERE ?1 IS NULL OR p.customer = ?1 ORDER BY p.customer, p.username");
        let mut statement = self.0.prepare(&sql)?;
        let rows = statement.query_map([customer], listed)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Those of a customer by the name that they log in with: at most `limit` (0 all), behind the first `offset`.
    pub fn people_of(&self, customer: i64, limit: i64, offset: i64) -> Result<Vec<Listed>, StoreError> {
        let sql =
            format!("{LISTED} WHERE p.customer = ?1 ORDER BY p.username LIMIT iif(?2, ?2, -1) OFFSET ?3");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([customer, limit, offset], listed)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many people a customer has.
    pub fn count_people(&self, customer: i64) -> Result<i64, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT count(*) FROM people WHERE customer = ?")?;
        Ok(statement.query_row([customer], |row| row.get(0))?)
    }

    /// Every role with its description and its privileges.
    pub fn roles(&self) -> Result<Vec<Role>, StoreError> {
        let mut statement = self.0.prepare(
            "SELECT name, description,
                 (SELECT group_concat(privilege) FROM role_privileges WHERE role = roles.name)
               FROM roles ORDER BY rowid",
        )?;
        let rows = statement.query_map([], |row| {
            let privileges: Option<String> = row.get(2)?;
            let privileges = Privileges::parse(privileges.as_deref().unwrap_or_default()).words();
            Ok(Role { name: row.get(0)?, description: row.get(1)?, privileges })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
