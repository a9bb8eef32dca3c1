//! Answers of any length in little memory: rows and sound go into 64 KiB pieces and from there to the socket.

mod output;
mod sound;

pub use output::{
    Hangup, Output, PIECE, UNCOMPRESSED, answer, long_question, question, read, turn, while_wanted, written,
};
pub use sound::{Handing, Unsent, pieces, sound, sound_permit};
