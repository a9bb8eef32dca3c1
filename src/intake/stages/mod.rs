//! What becomes of a draft, stage by stage: `accept.rs` finds which way it goes.

mod accept;
mod begin;
mod digested;
mod exported_row;
mod forms;
mod judge;
mod learn;
mod missing;
mod moved_onto;
mod playing;
mod relocated;
mod reused_path;
mod transaction;
mod update;
mod wait;

pub use digested::ReadWhole;
pub(super) use forms::FORM;
pub use playing::Present;
pub use relocated::NO_FILE;
pub(super) use transaction::Acceptance;
