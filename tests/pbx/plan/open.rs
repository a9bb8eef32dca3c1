//! What is known to be wrong still. Whoever mends it takes the line away.

/// Kind of call, and why its row is wrong.
const OPEN: [(&str, &str); 4] = [
    (
        "found: recorded at the beginning only",
        "a recording that was over when Tapeline started gets who answered later",
    ),
    ("nobody answers in time", "whom nobody answers in a queue has not given up"),
    (
        "a conference whose recorder is stopped and started again",
        "now and then the file was taken for a new one",
    ),
    ("found: stopped and started again", "now and then the file is taken for a new one"),
];

/// Of this kind.
pub fn open(kind: &str) -> Option<&'static str> {
    OPEN.iter().find(|(name, _)| *name == kind).map(|(_, why)| *why)
}
