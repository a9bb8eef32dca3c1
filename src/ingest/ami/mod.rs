//! Asterisk, live: the manager interface says which calls are recorded, by whom, and when they end.

mod calls;
mod codec;

pub use calls::{Calls, Report};
pub use codec::{Decoder, Message, Piece};
