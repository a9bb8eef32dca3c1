//! Asterisk, live: the manager interface says which calls are recorded, by whom, and when they end.

mod action;
mod calls;
mod check;
mod codec;
mod late;
mod session;
mod source;

pub use crate::ingest::pbx::{Finding, Guessed, Report, State};
pub use calls::Calls;
pub use check::{Checked, Filtering, check, stanza};
pub use codec::{Decoder, Message, Piece};
pub use session::{Account, Session, Step};
pub use source::listen;
