//! Where a recording is filed, or why it is not kept.

use sha2::{Digest, Sha256};

use super::settle::first_number;
use crate::model::Group;

/// What the rules look at.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The sound file, relative to the media root; empty while it isn't known.
    pub path: String,
    /// The recorded channel.
    pub uniqueid: String,
    /// in, out, internal or empty.
    pub direction: String,
    /// Source, called and answering number; those that are known.
    pub snumber: String,
    /// The called number.
    pub cnumber: String,
    /// The number that answered.
    pub dnumber: String,
    /// Context of the dialplan.
    pub context: String,
    /// Account code.
    pub account: String,
    /// Queue.
    pub queue: String,
}

/// Where a recording goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is kept.
    Filed {
        /// Whose it is.
        customer: i64,
        /// The group.
        recordgroup: i64,
        /// Days from its start; 0 for ever.
        days: i64,
    },
    /// It is left out, for this reason.
    Excluded(String),
}

/// The rules, in order.
#[derive(Clone, Debug, Default)]
pub struct Rules {}

impl Rules {
    /// Judges a recording. `group` gives a group's settings, and for 0 those of the group where everything goes that no
    /// rule takes.
    pub fn judge<E>(
        &self,
        subject: &Subject,
        group: impl Fn(i64) -> Result<Option<Group>, E>,
    ) -> Result<Verdict, E> {
        Ok(match group(0)? {
            Some(group) => by_group(&group, subject),
            // The row makes them.
            None => Verdict::Filed { customer: 1, recordgroup: 1, days: 365 },
        })
    }
}

/// What the group's own settings say.
fn by_group(group: &Group, subject: &Subject) -> Verdict {
    let excluded = |why: &str| Verdict::Excluded(format!("group {} ({}) {why}", group.id, group.name));
    if group.expires == 0 {
        return excluded("keeps no recordings (expires 0)");
    }
    if subject.direction == "in" && group.record_in == 0 {
        return excluded("keeps no incoming calls (record_in 0)");
    }
    if subject.direction == "out" && group.record_out == 0 {
        return excluded("keeps no outgoing calls (record_out 0)");
    }
    if share_of(&subject.uniqueid) >= group.fraction {
        return excluded(&format!("keeps {} percent of the calls", group.fraction));
    }
    Verdict::Filed { customer: group.customer, recordgroup: group.id, days: group.expires }
}

/// A number from 0 to 99 that is the same whoever asks, so that every source decides alike.
fn share_of(uniqueid: &str) -> i64 {
    first_number(&Sha256::digest(uniqueid.as_bytes())).rem_euclid(100)
}
