//! Whether the names in a folder contradict its time zone. It is told, and nothing is set right by itself.

use std::path::Path;

use super::Spool;
use crate::ingest::spool::scan::File;
use crate::ingest::spool::zone_doubt::ZoneDoubt;
use crate::intake::Draft;

impl Spool {
    /// After a look through everything: the youngest files.
    pub(super) fn ask_names(&mut self, files: &[File]) {
        let owns = |file: &&File| self.looker.settings.owns(Path::new(&file.path));
        let told = self.zone.doubt.take();
        self.zone = ZoneDoubt::of(&self.looker, files.iter().filter(owns));
        self.zone.doubt = told;
        self.doubt_zone();
    }

    /// After a file came in.
    pub(super) fn hear_name(&mut self, draft: &Draft) {
        if self.zone.hear(draft.uniqueid.as_deref(), draft.facts.start) {
            self.doubt_zone();
        }
    }

    fn doubt_zone(&mut self) {
        let doubt = self
            .zone
            .offset()
            .map(|minutes| self.looker.names.doubt(minutes, "as zone in [[folders]]", self.now()));
        if doubt == self.zone.doubt {
            return;
        }
        self.tell_doubt(doubt.as_deref());
        let before = std::mem::replace(&mut self.zone.doubt, doubt).unwrap_or_default();
        self.intake.live().note(&self.name(), |status| {
            if status.trouble == before {
                status.trouble.clear();
            }
        });
    }
}
