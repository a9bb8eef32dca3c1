//! Asterisk's Master.csv, in whatever columns its modules were told to write; and tables of records as databases, PBXs and
//! spreadsheets write them as CSV.

use std::io::{BufRead, Cursor, Read};
use std::path::Path;

use anyhow::{Context, bail};

use super::adapter;
use super::layout::Layout;
use super::layouts::{Found, Layouts};
use crate::ingest::cdr::clock::Clock;
use crate::ingest::cdr::dialect::{Dialect, SEPARATORS};
use crate::ingest::cdr::fields::Fields;
use crate::ingest::cdr::format::Options;
use crate::ingest::cdr::record::Record;
use crate::ingest::cdr::rows::Rows;
use crate::ingest::cdr::unicode;
use crate::ingest::files;
use crate::ingest::reading::{Length, Reading};

/// Rows that are looked at to find out what the columns are.
const SAMPLE: usize = 200;
/// Bytes in which they stand.
const HEAD: u64 = 1 << 20;

pub(in crate::ingest::cdr) fn open(path: &Path, options: Options) -> anyhow::Result<Reading<Record>> {
    let (input, length) = files::open(path)?;
    let mut input = unicode::text(Box::new(input)).with_context(|| files::unreadable(path))?;
    refuse_others(path, input.fill_buf().with_context(|| files::unreadable(path))?)?;
    let mut head = Vec::new();
    Read::by_ref(&mut input).take(HEAD).read_to_end(&mut head).with_context(|| files::unreadable(path))?;
    let (dialect, found) = found(path, &head, options.columns)?;
    let before = said(&head).is_some();
    let mut rows = Rows::of_lines(Cursor::new(head).chain(input)).in_dialect(dialect);
    for _ in 0..usize::from(before) + usize::from(found.has_header) {
        rows.next(&mut Fields::default()).with_context(|| files::unreadable(path))?;
    }
    let mut layouts = found.layouts;
    let entries = rows.entries(path, move |fields| read(fields, &mut layouts, &options.clock));
    Ok(Reading { entries, length: Length::Bytes(length), remarks: found.remarks })
}

fn read(fields: &mut Fields, layouts: &mut Layouts, clock: &Clock) -> Result<Record, String> {
    fields.mend();
    let Some(layout) = layouts.of(fields) else {
        return Err(format!("it doesn't have {}", layouts.expected()));
    };
    Ok(adapter::read(|column| layout.text(column, |place| fields.text(place)), clock)?.into())
}

/// What is plainly something else is told with what reads it.
fn refuse_others(path: &Path, head: &[u8]) -> anyhow::Result<()> {
    let shown = path.display();
    if let Some(unpacker) = files::unpacker(head) {
        bail!("{shown} is compressed; unpack it first: {unpacker} {shown}");
    }
    if head.starts_with(b"SQLite format 3\0") {
        bail!("{shown} is a database; import it with: tapeline import asterisk-sqlite {shown}");
    }
    let is_statement = |line: &[u8]| {
        [&b"INSERT "[..], b"CREATE ", b"-- My", b"-- Maria"].iter().any(|start| line.starts_with(start))
    };
    if head.split(|byte| *byte == b'\n').take(SAMPLE).any(is_statement) {
        bail!("{shown} holds statements of SQL; import it with: tapeline import asterisk-sql {shown}");
    }
    Ok(())
}

/// How the file is written, and what its columns are.
fn found(path: &Path, head: &[u8], columns: Option<Layout>) -> anyhow::Result<(Dialect, Found)> {
    let shown = path.display();
    let separators = said(head).map_or(SEPARATORS.to_vec(), |separator| vec![separator]);
    let samples: Vec<_> = separators.iter().map(|separator| sample(head, *separator)).collect();
    if let Some(columns) = columns {
        let fitting = |(_, rows): &&(Dialect, Vec<Fields>)| {
            rows.iter().filter(|row| row.len() == columns.width()).count()
        };
        // Of as many the first.
        let best = samples.iter().rev().max_by_key(fitting);
        let Some((dialect, rows)) = best else { bail!("{shown} has no rows") };
        let has_header = matches!(Layouts::of_rows(rows), Ok(Some(Found { has_header: true, .. })));
        let remarks = columns.lacks().into_iter().collect();
        return Ok((*dialect, Found { layouts: Layouts::One(columns), has_header, remarks }));
    }
    let mut refused = None;
    for (dialect, rows) in &samples {
        match Layouts::of_rows(rows) {
            Ok(Some(found)) => return Ok((*dialect, found)),
            Ok(None) => {}
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    if samples.iter().all(|(_, rows)| rows.is_empty()) {
        let found = Found { layouts: Layouts::asterisk(), has_header: false, remarks: vec![] };
        return Ok((Dialect::CSV, found));
    }
    let advice = "say which columns it has, as in --columns start,clid,src,dst,disposition,uniqueid (other names for those \
        to be ignored), or give the mapping's line in cdr_custom.conf";
    match refused {
        Some(why) => {
            bail!("{shown} holds call detail records, but not so that they can be read: {why}; {advice}")
        }
        None => bail!(
            "{shown} does not look like call detail records of Asterisk; if it is a CSV file of them, {advice}"
        ),
    }
}

/// What a first line such as `sep=;` says, which spreadsheets write and read.
fn said(head: &[u8]) -> Option<u8> {
    match head.strip_prefix(b"sep=") {
        Some([separator, b'\r' | b'\n', ..]) => Some(*separator),
        _ => None,
    }
}

/// The first rows, if this stands between their fields, and how they are quoted then.
fn sample(head: &[u8], separator: u8) -> (Dialect, Vec<Fields>) {
    // Where the file goes on, the last line may be none.
    let whole = match head.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')) {
        Some(end) if head.len() as u64 == HEAD => &head[..=end],
        _ => head,
    };
    let lines = whole.split(|byte| matches!(byte, b'\n' | b'\r')).take(SAMPLE);
    let dialect = Dialect::of_lines(lines, separator);
    let mut rows = Rows::of_lines(whole).in_dialect(dialect);
    let (mut sample, mut fields) = (Vec::new(), Fields::default());
    if said(head).is_some() {
        let _ = rows.next(&mut fields);
    }
    while sample.len() < SAMPLE
        && let Ok(Some((_, row))) = rows.next(&mut fields)
    {
        if row.is_ok() {
            fields.mend();
            sample.push(std::mem::take(&mut fields));
        }
    }
    (dialect, sample)
}
