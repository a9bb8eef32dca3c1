//! Who converses, and what is to be done in a conversation.

use crate::ingest::ami::codec::Message;

/// Who we are, and whether nobody can read along.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    /// The user in manager.conf.
    pub username: &'a str,
    /// Its secret.
    pub secret: &'a str,
    /// The connection is TLS, or stays on this machine.
    pub private: bool,
}

/// What is to be done. A call detail record is its event.
pub type Step = crate::ingest::pbx::Step<Message>;
