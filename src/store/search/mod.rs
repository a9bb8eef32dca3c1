//! Which way a list takes through the indexes, the statement that it makes, and the trigram index.

mod index;
mod plan;
mod query;
mod trigrams;

pub(super) use index::{catch_up, index_waiting, is_sound, register_functions, start_over};
pub use plan::{Access, Choice};
pub(super) use plan::{Part, has_text, is_short, look_through, takes_head};
pub(super) use query::{Query, WHOLE};

#[cfg(test)]
mod tests;
