//! The file: opened, checked against schema.sql, and the connections to it.

mod connections;
mod error;
mod open;
mod schema;
mod settings;

#[cfg(test)]
pub(in crate::store) use connections::prepare_reader;
pub use connections::{Change, Reader, Snapshot, Store};
pub use error::{OpenError, StoreError};
pub use open::wide_mode;
pub(in crate::store) use settings::BUSY_TIMEOUT;
