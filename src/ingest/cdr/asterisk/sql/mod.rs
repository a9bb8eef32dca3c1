//! Tables of call detail records as statements of SQL: what mysqldump and phpMyAdmin write of FreePBX's database, and with
//! them pg_dump and sqlite3's `.dump`.
//!
//! ```text
//! bytes ── values ── statements: CREATE TABLE, INSERT, COPY ── rows, each of a table
//! ```

mod bytes;
mod statements;
mod values;

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;

use anyhow::{Context, bail};

use super::adapter;
use super::layout::Layout;
use super::layouts::Layouts;
use crate::ingest::cdr::fields::Fields;
use crate::ingest::cdr::format::Options;
use crate::ingest::cdr::record::Record;
use crate::ingest::cdr::unicode;
use crate::ingest::files;
use crate::ingest::reading::{Entry, Length, Reading};
use statements::{Row, Statements, Table};

/// Rows that are looked at for what the columns are.
const SAMPLE: usize = 200;

pub(in crate::ingest::cdr) fn open(path: &Path, options: Options) -> anyhow::Result<Reading<Record>> {
    let unreadable = || files::unreadable(path);
    let (input, length) = files::open(path)?;
    let mut input = unicode::text(Box::new(input)).with_context(unreadable)?;
    refuse_others(path, input.fill_buf().with_context(unreadable)?)?;
    let mut statements = Statements::new(input);
    let mut sample = Vec::new();
    while sample.len() < SAMPLE {
        let mut fields = Fields::default();
        let Some(row) = statements.next(&mut fields).with_context(unreadable)? else { break };
        fields.mend();
        sample.push((row, fields));
    }
    if sample.is_empty() && length > 0 {
        bail!(
            "{} has no row of a table of call detail records; the tables in it: {}",
            path.display(),
            statements.table_names()
        );
    }
    let (mut layouts, remarks) = layouts(path, &statements, &sample, options.columns.as_ref())?;
    let clock = options.clock;
    let name = path.display().to_string();
    let path = path.to_path_buf();
    let mut sample = sample.into_iter();
    let mut next = move || -> anyhow::Result<Option<Entry<Record>>> {
        let mut fields = Fields::default();
        let row = match sample.next() {
            Some((row, read)) => {
                fields = read;
                Some(row)
            }
            None => statements.next(&mut fields).with_context(|| files::unreadable(&path))?,
        };
        let Some(row) = row else { return Ok(None) };
        fields.mend();
        let layouts = layouts.entry(row.table).or_insert_with(|| of_names(statements.table(row.table)));
        let what = match layouts.of(&fields) {
            Some(layout) => adapter::read(|column| layout.text(column, |place| fields.text(place)), &clock)
                .map(Record::from)
                .map_err(str::to_owned),
            None => Err(format!("it doesn't have {}", layouts.expected())),
        };
        Ok(Some(Entry {
            place: format!("{name}:{}, row {}", row.line, row.number),
            end: statements.read(),
            what,
        }))
    };
    let entries = Box::new(std::iter::from_fn(move || next().transpose()));
    Ok(Reading { entries, length: Length::Bytes(length), remarks })
}

fn refuse_others(path: &Path, head: &[u8]) -> anyhow::Result<()> {
    let shown = path.display();
    if let Some(unpacker) = files::unpacker(head) {
        bail!("{shown} is compressed; unpack it first: {unpacker} {shown}");
    }
    if head.starts_with(b"SQLite format 3\0") {
        bail!("{shown} is a database; import it with: tapeline import asterisk-sqlite {shown}");
    }
    Ok(())
}

/// The layouts of those tables of which there are rows, by their number; and what is to be told of them.
type Known = (BTreeMap<usize, Layouts>, Vec<String>);

fn layouts(
    path: &Path,
    statements: &Statements,
    sample: &[(Row, Fields)],
    given: Option<&Layout>,
) -> anyhow::Result<Known> {
    let (mut known, mut remarks) = (BTreeMap::new(), Vec::new());
    for (row, _) in sample {
        if known.contains_key(&row.table) {
            continue;
        }
        let rows: Vec<&Fields> =
            sample.iter().filter(|(one, _)| one.table == row.table).map(|(_, fields)| fields).collect();
        let table = statements.table(row.table);
        let (layouts, told) = match given {
            Some(given) => (Layouts::One(given.clone()), given.lacks().into_iter().collect()),
            None => layouts_of(table, &rows).or_else(|why| {
                bail!(
                    "the table {} in {} cannot be read: {why}; name its columns in order, as in --columns \
                     start,clid,src,dst,disposition,uniqueid",
                    table.name,
                    path.display()
                )
            })?,
        };
        known.insert(row.table, layouts);
        remarks.extend(told);
    }
    Ok((known, remarks))
}

/// The layout of a table by its names, as far as its rows bear them out; of one that has other columns than its names say,
/// by the rows alone.
fn layouts_of(table: &Table, rows: &[&Fields]) -> Result<(Layouts, Vec<String>), String> {
    let width = rows.first().map_or(0, |row| row.len());
    if !table.columns.is_empty() && table.columns.len() == width {
        let (layout, remarks) =
            named(table).checked_by(rows.iter().copied().filter(|row| row.len() == width))?;
        return Ok((Layouts::One(layout), remarks));
    }
    match Layouts::of_rows(rows.iter().copied())? {
        Some(found) => Ok((found.layouts, found.remarks)),
        None => Err("nothing says what its columns are".into()),
    }
}

fn named(table: &Table) -> Layout {
    Layout::of_names(table.columns.iter().map(|column| column.name.as_str()))
}

fn of_names(table: &Table) -> Layouts {
    Layouts::One(named(table))
}
