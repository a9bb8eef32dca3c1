//! The database of cdr_sqlite3_custom, read beside a live Asterisk.

use std::path::Path;

use super::adapter;
use super::layout::Layout;
use crate::ingest::cdr::clock::Clock;
use crate::ingest::cdr::format::Options;
use crate::ingest::cdr::record::Record;
use crate::ingest::reading::{Entry, Length, Reading};
use crate::store::{ForeignRow, ForeignTable};

pub(in crate::ingest::cdr) fn open(path: &Path, options: Options) -> anyhow::Result<Reading<Record>> {
    let table = ForeignTable::open(path)?;
    let layout = Layout::of_names(table.columns().iter().map(String::as_str));
    let (name, last) = (path.display().to_string(), table.last()?);
    let (mut after, mut rows) = (i64::MIN, Vec::new().into_iter());
    let next = move || -> anyhow::Result<Option<Entry<Record>>> {
        if rows.len() == 0 {
            rows = table.read(after, last)?.into_iter();
        }
        let Some(row) = rows.next() else { return Ok(None) };
        after = row.id;
        let place = format!("{name}:{}", row.id);
        Ok(Some(Entry { place, end: row.id.unsigned_abs(), what: read(&row, &layout, &options.clock) }))
    };
    let mut next = next;
    let entries = Box::new(std::iter::from_fn(move || next().transpose()));
    Ok(Reading { entries, length: Length::Things(last.unsigned_abs()) })
}

fn read(row: &ForeignRow, layout: &Layout, clock: &Clock) -> Result<Record, String> {
    let text = |column| layout.place(column).map_or("", |place| row.values[place].as_str());
    Ok(adapter::read(text, clock)?.into())
}
