//! What is known to be wrong still. Whoever mends it takes the line away.

/// Kind of call, and why its row is wrong.
const OPEN: [(&str, &str); 17] = [
    (
        "found: a number that goes on to an extension",
        "what a Tapeline that starts in its middle finds outranks the name of its file",
    ),
    (
        "found: recorded at the beginning only",
        "the same, and a recording that was stopped ends with its call",
    ),
    ("found: follow-me", "the same"),
    ("found: nobody is told who is connected", "who is in the same bridge is not looked at"),
    ("found: recorded where a phone answers", "the recorded channel is taken for who called"),
    ("found: the same, and nobody is told who is connected", "the same"),
    ("found: stopped and started again", "the file is taken for a new one"),
    ("a message", "what Record() writes has no direction"),
    ("a note", "the same"),
    ("two recordings of one channel", "the first one, which was over, gets who answered later"),
    ("recorded at the beginning only", "the same"),
    (
        "the phone refers the caller to a queue",
        "the first one ends with the second one on new PBXs, now and then",
    ),
    ("nobody answers in time", "whom nobody answers in a queue has not given up"),
    ("a prefix, and another number of the caller", "what the trunk is given to dial is not looked at"),
    ("a conference whose recorder is stopped and started again", "the file is taken for a new one"),
    ("one file, continued on the other channel", "the same"),
    ("a phone that is not there", "the cause is not looked at"),
];

/// Of this kind.
pub fn open(kind: &str) -> Option<&'static str> {
    OPEN.iter().find(|(name, _)| *name == kind).map(|(_, why)| *why)
}
