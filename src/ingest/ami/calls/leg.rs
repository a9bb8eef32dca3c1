//! A stretch of a channel's call. A transfer begins another one, and so does whatever comes after somebody who picked up has
//! hung up.

use super::line::Who;
use super::parties::Parties;

/// Who calls whom in it, and who picked up.
#[derive(Default)]
pub(super) struct Leg {
    pub(super) parties: Parties,
    /// The channel whose call detail records tell of it, where that is another one: who dialled this one, who is in the
    /// conference that it records.
    pub(super) uniqueid: String,
    /// The called number is a guess.
    pub(super) unsure: bool,
    /// Its beginning was not heard.
    pub(super) found: bool,
    pub(super) answer: Option<Answer>,
    pub(super) dial_status: &'static str,
    pub(super) queue: String,
    pub(super) waiting: Waiting,
    /// Somebody transferred the call to what is called here.
    pub(super) transferred: bool,
    /// Trunks were asked for a number, or others were called.
    pub(super) outside: bool,
    pub(super) inside: bool,
}

/// How it goes in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Waiting {
    /// It is in none, or nobody said so.
    #[default]
    No,
    /// Nobody came yet.
    Yes,
    /// Somebody came.
    Over,
    /// The caller hung up before.
    Abandoned,
}

/// Who picked up, and when.
pub(super) struct Answer {
    pub(super) at: i64,
    pub(super) who: Who,
    /// Who picked up is gone.
    pub(super) over: bool,
    /// It was found in the midst of the call.
    pub(super) found: bool,
}

impl Leg {
    /// Somebody picked up; whoever was first counts.
    pub(super) fn answered(&mut self, who: &Who, at: i64) {
        self.answer.get_or_insert_with(|| Answer { at, who: who.clone(), over: false, found: false });
    }

    /// Whether somebody had picked up before it was found: who does later is not who answered.
    pub(super) fn was_talking(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.found)
    }

    /// Whether it went to the outside alone, as far as was heard.
    pub(super) fn leads_outside(&self) -> bool {
        self.outside && !self.inside
    }

    /// Whether who picked up is gone, so that what comes now is another one.
    pub(super) fn is_over(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.over)
    }

    /// What comes after it.
    pub(super) fn next(&self) -> Leg {
        Leg {
            parties: self.parties.clone(),
            uniqueid: self.uniqueid.clone(),
            transferred: self.transferred,
            found: self.found,
            ..Leg::default()
        }
    }
}
