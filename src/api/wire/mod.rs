//! The wire: how a request is read and an answer is written, whatever the function.

pub mod body;
pub mod calendar;
pub mod caller;
pub mod changing;
pub mod csv;
pub mod cursor;
pub mod envelope;
pub mod error;
pub mod function;
pub mod identity;
pub mod params;
pub mod privilege;
pub mod request;
pub mod stream;
