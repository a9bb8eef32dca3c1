//! People come, change and go.

use rusqlite::OptionalExtension;

use super::accounts::same_names;
use crate::model::{NewPerson, Person, Privileges, names};
use crate::store::database::Ids;
use crate::store::{Change, Entry, StoreError};

/// What changes of a person; `None` keeps what is there.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the columns of people")]
pub struct PersonFields {
    pub username: Option<String>,
    pub name: Option<String>,
    pub customer: Option<i64>,
    pub role: Option<String>,
    pub disabled: Option<bool>,
}

/// A person as a change finds them.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Row id.
    pub id: i64,
    /// Home customer.
    pub customer: i64,
    /// The name to log in with.
    pub username: String,
    /// What the role allows.
    pub privileges: Privileges,
    /// Whether they may not log in for now.
    pub disabled: bool,
    name: String,
    role: String,
}

impl PersonFields {
    /// Whether a name is sent as it is there already.
    pub fn keeps(&self, subject: &Subject, field: &str) -> bool {
        match field {
            "username" => self.username.as_ref() == Some(&subject.username),
            "name" => self.name.as_ref() == Some(&subject.name),
            _ => false,
        }
    }

    /// Those that the person does not have already, and how they are told.
    fn new_to(&self, subject: &Subject) -> (PersonFields, String) {
        let text = |new: &Option<String>, old: &String| new.clone().filter(|new| new != old);
        let fields = PersonFields {
            username: text(&self.username, &subject.username),
            name: text(&self.name, &subject.name),
            customer: self.customer.filter(|customer| *customer != subject.customer),
            role: text(&self.role, &subject.role),
            disabled: self.disabled.filter(|disabled| *disabled != subject.disabled),
        };
        let told = [
            fields.username.as_ref().map(|new| format!("username {new}")),
            fields.name.as_ref().map(
                |new| {
                    if new.is_empty() { "no name".into() } else { format!("name {new}") }
                },
            ),
            fields.customer.map(|new| format!("customer {new}")),
            fields.role.as_ref().map(|new| format!("role {new}")),
            fields.disabled.map(|new| if new { "disabled".into() } else { "enabled".into() }),
        ];
        let told = told.into_iter().flatten().collect::<Vec<_>>().join(", ");
        (fields, told)
    }
}

impl Change<'_> {
    /// Adds a person. Gives the id.
    pub fn add_person(&self, new: &NewPerson) -> Result<i64, StoreError> {
        self.needs_customer(new.customer)?;
        self.needs_role(&new.role)?;
        let username = &self.free_username(&new.username, None)?;
        let name = &shown_name(&new.name)?;
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO people (id, customer, username, name, role, hash, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?;
        let NewPerson { customer, role, hash, created, .. } = new;
        let id = Ids::People.never_used(&self.transaction, None)?;
        statement.execute((id, customer, username, name, role, hash, created.unwrap_or(self.now)))?;
        self.audit_person("people/create", *customer, format!("{username}: person {id}, role {role}"))?;
        Ok(id)
    }

    /// Changes what is given. A new role or customer ends the person's tokens and sessions, and so does disabling.
    pub fn edit_person(&self, subject: &Subject, fields: &PersonFields) -> Result<(), StoreError> {
        let (fields, told) = self.cleaned(subject, fields)?.new_to(subject);
        if told.is_empty() {
            return Ok(());
        }
        if let Some(customer) = fields.customer {
            self.needs_customer(customer)?;
        }
        if let Some(role) = &fields.role {
            self.needs_role(role)?;
            if !self.privileges_of(role)?.is_some_and(Privileges::everywhere) {
                self.needs_other_owner(subject)?;
            }
        }
        if fields.disabled == Some(true) {
            self.needs_other_owner(subject)?;
        }
        self.transaction.execute(
            "UPDATE people SET username = coalesce(?2, username), name = coalesce(?3, name), customer = coalesce(?4, customer),
               role = coalesce(?5, role), disabled = coalesce(?6, disabled) WHERE id = ?1",
            (subject.id, &fields.username, &fields.name, fields.customer, &fields.role, fields.disabled),
        )?;
        if fields.customer.is_some() {
            // Memberships and ownerships stay behind with the customer that they belong to.
            self.transaction.execute("DELETE FROM recordgroup_members WHERE person = ?", [subject.id])?;
            self.disown(subject.id)?;
        }
        self.audit_person("people/update", subject.customer, format!("{}: {told}", subject.username))
    }

    /// Names as they are stored; those that are there already stay as they are.
    fn cleaned(&self, subject: &Subject, fields: &PersonFields) -> Result<PersonFields, StoreError> {
        let mut fields = fields.clone();
        if let Some(username) = fields.username.as_mut().filter(|new| **new != subject.username) {
            *username = self.free_username(username, Some(subject.id))?;
        }
        if let Some(name) = fields.name.as_mut().filter(|new| **new != subject.name) {
            *name = shown_name(name)?;
        }
        Ok(fields)
    }

    /// Sets the hash of a new password; the schema then ends the person's tokens and sessions.
    pub fn set_password(&self, subject: &Subject, hash: &str) -> Result<(), StoreError> {
        self.transaction.execute("UPDATE people SET hash = ? WHERE id = ?", (hash, subject.id))?;
        self.audit_person("people/password/update", subject.customer, subject.username.clone())
    }

    /// Removes a person, with memberships, tokens and sessions.
    pub fn remove_person(&self, subject: &Subject) -> Result<(), StoreError> {
        self.needs_other_owner(subject)?;
        self.disown(subject.id)?;
        self.transaction.execute("DELETE FROM people WHERE id = ?", [subject.id])?;
        let detail = format!("{}: person {}", subject.username, subject.id);
        self.audit_person("people/delete", subject.customer, detail)
    }

    fn disown(&self, person: i64) -> Result<(), StoreError> {
        self.transaction.execute("UPDATE recordgroups SET owner = 0 WHERE owner = ?", [person])?;
        Ok(())
    }

    /// The person with this id, or the sentence that there is none.
    pub fn subject_of(&self, id: i64) -> Result<Subject, StoreError> {
        let gone = || StoreError::Refused(format!("there is no user {id}; see: tapeline user list"));
        self.subject(id)?.ok_or_else(gone)
    }

    /// The person with this id.
    pub fn subject(&self, id: i64) -> Result<Option<Subject>, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT p.id, p.customer, p.username, p.name, p.role, ifnull(p.disabled, 0) <> 0,
               (SELECT group_concat(rp.privilege) FROM role_privileges rp WHERE rp.role = p.role)
               FROM people p WHERE p.id = ?",
        )?;
        let found = statement.query_row([id], |row| {
            let privileges: Option<String> = row.get(6)?;
            Ok(Subject {
                id: row.get(0)?,
                customer: row.get(1)?,
                username: row.get(2)?,
                name: row.get(3)?,
                role: row.get(4)?,
                disabled: row.get(5)?,
                privileges: Privileges::parse(privileges.as_deref().unwrap_or_default()),
            })
        });
        Ok(found.optional()?)
    }

    /// Whether somebody else than this person is an owner and can log in: who is disabled cannot, nor who has a hash that
    /// is none of bcrypt's.
    pub fn has_other_owner(&self, person: i64) -> Result<bool, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT 1 FROM people p JOIN role_privileges rp ON rp.role = p.role AND rp.privilege = 'owner'
               WHERE p.id <> ? AND p.hash GLOB '$2*' AND ifnull(p.disabled, 0) = 0",
        )?;
        Ok(statement.exists([person])?)
    }

    /// What a role allows, if there is this role.
    pub fn privileges_of(&self, role: &str) -> Result<Option<Privileges>, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT (SELECT group_concat(privilege) FROM role_privileges WHERE role = roles.name)
               FROM roles WHERE name = ?",
        )?;
        let words = statement.query_row([role], |row| row.get::<_, Option<String>>(0)).optional()?;
        Ok(words.map(|words| Privileges::parse(words.as_deref().unwrap_or_default())))
    }

    /// Whether somebody else than `but` logs in with this name, or one that is the same but for case and form.
    pub fn is_taken(&self, username: &str, but: Option<i64>) -> Result<bool, StoreError> {
        Ok(same_names(&self.transaction, username)?.any_but(but))
    }

    /// Whether somebody whom this person does not see logs in with this name.
    pub fn is_strangers(&self, person: &Person, username: &str) -> Result<bool, StoreError> {
        for id in same_names(&self.transaction, username)?.all {
            let found = self.subject(id)?;
            if let Some(found) = found
                && !self.sees_customer(person, found.customer)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether there is this person, at home at the customer.
    pub fn is_person_of(&self, person: i64, customer: i64) -> Result<bool, StoreError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT 1 FROM people WHERE id = ? AND customer = ?")?;
        Ok(statement.exists((person, customer))?)
    }

    /// The sentence for a person who is not one of the customer's.
    pub(in crate::store) fn needs_person_of(&self, person: i64, customer: i64) -> Result<(), StoreError> {
        if self.is_person_of(person, customer)? {
            return Ok(());
        }
        Err(StoreError::Refused(format!(
            "person {person} is not one of customer {customer}; see: tapeline user list"
        )))
    }

    /// The sentence for the last owner, without whom nobody could do everything any more.
    fn needs_other_owner(&self, subject: &Subject) -> Result<(), StoreError> {
        if !subject.privileges.everywhere() || self.has_other_owner(subject.id)? {
            return Ok(());
        }
        let name = &subject.username;
        Err(StoreError::Refused(format!("{name} is the last owner; make somebody else an owner first")))
    }

    fn needs_role(&self, role: &str) -> Result<(), StoreError> {
        if self.privileges_of(role)?.is_some() {
            return Ok(());
        }
        Err(StoreError::Refused(format!("there is no role {role}; see: tapeline role list")))
    }

    /// The name to log in with as it is stored, or the sentence that it cannot be had.
    fn free_username(&self, username: &str, but: Option<i64>) -> Result<String, StoreError> {
        let name = names::username(username)
            .map_err(|fault| StoreError::Refused(format!("a user's name {fault}")))?;
        if self.is_taken(&name, but)? {
            return Err(StoreError::Refused(format!(
                "user {name} exists, whatever the case of the letters; choose another name"
            )));
        }
        Ok(name)
    }

    fn audit_person(&self, action: &str, customer: i64, detail: String) -> Result<(), StoreError> {
        self.touches_rights();
        self.audit(&Entry { action, customer: Some(customer), detail, ..Entry::default() })
    }
}

/// The name that people know somebody by as it is stored, or the sentence what is wrong with it.
fn shown_name(name: &str) -> Result<String, StoreError> {
    names::full_name(name).map_err(|fault| StoreError::Refused(format!("a person's name {fault}")))
}
