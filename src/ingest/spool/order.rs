//! The order in which recordings are taken: that in which they began, so that every source counts those of a call alike.

use super::look::Looker;
use super::scan::File;
use crate::intake::Draft;
use crate::model::SECOND;

/// When a recording began: in seconds by its name, or else by its file; then in nanoseconds by its file alone.
pub type Began = (i64, i64);

/// As a look at the file gave it.
pub fn began(draft: &Draft) -> Began {
    let of_file = draft.file.as_ref().map_or(0, |file| file.created.min(file.modified));
    (draft.facts.start.unwrap_or(of_file / SECOND), of_file)
}

impl Looker {
    /// The same before the file is looked at.
    pub fn began(&self, file: &File) -> Began {
        let of_file = file.created.min(file.modified);
        let named = self.names.read(self.own(&file.path), file.modified / SECOND);
        (named.facts.start.unwrap_or(of_file / SECOND), of_file)
    }
}
