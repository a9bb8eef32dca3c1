//! The database: the only room that knows SQL.
//!
//! One connection writes, a pool of read-only ones answers. Everything here is plain synchronous Rust; whoever
//! calls from an async thread moves the call off it first.

mod audit;
mod audited_call;
mod database;
mod groups;
mod intake;
mod lenient;
mod log;
mod needed;
mod needles;
mod other_programs;
mod people;
mod recordings;
mod search;

pub use audit::{ACTIONS, Entry, Heard, ONE_LISTENING, Summed};
pub use audited_call::ways_to_write;
pub use database::{Change, OpenError, Reader, Snapshot, Store, StoreError, wide_mode};
pub use groups::{GroupFields, Member};
pub use intake::{FileKnown, MOST_RECORDS, NoRow, RowWithFile, RuleTarget, Waiting, Waits};
pub use log::{LogFilter, Logged};
pub use needed::needed_by;
pub use other_programs::{ForeignError, ForeignRow, ForeignTable};
pub use people::{Accounts, Credential, Issued, Listed, PersonFields, Role, Secret, Subject};
pub use recordings::{Copied, Counts, Identity, ListRow, Named, Seen, SideFile, TidyRow};
pub use search::{Access, Building, Choice, Step};
