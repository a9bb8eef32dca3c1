//! FreeSWITCH's call detail records, as mod_json_cdr and mod_xml_cdr write them to files and post them.
//!
//! The body is JSON, or a form's `cdr=` with the JSON percent-encoded or in Base64. Unless `encode-values` is off, the
//! channel's variables are percent-encoded once more.
//! <https://developer.signalwire.com/freeswitch/module-reference/event-handlers/mod_json_cdr/>

mod adapter;
mod body;
mod csv;
mod files;
pub(in crate::ingest) mod leg;
mod loose;
mod paths;
mod post;
mod xml;

pub use adapter::NoRecord;
pub use body::{LONGEST, read, read_all};
pub use post::{open, routes};

pub(super) use csv::open as open_csv;
pub(super) use files::{open_json, open_xml};

#[cfg(test)]
mod documents;
#[cfg(test)]
mod tests;
