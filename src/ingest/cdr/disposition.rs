//! How a call ended, in the words of every PBX: the one list of them.

/// How a call ended, in the words of the `status` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Disposition {
    Answer,
    NoAnswer,
    Busy,
    Cancel,
    Congestion,
    ChanUnavail,
    Failed,
}

/// The words without blanks and marks, in capitals: dispositions of call detail records, statuses of a dial, and the
/// numbers that a table with a column of numbers gets (`ast_cdr_disposition` in Asterisk's cdr.h).
const WORDS: [(&str, Disposition); 18] = [
    ("ANSWERED", Disposition::Answer),
    ("ANSWER", Disposition::Answer),
    ("8", Disposition::Answer),
    ("NOANSWER", Disposition::NoAnswer),
    ("0", Disposition::NoAnswer),
    ("1", Disposition::NoAnswer),
    ("BUSY", Disposition::Busy),
    ("4", Disposition::Busy),
    ("CANCEL", Disposition::Cancel),
    ("CANCELED", Disposition::Cancel),
    ("CANCELLED", Disposition::Cancel),
    ("DONTCALL", Disposition::Cancel),
    ("TORTURE", Disposition::Cancel),
    ("CONGESTION", Disposition::Congestion),
    ("16", Disposition::Congestion),
    ("CHANUNAVAIL", Disposition::ChanUnavail),
    ("FAILED", Disposition::Failed),
    ("2", Disposition::Failed),
];

impl Disposition {
    /// What a word or a number means, in any case and with any blanks; `None`: nothing that is known.
    pub fn read(word: &str) -> Option<Disposition> {
        // As nearly every record has it.
        if word == "ANSWERED" {
            return Some(Disposition::Answer);
        }
        let letters = || word.bytes().filter(|byte| !matches!(byte, b' ' | b'_' | b'-'));
        let is = |known: &str| letters().map(|byte| byte.to_ascii_uppercase()).eq(known.bytes());
        WORDS.iter().find(|(known, _)| is(known)).map(|(_, meant)| *meant)
    }

    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Disposition::Answer => "answer",
            Disposition::NoAnswer => "noanswer",
            Disposition::Busy => "busy",
            Disposition::Cancel => "cancel",
            Disposition::Congestion => "congestion",
            Disposition::ChanUnavail => "chanunavail",
            Disposition::Failed => "failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::OUTCOMES;

    #[test]
    fn words_and_numbers_of_every_pbx_in_any_case() {
        for (word, meant) in [
            ("ANSWERED", "answer"),
            ("Answered", "answer"),
            ("ANSWER", "answer"),
            ("8", "answer"),
            ("NO ANSWER", "noanswer"),
            ("no_answer", "noanswer"),
            ("NOANSWER", "noanswer"),
            ("0", "noanswer"),
            ("Busy", "busy"),
            ("4", "busy"),
            ("CANCEL", "cancel"),
            ("Cancelled", "cancel"),
            ("DONTCALL", "cancel"),
            ("CONGESTION", "congestion"),
            ("16", "congestion"),
            ("CHANUNAVAIL", "chanunavail"),
            ("FAILED", "failed"),
            ("2", "failed"),
        ] {
            assert_eq!(Disposition::read(word).map(Disposition::as_str), Some(meant), "{word}");
            assert!(OUTCOMES.contains(&meant), "a list can be narrowed by {meant}");
        }
        for word in ["", " ", "PERHAPS", "88", "3", "UNKNOWN"] {
            assert_eq!(Disposition::read(word), None, "{word}");
        }
    }
}
