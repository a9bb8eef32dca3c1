//! Who may log in, and what proves who they are.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::model::names::same_username;
use crate::model::{Person, Privileges};
use crate::store::{StoreError, lenient};

/// A person with what proves who they are.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The person.
    pub person: Person,
    /// bcrypt hash of the password; of who is disabled one that no password has, so that nothing which was shown,
    /// issued or remembered before counts, and a login takes the way of a wrong password.
    pub hash: String,
    /// Whether the person may not log in for now.
    pub disabled: bool,
    /// When they last logged in, Unix seconds, as far as it is known.
    pub last_login: Option<i64>,
}

/// The columns that [`credential`] reads. What no number 0 is, as another program may have written it, is disabled.
pub(in crate::store) const CREDENTIAL: &str = "p.id, p.customer, p.username, p.role,
    iif(ifnull(p.disabled, 0) = 0, p.hash, '!'),
    (SELECT group_concat(rp.privilege) FROM role_privileges rp WHERE rp.role = p.role),
    ifnull(p.disabled, 0) <> 0, p.last_login";
/// How many columns they are.
pub(in crate::store) const CREDENTIALS: usize = 8;

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
        disabled: row.get(6)?,
        last_login: lenient::number(row.get_ref(7)?),
    })
}

/// People whose usernames are the same as a given one, in a wider sense.
pub(super) struct SameNames {
    exactly: Option<i64>,
    pub(super) all: Vec<i64>,
}

impl SameNames {
    /// Who is meant by the name.
    pub(super) fn meant(&self) -> Option<i64> {
        match (self.exactly, &*self.all) {
            (Some(id), _) | (None, &[id]) => Some(id),
            _ => None,
        }
    }

    /// Whether somebody else than this person is called so.
    pub(super) fn any_but(&self, but: Option<i64>) -> bool {
        self.all.iter().any(|id| Some(*id) != but)
    }
}

/// Everybody whose name differs in case, in blanks around it and in the form of its letters only.
pub(super) fn same_names(connection: &Connection, username: &str) -> Result<SameNames, StoreError> {
    let same = same_username(username);
    let mut found = SameNames { exactly: None, all: Vec::new() };
    let mut statement = connection.prepare_cached("SELECT id, username FROM people ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Ok(name) = row.get_ref(1)?.as_str() else { continue };
        if name == username {
            found.exactly = Some(row.get(0)?);
        }
        if same_username(name) == same {
            found.all.push(row.get(0)?);
        }
    }
    Ok(found)
}

/// Who may log in, as a reader or a transaction that has just begun sees them.
pub struct Accounts<'a>(pub(in crate::store) &'a Connection);

impl Accounts<'_> {
    /// Whoever has this username exactly as it is written.
    pub fn named_exactly(&self, username: &str) -> Result<Option<Credential>, StoreError> {
        let sql = format!("SELECT {CREDENTIAL} FROM people p WHERE p.username = ? COLLATE BINARY");
        Ok(self.0.prepare_cached(&sql)?.query_row([username], credential).optional()?)
    }

    /// Whoever is meant by this username: who has it exactly, else the only one whose name is the same but for case,
    /// blanks around it and the form of its letters. Everybody is looked at in any case, so that it takes as long for
    /// a name that is nobody's.
    pub fn named(&self, username: &str) -> Result<Option<Credential>, StoreError> {
        match same_names(self.0, username)?.meant() {
            Some(id) => self.of(id),
            None => Ok(None),
        }
    }

    /// The highest cost of a bcrypt hash that is stored, 0 without any.
    pub fn highest_cost(&self) -> Result<u32, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT coalesce(max(CAST(substr(hash, 5, 2) AS INTEGER)), 0) FROM people WHERE hash GLOB '$2?$[0-9][0-9]$*'",
        )?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// The person with this id.
    pub fn of(&self, id: i64) -> Result<Option<Credential>, StoreError> {
        let sql = format!("SELECT {CREDENTIAL} FROM people p WHERE p.id = ?");
        Ok(self.0.prepare_cached(&sql)?.query_row([id], credential).optional()?)
    }
}
