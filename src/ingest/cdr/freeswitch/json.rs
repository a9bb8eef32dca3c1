//! Files of FreeSWITCH's mod_json_cdr, one record each, or files that somebody put many into.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::{Record, read_all};
use crate::ingest::files;
use crate::ingest::import::calls::{Calls, Desk};
use crate::ingest::import::{Import, Report, bar};

/// Folders within folders: mod_json_cdr makes one level.
const DEPTH: usize = 8;
/// A file of more bytes is not read.
const LONGEST: u64 = 64 << 20;

pub(in crate::ingest) fn import(import: &Import<'_>, path: &Path, report: &mut Report) -> anyhow::Result<()> {
    let found = find(path)?;
    if found.is_empty() {
        bail!("{} has no file that ends in .json; mod_json_cdr writes such to its log-dir", path.display());
    }
    let bar = bar(found.len() as u64, false);
    let desk = Desk::of(import);
    let mut calls = Calls::new(import, path.display().to_string());
    for file in found {
        bar.inc(1);
        let records = match read(&file) {
            Ok(body) => read_all(&body),
            Err(why) => {
                report.read += 1;
                report.skip(file.display(), &why);
                continue;
            }
        };
        let several = records.len() > 1;
        for (number, record) in (1..).zip(records) {
            report.read += 1;
            let behind = if several { format!("#{number}") } else { String::new() };
            let place = place(path, &file) + &behind;
            match record {
                Ok(Record::Call(cdr)) => calls.add(desk.ready(*cdr), place, report)?,
                Ok(Record::Answerer(answerer)) => calls.add_answerer(&answerer, place, report)?,
                Ok(Record::Unanswered) => {
                    report.skip(format_args!("{}{behind}", file.display()), "nobody answered this leg");
                }
                Err(why) => report.skip(format_args!("{}{behind}", file.display()), &why.to_string()),
            }
        }
    }
    calls.flush(report)?;
    bar.finish_and_clear();
    Ok(())
}

/// A file's name below the folder that was named.
fn place(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).display().to_string()
}

/// The file itself, or the .json files of a folder by name. Links are not followed: they may lead in circles.
fn find(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
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
            } else if kind.is_file() && entry.path().extension().is_some_and(|ending| ending == "json") {
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
