//! Files of FreeSWITCH's mod_json_cdr and mod_xml_cdr, one record each, or files that somebody put many into.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::adapter::NoRecord;
use super::body::read_all;
use crate::ingest::cdr::format::Options;
use crate::ingest::cdr::record::Record;
use crate::ingest::files;
use crate::ingest::reading::{Entry, Length, Reading};

/// Folders within folders: mod_json_cdr makes one level, FusionPBX a few.
const DEPTH: usize = 8;
/// A file of more bytes is not read.
const LONGEST: u64 = 64 << 20;

pub(in crate::ingest::cdr) fn open_json(path: &Path, _: Options) -> anyhow::Result<Reading<Record>> {
    open(path, "json")
}

pub(in crate::ingest::cdr) fn open_xml(path: &Path, _: Options) -> anyhow::Result<Reading<Record>> {
    open(path, "xml")
}

fn open(path: &Path, ending: &str) -> anyhow::Result<Reading<Record>> {
    let found = find(path, ending)?;
    if found.is_empty() {
        let path = path.display();
        bail!("{path} has no file that ends in .{ending}; mod_{ending}_cdr writes such to its log-dir");
    }
    let length = Length::Things(found.len() as u64);
    let entries = (1..).zip(found).flat_map(|(end, file)| entries(&file, end)).map(Ok);
    Ok(Reading { entries: Box::new(entries), length, remarks: vec![] })
}

/// The records of the file whose number is `end`.
fn entries(file: &Path, end: u64) -> Vec<Entry<Record>> {
    let records = match read(file) {
        Ok(body) => read_all(&body),
        Err(why) => return vec![Entry { place: file.display().to_string(), end, what: Err(why) }],
    };
    let several = records.len() > 1;
    let place = |number: usize| match several {
        true => format!("{}#{number}", file.display()),
        false => file.display().to_string(),
    };
    let entry = |(number, record): (usize, Result<Record, NoRecord>)| Entry {
        place: place(number),
        end,
        what: record.map_err(|why| why.to_string()),
    };
    (1..).zip(records).map(entry).collect()
}

/// The file itself, or the files of a folder that end so, by name. Links are not followed: they may lead in circles.
fn find(path: &Path, ending: &str) -> anyhow::Result<Vec<PathBuf>> {
    if !files::facts(path)?.is_dir() {
        files::open(path)?;
        return Ok(vec![path.into()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![(path.to_path_buf(), DEPTH)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = folder.read_dir().with_context(|| files::unreadable(&folder))?;
        for entry in entries {
            let entry = entry.with_context(|| files::unreadable(&folder))?;
            let kind = entry.file_type().with_context(|| files::unreadable(&entry.path()))?;
            if kind.is_dir() && depth > 0 {
                folders.push((entry.path(), depth - 1));
            } else if kind.is_file() && entry.path().extension().is_some_and(|found| found == ending) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(LONGEST + 1).read_to_end(&mut body).map_err(|error| error.to_string())?;
    if body.len() as u64 > LONGEST {
        return Err("it is longer than 64 MiB; split it".into());
    }
    Ok(body)
}
