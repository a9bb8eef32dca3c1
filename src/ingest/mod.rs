//! The sources of new recordings, and of what is known of their calls.
//!
//! | room | what it holds |
//! |---|---|
//! | [`cdr`] | call detail records, a home for each format: [`cdr::FORMATS`] declares them all |
//! | [`import`] | `tapeline import`: the loop that brings in records, folders of old recordings, and our own export |
//! | [`spool`] | the folders that a PBX records into, watched |
//! | [`names`] | what the name of a sound file says |
//! | [`ami`] | Asterisk, live: its manager interface |
//! | [`esl`] | FreeSWITCH, live: its event socket |
//! | [`pbx`] | what listening to a PBX takes, whatever it speaks: connection, recordings in progress, their files |
//! | `files.rs`, `reading.rs` | strangers' files: opened with care, and read one entry after the other |
//! | `zones.rs` | whether times were read in the right zone |
//! | `stop.rs` | how all of them end |
//!
//! FreeSWITCH also sends each record itself, to `cdr/freeswitch/post.rs`. Each source makes a
//! [`Draft`](crate::intake::Draft) of what it knows, and intake makes the row.

pub mod ami;
pub mod cdr;
pub mod esl;
mod files;
pub mod import;
pub mod names;
pub mod pbx;
mod reading;
pub mod spool;
mod stop;
mod zones;

pub use stop::Stop;
