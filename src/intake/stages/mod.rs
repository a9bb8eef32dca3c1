//! What becomes of a draft, stage by stage: [`accept`] finds which way it goes.

mod accept;
mod exported_row;
mod relocated;
mod reused_path;
mod update;

pub(super) use accept::Acceptance;
pub use relocated::NO_FILE;
