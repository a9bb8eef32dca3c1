//! The only place that starts things: binds the port, serves until told to stop.

mod connections;
mod serve;
mod signals;
mod sources;
mod timers;

pub use serve::{Server, build};
