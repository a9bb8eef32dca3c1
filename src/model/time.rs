//! Lengths of time.

/// A second, in the nanoseconds of a file's times.
pub const SECOND: i64 = 1_000_000_000;
