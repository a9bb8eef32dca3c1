//! Tapeline beside a real Asterisk: what the API lists against the PBX's own call detail records, channel events and files.
//!
//! `tests/pbx/setup` makes the PBX, an old one and a new one; `make test` runs it. The tests of a PBX share its root, so one
//! runs after the other; its ports are free ones. With TAPELINE_TORTURE every kind of call is made, without it a dozen.

#[allow(dead_code, unused_imports, reason = "shared with tests/api")]
#[path = "../office/mod.rs"]
mod shared;

mod ami;
mod calls;
mod compare;
mod conference;
mod crashes;
mod found;
mod lab;
mod office;
mod plan;
mod rush;
mod stranger;
mod tls;

use shared::{http, program, waiting};
