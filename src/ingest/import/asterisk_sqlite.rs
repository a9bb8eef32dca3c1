//! The database of cdr_sqlite3_custom, read beside a live Asterisk.

use std::path::Path;

use super::calls::Calls;
use super::{Import, Report, bar};
use crate::ingest::cdr::{self, Layout};
use crate::store::ForeignTable;

pub(super) fn import(import: &Import<'_>, path: &Path, report: &mut Report) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let table = ForeignTable::open(path)?;
    let layout = Layout::of_names(table.columns().iter().map(String::as_str));
    let clock = import.clock();
    let last = table.last()?;
    let bar = bar(last.unsigned_abs(), false);
    let mut calls = Calls::new(import, name.clone());
    let mut after = i64::MIN;
    loop {
        let rows = table.read(after, last)?;
        let Some(end) = rows.last() else { break };
        after = end.id;
        for row in &rows {
            report.read += 1;
            let text = |column| layout.place(column).map_or("", |place| row.values[place].as_str());
            match cdr::read(text, &clock) {
                Ok(cdr) => calls.add(cdr, row.id.to_string(), report)?,
                Err(why) => report.skip(format_args!("{name}:{}", row.id), why),
            }
        }
        bar.set_position(after.unsigned_abs());
    }
    calls.flush(report)?;
    bar.finish_and_clear();
    Ok(())
}
