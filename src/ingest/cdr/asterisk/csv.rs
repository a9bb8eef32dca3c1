//! Asterisk's Master.csv, in whatever columns its modules were told to write.

use std::io::BufRead;
use std::path::Path;

use anyhow::{Context, bail};

use crate::ingest::cdr::{self, Cdr, Clock, Fields, Layouts, Rows};
use crate::ingest::files;
use crate::ingest::import::calls::{Calls, Desk};
use crate::ingest::import::{Import, Report, ahead, bar};

/// Rows that are looked at before the first is taken.
const SAMPLE: usize = 200;

pub(in crate::ingest) fn import(import: &Import<'_>, path: &Path, report: &mut Report) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let (clock, desk) = (import.clock(), Desk::of(import));
    let (mut layouts, header) = layouts(import, path)?;
    check_clock(import, path, &mut layouts)?;
    let (input, length) = files::open(path)?;
    let bar = bar(length, true);
    let mut rows = Rows::of_lines(input);
    let mut calls = Calls::new(import, name.clone());
    let mut fields = Fields::default();
    let mut header = header;
    let next = move || loop {
        let next = rows.next(&mut fields).with_context(|| files::unreadable(path))?;
        let Some((line, row)) = next else { return Ok(None) };
        if std::mem::take(&mut header) {
            continue;
        }
        let cdr = match row {
            Ok(()) => read(&mut fields, &mut layouts, &clock),
            Err(damage) => Err(damage.to_string()),
        };
        return Ok(Some((line, rows.read(), cdr.map(|cdr| desk.ready(cdr)))));
    };
    ahead(next, |(line, end, record)| {
        bar.set_position(end);
        report.read += 1;
        match record {
            Ok(record) => calls.add(record, line.to_string(), report)?,
            Err(why) => report.skip(format_args!("{name}:{line}"), &why),
        }
        Ok(())
    })?;
    calls.flush(report)?;
    bar.finish_and_clear();
    Ok(())
}

fn read(fields: &mut Fields, layouts: &mut Layouts, clock: &Clock) -> Result<Cdr, String> {
    fields.mend();
    let Some(layout) = layouts.of(fields) else {
        return Err(format!("it doesn't have {}", layouts.expected()));
    };
    let text = |column| layout.place(column).map_or("", |place| fields.text(place));
    Ok(cdr::read(text, clock)?)
}

/// The file's columns, and whether its first row only names them.
fn layouts(import: &Import<'_>, path: &Path) -> anyhow::Result<(Layouts, bool)> {
    let rows = sample(path)?;
    let found = Layouts::of_rows(&rows);
    if let Some(columns) = &import.columns {
        return Ok((Layouts::One(columns.clone()), found.is_some_and(|(_, header)| header)));
    }
    let shown = path.display();
    match found {
        Some((layouts, header)) => Ok((layouts, header)),
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

/// Refuses a file whose times are all off by the same hours from those in its uniqueids: the zone is wrong.
fn check_clock(import: &Import<'_>, path: &Path, layouts: &mut Layouts) -> anyhow::Result<()> {
    let clock = import.clock();
    let mut offs = Vec::new();
    for mut fields in sample(path)? {
        if let Ok(cdr) = read(&mut fields, layouts, &clock)
            && let Some(begun) = cdr::epoch(&cdr.uniqueid)
        {
            offs.push(((cdr.start - begun) as f64 / 900.0).round() as i64 * 15);
        }
    }
    let Some(off) = offs.first().copied().filter(|off| off.abs() >= 30) else { return Ok(()) };
    if offs.len() < 3 || offs.iter().any(|other| *other != off) {
        return Ok(());
    }
    let zone = import.zone();
    let zone = zone.iana_name().unwrap_or("the zone of this machine");
    let which = if off > 0 { "later" } else { "earlier" };
    let (hours, minutes) = (off.abs() / 60, off.abs() % 60);
    bail!(
        "the times in {} are {hours} h {minutes} min {which} than the calls were, if they are read in {zone}; give the \
         zone of the PBX with --timezone (UTC, where cdr.conf has usegmtime)",
        path.display()
    )
}
