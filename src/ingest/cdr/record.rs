//! What a call detail record says, whichever PBX wrote it.

use super::disposition::Disposition;
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
    /// When.
    pub answer: i64,
    /// The number where it was answered.
    pub number: String,
    /// The name of who answered.
    pub name: String,
}

/// A call detail record of any PBX. Texts are empty where it doesn't say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cdr {
    /// The channel's identifier.
    pub uniqueid: String,
    /// The identifier that all channels of the call share.
    pub callid: String,
    /// Base name of the sound file.
    pub file: String,
    /// Those of further ones.
    pub more_files: Vec<String>,
    /// When the channel, or this stretch of its call, began; Unix seconds.
    pub start: i64,
    /// When it was answered.
    pub answer: Option<i64>,
    /// When it ended.
    pub end: Option<i64>,
    /// Seconds that people talked, or could have.
    pub talked: Option<i64>,
    /// How it ended.
    pub disposition: Option<Disposition>,
    /// What is odd about it, for people.
    pub doubt: String,
    /// Source number.
    pub source: String,
    /// Name of the source.
    pub source_name: String,
    /// Whether the number may be shown.
    pub presented: bool,
    /// Whether the source is known to be an extension.
    pub from_inside: bool,
    /// The number that was called.
    pub called: String,
    /// Name of the number that was called.
    pub called_name: String,
    /// The number that was called is the one that was dialled outside, whatever else the call went through since.
    pub dialled_outside: bool,
    /// The queue that it waited in.
    pub queue: String,
    /// The number where it was answered, or where it rang.
    pub destination: String,
    /// Name of who is there.
    pub destination_name: String,
    /// The local channel between the one that called and the one that answered, where that was another one than it was sent
    /// to: somebody picked the call up. Else the local channel that the call was sent to.
    pub leg: String,
    /// Which way it went, where the record says so.
    pub direction: Option<Direction>,
    /// The dialplan's context.
    pub context: String,
    /// The account code.
    pub accountcode: String,
    /// The customer's domain, where the PBX has several.
    pub domain: String,
    /// It was recorded, also if the record names no file.
    pub recorded: bool,
    /// The PBX has deleted the recording itself.
    pub discarded: bool,
}
