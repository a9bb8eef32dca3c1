//! One import, from its path to its report.

use std::path::Path;

use super::batch::Batch;
use super::bring_in::bring_in;
use super::calls::Calls;
use super::cdr_reader::CdrReader;
use super::kind::Kind;
use super::report::Report;
use super::target::Import;
use super::{own_csv, tree, zone};
use crate::ingest::cdr::{Clock, Format, Options};

impl Import<'_> {
    /// Imports what is at `path`. What could not be used is in the report; the error is why nothing could.
    pub fn run(&self, kind: Kind, path: &Path, report: &mut Report) -> anyhow::Result<()> {
        report.of = kind.unit();
        match kind {
            Kind::Folder => tree::import(self, path, report)?,
            Kind::Records(format) => self.records(format, path, report)?,
            Kind::Export => {
                let rows = own_csv::open(path, self.folder.machine(), self.group.as_ref())?;
                bring_in(rows, &mut Batch::new(self), report)?;
            }
        }
        report.finish()
    }

    fn records(&self, format: &Format, path: &Path, report: &mut Report) -> anyhow::Result<()> {
        let options = Options { clock: Clock::new(self.zone()), columns: self.columns.clone() };
        let records = zone::checked((format.open)(path, options)?, path, &self.zone())?;
        records.remarks.iter().for_each(|remark| report.remark(path.display(), remark));
        let reader = CdrReader::of(self);
        bring_in(records.map(move |record| reader.draft(record)), &mut Calls::new(self), report)
    }
}
