//! Asterisk's call detail records, in the files and tables of its modules.

mod adapter;
mod columns;
pub(in crate::ingest) mod csv;
mod disposition;
pub(in crate::ingest) mod sqlite;

pub use adapter::read;
pub use columns::{Column, Layout, Layouts};
