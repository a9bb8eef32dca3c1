//! What is known to be wrong still. Whoever mends it takes the line away.

/// Kind of call, and why its row is wrong.
const OPEN: [(&str, &str); 7] = [
    (
        "found: recorded at the beginning only",
        "a recording that was over when Tapeline started gets who answered later",
    ),
    ("two recordings of one channel", "the first one sometimes ends with the second one"),
    ("the phone refers the caller to a queue", "the same"),
    ("nobody answers in time", "whom nobody answers in a queue has not given up"),
    ("a conference whose recorder is stopped and started again", "the file is taken for a new one"),
    ("one file, continued on the other channel", "the same"),
    ("found: stopped and started again", "now and then the file is taken for a new one"),
];

/// Of this kind.
pub fn open(kind: &str) -> Option<&'static str> {
    OPEN.iter().find(|(name, _)| *name == kind).map(|(_, why)| *why)
}
