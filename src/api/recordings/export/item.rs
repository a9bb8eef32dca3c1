//! Rows of an export, set aside until their sound is sent.

use std::io::{self, Read, Write};

use crate::api::wire::calendar;
use crate::api::wire::csv::Dialect;
use crate::api::wire::envelope::place;
use crate::media::names::stem;
use crate::store::ListRow;

/// What of a row is remembered: when it began, what its sound is called outside and inside of the archive, and its line
/// of CSV.
#[derive(Default)]
pub struct Item {
    /// Its id.
    pub id: i64,
    /// When it began, Unix seconds.
    pub start: i64,
    /// What it is called in the archive, without an ending.
    pub stem: String,
    /// Its sound, as the row has it.
    pub path: Vec<u8>,
    /// Its columns of CSV.
    pub line: Vec<u8>,
}

impl Item {
    /// Takes over what a row says.
    pub fn take(&mut self, row: &ListRow<'_>, dialect: &Dialect) {
        let text = |name| {
            let mut text = Vec::new();
            row.text(place(name), |bytes| text.extend_from_slice(bytes));
            text
        };
        let either =
            |first, second| Some(text(first)).filter(|text| !text.is_empty()).unwrap_or(text(second));
        self.id = row.id();
        self.start = row.integer(place("start"));
        let local = calendar::clock(&dialect.zone, self.start);
        self.stem = stem(local, &either("snumber", "callerid_internal"), &either("cnumber", "dnumber"));
        self.path = text("path");
        self.line.clear();
        dialect.row(row, &mut self.line);
    }

    /// Sets it aside.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.id.to_le_bytes())?;
        out.write_all(&self.start.to_le_bytes())?;
        for bytes in [self.stem.as_bytes(), &self.path, &self.line] {
            out.write_all(&(bytes.len() as u64).to_le_bytes())?;
            out.write_all(bytes)?;
        }
        Ok(())
    }

    /// Reads the next one that was set aside.
    pub fn read(&mut self, from: &mut impl Read) -> io::Result<()> {
        let mut stem = std::mem::take(&mut self.stem).into_bytes();
        let mut number = [0; 8];
        from.read_exact(&mut number)?;
        self.id = i64::from_le_bytes(number);
        from.read_exact(&mut number)?;
        self.start = i64::from_le_bytes(number);
        for bytes in [&mut stem, &mut self.path, &mut self.line] {
            from.read_exact(&mut number)?;
            bytes.resize(usize::try_from(u64::from_le_bytes(number)).map_err(io::Error::other)?, 0);
            from.read_exact(bytes)?;
        }
        self.stem = String::from_utf8(stem).map_err(io::Error::other)?;
        Ok(())
    }
}
