//! Whether the zone is the PBX's: records of Asterisk say no zone, but the uniqueid of a channel begins with its Unix time.

use std::path::Path;

use anyhow::bail;
use jiff::tz::TimeZone;

use crate::ingest::cdr::{Record, epoch};
use crate::ingest::reading::{Entry, Reading};
use crate::ingest::zones::{common_offset, minutes_between, off_by};

/// Entries that are looked at before the first is taken in.
const SAMPLE: usize = 200;

/// The same reading, unless the times of its first records are all off by the same hours: then the zone is wrong.
pub(super) fn checked(
    reading: Reading<Record>,
    path: &Path,
    zone: &TimeZone,
) -> anyhow::Result<Reading<Record>> {
    let Reading { mut entries, length, remarks } = reading;
    let first = entries.by_ref().take(SAMPLE).collect::<anyhow::Result<Vec<_>>>()?;
    if let Some(minutes) = common_offset(first.iter().filter_map(offset)) {
        let zone = zone.iana_name().unwrap_or("the zone of this machine");
        bail!(
            "the times in {} are {} than the calls were, if they are read in {zone}; give the zone of the PBX with \
             --timezone (UTC, where cdr.conf has usegmtime)",
            path.display(),
            off_by(minutes)
        )
    }
    Ok(Reading { entries: Box::new(first.into_iter().map(Ok).chain(entries)), length, remarks })
}

/// Minutes by which the start in a record is off, by the beginning of its channel.
fn offset(entry: &Entry<Record>) -> Option<i64> {
    let Ok(Record::Call(cdr)) = &entry.what else { return None };
    Some(minutes_between(epoch(&cdr.uniqueid)?, cdr.start))
}
