//! Passwords that bcrypt found right a while ago, so that a client which sends its password with every request
//! waits for bcrypt once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Seconds after which bcrypt is asked again.
const LIFETIME: i64 = 3600;
/// Entries; beyond it the old ones go, then all.
const MOST: usize = 4096;

/// Name, password and stored hash under a key that only this process has: a changed hash is another key.
pub(super) type Key = [u8; 32];

pub(super) struct Verified {
    secret: Hmac<Sha256>,
    /// When bcrypt said so.
    since: Mutex<HashMap<Key, i64>>,
}

impl Verified {
    pub(super) fn new() -> Verified {
        Verified { secret: keyed(&super::session::random()), since: Mutex::default() }
    }

    pub(super) fn key(&self, username: &str, password: &str, hash: &str) -> Key {
        let mut mac = self.secret.clone();
        for part in [username, password, hash] {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// The same at one address (an IPv6 one stands for its network).
    pub(super) fn key_at(&self, address: IpAddr, key: &Key) -> Key {
        let mut mac = self.secret.clone();
        mac.update(address.to_string().as_bytes());
        mac.update(key);
        mac.finalize().into_bytes().into()
    }

    pub(super) fn contains(&self, key: &Key, now: i64) -> bool {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        since.get(key).is_some_and(|since| (0..LIFETIME).contains(&(now - since)))
    }

    /// Whether it was right once, however long ago.
    pub(super) fn was_right(&self, key: &Key) -> bool {
        self.since.lock().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }

    pub(super) fn insert(&self, key: Key, now: i64) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.len() >= MOST {
            since.retain(|_, since| (0..LIFETIME).contains(&(now - *since)));
        }
        if since.len() >= MOST {
            since.clear();
        }
        since.insert(key, now);
    }
}

fn keyed(secret: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC takes a key of any length, so this cannot fail.
    Hmac::new_from_slice(secret).unwrap_or_else(|_| Hmac::new(&Default::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_for_one_name_one_password_and_one_stored_hash() {
        let cache = Verified::new();
        cache.insert(cache.key("anna", "secret", "hash"), 1000);
        assert!(cache.contains(&cache.key("anna", "secret", "hash"), 1000));
        for (name, password, hash) in [
            ("bram", "secret", "hash"),
            ("anna", "Secret", "hash"),
            ("anna", "secret", "other"),
            ("annas", "ecret", "hash"),
        ] {
            assert!(!cache.contains(&cache.key(name, password, hash), 1000));
        }
    }

    #[test]
    fn an_entry_ends_after_an_hour_and_when_the_clock_goes_back() {
        let cache = Verified::new();
        let key = cache.key("anna", "secret", "hash");
        cache.insert(key, 1000);
        assert!(cache.contains(&key, 1000 + LIFETIME - 1));
        assert!(!cache.contains(&key, 1000 + LIFETIME));
        assert!(!cache.contains(&key, 999));
        assert!(cache.was_right(&key) && !cache.was_right(&cache.key("anna", "secret", "other")));
    }
}
