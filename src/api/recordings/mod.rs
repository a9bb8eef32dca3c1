//! recording/recordings/…

pub mod changes;
pub mod export;
mod file;
pub mod filters;
mod found;
pub mod get;
pub mod list;
mod order;
pub mod peaks;
mod sounds;
pub mod summary;
