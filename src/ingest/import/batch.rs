//! Drafts on their way in, each for itself.

use super::bring_in::Gather;
use super::report::Report;
use super::target::{BATCH, Import};
use crate::intake::Draft;

/// What a batch holds.
pub(super) struct Batch<'a> {
    import: &'a Import<'a>,
    drafts: Vec<Draft>,
    places: Vec<String>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(import: &'a Import<'a>) -> Batch<'a> {
        Batch { import, drafts: Vec::new(), places: Vec::new() }
    }
}

impl Gather<Draft> for Batch<'_> {
    fn add(&mut self, draft: Draft, place: String, report: &mut Report) -> anyhow::Result<()> {
        self.drafts.push(draft);
        self.places.push(place);
        if self.drafts.len() >= BATCH { self.flush(report) } else { Ok(()) }
    }

    fn flush(&mut self, report: &mut Report) -> anyhow::Result<()> {
        let (drafts, places) = (std::mem::take(&mut self.drafts), std::mem::take(&mut self.places));
        self.import.take_noting(&drafts, places, report)
    }
}
