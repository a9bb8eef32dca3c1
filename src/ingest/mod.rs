//! The sources of new recordings.

pub mod ami;
