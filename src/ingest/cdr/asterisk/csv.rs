//! Asterisk's Master.csv, in whatever columns its modules were told to write.

use std::io::BufRead;
use std::path::Path;

use anyhow::{Context, bail};

use super::adapter;
use super::layout::{Layout, Layouts};
use crate::ingest::cdr::clock::Clock;
use crate::ingest::cdr::fields::Fields;
use crate::ingest::cdr::format::Options;
use crate::ingest::cdr::record::Record;
use crate::ingest::cdr::rows::Rows;
use crate::ingest::files;
use crate::ingest::reading::{Length, Reading};

/// Rows that are looked at to find out what the columns are.
const SAMPLE: usize = 200;

pub(in crate::ingest::cdr) fn open(path: &Path, options: Options) -> anyhow::Result<Reading<Record>> {
    let (mut layouts, has_header) = layouts(path, options.columns)?;
    let (input, length) = files::open(path)?;
    let mut rows = Rows::of_lines(input);
    if has_header {
        rows.next(&mut Fields::default()).with_context(|| files::unreadable(path))?;
    }
    let entries = rows.entries(path, move |fields| read(fields, &mut layouts, &options.clock));
    Ok(Reading { entries, length: Length::Bytes(length) })
}

fn read(fields: &mut Fields, layouts: &mut Layouts, clock: &Clock) -> Result<Record, String> {
    fields.mend();
    let Some(layout) = layouts.of(fields) else {
        return Err(format!("it doesn't have {}", layouts.expected()));
    };
    let text = |column| layout.place(column).map_or("", |place| fields.text(place));
    Ok(adapter::read(text, clock)?.into())
}

/// The file's columns, and whether its first row only names them.
fn layouts(path: &Path, columns: Option<Layout>) -> anyhow::Result<(Layouts, bool)> {
    let rows = sample(path)?;
    let found = Layouts::of_rows(&rows);
    if let Some(columns) = columns {
        return Ok((Layouts::One(columns), found.is_some_and(|(_, has_header)| has_header)));
    }
    let shown = path.display();
    match found {
        Some(found) => Ok(found),
        None if rows.is_empty() => Ok((Layouts::Asterisk(None), false)),
        None => bail!(
            "{shown} does not look like call detail records of Asterisk; if it is a CSV file of them, say which columns \
             it has, as in --columns start,clid,src,dst,disposition,uniqueid (other names for those to be ignored), \
             or give the mapping's line in cdr_custom.conf"
        ),
    }
}

fn sample(path: &Path) -> anyhow::Result<Vec<Fields>> {
    let (mut input, _) = files::open(path)?;
    let head = input.fill_buf().with_context(|| files::unreadable(path))?;
    if let Some(unpacker) = files::unpacker(head) {
        bail!("{0} is compressed; unpack it first: {unpacker} {0}", path.display());
    }
    if head.starts_with(b"SQLite format 3\0") {
        bail!("{0} is a database; import it with: tapeline import asterisk-sqlite {0}", path.display());
    }
    let mut rows = Rows::of_lines(input);
    let mut sample = Vec::new();
    let mut fields = Fields::default();
    while sample.len() < SAMPLE
        && let Some((_, row)) = rows.next(&mut fields).with_context(|| files::unreadable(path))?
    {
        if row.is_ok() {
            sample.push(std::mem::take(&mut fields));
        }
    }
    Ok(sample)
}
