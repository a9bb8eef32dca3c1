//! recording/recordings/…

pub mod changes;
pub mod export;
mod file;
pub mod get;
pub mod list;
pub mod peaks;
pub mod summary;
