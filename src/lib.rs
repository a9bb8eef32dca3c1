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
