//! Record groups, and who may see them.

mod changes;
pub(super) mod customers;
mod members;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::model::{Group, Person, Scope};
use crate::store::database::Ids;
use crate::store::lenient::{number, text};
use crate::store::{Change, Reader, StoreError};

pub use changes::GroupFields;
pub use members::Member;

const COLUMNS: &str = "id, customer, name, description, email, expires, fraction, beep, owner, record_in, record_out, transcribe";

/// The groups that a person sees; ?1 everywhere, ?2 record, ?3 home customer, ?4 the person.
const VISIBLE: &str = "(?1 OR (customer = ?3 AND (?2 OR owner = ?4
    OR id IN (SELECT recordgroup FROM recordgroup_members WHERE person = ?4))))";

/// A group as it is, whatever another program stored: what is no number is as in a new group.
fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    let number = |place, new: i64| row.get_ref(place).map(|value| number(value).unwrap_or(new));
    let text = |place| row.get_ref(place).map(text);
    Ok(Group {
        id: row.get(0)?,
        customer: number(1, 0)?,
        name: text(2)?,
        description: text(3)?,
        email: text(4)?,
        expires: number(5, 365)?,
        fraction: number(6, 100)?,
        beep: number(7, 0)?,
        owner: number(8, 0)?,
        record_in: number(9, 1)?,
        record_out: number(10, 1)?,
        transcribe: number(11, 0)?,
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

/// The group, if it exists and its customer is one that the person may see: an administrator manages groups without
/// hearing their recordings.
pub(super) fn managed(
    connection: &Connection,
    person: &Person,
    id: i64,
) -> Result<Option<Group>, StoreError> {
    let found = by_id(connection, id)?;
    Ok(match found {
        Some(group) if customers::is_seen(connection, person, group.customer)? => Some(group),
        _ => None,
    })
}

fn by_id(connection: &Connection, id: i64) -> Result<Option<Group>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM recordgroups WHERE id = ?");
    Ok(connection.prepare_cached(&sql)?.query_row([id], group).optional()?)
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
            let scope = |group: Group| Scope::Group { id: group.id, customer: group.customer };
            return Ok(self.group(person, id)?.map(scope).ok_or("recordgroup"));
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

impl Change<'_> {
    /// The group, if it exists and the person may see it.
    pub fn group(&self, person: &Person, id: i64) -> Result<Option<Group>, StoreError> {
        visible(&self.transaction, person, id)
    }

    /// The group, if it exists and the person, who is an administrator, manages it.
    pub fn managed_group(&self, person: &Person, id: i64) -> Result<Option<Group>, StoreError> {
        managed(&self.transaction, person, id)
    }

    /// Why a recording of a customer can't be filed under a group; one that never was there comes with its first row.
    pub fn why_not_filed(&self, customer: i64, group: i64) -> Result<Option<String>, StoreError> {
        let is_gone = !customers::exists(&self.transaction, customer)?
            && Ids::Customers.is_used(&self.transaction, customer)?;
        let of_another = by_id(&self.transaction, group)?.filter(|group| group.customer != customer);
        Ok(match of_another {
            _ if is_gone => Some(format!(
                "its customer {customer} was removed here; file it elsewhere with --recordgroup"
            )),
            Some(group) => Some(format!(
                "its recordgroup {} is not of its customer {customer} here, but of customer {}; file it elsewhere with \
                 --recordgroup",
                group.id, group.customer
            )),
            None => None,
        })
    }

    /// A group's settings.
    pub fn group_settings(&self, id: i64) -> Result<Option<Group>, StoreError> {
        by_id(&self.transaction, id)
    }

    /// The groups of a customer, by id.
    pub fn groups_of(&self, customer: i64) -> Result<Vec<Group>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM recordgroups WHERE customer = ? ORDER BY id");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let rows = statement.query_map([customer], group)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
