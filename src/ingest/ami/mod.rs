//! Asterisk, live: the manager interface says which calls are recorded, by whom, and when they end.

mod action;
mod calls;
mod check;
mod codec;

mod session;
mod source;

pub use crate::ingest::pbx::Report;
pub use calls::Calls;
pub use check::{Finding, State, check, stanza};
pub use codec::{Decoder, Message, Piece};
pub use session::{Account, Session, Step};
pub use source::listen;
