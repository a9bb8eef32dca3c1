//! What a recording's file name says: FreePBX's names, FusionPBX's, plain uniqueids, or the admin's own pattern.
//!
//! ```text
//! out-5551234567-101-20261124-055326-1795499606.0.wav     kind-called-caller-date-time-uniqueid
//! q-400-anonymous-20261124-055326-pbx1-1795499606.0.wav   the uniqueid may begin with the system's name and a dash
//! OUT101-20111124-055326-1322113806.12.wav                old: the kind and one number
//! auto-1795499606.0.wav, 1795499606.0.wav                 a word, or nothing
//! pbx1-1795499606.0.wav                                   a system's name, which a word with a digit is taken for
//! archive/2026/Nov/24/0b2a…-….wav                         FusionPBX: a UUID
//! ```

mod freepbx;
mod named;
mod pattern;
mod reader;

pub use named::Named;
pub use reader::{Names, side_of};

#[cfg(test)]
mod tests;
