//! FreeSWITCH's call detail records, as mod_json_cdr writes them to files and posts them.
//!
//! The body is JSON, or a form's `cdr=` with the JSON percent-encoded or in Base64. Unless `encode-values` is off, the
//! channel's variables are percent-encoded once more.
//! <https://developer.signalwire.com/freeswitch/module-reference/event-handlers/mod_json_cdr/>

mod adapter;
pub(in crate::ingest) mod json;
mod post;

pub use adapter::{Answerer, LONGEST, NoRecord, Record, read, read_all};
pub use post::{open, routes};

#[cfg(test)]
mod tests;
