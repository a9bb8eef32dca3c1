//! FreeSWITCH, live: its event socket says which calls are recorded, by whom, and when they end.

mod calls;
mod check;
mod codec;
mod command;
mod event;
mod found;
mod going_on;
mod session;
mod source;
mod step;

pub use calls::Calls;
pub use check::{check, lines, record_lines};
pub use codec::{Decoder, Message, Piece};
pub use event::Event;
pub use session::Session;
pub use source::listen;
pub use step::Step;
