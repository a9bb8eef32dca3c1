//! Asterisk's call detail records: the adapter of their fields, and the files and tables that its modules, and the PBXs and
//! programs around it, write.
//!
//! ```text
//! csv, sqlite, sql ── Fields ── layouts ── which column is what ── adapter ── Cdr
//!                               header, known, guess; believe     parties
//! ```

mod adapter;
mod believe;
mod columns;
mod csv;
mod guess;
mod known;
mod layout;
mod layouts;
mod parties;
mod sql;
mod sqlite;

pub use adapter::read;
pub use columns::Column;
pub use layout::Layout;
pub use layouts::{Found, Layouts};

pub(super) use csv::open as open_csv;
pub(super) use sql::open as open_sql;
pub(super) use sqlite::open as open_sqlite;
