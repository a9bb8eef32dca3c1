//! What becomes of a draft, stage by stage: `accept.rs` finds which way it goes.

mod accept;
mod begin;
mod exported_row;
mod judge;
mod learn;
mod missing;
mod relocated;
mod reused_path;
mod transaction;
mod update;
mod wait;

pub use relocated::NO_FILE;
pub(super) use transaction::Acceptance;
