//! A stretch of a channel's call. A transfer begins another one.

use super::parties::Parties;

/// Who calls whom in it, and who picked up.
#[derive(Default)]
pub(super) struct Leg {
    pub(super) parties: Parties,
    /// The called number is a guess.
    pub(super) unsure: bool,
    pub(super) answer: Option<Answer>,
    pub(super) dial_status: &'static str,
    pub(super) queue: String,
}

/// Who picked up, and when.
pub(super) struct Answer {
    pub(super) at: i64,
    pub(super) number: String,
    pub(super) name: String,
}
