//! The file: opened, checked against schema.sql, and the connections to it.

mod autoincrement;
mod connections;
mod error;
mod ids;
mod open;
mod schema;
mod settings;
mod telling;
mod writer;

#[cfg(test)]
pub(in crate::store) use connections::prepare_reader;
pub use connections::{Change, Reader, Snapshot, Store};
pub use error::{OpenError, StoreError};
pub(in crate::store) use ids::{Ids, free_id};
pub use open::wide_mode;
pub(in crate::store) use settings::BUSY_TIMEOUT;
pub(in crate::store) use telling::Telling;
