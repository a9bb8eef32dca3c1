//! What intake knows: the files and announced recordings that it has met, and the rows that it made of them.

mod file_known;
mod files;
mod files_without_rows;
mod looked_at;
mod records;
mod row;
mod rule_targets;
mod strict;
mod values;
mod waiting;
mod without_intake_row;

pub use file_known::FileKnown;
pub use files_without_rows::NoRow;
pub use looked_at::RowWithFile;
pub use records::MOST_RECORDS;
pub use rule_targets::{RuleTarget, Waiting};
pub(in crate::store) use values::{Text, parameters};
pub use waiting::Waits;
