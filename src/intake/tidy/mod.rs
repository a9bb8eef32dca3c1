//! Rows of before that are one recording: found by the same rule as new files, shown as a plan, and put together only when
//! somebody says so.

mod merge;
mod plan;

pub use plan::{Joined, Merge, Plan, SideOf};
