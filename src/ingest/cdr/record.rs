//! What a call detail record says, whichever PBX wrote it.

use crate::model::Direction;

/// What a record tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Of the recordings of the channel that it is about.
    Call(Box<Cdr>),
    /// Who answered the call of another channel, which is the one that is recorded.
    Answerer(Answerer),
}

impl From<Cdr> for Record {
    fn from(cdr: Cdr) -> Record {
        Record::Call(Box::new(cdr))
    }
}

/// Who answered a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answerer {
    /// The calling channel.
    pub uniqueid: String,
    /// The number where it was answered.
    pub number: String,
    /// The name of who answered.
    pub name: String,
}

/// How a call ended, in the words of the `status` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Disposition {
    Answer,
    NoAnswer,
    Busy,
    Cancel,
    Congestion,
    Failed,
}

impl Disposition {
    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Disposition::Answer => "answer",
            Disposition::NoAnswer => "noanswer",
            Disposition::Busy => "busy",
            Disposition::Cancel => "cancel",
            Disposition::Congestion => "congestion",
            Disposition::Failed => "failed",
        }
    }
}

/// A call detail record of any PBX. Texts are empty and times 0 where it doesn't say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cdr {
    /// The channel's identifier.
    pub uniqueid: String,
    /// The identifier that all channels of the call share.
    pub callid: String,
    /// Base name of the sound file.
    pub file: String,
    /// When the channel, or this stretch of its call, began; Unix seconds.
    pub start: i64,
    /// When it was answered.
    pub answer: i64,
    /// When it ended.
    pub end: i64,
    /// Seconds that people talked, or could have.
    pub talked: i64,
    /// How it ended.
    pub disposition: Disposition,
    /// Source number.
    pub source: String,
    /// Name of the source.
    pub source_name: String,
    /// Whether the number may be shown.
    pub presented: bool,
    /// The number that was called.
    pub called: String,
    /// The number where it was answered, or where it rang.
    pub destination: String,
    /// Which way it went, where the record says so.
    pub direction: Option<Direction>,
    /// The dialplan's context.
    pub context: String,
    /// The account code.
    pub accountcode: String,
}
