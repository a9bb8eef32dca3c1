//! W1 to W5b: one list at a time, first compared, then timed.

use crate::Setup;
use crate::contest::{Contest, figure, timed};
use crate::data::World;
use crate::report::Report;
use crate::turns::Samples;
use crate::workloads::{self, List};
use anyhow::Result;

/// Those that are wanted.
pub fn measure(setup: &Setup, contest: &Contest, report: &mut Report) -> Result<()> {
    for list in workloads::lists(&World::new()) {
        if setup.options.wants(list.name) {
            measure_one(setup, contest, &list, report)?;
        }
    }
    Ok(())
}

fn measure_one(setup: &Setup, contest: &Contest, list: &List, report: &mut Report) -> Result<()> {
    let rows = contest.check(&list.query, list.order)?;
    let samples = contest.time(&list.query, setup.budget())?;
    report.add(timed(format!("{} {}", list.name, list.about), rows, &samples, list.bar));
    if let Some(bar) = list.first_byte {
        let first: Vec<f64> = samples.iter().map(Samples::first).collect();
        report.add(figure(format!("{} first byte", list.name), "ms", &first, bar));
    }
    Ok(())
}
