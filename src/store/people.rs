//! People and their roles.

use rusqlite::{OptionalExtension, Row};

use super::{Change, Entry, Reader, StoreError};
use crate::model::{NewPerson, Person, Privileges};

/// A person with what proves who they are.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The person.
    pub person: Person,
    /// bcrypt hash of the password.
    pub hash: String,
}

/// A person as lists show them.
#[derive(Clone, Debug, serde::Serialize)]
#[allow(missing_docs, reason = "the columns of people")]
pub struct Listed {
    pub id: i64,
    pub customer: i64,
    pub username: String,
    pub name: String,
    pub role: String,
    pub created: i64,
}

/// What changes of a person; `None` keeps what is there.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the columns of people")]
pub struct PersonFields {
    pub username: Option<String>,
    pub name: Option<String>,
    pub customer: Option<i64>,
    pub role: Option<String>,
}

/// The columns that [`credential`] reads.
pub(super) const CREDENTIAL: &str = "p.id, p.customer, p.username, p.role, p.hash,
    (SELECT group_concat(rp.privilege) FROM role_privileges rp WHERE rp.role = p.role)";

pub(super) fn credential(row: &Row<'_>) -> rusqlite::Result<Credential> {
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

impl Reader {
    /// Whoever has this username, exactly as it is written.
    pub fn credential(&self, username: &str) -> Result<Option<Credential>, StoreError> {
        let sql = format!("SELECT {CREDENTIAL} FROM people p WHERE p.username = ? COLLATE BINARY");
        Ok(self.0.prepare_cached(&sql)?.query_row([username], credential).optional()?)
    }

    /// Whether anyone can log in.
    pub fn has_people(&self) -> Result<bool, StoreError> {
        Ok(self.0.prepare("SELECT 1 FROM people")?.exists([])?)
    }

    /// Everyone, or everyone of a customer.
    pub fn people(&self, customer: Option<i64>) -> Result<Vec<Listed>, StoreError> {
        let mut statement = self.0.prepare(
            "SELECT id, customer, username, name, role, created FROM people
               WHERE ?1 IS NULL OR customer = ?1 ORDER BY customer, username",
        )?;
        let rows = statement.query_map([customer], |row| {
            Ok(Listed {
                id: row.get(0)?,
                customer: row.get(1)?,
                username: row.get(2)?,
                name: row.get(3)?,
                role: row.get(4)?,
                created: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every role with its description and its privileges.
    pub fn roles(&self) -> Result<Vec<(String, String, Vec<String>)>, StoreError> {
        let mut statement = self.0.prepare(
            "SELECT name, description,
                 (SELECT group_concat(privilege) FROM role_privileges WHERE role = roles.name)
               FROM roles ORDER BY rowid",
        )?;
        let rows = statement.query_map([], |row| {
            let privileges: Option<String> = row.get(2)?;
            let words = Privileges::parse(privileges.as_deref().unwrap_or_default()).words();
            Ok((row.get(0)?, row.get(1)?, words.into_iter().map(String::from).collect()))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Change<'_> {
    /// Adds a person. Gives the id.
    pub fn add_person(&self, new: &NewPerson) -> Result<i64, StoreError> {
        self.needs_customer(new.customer)?;
        self.needs_role(&new.role)?;
        self.free_username(&new.username, None)?;
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO people (customer, username, name, role, hash, created) VALUES (?, ?, ?, ?, ?, ?)",
        )?;
        let NewPerson { customer, username, name, role, hash } = new;
        let id = statement.insert((customer, username, name, role, hash, self.now))?;
        self.audit_person("user/add", *customer, format!("{username}, {role}"))?;
        Ok(id)
    }

    /// Changes what is given. A new role or customer ends the person's tokens and sessions.
    pub fn edit_person(&self, username: &str, fields: &PersonFields) -> Result<(), StoreError> {
        let (id, customer) = self.needs_person(username)?;
        if let Some(customer) = fields.customer {
            self.needs_customer(customer)?;
        }
        if let Some(role) = &fields.role {
            self.needs_role(role)?;
        }
        if let Some(new) = &fields.username {
            self.free_username(new, Some(id))?;
        }
        self.transaction.execute(
            "UPDATE people SET username = coalesce(?2, username), name = coalesce(?3, name),
               customer = coalesce(?4, customer), role = coalesce(?5, role) WHERE id = ?1",
            (id, &fields.username, &fields.name, fields.customer, &fields.role),
        )?;
        if fields.customer.is_some_and(|new| new != customer) {
            // Memberships and ownerships stay behind with the customer that they belong to.
            self.transaction.execute("DELETE FROM recordgroup_members WHERE person = ?", [id])?;
            self.transaction.execute("UPDATE recordgroups SET owner = 0 WHERE owner = ?", [id])?;
        }
        let changed = [
            fields.username.as_ref().map(|new| format!("username {new}")),
            fields.name.as_ref().map(|new| format!("name {new}")),
            fields.customer.map(|new| format!("customer {new}")),
            fields.role.as_ref().map(|new| format!("role {new}")),
        ];
        let detail = changed.into_iter().flatten().collect::<Vec<_>>().join(", ");
        self.audit_person("user/edit", customer, format!("{username}: {detail}"))
    }

    /// Sets the hash of a new password; the schema then ends the person's tokens and sessions.
    pub fn set_password(&self, username: &str, hash: &str) -> Result<(), StoreError> {
        let (id, customer) = self.needs_person(username)?;
        self.transaction.execute("UPDATE people SET hash = ? WHERE id = ?", (hash, id))?;
        self.audit_person("user/passwd", customer, username.to_owned())
    }

    /// Removes a person, with memberships, tokens and sessions.
    pub fn remove_person(&self, username: &str) -> Result<(), StoreError> {
        let (id, customer) = self.needs_person(username)?;
        self.transaction.execute("UPDATE recordgroups SET owner = 0 WHERE owner = ?", [id])?;
        self.transaction.execute("DELETE FROM people WHERE id = ?", [id])?;
        self.audit_person("user/remove", customer, username.to_owned())
    }

    /// The id of whoever has this username.
    pub fn person_named(&self, username: &str) -> Result<i64, StoreError> {
        Ok(self.needs_person(username)?.0)
    }

    /// Whether there is this person, at home at the customer.
    pub fn is_person_of(&self, person: i64, customer: i64) -> Result<bool, StoreError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT 1 FROM people WHERE id = ? AND customer = ?")?;
        Ok(statement.exists((person, customer))?)
    }

    /// The sentence for a person who is not one of the customer's.
    pub(super) fn needs_person_of(&self, person: i64, customer: i64) -> Result<(), StoreError> {
        if self.is_person_of(person, customer)? {
            return Ok(());
        }
        Err(StoreError::Refused(format!(
            "person {person} is not one of customer {customer}; see: tapeline user list"
        )))
    }

    fn needs_person(&self, username: &str) -> Result<(i64, i64), StoreError> {
        let mut statement = self.transaction.prepare("SELECT id, customer FROM people WHERE username = ?")?;
        let found = statement.query_row([username], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        found.ok_or_else(|| {
            StoreError::Refused(format!("there is no user {username}; see: tapeline user list"))
        })
    }

    fn needs_role(&self, role: &str) -> Result<(), StoreError> {
        if self.transaction.prepare("SELECT 1 FROM roles WHERE name = ?")?.exists([role])? {
            return Ok(());
        }
        Err(StoreError::Refused(format!("there is no role {role}; see: tapeline role list")))
    }

    fn free_username(&self, username: &str, but: Option<i64>) -> Result<(), StoreError> {
        if username.is_empty() || username.contains(':') || username.chars().any(char::is_control) {
            let why = "a user's name must have at least one character, no colon and no control characters";
            return Err(StoreError::Refused(why.into()));
        }
        let mut statement =
            self.transaction.prepare("SELECT 1 FROM people WHERE username = ?1 AND id IS NOT ?2")?;
        if statement.exists((username, but))? {
            return Err(StoreError::Refused(format!("user {username} exists; choose another name")));
        }
        Ok(())
    }

    fn audit_person(&self, action: &str, customer: i64, detail: String) -> Result<(), StoreError> {
        self.audit(&Entry { action, customer: Some(customer), detail, ..Entry::default() })
    }
}
