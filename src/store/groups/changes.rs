//! Groups come, change and go.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::by_id;
use crate::model::Group;
use crate::model::names::{self, same_username as same_name};
use crate::store::audit::in_detail;
use crate::store::database::Ids;
use crate::store::lenient::text;
use crate::store::{Change, Entry, StoreError, needed_by};

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
    fn given(&self) -> Vec<(&'static str, Value)> {
        let text = |value: &Option<String>| value.clone().map(Value::Text);
        let number = |value: Option<i64>| value.map(Value::Integer);
        let flag = |value: Option<bool>| value.map(|value| Value::Integer(value.into()));
        [
            ("name", text(&self.name)),
            ("description", text(&self.description)),
            ("email", text(&self.email)),
            ("expires", number(self.expires)),
            ("fraction", number(self.fraction)),
            ("beep", flag(self.beep)),
            ("owner", number(self.owner)),
            ("record_in", flag(self.record_in)),
            ("record_out", flag(self.record_out)),
            ("transcribe", flag(self.transcribe)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// Those that the group does not have already.
    fn new_to(&self, group: &Group) -> Vec<(&'static str, Value)> {
        let present = GroupFields::from(group).given();
        self.given().into_iter().filter(|field| !present.contains(field)).collect()
    }
}

/// `name Sales, expires 30`
fn told(fields: &[(&'static str, Value)]) -> String {
    let told = fields.iter().map(|(name, value)| match value {
        Value::Text(text) if text.is_empty() => format!("no {name}"),
        Value::Text(text) => format!("{name} {}", in_detail(text)),
        Value::Integer(number) => format!("{name} {number}"),
        _ => (*name).to_owned(),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// The sentence for a name or description that a group cannot have.
fn check_text(field: &str, text: &str) -> Result<(), StoreError> {
    let checked = match field {
        "name" => names::title(text),
        "description" => names::description(text),
        _ => Ok(()),
    };
    checked.map_err(|fault| StoreError::Refused(format!("a group's {field} {fault}")))
}

impl GroupFields {
    /// With a new name that has no blanks around it; the one that is there stays as it is.
    fn named_anew(&self, present: &str) -> GroupFields {
        let trimmed = |name: &String| if name == present { name.clone() } else { name.trim().to_owned() };
        GroupFields { name: self.name.as_ref().map(trimmed), ..self.clone() }
    }

    /// Whether a text is sent as it is there already.
    pub fn keeps(&self, group: &Group, field: &str) -> bool {
        match field {
            "name" => self.name.as_ref() == Some(&group.name),
            "description" => self.description.as_ref() == Some(&group.description),
            _ => false,
        }
    }
}

impl Change<'_> {
    /// Adds a group to a customer, with the next free id or with `id`, and with the defaults of what is not given.
    pub fn add_group(&self, id: Option<i64>, customer: i64, fields: &GroupFields) -> Result<i64, StoreError> {
        self.needs_customer(customer)?;
        let fields = &fields.named_anew("");
        let name = fields.name.as_deref().unwrap_or_default();
        check_text("name", name)?;
        self.needs_free_name(customer, name, None)?;
        if let Some(id) = id
            && by_id(&self.transaction, id)?.is_some()
        {
            return Err(StoreError::Refused(format!("group {id} exists; choose another --id")));
        }
        if let Some(owner) = fields.owner.filter(|owner| *owner != 0) {
            self.needs_person_of(owner, customer)?;
        }
        let id = Ids::Groups.never_used(&self.transaction, id)?;
        self.transaction
            .prepare_cached("INSERT INTO recordgroups (id, customer, name) VALUES (?, ?, '')")?
            .execute((id, customer))?;
        let given = fields.given();
        self.set_group(id, &given)?;
        self.audit_group("groups/create", customer, id, told(&given))?;
        Ok(id)
    }

    /// Changes the given settings of a group.
    pub fn edit_group(&self, id: i64, fields: &GroupFields) -> Result<(), StoreError> {
        let group = self.needs_group(id)?;
        if let Some(owner) = fields.owner.filter(|owner| *owner != 0) {
            self.needs_person_of(owner, group.customer)?;
        }
        let fields = fields.named_anew(&group.name);
        let new = fields.new_to(&group);
        if new.is_empty() {
            return Ok(());
        }
        if let Some(name) = fields.name.as_deref().filter(|name| *name != group.name) {
            self.needs_free_name(group.customer, name, Some(id))?;
        }
        self.set_group(id, &new)?;
        self.audit_group("groups/update", group.customer, id, told(&new))
    }

    /// The group of the customer whose name differs from this one only in case, blanks around it and the form of its letters.
    pub fn namesake(&self, customer: i64, name: &str, but: Option<i64>) -> Result<Option<i64>, StoreError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT id, name FROM recordgroups WHERE customer = ?")?;
        let mut rows = statement.query([customer])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            if Some(id) != but && same_name(&text(row.get_ref(1)?)) == same_name(name) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    fn needs_free_name(&self, customer: i64, name: &str, but: Option<i64>) -> Result<(), StoreError> {
        match self.namesake(customer, name, but)? {
            Some(id) => Err(StoreError::Refused(format!(
                "group {id} of customer {customer} is called {name} already; choose another name"
            ))),
            None => Ok(()),
        }
    }

    fn set_group(&self, id: i64, fields: &[(&'static str, Value)]) -> Result<(), StoreError> {
        for (name, value) in fields {
            if let Value::Text(text) = value {
                check_text(name, text)?;
            }
        }
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let sql = format!("UPDATE recordgroups SET {} = ? WHERE id = ?", names.join(" = ?, "));
        let values = fields.iter().map(|(_, value)| value.clone()).chain([Value::Integer(id)]);
        self.transaction.execute(&sql, params_from_iter(values))?;
        Ok(())
    }

    /// Whether recordings are filed under the group; those of others, who also name it, are nothing of it.
    pub fn has_recordings(&self, group: &Group) -> Result<bool, StoreError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT 1 FROM recordings WHERE recordgroup = ? AND customer = ?")?;
        Ok(statement.exists([group.id, group.customer])?)
    }

    /// Removes a group that has no recordings.
    pub fn remove_group(&self, id: i64) -> Result<(), StoreError> {
        let group = self.needs_group(id)?;
        if self.has_recordings(&group)? {
            return Err(StoreError::Refused(format!(
                "group {id} still has recordings; delete or move those first"
            )));
        }
        if let Some(rule) = self.rule_of_group(id)? {
            return Err(StoreError::Refused(format!("group {id} is needed. {}", needed_by(rule))));
        }
        self.transaction.execute("DELETE FROM recordgroups WHERE id = ?", [id])?;
        self.audit_group("groups/delete", group.customer, id, told(&[("name", Value::Text(group.name))]))
    }

    /// The group, or the sentence that it is not there.
    pub(in crate::store) fn needs_group(&self, id: i64) -> Result<Group, StoreError> {
        let none = || StoreError::Refused(format!("there is no group {id}; see: tapeline group list"));
        by_id(&self.transaction, id)?.ok_or_else(none)
    }

    pub(in crate::store) fn audit_group(
        &self,
        action: &str,
        customer: i64,
        id: i64,
        detail: String,
    ) -> Result<(), StoreError> {
        self.touches_rights();
        self.audit(&Entry {
            action,
            customer: Some(customer),
            recordgroup: Some(id),
            detail,
            ..Entry::default()
        })
    }
}
