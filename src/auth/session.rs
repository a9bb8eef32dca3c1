//! Tokens and sessions: 256 random bits, of which only a hash is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::store::{Credential, Issued};

/// Seconds that tokens and sessions last.
#[derive(Clone, Copy, Debug)]
pub struct SessionRules {
    /// A token, from when it was issued.
    pub token: i64,
    /// A session since its last use.
    pub session_idle: i64,
    /// A session from when it began.
    pub session: i64,
}

/// A token or cookie value just made.
pub struct NewSecret {
    /// What the caller gets: 43 letters, digits, `-` and `_`.
    pub text: String,
    /// What is stored.
    pub hash: [u8; 32],
}

/// A new token or cookie value.
pub fn new_secret() -> NewSecret {
    let text = URL_SAFE_NO_PAD.encode(random());
    let hash = hash_secret(&text);
    NewSecret { text, hash }
}

/// What is stored of a token or cookie value.
pub fn hash_secret(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// A digest of what a token or session depends on: once the password, the role or the customer changes, or the person
/// is disabled, it is void.
pub fn standing(hash: &str, role: &str, customer: i64) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in [hash, role] {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    digest.update(customer.to_le_bytes());
    digest.finalize().into()
}

/// Whether a token (`idle` `None`) or a session still counts at `now`.
pub fn is_live(issued: &Issued, idle: Option<i64>, now: i64) -> bool {
    let Credential { person, hash, .. } = &issued.credential;
    now < issued.expires
        && idle.is_none_or(|idle| now < issued.seen.saturating_add(idle))
        && issued.standing == standing(hash, &person.role, person.customer)
}

pub(super) fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    // Linux gives random bytes from early in the boot on; a machine that cannot must not hand out secrets.
    getrandom::fill(&mut bytes).expect("the operating system gives no random bytes");
    bytes
}
