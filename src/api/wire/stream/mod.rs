//! Answers of any length in little memory: rows and sound go into 64 KiB pieces and from there to the socket.

mod answers;
mod asks;
mod body;
mod connection;
mod copied;
mod output;
mod pace;
mod questions;
mod sending;
mod sound;

pub use answers::{answer, copied, written};
pub use asks::{Again, Asks};
pub use connection::Hangup;
pub use output::{Output, PIECE, UNCOMPRESSED};
pub use questions::{long_question, question, turn, while_wanted};
pub use sound::{Handing, Unsent, pieces, sound, sound_share};
