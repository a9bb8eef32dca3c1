//! Records in a SQLite database, read beside the live PBX: cdr_sqlite3_custom's, MikoPBX's, or somebody's own.

use std::path::Path;

use anyhow::bail;

use super::adapter;
use super::layout::Layout;
use crate::ingest::cdr::clock::Clock;
use crate::ingest::cdr::fields::Fields;
use crate::ingest::cdr::format::Options;
use crate::ingest::cdr::record::Record;
use crate::ingest::reading::{Entry, Length, Reading};
use crate::store::{ForeignRow, ForeignTable};

/// Rows that are looked at for whether the columns hold what they are called.
const SAMPLE: usize = 200;

pub(in crate::ingest::cdr) fn open(path: &Path, options: Options) -> anyhow::Result<Reading<Record>> {
    let given = options.columns;
    let table = ForeignTable::open(path, |names| fitness(given.as_ref(), names))?;
    let (name, last) = (path.display().to_string(), table.last()?);
    let first = table.read(i64::MIN, last)?;
    let (layout, remarks) = layout(&table, given, &first)
        .or_else(|why| bail!("{name} cannot be read: {why}; name its columns in order, as in --columns start,clid,src,dst,disposition,uniqueid"))?;
    let mut after = first.last().map_or(i64::MIN, |row| row.id);
    let mut rows = first.into_iter();
    let mut next = move || -> anyhow::Result<Option<Entry<Record>>> {
        if rows.len() == 0 {
            rows = table.read(after, last)?.into_iter();
        }
        let Some(row) = rows.next() else { return Ok(None) };
        after = row.id;
        let place = format!("{name}:{}", row.id);
        Ok(Some(Entry { place, end: row.id.unsigned_abs(), what: read(&row, &layout, &options.clock) }))
    };
    let entries = Box::new(std::iter::from_fn(move || next().transpose()));
    Ok(Reading { entries, length: Length::Things(last.unsigned_abs()), remarks })
}

/// How many columns of a table are known; where somebody named them, it has as many.
fn fitness(given: Option<&Layout>, names: &[String]) -> usize {
    let own = Layout::of_names(names.iter().map(String::as_str));
    match given {
        Some(given) => usize::from(given.width() == names.len()) * (1 + own.known()),
        None => usize::from(own.check().is_ok() && own.has_party()) * own.known(),
    }
}

fn layout(
    table: &ForeignTable,
    given: Option<Layout>,
    first: &[ForeignRow],
) -> Result<(Layout, Vec<String>), String> {
    if let Some(given) = given {
        let remarks = given.lacks().into_iter().collect();
        return Ok((given, remarks));
    }
    let layout = Layout::of_names(table.columns().iter().map(String::as_str));
    let fields = |row: &ForeignRow| {
        let mut fields = Fields::default();
        row.values.iter().for_each(|value| fields.push(value.as_bytes()));
        fields
    };
    let sample: Vec<Fields> = first.iter().take(SAMPLE).map(fields).collect();
    layout.checked_by(sample.iter())
}

fn read(row: &ForeignRow, layout: &Layout, clock: &Clock) -> Result<Record, String> {
    Ok(adapter::read(|column| layout.text(column, |place| row.values[place].as_str()), clock)?.into())
}
