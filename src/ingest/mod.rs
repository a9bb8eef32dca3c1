//! The sources of new recordings.

pub mod ami;
pub mod cdr;
pub mod freeswitch;
pub mod import;
pub mod names;
