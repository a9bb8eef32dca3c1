//! Record groups, and who may see them.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, params_from_iter};

use super::{Change, Entry, Reader, StoreError};
use crate::model::{Group, Person, Scope};

const COLUMNS: &str = "id, customer, name, description, email, expires, fraction, beep, owner, record_in, record_out, transcribe";

/// The groups that a person sees; ?1 everywhere, ?2 record, ?3 home customer, ?4 the person.
const VISIBLE: &str = "(?1 OR (customer = ?3 AND (?2 OR owner = ?4
    OR id IN (SELECT recordgroup FROM recordgroup_members WHERE person = ?4))))";

fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        id: row.get(0)?,
        customer: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        email: row.get(4)?,
        expires: row.get(5)?,
        fraction: row.get(6)?,
        beep: row.get(7)?,
        owner: row.get(8)?,
        record_in: row.get(9)?,
        record_out: row.get(10)?,
        transcribe: row.get(11)?,
    })
}

/// The group, if it exists and the person may see it.
pub(super) fn visible(
    connection: &Connection,
    person: &Person,
    id: i64,
) -> Result<Option<Group>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM recordgroups WHERE {VISIBLE} AND id = ?5");
    let mut statement = connection.prepare_cached(&sql)?;
    let rights = person.privileges;
    let values = params![rights.everywhere(), rights.record(), person.customer, person.id, id];
    Ok(statement.query_row(values, group).optional()?)
}

impl Reader {
    /// The groups of a customer that the person may see, by name.
    pub fn groups(&self, person: &Person, customer: i64) -> Result<Vec<Group>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM recordgroups WHERE {VISIBLE} AND customer = ?5 ORDER BY name, id");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rights = person.privileges;
        let values = params![rights.everywhere(), rights.record(), person.customer, person.id, customer];
        let rows = statement.query_map(values, group)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The group, if it exists and the person may see it.
    pub fn group(&self, person: &Person, id: i64) -> Result<Option<Group>, StoreError> {
        visible(&self.0, person, id)
    }

    /// Whose recordings a list shows: a group's, a customer's, or those of the caller's own groups.
    /// What does not exist and what the caller may not see are the same; the inner error names which was asked for.
    pub fn scope(
        &self,
        person: &Person,
        customer: Option<i64>,
        recordgroup: Option<i64>,
    ) -> Result<Result<Scope, &'static str>, StoreError> {
        if let Some(id) = recordgroup {
            return Ok(self.group(person, id)?.map(|group| Scope::Group(group.id)).ok_or("recordgroup"));
        }
        let id = customer.unwrap_or(person.customer);
        if !self.sees_customer(person, id)? {
            return Ok(Err("customer"));
        }
        Ok(Ok(if person.privileges.record() {
            Scope::Customer(id)
        } else {
            Scope::Own { customer: id, person: person.id }
        }))
    }

    /// Every group, or every group of a customer, for the command line.
    pub fn all_groups(&self, customer: Option<i64>) -> Result<Vec<Group>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM recordgroups WHERE ?1 IS NULL OR customer = ?1 ORDER BY customer, id"
        );
        let mut statement = self.0.prepare(&sql)?;
        let rows = statement.query_map([customer], group)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Settings of a group; `None` keeps what is there, or the default.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "as in Group")]
pub struct GroupFields {
    pub name: Option<String>,
    pub description: Option<String>,
    pub email: Option<String>,
    pub expires: Option<i64>,
    pub fraction: Option<i64>,
    pub beep: Option<bool>,
    pub owner: Option<i64>,
    pub record_in: Option<bool>,
    pub record_out: Option<bool>,
    pub transcribe: Option<bool>,
}

impl From<&Group> for GroupFields {
    fn from(group: &Group) -> GroupFields {
        GroupFields {
            name: Some(group.name.clone()),
            description: Some(group.description.clone()),
            email: Some(group.email.clone()),
            expires: Some(group.expires),
            fraction: Some(group.fraction),
            beep: Some(group.beep != 0),
            owner: Some(group.owner),
            record_in: Some(group.record_in != 0),
            record_out: Some(group.record_out != 0),
            transcribe: Some(group.transcribe != 0),
        }
    }
}

impl GroupFields {
    fn given(&self) -> Vec<(&'static str, Box<dyn ToSql + '_>)> {
        fn one<'a, T: ToSql>(
            name: &'static str,
            value: &'a Option<T>,
        ) -> Option<(&'static str, Box<dyn ToSql + 'a>)> {
            value.as_ref().map(|value| (name, Box::new(value) as Box<dyn ToSql + 'a>))
        }
        [
            one("name", &self.name),
            one("description", &self.description),
            one("email", &self.email),
            one("expires", &self.expires),
            one("fraction", &self.fraction),
            one("beep", &self.beep),
            one("owner", &self.owner),
            one("record_in", &self.record_in),
            one("record_out", &self.record_out),
            one("transcribe", &self.transcribe),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Change<'_> {
    /// The group, if it exists and the person may see it.
    pub fn group(&self, person: &Person, id: i64) -> Result<Option<Group>, StoreError> {
        visible(&self.transaction, person, id)
    }

    /// Adds a group to a customer, with the next free id or with `id`.
    pub fn add_group(&self, id: Option<i64>, customer: i64, name: &str) -> Result<i64, StoreError> {
        self.needs_customer(customer)?;
        if name.trim().is_empty() {
            return Err(StoreError::Refused("a group's name must not be empty".into()));
        }
        if let Some(id) = id
            && self.customer_of_group(id)?.is_some()
        {
            return Err(StoreError::Refused(format!("group {id} exists; choose another --id")));
        }
        let mut statement = self
            .transaction
            .prepare_cached("INSERT INTO recordgroups (id, customer, name) VALUES (?, ?, ?)")?;
        let id = statement.insert((id, customer, name))?;
        self.audit_group("group/add", customer, id, format!("name {name}"))?;
        Ok(id)
    }

    /// Changes the given settings of a group.
    pub fn edit_group(&self, id: i64, fields: &GroupFields) -> Result<(), StoreError> {
        let customer = self.needs_group(id)?;
        if let Some(owner) = fields.owner.filter(|owner| *owner != 0) {
            self.needs_person_of(owner, customer)?;
        }
        let given = fields.given();
        if given.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
        let sql = format!("UPDATE recordgroups SET {} = ? WHERE id = ?", names.join(" = ?, "));
        let values = given.iter().map(|(_, value)| value.as_ref()).chain([&id as &dyn ToSql]);
        self.transaction.execute(&sql, params_from_iter(values))?;
        self.audit_group("group/edit", customer, id, names.join(", "))
    }

    /// Makes a person a member of a group of the same customer, or ends it.
    pub fn set_member(&self, group: i64, person: i64, member: bool) -> Result<(), StoreError> {
        let customer = self.needs_group(group)?;
        self.needs_person_of(person, customer)?;
        let sql = if member {
            "INSERT INTO recordgroup_members (person, recordgroup) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM recordgroup_members WHERE person = ?1 AND recordgroup = ?2"
        };
        if self.transaction.execute(sql, (person, group))? == 0 {
            return Ok(());
        }
        let action = if member { "group/member/add" } else { "group/member/remove" };
        self.audit_group(action, customer, group, format!("person {person}"))
    }

    /// Removes a group that has no recordings.
    pub fn remove_group(&self, id: i64) -> Result<(), StoreError> {
        let customer = self.needs_group(id)?;
        if self.transaction.prepare("SELECT 1 FROM recordings WHERE recordgroup = ?")?.exists([id])? {
            return Err(StoreError::Refused(format!(
                "group {id} still has recordings; delete or move those first"
            )));
        }
        self.transaction.execute("DELETE FROM recordgroups WHERE id = ?", [id])?;
        self.audit_group("group/remove", customer, id, String::new())
    }

    /// A group's settings; for 0 those of the first group there is.
    pub fn group_settings(&self, id: i64) -> Result<Option<Group>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM recordgroups WHERE ?1 IN (0, id) ORDER BY id LIMIT 1");
        Ok(self.transaction.prepare_cached(&sql)?.query_row([id], group).optional()?)
    }

    fn customer_of_group(&self, id: i64) -> Result<Option<i64>, StoreError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT customer FROM recordgroups WHERE id = ?")?;
        Ok(statement.query_row([id], |row| row.get(0)).optional()?)
    }

    fn needs_group(&self, id: i64) -> Result<i64, StoreError> {
        let none = || StoreError::Refused(format!("there is no group {id}; see: tapeline group list"));
        self.customer_of_group(id)?.ok_or_else(none)
    }

    fn audit_group(&self, action: &str, customer: i64, id: i64, detail: String) -> Result<(), StoreError> {
        self.audit(&Entry {
            action,
            customer: Some(customer),
            recordgroup: Some(id),
            detail,
            ..Entry::default()
        })
    }
}
