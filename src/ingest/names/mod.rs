//! What a recording's file name says: FreePBX's names, FusionPBX's, plain uniqueids, or the admin's own pattern.
//!
//! ```text
//! out-5551234567-101-20261124-055326-1795499606.0.wav     kind-called-caller-date-time-uniqueid
//! q-400-anonymous-20261124-055326-pbx1-1795499606.0.wav   the uniqueid may begin with the system's name and a dash
//! OUT101-20111124-055326-1322113806.12.wav                old: the kind and one number
//! 20261124-055333-1001-5551234567-1795499613.85.wav       Grandstream: date-time-caller-called-uniqueid
//! auto-1795499615-201-5551234567.wav                      Grandstream: the time, caller and called
//! 1795499606.0-2026-11-24-05_53-101-5551234567.wav        dialplans: uniqueid, time, caller, called, in any order
//! mikopbx-1795499610.10_soCP4X.webm                       MikoPBX: a uniqueid of its own for each recording
//! 20261124-055326_5551234567_1001-all.wav                 VICIdial: time, customer's telephone, agent
//! auto-1795499606.0.wav, 1795499606.0.wav                 a word, or nothing
//! pbx1-1795499606.0.wav                                   a system's name, which a word with a digit is taken for
//! archive/2026/Nov/24/0b2a…-….wav                         FusionPBX: a UUID; anywhere in a name where nothing else is
//! x-in.wav, x-out.wav, x-all.wav                          one side of a call, and both: [`side_of`]
//! ```

mod freepbx;
mod ids;
mod named;
mod others;
mod pattern;
mod reader;
mod sides;
mod when;

pub use named::Named;
pub use reader::Names;
pub use sides::{Endings, Side, side_of};

#[cfg(test)]
mod tests;
