//! Years of old recordings, brought in from files.
//!
//! ```text
//! a format's entries ── cdr_reader ─┐                ┌ calls
//!                        own_csv ───┴── bring_in ────┴ batch ── Import::take, a transaction each
//!                                       tree ─────────────────┘
//! ```
//!
//! Every batch is one transaction, and whatever is known already is left as it is: an import that was ended, by whatever
//! means, goes on when it is started again. What can be brought in is a [`Kind`]; formats of call detail records are
//! declared in [`cdr::FORMATS`](super::cdr::FORMATS).

mod batch;
mod bring_in;
mod calls;
mod cdr_reader;
mod kind;
mod own_csv;
mod report;
mod run;
mod target;
mod tree;
mod zone;

pub use kind::Kind;
pub use report::Report;
pub use target::Import;
