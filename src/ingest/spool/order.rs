//! The order in which recordings are taken: that in which they began, so that every source counts those of a call alike; and
//! sides of calls behind all that they may be sides of.

use super::look::Looker;
use super::scan::File;
use crate::intake::Draft;
use crate::model::SECOND;

/// Whether a file has only one side; and when its recording began: in seconds by its name, or else by its file; then in
/// nanoseconds by its file alone.
pub type Order = (bool, i64, i64);

/// As a look at the file gave it.
pub fn order_of(draft: &Draft) -> Order {
    let of_file = draft.file.as_ref().map_or(0, |file| file.created.min(file.modified));
    (draft.role.is_side(), draft.facts.start.unwrap_or(of_file / SECOND), of_file)
}

impl Looker {
    /// The same before the file is looked at.
    pub fn order_of(&self, file: &File) -> Order {
        let of_file = file.created.min(file.modified);
        let named = self.names.read(self.own(&file.path), file.modified / SECOND);
        let is_side = self.names.side(self.own(&file.path)).is_part();
        (is_side, named.facts.start.unwrap_or(of_file / SECOND), of_file)
    }
}
