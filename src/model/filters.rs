//! What lists are narrowed by: each filter is declared once.
//!
//! To add a filter, give it a line in [`FILTERS`]. From there it is a parameter of every function that lists, counts
//! or sums up recordings, of the API's description, of the access log and of `tapeline search-plan`; a condition of the
//! statement; and a reason for one index or another. What does not follow is asked for by a test that names it:
//!
//! - its columns in both `recordings_…_list` indexes of schema.sql (a database that has them otherwise gets them made anew
//!   when it is opened, without another version);
//! - what it means in plain SQL, and something in its columns, in tests/api/oracle.rs;
//! - its field on the page, a line in static/js/search/filters.js.
//!
//! A filter of another kind is a variant of [`Test`] and one of [`Condition`]: the compiler names the rest.

use super::fold::Term;
use super::recordings::{Direction, OUTCOMES};

/// What a filter is called, how it looks at rows, and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct Criterion {
    /// The parameter.
    pub name: &'static str,
    /// How it looks at a row, and at which columns.
    pub test: Test,
    /// What it is for, with its unit.
    pub about: &'static str,
}

/// How a filter looks at a row.
#[derive(Clone, Copy, Debug)]
pub enum Test {
    /// A text is contained in one of these columns; ASCII letters of either case are the same.
    Contains(&'static [&'static str]),
    /// Each of some words is contained in one of these columns, folded; numbers however they are written. Only whole rows
    /// have them all.
    Words(&'static [&'static str]),
    /// A number from 0 that the column reaches.
    AtLeast(&'static str),
    /// A number that the column does not exceed; -1 is no limit.
    AtMost(&'static str),
    /// A word that the column is.
    OneOf(&'static str, &'static [&'static str]),
    /// 1: the column is 1. Such rows are few, and have an index of their own.
    Flagged(&'static str, Few),
    /// 1: the column is not 0; 0: it is, in rows that are few and have an index of their own; -1: either. Unsaid it is 1.
    Ended(&'static str, Few),
}

/// Rows so few that an index of schema.sql holds them alone, for each customer and for each group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Few {
    /// How the names of the two indexes end: `recordings_customer_…` and `recordings_recordgroup_…`.
    pub index: &'static str,
    /// Which rows they are, for people.
    pub which: &'static str,
}

/// Every filter, in the order in which they are explained. The time and whose recordings they are belong to all lists.
#[rustfmt::skip]
pub const FILTERS: &[Criterion] = &[
    filter("called",            Test::Contains(&["cnumber"]),                 "The called number contains it"),
    filter("caller",            Test::Contains(&["callerid_internal"]),       "The caller id contains it"),
    filter("answered",          Test::Contains(&ANSWERED),                    "The number or the name of who answered contains it"),
    filter("complete",          Test::Ended("complete", IN_PROGRESS),         "1 completed, 0 in progress, -1 all"),
    filter("totaltime_minimum", Test::AtLeast("totaltime"),                   "Seconds, inclusive"),
    filter("totaltime_maximum", Test::AtMost("totaltime"),                    "Seconds, inclusive; -1 no limit"),
    filter("direction",         Test::OneOf("direction", &DIRECTIONS),  "Only calls of this direction"),
    filter("status",            Test::OneOf("status", &OUTCOMES),             "Only calls that ended so"),
    filter("stale",             Test::Flagged("stale", STALE),                "1: only rows whose sound is missing"),
    filter("hold",              Test::Flagged("hold", HELD),                  "1: only recordings on hold"),
    filter("search",            Test::Words(&SEARCHED),                       "Each of these words is contained in a number or name of the call, whatever its case, accents and apostrophes. Words of digits, blanks and ()-./+ in a row, of 6 digits or more, are one number, too, however it is written: +, 00 or one leading 0 and the own country (the setting country) are left out; without that setting the last nine digits count"),
];

const ANSWERED: [&str; 3] = ["dnumber", "dnumber_name", "dnumber_display"];
const DIRECTIONS: [&str; 3] = [Direction::In.as_str(), Direction::Out.as_str(), Direction::Internal.as_str()];
const IN_PROGRESS: Few = Few { index: "in_progress", which: "only calls in progress" };
const STALE: Few = Few { index: "stale", which: "only rows whose sound is missing" };
const HELD: Few = Few { index: "hold", which: "only recordings on hold" };

/// The numbers and names of a call: what the trigram index has of a row, folded.
pub const SEARCHED: [&str; 10] = [
    "snumber",
    "snumber_name",
    "snumber_display",
    "cnumber",
    "cnumber_name",
    "cnumber_display",
    "dnumber",
    "dnumber_name",
    "dnumber_display",
    "callerid_internal",
];

const fn filter(name: &'static str, test: Test, about: &'static str) -> Criterion {
    Criterion { name, test, about }
}

impl Test {
    /// The columns that the indexes of a list must have for it, so that no whole row is read for what does not match.
    pub fn columns_of_lists(&self) -> &[&'static str] {
        match self {
            Test::Contains(columns) => columns,
            Test::AtLeast(column) | Test::AtMost(column) => std::slice::from_ref(column),
            Test::OneOf(column, _) | Test::Ended(column, _) => std::slice::from_ref(column),
            Test::Words(_) | Test::Flagged(..) => &[],
        }
    }

    /// The few rows that it may ask for.
    pub fn few(&self) -> Option<Few> {
        match self {
            Test::Flagged(_, few) | Test::Ended(_, few) => Some(*few),
            _ => None,
        }
    }
}

/// A filter as a request uses it.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// One of the columns contains the text, which is not empty.
    Contains(&'static [&'static str], String),
    /// Each part of a search is in one of the columns.
    Words(&'static [&'static str], Vec<Term>),
    /// The column is this number or more.
    AtLeast(&'static str, i64),
    /// The column is this number or less.
    AtMost(&'static str, i64),
    /// The column is this word.
    Is(&'static str, &'static str),
    /// The column is 1.
    Flagged(&'static str, Few),
    /// The column is not 0.
    Ended(&'static str),
    /// The column is 0.
    NotEnded(&'static str, Few),
}

/// Whose recordings a list may show. Made by the store once the caller's rights are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of a customer.
    Customer(i64),
    /// One record group, and of its rows those of its customer: another program may have filed somebody else's there.
    Group {
        /// The group.
        id: i64,
        /// Whose it is.
        customer: i64,
    },
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
    /// All of these hold.
    pub conditions: Vec<Condition>,
}

impl Condition {
    /// Whether a text is looked for.
    pub fn is_text(&self) -> bool {
        matches!(self, Condition::Contains(..) | Condition::Words(..))
    }

    /// The few rows that it asks for.
    pub fn few(&self) -> Option<Few> {
        match self {
            Condition::Flagged(_, few) | Condition::NotEnded(_, few) => Some(*few),
            _ => None,
        }
    }
}

impl Filter {
    /// Whether a text is looked for.
    pub fn has_text(&self) -> bool {
        self.conditions.iter().any(Condition::is_text)
    }

    /// The parts of a search.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.conditions.iter().flat_map(|condition| match condition {
            Condition::Words(_, terms) => terms.as_slice(),
            _ => &[],
        })
    }

    /// Whether texts are looked for that only whole rows have.
    pub fn has_words(&self) -> bool {
        self.conditions.iter().any(|condition| matches!(condition, Condition::Words(..)))
    }

    /// The few rows that it asks for; of several such conditions those of the filter that is declared last.
    pub fn few(&self) -> Option<Few> {
        self.conditions.iter().rev().find_map(Condition::few)
    }
}
