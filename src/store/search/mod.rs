//! Which way a list takes through the indexes, the statement that it makes, and the trigram index.

mod access;
mod conditions;
mod cost;
mod index;
mod plan;
mod query;
mod trigrams;

pub(super) use access::Part;
pub use access::{Access, Choice};
pub(super) use index::{catch_up, index_waiting, is_intact, register_functions, start_over};
pub(super) use plan::{is_short, look_through, takes_head};
pub(super) use query::{Query, WHOLE};

#[cfg(test)]
mod tests;
