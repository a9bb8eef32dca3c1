//! The only place that starts things: binds the port, serves until told to stop.

mod chunks;
mod connections;
mod door;
mod gate;
mod serve;
mod signals;
mod slashes;
mod sources;
mod standing;
mod stream;
mod timers;
mod turns;
mod waiting;

pub use serve::{Server, build};
