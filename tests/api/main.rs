//! The contract, asked of the whole program: through its sockets, its command line and its database file.
//!
//! | file | subject |
//! |---|---|
//! | `app.rs` | a running server with two customers, and who calls it |
//! | `../office` | the built program, and how to ask it |
//! | the others | a subject each |

#[path = "../office/mod.rs"]
mod office;

mod alerts;
mod app;
mod asterisk;
mod audit;
mod bodies;
mod changes;
mod clock;
mod columns;
mod command_line;
mod cookies;
mod database;
mod dice;
mod disabled;
mod event_socket;
mod events;
mod export;
mod failed_logins;
mod faults;
mod finished;
mod flac;
mod folder;
mod folding;
mod forms;
mod freeswitch;
mod get;
mod groups;
mod heard;
mod house;
mod ids;
mod import;
mod intake;

mod lengths;
mod listening;
mod log;
mod members;
mod misfiled;
mod names;
mod one_recording;
mod openapi;
mod oracle;
mod outcomes;
mod paging;
mod peaks;
mod people;
mod places;
mod places_on_disk;
mod play;
mod proxies;
mod readme;
mod recordings;
mod removals;
mod rights;
mod rules;
mod search;
mod session;
mod shares;
mod shortage;
mod slow;
mod sounds;
mod spool;
mod status;
mod streaming;
mod summary;
mod tenants;
mod throttle;
mod tidy;
mod transport;
mod which;
mod withheld;

use office::{http, program, waiting};
