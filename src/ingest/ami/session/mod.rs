//! One connection's conversation: who we are, what goes on already, then what happens.

mod bridges;
mod conversation;
mod going_on;
mod step;
mod trial;

pub use conversation::Session;
pub use step::{Account, Step};

#[cfg(test)]
mod found_tests;
#[cfg(test)]
mod tests;
