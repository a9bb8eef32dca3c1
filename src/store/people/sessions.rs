//! Tokens and sessions: stored hashed, and void once the person's password, role or customer changes.

use std::time::Duration;

use rusqlite::{OptionalExtension, ToSql, params};

use super::accounts::{Accounts, CREDENTIAL, CREDENTIALS, Credential, credential};
use crate::store::database::BUSY_TIMEOUT;
use crate::store::{Change, Store, StoreError};

/// How a caller proves that they logged in before: the hash of what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A token.
    Token([u8; 32]),
    /// The viewer's cookie.
    Session([u8; 32]),
}

/// Whoever holds a token or session, with what decides whether it still counts.
pub struct Issued {
    /// The person, as the row says now.
    pub credential: Credential,
    /// The digest of the person's standing when it was issued.
    pub standing: Vec<u8>,
    /// Unix seconds when it ends, however busy.
    pub expires: i64,
    /// Last use in Unix seconds, to the minute; for tokens, when it was issued.
    pub seen: i64,
}

impl Accounts<'_> {
    /// The holder of a token or session.
    pub fn issued(&self, secret: &Secret) -> Result<Option<Issued>, StoreError> {
        let (table, seen, hash) = match secret {
            Secret::Token(hash) => ("tokens", "t.created", hash),
            Secret::Session(hash) => ("sessions", "t.seen", hash),
        };
        let sql = format!(
            "SELECT {CREDENTIAL}, t.standing, t.expires, {seen}
               FROM {table} t JOIN people p ON p.id = t.person WHERE t.hash = ?"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let issued = statement.query_row([&hash[..]], |row| {
            Ok(Issued {
                credential: credential(row)?,
                standing: row.get(CREDENTIALS)?,
                expires: row.get(CREDENTIALS + 1)?,
                seen: row.get(CREDENTIALS + 2)?,
            })
        });
        Ok(issued.optional()?)
    }
}

impl Store {
    /// Notes that a session was used. Does nothing while somebody writes: the next use comes soon.
    pub fn touch_session(&self, hash: &[u8; 32], now: i64) -> Result<(), StoreError> {
        self.touch("UPDATE sessions SET seen = ? WHERE hash = ?", params![now, &hash[..]])
    }

    /// Notes that somebody showed the password with a request, unless it is noted since `before` already. Does nothing
    /// while somebody writes.
    pub fn touch_login(&self, person: i64, before: i64, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE people SET last_login = ?3 WHERE id = ?1 AND ifnull(last_login, 0) <= ?2";
        self.touch(sql, params![person, before, now])
    }

    fn touch(&self, sql: &str, values: &[&dyn ToSql]) -> Result<(), StoreError> {
        if let Some(writer) = self.idle_writer() {
            writer.busy_timeout(Duration::ZERO)?;
            let noted = writer.execute(sql, values);
            writer.busy_timeout(BUSY_TIMEOUT)?;
            noted?;
        }
        Ok(())
    }
}

impl Change<'_> {
    /// The digest of a person's standing, as the row says inside this transaction.
    pub fn standing_of(
        &self,
        person: i64,
        digest: impl FnOnce(&str, &str, i64) -> [u8; 32],
    ) -> Result<[u8; 32], StoreError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT hash, role, customer FROM people WHERE id = ?")?;
        let row = statement.query_row([person], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
        });
        let (hash, role, customer) = row?;
        Ok(digest(&hash, &role, customer))
    }

    /// Notes that somebody logged in.
    pub fn note_login(&self, person: i64) -> Result<(), StoreError> {
        let sql = "UPDATE people SET last_login = ? WHERE id = ?";
        self.transaction.execute(sql, (self.now, person))?;
        Ok(())
    }

    /// Stores a token that ends at `expires`, and forgets those that have ended.
    pub fn issue_token(
        &self,
        hash: &[u8; 32],
        person: i64,
        standing: &[u8],
        expires: i64,
    ) -> Result<(), StoreError> {
        self.transaction.execute("DELETE FROM tokens WHERE expires <= ?", [self.now])?;
        self.transaction.execute(
            "INSERT INTO tokens (hash, person, standing, created, expires) VALUES (?, ?, ?, ?, ?)",
            params![&hash[..], person, standing, self.now, expires],
        )?;
        Ok(())
    }

    /// Stores a session that ends at `expires`, and forgets those that have ended or were idle since `idle`.
    pub fn issue_session(
        &self,
        hash: &[u8; 32],
        person: i64,
        standing: &[u8],
        expires: i64,
        idle: i64,
    ) -> Result<(), StoreError> {
        self.transaction.execute("DELETE FROM sessions WHERE expires <= ? OR seen <= ?", (self.now, idle))?;
        self.transaction.execute(
            "INSERT INTO sessions (hash, person, standing, created, seen, expires) VALUES (?, ?, ?, ?4, ?4, ?)",
            params![&hash[..], person, standing, self.now, expires],
        )?;
        Ok(())
    }

    /// Ends one token or session.
    pub fn end(&self, secret: &Secret) -> Result<(), StoreError> {
        self.touches_rights();
        let (table, hash) = parts(secret);
        self.transaction.execute(&format!("DELETE FROM {table} WHERE hash = ?"), [&hash[..]])?;
        Ok(())
    }

    /// Sets a person's own new password. Ends all their tokens and sessions but `kept`, which gets the new standing.
    pub fn change_own_password(
        &self,
        person: i64,
        hash: &str,
        kept: Option<&Secret>,
        standing: &[u8],
    ) -> Result<(), StoreError> {
        self.touches_rights();
        let times = kept.map(|secret| self.times(secret)).transpose()?.flatten();
        // The schema ends all of them with the old password.
        self.transaction.execute("UPDATE people SET hash = ? WHERE id = ?", (hash, person))?;
        let (Some(secret), Some((created, seen, expires))) = (kept, times) else { return Ok(()) };
        let (_, hash) = parts(secret);
        let sql = match secret {
            Secret::Token(_) => {
                "INSERT INTO tokens (hash, person, standing, created, expires) SELECT ?1, ?2, ?3, ?4, ?6 WHERE ?5 IS NOT NULL"
            }
            Secret::Session(_) => {
                "INSERT INTO sessions (hash, person, standing, created, seen, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
            }
        };
        self.transaction.execute(sql, params![&hash[..], person, standing, created, seen, expires])?;
        Ok(())
    }

    /// When a token or session was issued, last used, and ends.
    fn times(&self, secret: &Secret) -> Result<Option<(i64, i64, i64)>, StoreError> {
        let (table, hash) = parts(secret);
        let seen = if matches!(secret, Secret::Session(_)) { "seen" } else { "created" };
        let mut statement = self
            .transaction
            .prepare(&format!("SELECT created, {seen}, expires FROM {table} WHERE hash = ?"))?;
        let row = statement.query_row([&hash[..]], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        Ok(row.optional()?)
    }
}

fn parts(secret: &Secret) -> (&'static str, &[u8; 32]) {
    match secret {
        Secret::Token(hash) => ("tokens", hash),
        Secret::Session(hash) => ("sessions", hash),
    }
}
