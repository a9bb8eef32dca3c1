//! What is known of one recording.

use crate::model::Direction;

/// Which facts of a recording were not heard, but found in the midst of its call, or worked out of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guessed {
    /// Who calls, from where, and in what direction; and what else happened.
    pub parties: bool,
    /// The caller's number.
    pub caller: bool,
    /// The number that was dialled.
    pub called: bool,
    /// Who answered.
    pub answerer: bool,
    /// Whether it was answered.
    pub status: bool,
    /// When the recording began.
    pub start: bool,
    /// When the recording ended: it may have been stopped before.
    pub end: bool,
}

/// What is known of one recording so far. Each report of a recording says all of it anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The file, as the PBX names it.
    pub file: String,
    /// The PBX's system name, where it has one.
    pub system: String,
    /// The recorded channel.
    pub uniqueid: String,
    /// The identifier that all channels of the call share.
    pub callid: String,
    /// When the recording began, Unix milliseconds; 0 where nobody listened.
    pub start: i64,
    /// Where it was recorded to the same file before: when that began, and how many milliseconds of it there were. Only
    /// the file tells whether they are in it still.
    pub before: Option<(i64, i64)>,
    /// When it ended, Unix milliseconds. Before its file is closed, or up to 80 ms later.
    pub end: Option<i64>,
    /// It is one of several that ran when some were stopped: its file tells when it ended.
    pub doubtful: bool,
    /// When the call was answered, Unix milliseconds.
    pub answered: Option<i64>,
    /// Seconds that the call detail records count as talk.
    pub talktime: Option<i64>,
    /// answer, cancel, busy, …; empty while it is not known.
    pub status: &'static str,
    /// Number of the caller.
    pub caller: String,
    /// Name of the caller.
    pub caller_name: String,
    /// Whether the caller withheld the number.
    pub withheld: bool,
    /// The number that was dialled.
    pub called: String,
    /// What an outbound route made of the caller's number, for the other side.
    pub shown: String,
    /// The call is over, and nobody picked up: the PBX itself may have.
    pub nobody: bool,
    /// Number of who answered.
    pub answerer: String,
    /// Name of who answered.
    pub answerer_name: String,
    /// As far as contexts and numbers tell.
    pub direction: Option<Direction>,
    /// Dialplan context that the channel began in.
    pub context: String,
    /// The customer's domain, where the PBX has several.
    pub domain: String,
    /// Account code.
    pub account: String,
    /// Queue that the call waited in.
    pub queue: String,
    /// It is a conference, by the number or name that was dialled.
    pub conference: bool,
    /// Somebody pages telephones: the PBX makes a conference of them.
    pub page: bool,
    /// What else happened, for people: transfers, who took part in a conference, and how long
    /// the recording was muted.
    pub note: String,
    /// What of all this is only guessed.
    pub guessed: Guessed,
    /// The channel is gone, and its beginning was not heard: it may have recordings that nobody told of.
    pub may_have_others: bool,
}
