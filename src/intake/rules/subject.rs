//! What the rules look at.

use crate::intake::facts::Facts;
use crate::model::paths::read_as_latin_1;

/// What the rules look at. What isn't known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The sound file, relative to the media root.
    pub path: String,
    /// The recorded channel.
    pub uniqueid: String,
    /// in, out or internal.
    pub direction: String,
    /// Source number.
    pub snumber: String,
    /// Called number.
    pub cnumber: String,
    /// The number that answered.
    pub dnumber: String,
    /// Context of the dialplan.
    pub context: String,
    /// Account code.
    pub account: String,
    /// Queue.
    pub queue: String,
    /// Whether the PBX may still tell what isn't known of the call.
    pub to_come: bool,
}

impl Subject {
    /// What is known of a recording.
    pub fn new(path: &str, uniqueid: &str, facts: &Facts) -> Subject {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Subject {
            // People write patterns in letters.
            path: read_as_latin_1(path).into_owned(),
            uniqueid: uniqueid.into(),
            direction: text(&facts.direction),
            snumber: text(&facts.snumber),
            cnumber: text(&facts.cnumber),
            dnumber: text(&facts.dnumber),
            context: text(&facts.context),
            account: text(&facts.account),
            queue: text(&facts.queue),
            to_come: false,
        }
    }
}
