//! Who converses, and what is to be done in a conversation.

use std::collections::BTreeSet;

use crate::ingest::ami::codec::Message;
use crate::ingest::pbx::Report;

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

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send these bytes.
    Say(Vec<u8>),
    /// We are in.
    LoggedIn,
    /// Something is known of a recording.
    Heard(Box<Report>),
    /// All is known that went on before. Recordings of other channels than these are over.
    Reconciled {
        /// Uniqueids of the channels that are up.
        up: BTreeSet<String>,
        /// When the PBX started, Unix seconds; 0 where it may not be asked.
        started: i64,
    },
    /// A call detail record of a channel that is not known, or not any more.
    Detail(Message),
    /// Something came that nothing can be made of, for this reason.
    Skipped(&'static str),
    /// It works, but not all of it: what is missing, and what to do.
    Concern(&'static str),
    /// Give up this connection, for this reason; it is no use trying again soon if `refused`.
    Leave {
        /// Why, in words.
        why: String,
        /// It is not the network: somebody must change a setting.
        refused: bool,
    },
}
