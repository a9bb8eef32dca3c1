//! Tapeline: a call-recording appliance for the PBX box of a small office.
//!
//! The house has floors; a file imports only from lower ones, never from a neighbour.
//!
//! | floor | room | what it owns |
//! |---|---|---|
//! | 7 | `main.rs` | the exit code |
//! | 6 | [`cli`] | words typed by a person |
//! | 5 | [`server`] | the only place that starts things |
//! | 4 | [`api`], [`viewer`], [`ingest`], [`demo`] | doors: HTTP, browser, PBX, made-up calls |
//! | 3 | [`app`], [`intake`] | what the doors share; the one door for new recordings |
//! | 2 | [`auth`], [`media`] | rules without HTTP: who is who, and which sound file |
//! | 1 | [`store`] | the only SQL |
//! | 0 | [`model`], [`config`], [`telemetry`] | nouns, settings, log |
//!
//! | Where do I add … | there, and its head says how |
//! |---|---|
//! | a filter of lists | `model/filters.rs`; its field on the page: `static/js/search/filters.js` |
//! | a column of recordings | `model/columns.rs`; on the page: `static/js/calls/columns.js` |
//! | what intake knows of a file | `model/intake_files.rs` |
//! | a format of call detail records | `ingest/cdr/mod.rs` |
//! | a form of sound | `media/decode/forms.rs` |
//! | a function of the API | `api/functions.rs` |
//! | a setting | `config/general.rs`; of the page: `static/js/kit/kept.js` |
//! | a page | `static/js/places.js` |
//! | a command | `cli/mod.rs` |
//!
//! In: HTTP, a command or a file → `Draft` → [`intake`] → one store transaction. Out: store row, borrowed → envelope → bytes.

pub mod api;
pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod demo;
pub mod ingest;
pub mod intake;
pub mod media;
pub mod model;
pub mod server;
pub mod store;
pub mod telemetry;
pub mod viewer;
