//! What a list request asks for.

use super::columns::WIRE;
use super::recordings::{Direction, Stored};

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Called number, by its bytes.
    CalledNumber,
    /// Expiry; 0 (never) is the number 0.
    Expires,
    /// Source number, by its bytes.
    SourceNumber,
    /// Start of the recording.
    Start,
    /// Seconds from start to end.
    TotalTime,
}

impl Sort {
    /// Every sort.
    pub const ALL: [Sort; 5] =
        [Sort::CalledNumber, Sort::Expires, Sort::SourceNumber, Sort::Start, Sort::TotalTime];

    /// Where the column stands in [`WIRE`].
    pub fn place(self) -> usize {
        WIRE.iter().position(|column| column.name == self.column()).unwrap_or_default()
    }

    /// The column, on the wire and in the table.
    pub const fn column(self) -> &'static str {
        match self {
            Sort::CalledNumber => "cnumber",
            Sort::Expires => "expires",
            Sort::SourceNumber => "snumber",
            Sort::Start => "start",
            Sort::TotalTime => "totaltime",
        }
    }
}

/// Whose recordings a list may show. Made by the store once the caller's rights are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of a customer.
    Customer(i64),
    /// One record group.
    Group(i64),
    /// The groups of a customer that a person owns or is a member of.
    Own {
        /// The customer.
        customer: i64,
        /// The person's id.
        person: i64,
    },
}

/// What a list request asks for; every field narrows it.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Whose recordings.
    pub scope: Scope,
    /// Unix seconds; rows with `start` at or after it.
    pub start: i64,
    /// Unix seconds; rows with `start` at or before it.
    pub end: i64,
    /// The called number contains it; empty: any.
    pub called: String,
    /// The caller id contains it; empty: any.
    pub caller: String,
    /// Each of these is contained in a number or name of the call, whatever its case; folded by the store's
    /// `fold_words`.
    pub search: Vec<String>,
    /// Completed calls only, calls in progress only, or both.
    pub complete: Option<bool>,
    /// Seconds, inclusive.
    pub totaltime_minimum: i64,
    /// Seconds, inclusive.
    pub totaltime_maximum: Option<i64>,
    /// Only this direction.
    pub direction: Option<Direction>,
    /// Only rows whose sound is missing.
    pub stale: bool,
}

/// The order of a list and the part of it that is wanted.
#[derive(Clone, Debug)]
pub struct Page {
    /// The column; ties go by start, then by id.
    pub sort: Sort,
    /// The exact reverse.
    pub descending: bool,
    /// At most so many rows; 0: all.
    pub limit: i64,
    /// Rows to skip.
    pub offset: i64,
    /// Continue behind this row.
    pub after: Option<Cursor>,
}

/// The row that a page ended with.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// What the list is sorted by.
    pub sort: Sort,
    /// In which direction.
    pub descending: bool,
    /// The row's value in that column.
    pub value: Stored,
    /// Its start.
    pub start: Stored,
    /// Its id.
    pub id: i64,
}

/// How much matches a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// Recordings.
    pub count: i64,
    /// Seconds of all of them.
    pub totaltime: i64,
    /// Bytes of sound.
    pub size: i64,
}
