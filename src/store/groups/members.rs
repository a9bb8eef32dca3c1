//! Members: whose groups an agent may listen to.

use crate::model::{Person, described};
use crate::store::{Change, Reader, StoreError, groups};

described! {
    /// A member of a group.
    #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
    pub struct Member {
        /// Which person.
        pub person: i64,
        /// The name to log in with.
        pub username: String,
        /// The name that people know.
        pub name: String,
        /// The role's name.
        pub role: String,
    }
}

impl Reader {
    /// The members of a group that the person manages, by the name that they log in with; `None` where there is none.
    pub fn members(&self, person: &Person, group: i64) -> Result<Option<Vec<Member>>, StoreError> {
        if groups::managed(&self.0, person, group)?.is_none() {
            return Ok(None);
        }
        // Another program may have made somebody of another customer a member, who sees nothing by it.
        let mut statement = self.0.prepare_cached(
            "SELECT p.id, p.username, p.name, p.role FROM recordgroup_members m
               JOIN people p ON p.id = m.person JOIN recordgroups g ON g.id = m.recordgroup AND g.customer = p.customer
               WHERE m.recordgroup = ? ORDER BY p.username",
        )?;
        let rows = statement.query_map([group], |row| {
            Ok(Member { person: row.get(0)?, username: row.get(1)?, name: row.get(2)?, role: row.get(3)? })
        })?;
        Ok(Some(rows.collect::<rusqlite::Result<_>>()?))
    }
}

impl Change<'_> {
    /// Makes a person a member of a group of the same customer, or ends it.
    pub fn set_member(&self, group: i64, person: i64, member: bool) -> Result<(), StoreError> {
        let customer = self.needs_group(group)?.customer;
        let sql = if member {
            self.needs_person_of(person, customer)?;
            "INSERT INTO recordgroup_members (person, recordgroup) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM recordgroup_members WHERE person = ?1 AND recordgroup = ?2"
        };
        if self.transaction.execute(sql, (person, group))? == 0 {
            return Ok(());
        }
        let action = if member { "groups/members/add" } else { "groups/members/remove" };
        self.audit_group(action, customer, group, format!("person {person}"))
    }
}
