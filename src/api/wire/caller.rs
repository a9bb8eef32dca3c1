//! Whoever asks and what they showed for it, to be looked at again by all that comes later than the request.

use super::error::Refusal;
use super::privilege::Privilege;
use crate::auth::{self, SessionRules};
use crate::model::{Actor, Person};
use crate::store::{Accounts, Credential, Secret};

/// Whoever asks.
#[derive(Clone)]
pub struct Caller {
    /// Their row when the request came.
    pub credential: Credential,
    /// The token or session that they came with; `None` for a password.
    pub secret: Option<Secret>,
}

impl Caller {
    /// Their row as it is now, if what they showed still counts and their role still allows `P`.
    pub fn again<P: Privilege>(
        &self,
        accounts: &Accounts<'_>,
        rules: SessionRules,
        now: i64,
    ) -> Result<Credential, Refusal> {
        let credential = self.credential_now(accounts, rules, now)?.ok_or(Refusal::Unauthorized)?;
        if P::allows(credential.person.privileges) { Ok(credential) } else { Err(Refusal::Forbidden) }
    }

    fn credential_now(
        &self,
        accounts: &Accounts<'_>,
        rules: SessionRules,
        now: i64,
    ) -> Result<Option<Credential>, Refusal> {
        let Some(secret) = &self.secret else {
            // The password that was right is that of this hash.
            let credential = accounts.of(self.credential.person.id)?;
            return Ok(credential.filter(|now| now.hash == self.credential.hash));
        };
        let idle = matches!(secret, Secret::Session(_)).then_some(rules.session_idle);
        let issued = accounts.issued(secret)?.filter(|issued| auth::is_live(issued, idle, now));
        Ok(issued.map(|issued| issued.credential))
    }

    /// For the audit log: who, and where they ask from.
    pub fn actor(&self, address: String) -> Actor {
        let Person { id, username, .. } = self.person();
        Actor { person: Some(*id), name: username.clone(), address }
    }

    /// Who it is, as the request found them.
    pub fn person(&self) -> &Person {
        &self.credential.person
    }
}
