//! The CSV of recording/recordings/export, read back as it was.

use std::path::{Component, Path};

use anyhow::Context;
use jiff::Timestamp;

use crate::ingest::cdr::{Fields, Rows};
use crate::ingest::files;
use crate::ingest::reading::{Length, Reading};
use crate::intake::Draft;
use crate::model::{
    Column, Group, Kind, ReadValue, RecordingRow, RowSource, Value, WIRE, without_apostrophes,
};

/// The drafts of the rows. `machine`: the one that they are imported for. `group`: where they are filed, if not where they say.
pub(super) fn open(path: &Path, machine: String, group: Option<&Group>) -> anyhow::Result<Reading<Draft>> {
    let place = group.map(|group| (group.customer, group.id));
    let (input, length) = files::open(path)?;
    let mut rows = Rows::of_many_lines(input);
    let mut fields = Fields::default();
    let header = match rows.next(&mut fields).with_context(|| files::unreadable(path))? {
        Some((_, Ok(()))) => {
            rows.separate_by(separator(fields.get(0)));
            Header::read(&fields)
        }
        _ => Err("it has no first line with names of columns".into()),
    };
    let header = header.map_err(|why| {
        anyhow::anyhow!(
            "{} is no export of Tapeline: {why}; make one with recording/recordings/export",
            path.display()
        )
    })?;
    let entries = rows.entries(path, move |fields| {
        let mut row = header.recording(fields)?;
        if let Some((customer, recordgroup)) = place {
            (row.customer, row.recordgroup) = (customer, recordgroup);
        }
        Ok(Draft { machine: machine.clone(), row: Some(Box::new(row)), ..Draft::default() })
    });
    Ok(Reading { entries, length: Length::Bytes(length), remarks: vec![] })
}

/// What stands between cells, by the header, which may have been taken for one field.
fn separator(header: &[u8]) -> u8 {
    *header.iter().find(|byte| matches!(byte, b';' | b'\t')).unwrap_or(&b',')
}

/// Where each wire column stands in a row.
struct Header {
    places: Vec<usize>,
    width: usize,
}

impl Header {
    fn read(fields: &Fields) -> Result<Header, String> {
        let by = separator(fields.get(0));
        let names = fields.iter().flat_map(|names| names.split(move |byte| *byte == by));
        let names: Vec<&[u8]> =
            names.map(|name| name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name)).collect();
        let place = |name: &str| names.iter().position(|found| *found == name.as_bytes());
        let places: Vec<Option<usize>> = WIRE.iter().map(|column| place(column.name)).collect();
        let missing: Vec<&str> = WIRE
            .iter()
            .zip(&places)
            .filter(|(_, place)| place.is_none())
            .map(|(column, _)| column.name)
            .collect();
        match missing.as_slice() {
            [] => {}
            [one] => return Err(format!("its first line lacks the column {one}")),
            [first, rest @ ..] => {
                return Err(format!("its first line lacks the column {first} and {} others", rest.len()));
            }
        }
        Ok(Header { places: places.into_iter().flatten().collect(), width: names.len() })
    }

    fn recording(&self, fields: &mut Fields) -> Result<RecordingRow, String> {
        if fields.len() != self.width {
            return Err(format!("it has not {} fields like the first line", self.width));
        }
        fields.mend();
        let row = RecordingRow::read(&mut Cells { fields, places: self.places.iter(), column: 0 })?;
        match refusal(&row) {
            Some(why) => Err(why),
            None => Ok(row),
        }
    }
}

/// Why a row is not one that an export has: somebody wrote it by hand.
fn refusal(row: &RecordingRow) -> Option<String> {
    for (Column { name, kind, .. }, value) in WIRE.iter().zip(row.values()) {
        if let (Kind::Flag, Value::Integer(flag)) = (kind, value)
            && !(0..=1).contains(&flag)
        {
            return Some(format!("its {name} is {flag}, and must be 0 or 1"));
        }
    }
    for (name, id) in [("customer", row.customer), ("recordgroup", row.recordgroup)] {
        if id < 1 {
            return Some(format!("its {name} is {id}, and ids begin with 1"));
        }
    }
    for (name, text) in [("uniqueid", &row.uniqueid), ("recordid", &row.recordid)] {
        if text.is_empty() {
            return Some(format!("its {name} is empty, and a recording is known by it"));
        }
    }
    let is_below = Path::new(&row.path).components().all(|part| matches!(part, Component::Normal(_)));
    (!is_below).then(|| format!("its path {} does not lead below the media root", row.path))
}

/// The cells of a row in wire order.
struct Cells<'a> {
    fields: &'a Fields,
    places: std::slice::Iter<'a, usize>,
    column: usize,
}

impl Cells<'_> {
    fn cell(&mut self) -> (&str, &'static Column) {
        let column = &WIRE[self.column];
        self.column += 1;
        (self.places.next().map_or("", |place| self.fields.text(*place)), column)
    }
}

impl RowSource for Cells<'_> {
    type Error = String;
}

impl ReadValue<String> for Cells<'_> {
    /// A text without what keeps spreadsheets from calculating it.
    fn next(&mut self) -> Result<String, String> {
        let (cell, _) = self.cell();
        let kept = cell.strip_prefix("=\"").and_then(|cell| cell.strip_suffix('"'));
        Ok(kept.map_or_else(|| without_apostrophes(cell).into_owned(), str::to_owned))
    }
}

impl ReadValue<i64> for Cells<'_> {
    fn next(&mut self) -> Result<i64, String> {
        let (cell, column) = self.cell();
        number(column.kind, cell).ok_or_else(|| format!("its {} is not as an export writes it", column.name))
    }
}

/// A number, or a time such as `2026-11-24T05:53:26+00:00`; an empty time is 0.
fn number(kind: Kind, cell: &str) -> Option<i64> {
    match cell.parse() {
        Ok(number) => Some(number),
        Err(_) if kind == Kind::Time && cell.is_empty() => Some(0),
        Err(_) if kind == Kind::Time => cell.parse().ok().map(Timestamp::as_second),
        Err(_) => None,
    }
}
