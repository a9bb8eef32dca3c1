//! Whether the zone is the PBX's: records of Asterisk say no zone, but the uniqueid of a channel begins with its Unix time.

use std::path::Path;

use anyhow::bail;
use jiff::tz::TimeZone;

use crate::ingest::cdr::{Record, epoch};
use crate::ingest::reading::{Entry, Reading};

/// Entries that are looked at before the first is taken in.
const SAMPLE: usize = 200;
/// Fewer calls than these may all have waited for as long by chance.
const FEWEST: usize = 3;
/// Zones differ by quarters of an hour; a call may have waited for one of them before its record begins.
const QUARTER: f64 = 900.0;
const LEAST_MINUTES: i64 = 30;

/// The same reading, unless the times of its first records are all off by the same hours: then the zone is wrong.
pub(super) fn checked(
    reading: Reading<Record>,
    path: &Path,
    zone: &TimeZone,
) -> anyhow::Result<Reading<Record>> {
    let Reading { mut entries, length } = reading;
    let first = entries.by_ref().take(SAMPLE).collect::<anyhow::Result<Vec<_>>>()?;
    if let Some(minutes) = common_offset(&first) {
        let zone = zone.iana_name().unwrap_or("the zone of this machine");
        let which = if minutes > 0 { "later" } else { "earlier" };
        let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
        bail!(
            "the times in {} are {hours} h {minutes} min {which} than the calls were, if they are read in {zone}; give the \
             zone of the PBX with --timezone (UTC, where cdr.conf has usegmtime)",
            path.display()
        )
    }
    Ok(Reading { entries: Box::new(first.into_iter().map(Ok).chain(entries)), length })
}

/// The minutes by which the times of all these records are off, if it is the same for all, and more than calls wait.
fn common_offset(entries: &[Entry<Record>]) -> Option<i64> {
    let offsets: Vec<i64> = entries.iter().filter_map(offset).collect();
    let first = *offsets.first().filter(|minutes| minutes.abs() >= LEAST_MINUTES)?;
    (offsets.len() >= FEWEST && offsets.iter().all(|minutes| *minutes == first)).then_some(first)
}

/// Minutes from a channel's beginning to the start in its record, in quarters of an hour.
fn offset(entry: &Entry<Record>) -> Option<i64> {
    let Ok(Record::Call(cdr)) = &entry.what else { return None };
    let begun = epoch(&cdr.uniqueid)?;
    Some(((cdr.start - begun) as f64 / QUARTER).round() as i64 * 15)
}
