//! Who is who, without HTTP: passwords, tokens and sessions, and what slows down those who guess.

mod cache;
mod limit;
mod password;
mod session;

use std::net::IpAddr;

pub use limit::Throttled;
pub use password::{PasswordError, check_new_password, hash_password};
pub use session::{NewSecret, SessionRules, hash_secret, is_live, new_secret, standing};

use crate::store::Credential;

/// Everything that decides about passwords, shared by all requests.
pub struct Auth {
    hasher: password::Hasher,
    cache: cache::Verified,
    limit: limit::Limit,
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
        // First of all, also for a password that is known to be right: whoever guesses must not see the difference.
        self.limit.check(address, username, now).map_err(NotNow::Throttled)?;
        let hash = credential.map(|credential| credential.hash.as_str());
        let key = self.cache.key(username, password, hash.unwrap_or_default());
        if hash.is_some() && self.cache.contains(&key, now) {
            return Ok(Check::Right);
        }
        // A client's many connections with one password are one attempt.
        if let Some(verdict) = self.hasher.join(&key) {
            return Ok(Check::Pending(Pending { verdict, key, attempt: None }));
        }
        let verdict = self.hasher.verify(key, password, hash).ok_or(NotNow::Busy)?;
        let attempt = Some(self.limit.count(address, username, now));
        Ok(Check::Pending(Pending { verdict, key, attempt }))
    }

    /// Waits for bcrypt and remembers what it says.
    pub async fn conclude(&self, pending: Pending, now: i64) -> bool {
        let right = pending.verdict.wait().await;
        if right {
            self.cache.insert(pending.key, now);
        }
        if let Some(attempt) = pending.attempt.filter(|_| right) {
            self.limit.withdraw(&attempt);
        }
        right
    }
}
