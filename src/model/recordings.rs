//! Words for what a recording is.

/// Which way a call went, seen from the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From outside.
    In,
    /// To outside.
    Out,
    /// Between extensions.
    Internal,
}

impl Direction {
    /// Every direction.
    pub const ALL: [Direction; 3] = [Direction::In, Direction::Out, Direction::Internal];

    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
            Direction::Internal => "internal",
        }
    }
}

/// How a call ended, in the words of the `status` column that lists can be narrowed by. Rows of other programs may have others.
pub const OUTCOMES: [&str; 9] = [
    "answer",
    "noanswer",
    "busy",
    "cancel",
    "congestion",
    "chanunavail",
    "failed",
    "rejected",
    "interrupted",
];

/// A value as the database holds it: another program may have stored any kind in any column.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "SQLite's storage classes")]
pub enum Stored {
    Integer(i64),
    Real(f64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}
