//! What an import did, and what it could not use: line by line for a file, in a few lines for the terminal.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::intake::{Outcome, RECORDS_DAYS};

/// Reasons that the summary tells apart; further ones are counted together.
const MOST_REASONS: usize = 20;

/// A detail record without a recording: most calls have none.
const NO_RECORDING: &str = "no recording has its uniqueid or file";
const NONE_KNOWN: &str = "None of them has a recording here. If the recordings are here already, their rows may name another \
    machine:  --machine NAME";

/// What became of the rows.
#[derive(Debug, Default)]
pub struct Report {
    file: Option<(PathBuf, BufWriter<File>)>,
    failed: Option<io::Error>,
    /// Why rows were skipped.
    reasons: Reasons,
    /// What was odd in rows that were taken.
    remarks: Reasons,
    /// What was read: rows or files, in the singular.
    pub(super) of: &'static str,
    /// How many of them.
    pub read: u64,
    /// New recordings.
    pub inserted: u64,
    /// Recordings that more is known of now.
    pub enriched: u64,
    /// Recordings of which all of it was known.
    pub unchanged: u64,
    /// Files that are further forms, or sides, of recordings.
    pub forms: u64,
    /// Calls without a recording so far, of which is kept what is known.
    pub kept: u64,
    /// Recordings of which it isn't known whose they are, by reason.
    waiting: BTreeMap<String, u64>,
    /// Rows that could not be used.
    pub skipped: u64,
}

/// Why a file with a row counts for nothing.
const OVERWRITTEN: &str = "it was written to after its recording was complete: that one stays as it was, and what the file holds now has no row";

/// What is to be said of rows, and of how many.
#[derive(Debug, Default)]
struct Reasons(Vec<Reason>);

#[derive(Debug)]
struct Reason {
    why: String,
    count: u64,
    /// Where it was met first.
    first: String,
}

impl Report {
    /// A report that also goes to a new file, a line for each skipped row.
    pub fn with_file(path: &Path) -> anyhow::Result<Report> {
        let file = OpenOptions::new().write(true).create_new(true).open(path).with_context(|| {
            format!("the report {} cannot be made; an existing file is never overwritten", path.display())
        })?;
        Ok(Report { file: Some((path.into(), BufWriter::new(file))), ..Report::default() })
    }

    /// Notes that a row was skipped, where it stands and why.
    pub fn skip(&mut self, place: impl Display, why: &str) {
        self.skipped += 1;
        self.write(&place, why);
        self.reasons.add(place, why);
    }

    /// Notes what is odd in a row, or in all of the file, though it was taken.
    pub(super) fn remark(&mut self, place: impl Display, what: &str) {
        self.write(&place, what);
        self.remarks.add(place, what);
    }

    fn write(&mut self, place: &impl Display, what: &str) {
        if let Some((_, file)) = &mut self.file
            && self.failed.is_none()
            && let Err(error) = writeln!(file, "{place}: {what}")
        {
            self.failed = Some(error);
        }
    }

    /// Notes what became of a draft. The error is why its rows were of no use.
    pub(super) fn note(&mut self, outcome: &Outcome) -> Result<(), String> {
        match outcome {
            Outcome::Inserted => self.inserted += 1,
            Outcome::Completed | Outcome::Enriched => self.enriched += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Form => self.forms += 1,
            Outcome::Kept => self.kept += 1,
            Outcome::Waits(reason) => *self.waiting.entry(reason.clone()).or_default() += 1,
            Outcome::Excluded(reason) => return Err(format!("left out: {reason}")),
            Outcome::Overwritten => return Err(OVERWRITTEN.into()),
            Outcome::Refused(why) => return Err(why.clone()),
            Outcome::Deleted => return Err("its recording was deleted and does not come back".into()),
            Outcome::NoRecording => return Err(NO_RECORDING.into()),
        }
        Ok(())
    }

    /// Writes the file to its end.
    pub(super) fn finish(&mut self) -> anyhow::Result<()> {
        let Some((path, file)) = &mut self.file else { return Ok(()) };
        let written = self.failed.take().map_or_else(|| file.flush(), Err);
        written.with_context(|| format!("the report {} could not be written to its end", path.display()))
    }

    /// A few lines for people.
    pub fn summary(&self, dry_run: bool) -> Vec<String> {
        let [new, more] =
            if dry_run { ["would be new", "would know more"] } else { ["are new", "know more now"] };
        let ending = if self.read == 1 { "" } else { "s" };
        let mut lines = vec![format!(
            "Of {} {}{ending}, {} could not be used. Recordings: {} {new}, {} {more}, {} were known as they are.",
            self.read, self.of, self.skipped, self.inserted, self.enriched, self.unchanged
        )];
        if self.forms > 0 {
            let files = if self.forms == 1 { "file is another form" } else { "files are other forms" };
            lines.push(format!(
                "{:>9}  {files} of recordings that have their rows, or one side of them",
                self.forms
            ));
        }
        if self.kept > 0 {
            let calls = if self.kept == 1 { "call has" } else { "calls have" };
            lines.push(format!(
                "{:>9}  {calls} no recording here yet; what is known of them stays for {RECORDS_DAYS} days, and a recording \
                 that is brought in learns it",
                self.kept
            ));
        }
        for (reason, count) in &self.waiting {
            lines.push(format!(
                "{count:>9}  wait, and are filed later, since it isn't known whose they are: {reason}"
            ));
        }
        lines.extend(self.reasons.lines());
        lines.extend(self.remarks.lines());
        match &self.file {
            Some((path, _)) if self.has_lines() => {
                lines.push(format!("All of those are in {}.", path.display()));
            }
            None if self.has_lines() => lines.push("--report FILE writes a line for each of those.".into()),
            _ => {}
        }
        if self.kept > 0 && self.waiting.is_empty() && self.inserted + self.enriched + self.unchanged == 0 {
            lines.push(NONE_KNOWN.into());
        }
        lines
    }

    fn has_lines(&self) -> bool {
        self.skipped > 0 || !self.remarks.0.is_empty()
    }
}

impl Reasons {
    fn add(&mut self, place: impl Display, why: &str) {
        if let Some(reason) = self.0.iter_mut().find(|reason| reason.why == why) {
            reason.count += 1;
            return;
        }
        let why = if self.0.len() < MOST_REASONS { why } else { "other reasons" };
        match self.0.iter_mut().find(|reason| reason.why == why) {
            Some(reason) => reason.count += 1,
            None => self.0.push(Reason { why: why.into(), count: 1, first: place.to_string() }),
        }
    }

    /// A line for each, the most frequent first.
    fn lines(&self) -> impl Iterator<Item = String> {
        let mut reasons: Vec<&Reason> = self.0.iter().collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        reasons.into_iter().map(|Reason { why, count, first }| format!("{count:>9}  {why} (first: {first})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_reasons_are_told_in_few_lines() {
        let mut report = Report::default();
        (0..1000).for_each(|line| report.skip(format_args!("x:{line}"), &format!("reason {}", line % 100)));
        let lines = report.summary(false);
        assert_eq!(lines.len(), 1 + MOST_REASONS + 1 + 1, "{lines:?}");
        assert!(lines[1].contains("other reasons") && lines[1].contains("800"), "{lines:?}");
    }
}
