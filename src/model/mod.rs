//! The nouns: what a recording, a person and a list request are, on every floor of the house.

mod lists;
mod people;
mod recordings;

pub use lists::*;
pub use people::*;
pub use recordings::*;
