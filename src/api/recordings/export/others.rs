//! The other forms and sides of exported recordings: set aside with the rows, and put beside what plays.

use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use tempfile::SpooledTempFile;

use super::item::Item;
use crate::api::wire::error::Refusal;
use crate::model::SoundRole;
use crate::store::Reader;

/// A form or side that does not play.
pub struct Other {
    role: SoundRole,
    /// As in its line.
    pub path: String,
}

impl Other {
    /// What it is called, beside a recording that is called so.
    pub fn stem(&self, stem: &str) -> String {
        if self.role.is_side() { format!("{stem} {}", self.role.as_str()) } else { stem.into() }
    }
}

/// Copies those of each of the `rows`, in their order.
pub fn gather(
    reader: &Reader,
    rows: &mut SpooledTempFile,
    count: i64,
    to: SpooledTempFile,
    failed: impl Fn(io::Error) -> Refusal,
) -> Result<SpooledTempFile, Refusal> {
    let mut out = BufWriter::new(to);
    rows.rewind().map_err(&failed)?;
    let mut rows = BufReader::new(rows);
    let mut item = Item::default();
    for _ in 0..count {
        item.read(&mut rows).map_err(&failed)?;
        write(&reader.other_sounds(item.id)?, &mut out).map_err(&failed)?;
    }
    out.into_inner().map_err(|error| failed(error.into_error()))
}

fn write(others: &[(SoundRole, String)], out: &mut impl Write) -> io::Result<()> {
    out.write_all(&(others.len() as u64).to_le_bytes())?;
    for (role, path) in others {
        for text in [role.as_str(), path] {
            out.write_all(&(text.len() as u64).to_le_bytes())?;
            out.write_all(text.as_bytes())?;
        }
    }
    Ok(())
}

/// Those of the next row.
pub fn read(from: &mut impl Read) -> io::Result<Vec<Other>> {
    let count = number(from)?;
    let mut others = Vec::new();
    for _ in 0..count {
        let role = SoundRole::of(&text(from)?);
        others.push(Other { role, path: text(from)? });
    }
    Ok(others)
}

fn number(from: &mut impl Read) -> io::Result<u64> {
    let mut number = [0; 8];
    from.read_exact(&mut number)?;
    Ok(u64::from_le_bytes(number))
}

fn text(from: &mut impl Read) -> io::Result<String> {
    let mut text = vec![0; usize::try_from(number(from)?).map_err(io::Error::other)?];
    from.read_exact(&mut text)?;
    String::from_utf8(text).map_err(io::Error::other)
}
