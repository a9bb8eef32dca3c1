//! Through which index a list goes, and which part of its window.

use std::fmt;

use crate::model::{Few, Scope};

/// A way to the matching rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The index by start, then each row.
    Rows,
    /// The index of all that a list filters by, and whole rows only of what matches.
    Index,
    /// The index of rows that are few.
    Few(Few),
    /// The rows that the trigram index names.
    Candidates,
    /// The index in order, but only rows that the trigram index names.
    IndexOfCandidates,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // `in_progress` as `InProgress`.
            Access::Few(few) => few.index.split('_').try_for_each(|word| {
                let (first, rest) = word.split_at(1);
                write!(f, "{}{rest}", first.to_ascii_uppercase())
            }),
            access => write!(f, "{access:?}"),
        }
    }
}

/// A way and why it is taken.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The way.
    pub access: Access,
    /// What the trigram index named, as a JSON array of ids.
    pub(in crate::store) candidates: String,
    /// Why, for people.
    pub why: String,
}

impl Choice {
    pub(in crate::store) fn new(access: Access, why: impl Into<String>) -> Choice {
        Choice { access, candidates: String::new(), why: why.into() }
    }
}

/// A part of the window, by start.
#[derive(Clone, Debug)]
pub(in crate::store) enum Part {
    /// All of it.
    Whole,
    /// The rows at the cursor's start, with the ids behind (or, descending, before) its own.
    SameStart,
    /// What is behind the cursor's start.
    AfterCursor,
    /// The first rows in order, up to and with this start; of all, or of what is behind the cursor.
    Head {
        /// The start.
        to: i64,
        /// Behind the cursor.
        after_cursor: bool,
    },
    /// What is behind the head, which ended at this start.
    Tail(i64),
}

/// The column that has whose recordings they are, and who.
pub(in crate::store) fn owner(scope: Scope) -> (&'static str, i64) {
    match scope {
        Scope::Customer(id) | Scope::Own { customer: id, .. } => ("customer", id),
        Scope::Group { id, .. } => ("recordgroup", id),
    }
}
