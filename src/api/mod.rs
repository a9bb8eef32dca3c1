//! The HTTP API: the route table, and what every answer has in common.

mod access_log;
mod audit;
mod events;
mod functions;
mod groups;
mod members;
mod openapi;
mod people;
mod recordings;
mod session;
mod status;
mod wire;

pub use access_log::access_log;
pub use events::Hub;
pub use functions::{BASES, Function, finish_answer, functions, routes};
pub use recordings::list::explain;
pub use wire::error::{Fault, Refusal};
pub use wire::params::{Parameter, Params, Type};
pub use wire::stream::Hangup;
