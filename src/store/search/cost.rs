//! What the ways through the indexes cost, as far as it decides which one is taken.
//!
//! Measured with a million rows, a third of them of one customer, on two cores (Zen 4), all of it in memory. Each is a
//! ratio or so small a time that other machines only shift where two ways cost about the same.
//!
//! | constant | is | because |
//! |---|---|---|
//! | `INDEX.head_rows` | 4,096 rows of the list's index | they are looked through in 0.3 ms |
//! | `ROWS.head_rows` | 1,024 whole rows | they are looked through in 1 ms |
//! | `heads_per_page` | 15 (rows: 7) heads | to walk on through so many takes as long as to ask the trigram index |
//! | `SHORT_WINDOW_HEADS` | 16 heads | a window of no more is looked through before anything else was asked |
//! | `WINDOW_ROWS_PER_CANDIDATE` | 100 rows of the index | to pass them takes as long as the trigram index takes to name one candidate |
//! | `INDEX_ROWS_PER_FETCH` | 24 rows of the index | to pass them takes as long as to fetch one whole row and look at it |
//! | `FETCHED_CANDIDATES` | 2,000 candidates | more take longer to fetch than a walk in order takes |
//! | `REMEMBERED_CANDIDATES` | 50,000 candidates | a list of names without a limit reads no more whole rows than match |
//! | `REMEMBERED_CANDIDATES_IN_ORDER` | 200,000 candidates | the same, while the list's index is walked up to a limit |
//! | `WINDOW_ROWS_PER_REMEMBERED` | 3 rows of the window | where more than every third is a candidate, all are looked at |
//! | `SAMPLED_IDS` | 32 ids | how long a window is, is judged by them in 0.1 ms |
//! | `COMPARED_TRIGRAMS` | 12 trigrams of a text | more of one text are hardly rarer |
//! | `SAMPLED_MATCHES` | 64 rows that have a trigram | how common it is, is judged by them in 20 µs |
//! | `FEW_MATCHES` | 100 rows | are fetched sooner than another trigram leaves some of them out |
//! | `FURTHER_TRIGRAMS` | 3 trigrams | are asked for together, besides one of each text |

use crate::model::Filter;

/// How a window is looked through: what its head is, and what a page is worth.
pub(super) struct Walk {
    /// Rows of the head, which is looked through before anything else.
    pub(super) head_rows: i64,
    /// Heads that are walked through sooner than the trigram index has answered.
    pub(super) heads_per_page: i64,
}

/// Where the list's index has all that is looked for.
const INDEX: Walk = Walk { head_rows: 4_096, heads_per_page: 15 };
/// Where whole rows are looked at.
const ROWS: Walk = Walk { head_rows: 1_024, heads_per_page: 7 };

/// How a filter's window is looked through.
pub(super) fn walk(filter: &Filter) -> &'static Walk {
    if filter.has_words() { &ROWS } else { &INDEX }
}

/// The unit tests have few rows.
pub(super) const SHORT_WINDOW_HEADS: i64 = if cfg!(test) { 1 } else { 16 };
pub(super) const WINDOW_ROWS_PER_CANDIDATE: i64 = 100;
pub(super) const INDEX_ROWS_PER_FETCH: i64 = 24;
pub(super) const FETCHED_CANDIDATES: usize = 2_000;
pub(super) const REMEMBERED_CANDIDATES: usize = 50_000;
pub(super) const REMEMBERED_CANDIDATES_IN_ORDER: usize = 200_000;
pub(super) const WINDOW_ROWS_PER_REMEMBERED: i64 = 3;
pub(super) const SAMPLED_IDS: i64 = 32;

pub(super) const COMPARED_TRIGRAMS: usize = 12;
pub(super) const SAMPLED_MATCHES: i64 = 64;
pub(super) const FEW_MATCHES: f64 = 100.0;
pub(super) const FURTHER_TRIGRAMS: usize = 3;
