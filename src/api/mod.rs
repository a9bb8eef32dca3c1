//! The HTTP API: the route table, and what every answer has in common.

mod access_log;
mod audit;
mod events;
mod functions;
mod groups;
mod http10;
mod members;
mod openapi;
mod people;
mod recordings;
mod routes;
mod session;
mod status;
mod transport;
mod wire;

pub use access_log::access_log;
pub use events::Hub;
pub use functions::{BASES, functions};
pub use http10::http10;
pub use recordings::list::explain;
pub use routes::{finish_answer, routes};
pub use transport::transport;
pub use wire::error::{Fault, Refusal};
pub use wire::function::{Answer, Function};
pub use wire::params::{Parameter, Params, Type};
pub use wire::stream::Hangup;
