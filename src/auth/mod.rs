//! Who is who, without HTTP: passwords, tokens and sessions, and what slows down those who guess.

mod cache;
mod choice;
mod forwarded;
mod limit;
mod password;
mod queue;
mod session;
mod work;

use std::net::{IpAddr, Ipv4Addr};

pub use choice::{check_new_password, is_no_name};
pub use forwarded::{Client, client};
pub use limit::{Throttled, network};
pub use password::{PasswordError, hash_password};
pub use session::{NewSecret, SessionRules, hash_secret, is_live, new_secret, standing};

use crate::store::Credential;

/// Everything that decides about passwords, shared by all requests.
pub struct Auth {
    hasher: password::Hasher,
    cache: cache::Verified,
    limit: limit::Limit,
}

/// What the limit calls the PBX's door. Nobody's name has a NUL.
const DOOR: &str = "\0door";
/// What is limited by person and not by address.
const ANYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn asks(person: i64) -> String {
    format!("\0names {person}")
}

/// How the check of a password begins.
pub enum Check {
    /// Right, and known to be so without hashing again.
    Right,
    /// bcrypt decides; hand its word to [`Auth::conclude`].
    Pending(Pending),
}

/// A password on its way through bcrypt.
pub struct Pending {
    verdict: password::Verdict,
    key: cache::Key,
    attempt: Option<limit::Attempt>,
    address: IpAddr,
}

/// Why a password was not even looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// Too many wrong ones.
    Throttled(Throttled),
    /// Too many at once.
    Busy,
}

impl Auth {
    /// `cost`: bcrypt's cost for the pretence of checking an unknown name; that of new passwords.
    pub fn new(cost: u32) -> Result<Auth, PasswordError> {
        Ok(Auth {
            hasher: password::Hasher::new(cost)?,
            cache: cache::Verified::new(),
            limit: limit::Limit::new(),
        })
    }

    /// Whether this password was right for this name a while ago, so that nobody needs to be looked for.
    pub fn remembers(&self, username: &str, password: &str, credential: &Credential, now: i64) -> bool {
        self.cache.contains(&self.cache.key(username, password, &credential.hash), now)
    }

    /// Says what the highest cost of a stored hash is now: no name takes less work than that.
    pub fn expect(&self, cost: u32) {
        self.hasher.expect(cost);
    }

    /// Begins to check a password for `username`, of whom `credential` is the row if there is one.
    /// `now` is Unix seconds.
    pub fn begin(
        &self,
        username: &str,
        password: &str,
        credential: Option<&Credential>,
        address: IpAddr,
        now: i64,
    ) -> Result<Check, NotNow> {
        let hash = credential.map(|credential| credential.hash.as_str());
        let key = self.cache.key(username, password, hash.unwrap_or_default());
        let is_known = hash.is_some() && self.cache.contains(&key, now);
        if let Err(throttled) = self.limit.check(address, username, now) {
            let right = is_known && self.is_known_at(address, username, &key, now);
            return if right {
                Ok(Check::Right)
            } else {
                self.refuse(address, username, key, throttled, now)
            };
        }
        if is_known {
            self.note_at(address, &key, now);
            return Ok(Check::Right);
        }
        // A client's many connections with one password are one attempt.
        if let Some(verdict) = self.hasher.join(&key) {
            return Ok(Check::Pending(Pending { verdict, key, attempt: None, address }));
        }
        if self.limit.is_wrong(address, username, &key, now) {
            return Ok(Check::Pending(Pending {
                verdict: self.hasher.wrong_again(),
                key,
                attempt: None,
                address,
            }));
        }
        let urgent = self.cache.was_right(&key);
        let verdict = self.hasher.verify(key, password, hash, address, urgent).ok_or(NotNow::Busy)?;
        let attempt = Some(self.limit.count(address, username, key, now));
        Ok(Check::Pending(Pending { verdict, key, attempt, address }))
    }

    /// Whether this password was shown at this address before, so that it is right there although the name has to
    /// wait: nobody's guesses lock out whoever logged in before they began.
    fn is_known_at(&self, address: IpAddr, username: &str, key: &cache::Key, now: i64) -> bool {
        self.limit.may_look(address, username, now)
            && self.cache.contains(&self.cache.key_at(limit::network(address), key), now)
    }

    fn refuse(
        &self,
        address: IpAddr,
        username: &str,
        key: cache::Key,
        throttled: Throttled,
        now: i64,
    ) -> Result<Check, NotNow> {
        self.limit.looked(address, username, key, now);
        Err(NotNow::Throttled(throttled))
    }

    /// Notes that a right password was shown at an address.
    fn note_at(&self, address: IpAddr, key: &cache::Key, now: i64) {
        let here = self.cache.key_at(limit::network(address), key);
        if !self.cache.contains(&here, now) {
            self.cache.insert(here, now);
        }
    }

    /// Whether the PBX that shows this secret is let in. Wrong ones are limited like wrong passwords: the same again is
    /// one guess, so that a PBX whose secret is repaired comes in at once; and where the right one was shown within the
    /// hour it still is.
    pub fn opens(&self, given: &str, secret: &str, address: IpAddr, now: i64) -> Result<bool, Throttled> {
        let key = self.cache.key(DOOR, given, "");
        // Keyed hashes are compared, so that the time it takes tells nothing.
        let right = !secret.is_empty() && key == self.cache.key(DOOR, secret, "");
        if let Err(throttled) = self.limit.check(address, DOOR, now) {
            if right && self.is_known_at(address, DOOR, &key, now) {
                return Ok(true);
            }
            self.limit.looked(address, DOOR, key, now);
            return Err(throttled);
        }
        if right {
            self.note_at(address, &key, now);
        } else {
            self.limit.count(address, DOOR, key, now);
        }
        Ok(right)
    }

    /// Whether somebody may ask yet whether usernames are taken by people whom they don't see, or when.
    pub fn may_ask_for_names(&self, person: i64, now: i64) -> Result<(), Throttled> {
        self.limit.check(ANYWHERE, &asks(person), now)
    }

    /// Notes that somebody learned that a username is taken by somebody whom they don't see; whether that is news.
    pub fn learned_of_name(&self, person: i64, username: &str, now: i64) -> bool {
        self.limit.count(ANYWHERE, &asks(person), self.cache.key("", username, ""), now).is_new()
    }

    /// Waits for bcrypt and remembers what it says.
    pub async fn conclude(&self, pending: Pending, now: i64) -> Result<bool, NotNow> {
        let verdict = pending.verdict.wait().await;
        if verdict == Some(true) {
            self.cache.insert(pending.key, now);
            self.note_at(pending.address, &pending.key, now);
        }
        match (&pending.attempt, verdict) {
            (Some(attempt), Some(false)) => self.limit.confirm(attempt),
            (Some(attempt), _) => self.limit.withdraw(attempt),
            (None, _) => {}
        }
        verdict.ok_or(NotNow::Busy)
    }
}
