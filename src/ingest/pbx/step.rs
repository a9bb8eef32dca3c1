//! What is to be done in a conversation with a PBX.

use std::collections::BTreeSet;

use super::report::Report;

/// What is to be done. `D`: a call detail record, as this PBX tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<D> {
    /// Send these bytes.
    Say(Vec<u8>),
    /// We are in.
    LoggedIn,
    /// Something is known of a recording.
    Heard(Box<Report>),
    /// What is known of a call that the PBX does not say to record: something else may have.
    Call(Box<Report>),
    /// All is known that went on before. Other recordings than these are over.
    Reconciled(GoingOn),
    /// A call detail record of a channel that is not known, or not any more.
    Detail(D),
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

/// What goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoingOn {
    /// Uniqueids of the channels that are up, where a recording ends with its channel.
    pub channels: BTreeSet<String>,
    /// Files that are recorded to, where it does not.
    pub files: BTreeSet<String>,
    /// When the PBX started, Unix seconds; 0 where it may not be asked.
    pub started: i64,
}
