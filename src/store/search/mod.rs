//! Which way a list takes through the indexes, the statement that it makes, and the trigram index.

mod access;
mod building;
mod conditions;
mod cost;
mod dropping;
mod index;
mod plan;
mod query;
mod trigrams;

pub(super) use access::Part;
pub use access::{Access, Choice};
pub use building::{Building, Step};
pub(super) use building::{begin, build_some, is_of_before, set_aside};
pub(super) use index::{catch_up, index_waiting, is_intact, register_functions, start_over};
pub(super) use plan::{is_short, look_through, takes_head};
pub(super) use query::{Query, WHOLE};

#[cfg(test)]
mod tests;
