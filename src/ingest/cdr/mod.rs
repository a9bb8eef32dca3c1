//! Call detail records: what a PBX wrote down when a channel hung up.
//!
//! ```text
//! Asterisk's file    ── rows ── columns ──┐
//! Asterisk's table   ─────────────────────┼── clid, clock ── Cdr ── draft
//! FreeSWITCH's JSON  ─────────────────────┘
//! ```
//!
//! A call has several: one for each member that a ring group rang, one for each stretch of a transferred call, in
//! any order. Each becomes a draft of its own; [`crate::intake`] puts them together.

pub(super) mod asterisk;
mod clid;
mod clock;
mod draft;
pub mod freeswitch;
mod record;
mod rows;

pub use asterisk::{Column, Layout, Layouts, read};
pub use clid::Caller;
pub use clock::{Clock, epoch};
pub use record::{Cdr, Outcome};
pub use rows::{Damage, Fields, Rows};
