//! FreeSWITCH's call detail records, as mod_json_cdr writes them to files and posts them.
//!
//! The body is JSON, or a form's `cdr=` with the JSON percent-encoded or in Base64. Unless `encode-values` is off, the
//! channel's variables are percent-encoded once more.
//! <https://developer.signalwire.com/freeswitch/module-reference/event-handlers/mod_json_cdr/>

mod adapter;
mod body;
mod json;
pub(in crate::ingest) mod leg;
mod loose;
mod paths;
mod post;

pub use adapter::NoRecord;
pub use body::{LONGEST, read, read_all};
pub use post::{open, routes};

pub(super) use json::open as open_json;

#[cfg(test)]
mod documents;
#[cfg(test)]
mod tests;
