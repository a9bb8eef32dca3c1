//! Whether the names in a folder contradict its time zone. It is told, and nothing is set right by itself.

use std::path::Path;

use super::Spool;
use crate::ingest::spool::scan::File;
use crate::intake::Draft;
use crate::model::SECOND;

/// Files of which the youngest names are looked for.
const LOOKS: usize = 200;

impl Spool {
    /// After a look through everything: the youngest files.
    pub(super) fn ask_names(&mut self, files: &[File]) {
        let owns = |file: &&File| self.looker.settings.owns(Path::new(&file.path));
        let mut youngest: Vec<&File> = files.iter().filter(owns).collect();
        if youngest.len() > LOOKS {
            youngest.select_nth_unstable_by_key(LOOKS, |file| std::cmp::Reverse(file.modified));
            youngest.truncate(LOOKS);
        }
        youngest.sort_unstable_by_key(|file| file.modified);
        self.zone.forget();
        for file in youngest {
            let named = self.looker.names.read(self.looker.own(&file.path), file.modified / SECOND);
            self.zone.hear(named.uniqueid.as_deref(), named.facts.start);
        }
        self.doubt_zone();
    }

    /// After a file came in.
    pub(super) fn hear_name(&mut self, draft: &Draft) {
        if self.zone.hear(draft.uniqueid.as_deref(), draft.facts.start) {
            self.doubt_zone();
        }
    }

    fn doubt_zone(&mut self) {
        let doubt = self.zone.offset().map(|minutes| self.looker.names.doubt(minutes, self.now()));
        if doubt == self.zone.doubt {
            return;
        }
        if let Some(doubt) = &doubt {
            tracing::warn!("{}: {doubt}", self.name());
        }
        let before = std::mem::replace(&mut self.zone.doubt, doubt).unwrap_or_default();
        self.intake.live().note(&self.name(), |status| {
            if status.trouble == before {
                status.trouble.clear();
            }
        });
    }
}
