//! Recordings: lists and counts of them, the one that a request names, what people change of it, and sound that is to go.

mod changes;
mod counts;
mod identity;
mod lists;
mod removals;
mod row;
mod seen;
mod sounds;
mod summary;
mod tidy;

pub use changes::{Copied, Named};
pub use counts::Counts;
pub use identity::Identity;
pub(in crate::store) use removals::plain;
pub use row::ListRow;
pub(in crate::store) use row::register_functions;
pub use seen::Seen;
pub use tidy::{SideFile, TidyRow};
