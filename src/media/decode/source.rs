//! A file as symphonia reads it: in turn, and within a budget.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

use super::budget::Budget;
use super::read_at::ReadAt;

/// A file up to where it ended when it was opened, with a place of its own.
pub struct Source<'a> {
    file: File,
    size: u64,
    at: u64,
    budget: &'a Budget<'a>,
}

impl<'a> Source<'a> {
    /// From its beginning; what is read is spent.
    pub fn new(file: File, size: u64, budget: &'a Budget<'a>) -> Source<'a> {
        Source { file, size, at: 0, budget }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = bytes.len().min(left);
        self.budget.spend(wanted as u64)?;
        let count = self.file.at(self.at, &mut bytes[..wanted])?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Source<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl MediaSource for Source<'_> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.size)
    }
}
