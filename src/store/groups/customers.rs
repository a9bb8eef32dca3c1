//! Customers: the tenants of the PBX.

use rusqlite::{Connection, Row};

use crate::model::names::{self, same_username as same_name};
use crate::model::{Customer, Person};
use crate::store::database::Ids;
use crate::store::lenient::text;
use crate::store::{Change, Entry, Reader, StoreError, needed_by};

fn customer(row: &Row<'_>) -> rusqlite::Result<Customer> {
    Ok(Customer { id: row.get(0)?, name: row.get_ref(1).map(text)? })
}

/// All customers, by id.
pub(in crate::store) fn all_customers(connection: &Connection) -> Result<Vec<Customer>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id, name FROM customers ORDER BY id")?;
    let rows = statement.query_map([], customer)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether the customer exists and the person may see it.
pub(in crate::store) fn is_seen(
    connection: &Connection,
    person: &Person,
    id: i64,
) -> Result<bool, StoreError> {
    if id == person.customer {
        return Ok(true);
    }
    Ok(exists(connection, id)? && person.privileges.everywhere())
}

pub(in crate::store) fn exists(connection: &Connection, id: i64) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached("SELECT 1 FROM customers WHERE id = ?")?.exists([id])?)
}

impl Reader {
    /// All customers, by id.
    pub fn customers(&self) -> Result<Vec<Customer>, StoreError> {
        all_customers(&self.0)
    }

    /// The customers that the person sees, by id.
    pub fn customers_of(&self, person: &Person) -> Result<Vec<Customer>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT id, name FROM customers WHERE ?1 OR id = ?2 ORDER BY id")?;
        let rows = statement.query_map((person.privileges.everywhere(), person.customer), customer)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether the customer exists and the person may see it.
    pub fn sees_customer(&self, person: &Person, id: i64) -> Result<bool, StoreError> {
        is_seen(&self.0, person, id)
    }
}

impl Change<'_> {
    /// Whether the customer exists and the person may see it.
    pub fn sees_customer(&self, person: &Person, id: i64) -> Result<bool, StoreError> {
        is_seen(&self.transaction, person, id)
    }

    /// Adds a customer, with the next free id or with `id`.
    pub fn add_customer(&self, id: Option<i64>, name: &str) -> Result<i64, StoreError> {
        let name = name.trim();
        self.free_customer_name(name, None)?;
        if let Some(id) = id
            && exists(&self.transaction, id)?
        {
            return Err(StoreError::Refused(format!("customer {id} exists; choose another --id")));
        }
        let id = Ids::Customers.never_used(&self.transaction, id)?;
        self.transaction.execute("INSERT INTO customers (id, name) VALUES (?, ?)", (id, name))?;
        let detail = format!("name {name}");
        self.audit(&Entry { action: "customers/create", customer: Some(id), detail, ..Entry::default() })?;
        Ok(id)
    }

    /// Gives a customer another name.
    pub fn edit_customer(&self, id: i64, name: &str) -> Result<(), StoreError> {
        let name = name.trim();
        self.free_customer_name(name, Some(id))?;
        if self.transaction.execute("UPDATE customers SET name = ? WHERE id = ?", (name, id))? == 0 {
            return Err(no_customer(id));
        }
        let detail = format!("name {name}");
        self.audit(&Entry { action: "customers/update", customer: Some(id), detail, ..Entry::default() })
    }

    /// Removes a customer that has no groups, people or recordings left.
    pub fn remove_customer(&self, id: i64) -> Result<(), StoreError> {
        for (table, what) in [("recordings", "recordings"), ("recordgroups", "groups"), ("people", "people")]
        {
            let sql = format!("SELECT 1 FROM {table} WHERE customer = ?");
            if self.transaction.prepare(&sql)?.exists([id])? {
                return Err(StoreError::Refused(format!(
                    "customer {id} still has {what}; remove those first"
                )));
            }
        }
        if let Some(rule) = self.rule_of_customer(id)? {
            return Err(StoreError::Refused(format!("customer {id} is needed. {}", needed_by(rule))));
        }
        if self.transaction.execute("DELETE FROM customers WHERE id = ?", [id])? == 0 {
            return Err(no_customer(id));
        }
        self.audit(&Entry { action: "customers/delete", customer: Some(id), ..Entry::default() })
    }

    /// The sentence for a customer that is not there.
    pub(in crate::store) fn needs_customer(&self, id: i64) -> Result<(), StoreError> {
        if exists(&self.transaction, id)? { Ok(()) } else { Err(no_customer(id)) }
    }

    fn free_customer_name(&self, name: &str, but: Option<i64>) -> Result<(), StoreError> {
        names::title(name).map_err(|fault| StoreError::Refused(format!("a customer's name {fault}")))?;
        let others = all_customers(&self.transaction)?.into_iter().filter(|one| Some(one.id) != but);
        match others.into_iter().find(|one| same_name(&one.name) == same_name(name)) {
            Some(Customer { id, name }) => Err(StoreError::Refused(format!(
                "customer {id} is called {name} already; choose another name"
            ))),
            None => Ok(()),
        }
    }
}

fn no_customer(id: i64) -> StoreError {
    StoreError::Refused(format!("there is no customer {id}; see: tapeline customer list"))
}
