//! The one door for new recordings: whatever a source knows comes in as a [`Draft`], and leaves at most one row.
//!
//! A recording is known by its machine and path, and by its machine and uniqueid until the path is known. What is
//! known is never filed again, whatever the rules say later, also when its row was deleted. Facts have ranks
//! (`facts.rs`), so that the row is the same in whatever order the sources come. What a person or another program
//! changed in a row stays.
//!
//! | source | its draft |
//! |---|---|
//! | a file | path, file, and what its name says |
//! | the PBX | machine and uniqueid, path as soon as it says it; source `Pbx` |
//! | a detail record | machine and uniqueid, source `Cdr`, about `Call` or `CallToCome` |
//! | our own export | `row`, and nothing else |
//!
//! Customer, group and expiry are decided while the call goes on, with all that is known by then, and stay once it is
//! complete, unless its detail records come then and tell a rule what it asks for. Detail records are kept for a while
//! (`records.rs`), so that it doesn't matter whether they or the recordings come first.

mod digest;
mod door;
mod draft;
mod facts;
mod facts_to_row;
mod file;
mod form_order;
mod live;
mod one_recording;
mod records;
mod rules;
mod sounds;
mod source;
mod stages;
mod tidy;
mod times;
mod waiting;

pub use door::{Intake, RECORDS_DAYS};
pub use draft::{About, Copy, DISCARDED, Draft, FileState, LeftOut, Outcome, stem};
pub use facts::{Facts, MUTED};
pub use file::alike;
pub use form_order::FormOrder;
pub use live::{Event, Live, SourceStatus, What};
pub use one_recording::{Heard, is_in_name, is_named_alike, is_one_recording, shelves};
pub use rules::{Fault, Rules, Subject, Verdict};
pub use source::Source;
pub use stages::{NO_FILE, Present, ReadWhole};
pub use tidy::{Joined, Merge, Plan, SideOf};
pub use waiting::Looked;
