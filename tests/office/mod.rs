//! What the tests of the API and those beside a PBX have in common: the built program, and how to ask it.
//!
//! | file | subject |
//! |---|---|
//! | `harness.rs` | an office: a folder with settings, database, sound and server |
//! | `http.rs` | an HTTP client that may be slow, rude or gone |
//! | `program.rs` | the built binary, and the sqlite3 shell beside it |
//! | `waiting.rs` | waiting until something is so |

mod harness;
pub mod http;
pub mod program;
pub mod waiting;

pub use harness::{Office, PASSWORD};
