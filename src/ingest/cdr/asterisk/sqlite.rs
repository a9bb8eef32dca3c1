//! The database of cdr_sqlite3_custom, read beside a live Asterisk.

use std::path::Path;

use crate::ingest::cdr::{self, Layout};
use crate::ingest::import::calls::{Calls, Desk};
use crate::ingest::import::{Import, Report, ahead, bar};
use crate::store::ForeignTable;

pub(in crate::ingest) fn import(import: &Import<'_>, path: &Path, report: &mut Report) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let table = ForeignTable::open(path)?;
    let layout = Layout::of_names(table.columns().iter().map(String::as_str));
    let (clock, desk) = (import.clock(), Desk::of(import));
    let last = table.last()?;
    let bar = bar(last.unsigned_abs(), false);
    let mut calls = Calls::new(import, name.clone());
    let mut after = i64::MIN;
    let mut rows = Vec::new().into_iter();
    let next = move || {
        if rows.len() == 0 {
            rows = table.read(after, last)?.into_iter();
        }
        let Some(row) = rows.next() else { return Ok(None) };
        after = row.id;
        let text = |column| layout.place(column).map_or("", |place| row.values[place].as_str());
        Ok(Some((row.id, cdr::read(text, &clock).map(|cdr| desk.ready(cdr)))))
    };
    ahead(next, |(id, record)| {
        bar.set_position(id.unsigned_abs());
        report.read += 1;
        match record {
            Ok(record) => calls.add(record, id.to_string(), report)?,
            Err(why) => report.skip(format_args!("{name}:{id}"), why),
        }
        Ok(())
    })?;
    calls.flush(report)?;
    bar.finish_and_clear();
    Ok(())
}
