//! From the request's text to typed values: what was sent, what each parameter may be, and every fault at once.

mod content;
mod json;
mod multipart;
mod parameter;
mod reading;
mod sent;

pub use content::take_body;
pub use parameter::{Parameter, Type, joined};
pub use reading::{Reading, integer};
pub use sent::{Params, percent_decoded};
