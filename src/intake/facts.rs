//! Facts about a call, each with its rank: which source is believed. Whatever order the sources come in, and however
//! often, the same facts remain.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::source::Source;

/// How many ranks there are: one hexadecimal digit.
const HIGHEST: u8 = 15;
/// The rank of what a file says of the end of its call.
pub(super) const OF_FILE: u8 = 2;
/// The rank of what the PBX's source works out of a call that it found in its midst: below whatever was heard of it, and what
/// its file's name says.
pub(super) const OF_FOUND: u8 = 3;
/// The rank of the start that is in a file's name.
pub(super) const OF_NAME: u8 = 6;
/// The rank of what detail records of a call that nobody answered say.
pub(super) const OF_RECORD: u8 = 7;
/// The rank of the start that detail records say which name the recording: others may be of another stretch of the call.
pub(super) const OF_NAMING_RECORD: u8 = 7;
/// The rank of the number that was dialled outside, where detail records say it.
const OF_DIALLED: u8 = 9;
/// The rank of the direction in a file's name.
const OF_DIRECTION: u8 = 12;
/// The rank of what a file's name says of the parties.
pub(super) const NAME_OF_FILE: u8 = 4;
/// The rank of what the PBX itself says.
pub(super) const OF_PBX: u8 = 10;
/// In a note: the recording is muted now.
pub const MUTED: &str = "muted";
/// Who answered, in `dnumber`, where no person did: the call was not answered, or only by the dialplan.
pub(super) const NOBODY: &str = "";
/// Somebody changed the row by hand, or another program made it.
pub(super) const PERSON: u8 = HIGHEST;

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident : $kind:ty, [$file:literal $unanswered:literal $answered:literal $pbx:literal];)+) => {
        /// What is known of a call. A text that is empty, or a time that is 0, says nothing.
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Facts {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $name: Option<$kind>,)+
            /// Of a detail record: the recording that it is about, by its file's name without folders and endings. It says
            /// something of that one, and is itself nothing to keep.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub sound: Option<String>,
            /// Of a detail record: the local channel that the call was sent to, or by which who picked it up has it. It says
            /// which records belong together, and is itself nothing to keep.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub leg: Option<String>,
        }

        /// How sure each fact is; 0: unknown.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub(super) struct Ranks { $(pub $name: u8,)+ }

        impl Facts {
            /// Learns what `other` knows better, or as well: who speaks last is believed. Of detail records it is all that
            /// a call has, together.
            pub(super) fn learn(&mut self, ranks: &mut Ranks, other: &Facts, source: Source) {
                let answered = other.status.as_deref() == Some("answer");
                let other = &*self.without_trunk(ranks, other, source);
                $(
                    let rank = match source {
                        Source::File => $file,
                        Source::Cdr if answered => $answered,
                        Source::Cdr => $unanswered,
                        Source::Pbx => $pbx,
                    };
                    take(&mut self.$name, &mut ranks.$name, &other.$name, rank);
                )+
                if source == Source::Cdr && other.ctype.is_some() {
                    take(&mut self.cnumber, &mut ranks.cnumber, &other.cnumber, OF_DIALLED);
                }
                if source == Source::Cdr && other.sound.is_some() {
                    take(&mut self.start, &mut ranks.start, &other.start, OF_NAMING_RECORD);
                }
                if other.dnumber.as_deref() == Some(NOBODY) {
                    self.learn_nobody(ranks, source);
                }
            }

            /// Learns what is only guessed: where nothing is known that is surer. What else happened adds up.
            pub(super) fn guess(&mut self, ranks: &mut Ranks, guesses: &Facts) {
                let note = together(self.note.as_deref(), guesses.note.as_deref());
                $(take(&mut self.$name, &mut ranks.$name, &guesses.$name, OF_FOUND);)+
                if guesses.note.is_some() {
                    (self.note, ranks.note) = (Some(note), ranks.note.max(OF_FOUND));
                }
            }

            /// Learns that no person answered, from a source that is surer than a file's name: that only says where it
            /// rang.
            fn learn_nobody(&mut self, ranks: &mut Ranks, source: Source) {
                let sure = match source {
                    Source::File => 0,
                    Source::Cdr => OF_RECORD,
                    Source::Pbx => OF_PBX,
                };
                if ranks.dnumber >= sure {
                    return;
                }
                (self.dnumber, ranks.dnumber) = (Some(NOBODY.into()), sure);
                (self.dnumber_name, ranks.dnumber_name) = (None, 0);
                (self.dnumber_display, ranks.dnumber_display) = (None, 0);
                // Detail records say no kind.
                (self.dtype, ranks.dtype) = match source {
                    Source::Pbx => (Some(NOBODY.into()), sure),
                    _ => (None, 0),
                };
            }

            /// Takes from `other` what isn't known here.
            pub fn fill(&mut self, other: &Facts) {
                $(
                    if !self.$name.as_ref().is_some_and(Fact::says) {
                        self.$name.clone_from(&other.$name);
                    }
                )+
            }

            /// Forgets how the call ended and what was odd, where only the file said so.
            pub(super) fn forget_file(&mut self, ranks: &mut Ranks) {
                for (fact, rank) in [(&mut self.status, &mut ranks.status), (&mut self.note, &mut ranks.note)] {
                    if *rank == OF_FILE {
                        (*fact, *rank) = (None, 0);
                    }
                }
            }

            /// Forgets what has no rank; gives what has a value the highest, if `by_hand`.
            pub(super) fn hold_on(&mut self, ranks: &mut Ranks, by_hand: bool) {
                $(
                    if by_hand {
                        ranks.$name = if self.$name.as_ref().is_some_and(Fact::says) { PERSON } else { 0 };
                    }
                    if ranks.$name == 0 {
                        self.$name = None;
                    }
                )+
            }
        }

        impl Ranks {
            /// As the database has them.
            pub(super) fn parse(text: &str) -> Ranks {
                let mut digits = text.bytes().map(|digit| char::from(digit).to_digit(16).unwrap_or(0) as u8);
                Ranks { $($name: digits.next().unwrap_or(0),)+ }
            }

            /// As the database has them.
            pub(super) fn text(&self) -> String {
                [$(self.$name),+].iter().filter_map(|rank| char::from_digit(u32::from(*rank), 16)).collect()
            }
        }
    };
}

// The ranks of a file with its name, of detail records of a call that nobody answered and of one that was answered, and of
// the PBX itself.
facts! {
    /// Identifier that all legs of the call share (Asterisk's linkedid).
    callid: String, [2 7 8 10];
    /// System name of the PBX.
    asteriskid: String, [2 7 8 10];
    /// Start of the recording, Unix seconds.
    start: i64, [6 3 4 10];
    /// End of the recording, Unix seconds.
    end: i64, [2 3 4 10];
    /// When the call was answered, Unix seconds.
    answer: i64, [2 7 8 10];
    /// Seconds after the answer. What the PBX counts itself is surer than when it said that somebody answered.
    talktime: i64, [2 7 8 11];
    /// Seconds from start to end, where a source counts them itself.
    totaltime: i64, [2 7 8 10];
    /// How the call ended: answer, cancel, busy, …
    status: String, [2 7 8 10];
    /// Kind of source: external, extension, …
    stype: String, [4 7 8 10];
    /// Source number.
    snumber: String, [4 7 8 10];
    /// Name of the source.
    snumber_name: String, [4 7 8 10];
    /// Source number as people write it.
    snumber_display: String, [4 7 8 10];
    /// Customer of the source.
    scustomer: i64, [4 7 8 10];
    /// Kind of the called number.
    ctype: String, [4 7 8 10];
    /// Called number. A transfer writes its target over that of the detail records, also of those before it; but not over
    /// the one that was dialled outside, and only where a record knows that does it say a kind (`ctype`).
    cnumber: String, [8 7 7 10];
    /// Name of the called number.
    cnumber_name: String, [4 7 8 10];
    /// Called number as people write it.
    cnumber_display: String, [4 7 8 10];
    /// Kind of the destination.
    dtype: String, [4 7 8 10];
    /// Number where the call was answered.
    dnumber: String, [4 7 8 10];
    /// Name of who answered.
    dnumber_name: String, [4 7 8 10];
    /// Destination number as people write it.
    dnumber_display: String, [4 7 8 10];
    /// Customer of the destination.
    dcustomer: i64, [4 7 8 10];
    /// Caller id that the callee saw.
    callerid_internal: String, [4 7 8 10];
    /// 1: the caller id may be shown; 0: it was withheld.
    spresent: i64, [4 7 8 10];
    /// in, out or internal. FreePBX writes it into the file's name, and knows.
    direction: String, [12 7 8 10];
    /// Media type of the sound.
    mimetype: String, [10 2 3 1];
    /// Context of the dialplan in which the call began.
    context: String, [2 7 8 10];
    /// Account code of the channel.
    account: String, [2 7 8 10];
    /// Queue that the call went through.
    queue: String, [4 7 8 10];
    /// What was odd about the recording, for people.
    note: String, [2 7 8 10];
    /// The customer's domain, where the PBX has several.
    domain: String, [2 7 8 10];
}

impl Facts {
    /// What is learned of `other`, without the caller where it isn't the one that a file's name says an outgoing call is from:
    /// an outbound route puts the trunk's number in its place.
    fn without_trunk<'a>(&self, ranks: &Ranks, other: &'a Facts, source: Source) -> Cow<'a, Facts> {
        let is_named = ranks.snumber == NAME_OF_FILE
            && ranks.direction == OF_DIRECTION
            && self.direction.as_deref() == Some("out");
        let is_sure = other.stype.is_some() || other.snumber.is_none() || other.snumber == self.snumber;
        if source != Source::Cdr || !is_named || is_sure {
            return Cow::Borrowed(other);
        }
        Cow::Owned(Facts { snumber: None, snumber_name: None, snumber_display: None, ..other.clone() })
    }
}

/// What two notes say. That a recording is muted at the moment was true of then.
fn together(known: Option<&str>, more: Option<&str>) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let known = known.unwrap_or_default().split("; ").filter(|part| *part != MUTED);
    for part in known.chain(more.unwrap_or_default().split("; ")) {
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join("; ")
}

/// A value that may say nothing.
pub(super) trait Fact: Clone + Ord {
    /// Whether it says something.
    fn says(&self) -> bool;
}

impl Fact for String {
    fn says(&self) -> bool {
        !self.is_empty()
    }
}

impl Fact for i64 {
    fn says(&self) -> bool {
        true
    }
}

fn take<T: Fact>(mine: &mut Option<T>, rank: &mut u8, theirs: &Option<T>, theirs_rank: u8) {
    let Some(theirs) = theirs.as_ref().filter(|value| value.says()) else { return };
    if mine.is_none() || theirs_rank >= *rank {
        *mine = Some(theirs.clone());
        *rank = theirs_rank;
    }
}
