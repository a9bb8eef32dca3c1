//! The nouns: what a recording, a person and a list request are, on every floor of the house.

mod lists;
mod people;
mod recordings;
mod withheld;

pub use lists::*;
pub use people::*;
pub use recordings::*;
pub use withheld::is_withheld;
