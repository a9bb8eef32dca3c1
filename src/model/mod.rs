//! The nouns: what a recording, a person and a list request are, on every floor of the house.

mod apostrophe;
mod columns;
mod described;
mod filters;
mod fold;
mod intake_files;
mod lenient;
mod lists;
pub mod names;
pub mod paths;
mod people;
mod recordings;
mod sides;
mod sounds;
mod time;
mod withheld;

pub use apostrophe::{with_apostrophes, without_apostrophes};
pub use columns::*;
pub(crate) use columns::{recording_columns, row_of_columns};
pub(crate) use described::described;
pub use described::{Described, Field, FieldType};
pub use filters::*;
pub use fold::{MOST_WORDS, Needle, Term, fold, fold_onto, numbers_in, parts_on_their_own, search_terms};
pub use intake_files::*;
pub use lenient::{is_meant_as_utf8, latin_1, lenient};
pub use lists::*;
pub use people::*;
pub use recordings::*;
pub use sides::SoundRole;
pub use sounds::*;
pub use time::SECOND;
pub use withheld::is_withheld;
