//! Asterisk's call detail records: the adapter of their fields, and the files and tables that its modules write.

mod adapter;
mod columns;
mod csv;
mod disposition;
mod layout;
mod sqlite;

pub use adapter::read;
pub use columns::Column;
pub use layout::{Layout, Layouts};

pub(super) use csv::open as open_csv;
pub(super) use sqlite::open as open_sqlite;
