//! A file as symphonia reads it: in turn, and within a budget.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use symphonia::core::io::MediaSource;

use super::budget::Budget;
use super::read_at::ReadAt;

/// Bytes of the head of a Void element, with a size of eight.
const HEAD: u64 = 9;

/// A part of a file, up to where it ended when it was opened, with a place of its own.
pub struct Source<'a> {
    file: File,
    start: u64,
    size: u64,
    at: u64,
    /// Bytes that are read as if they said nothing.
    without: Option<Range<u64>>,
    /// Whether its length is told to nobody.
    endless: bool,
    budget: &'a Budget<'a>,
}

impl<'a> Source<'a> {
    /// From the part's beginning; what is read is spent.
    pub fn new(file: File, span: Range<u64>, budget: &'a Budget<'a>) -> Source<'a> {
        let size = span.end.saturating_sub(span.start);
        Source { file, start: span.start, size, at: 0, without: None, endless: false, budget }
    }

    /// The same of a file that may have been broken off: nobody is told how long it is, and so whether elements of Matroska
    /// fit into it. What is in `index`, which says where others are, becomes one of no account (Void, RFC 9559).
    pub fn broken_off(self, index: Option<Range<u64>>) -> Source<'a> {
        Source { without: index.filter(|index| index.end - index.start > HEAD), endless: true, ..self }
    }

    /// Puts the Void in its place, where the bytes from `at` on are there.
    fn hide(&self, at: u64, bytes: &mut [u8]) {
        let Some(hidden) = &self.without else { return };
        let [_, size @ ..] = (hidden.end - hidden.start - HEAD).to_be_bytes();
        let head = [0xec, 1].into_iter().chain(size).chain(std::iter::repeat(0));
        for (place, byte) in hidden.clone().zip(head) {
            let place = place.checked_sub(at).and_then(|place| usize::try_from(place).ok());
            place.and_then(|place| bytes.get_mut(place)).into_iter().for_each(|found| *found = byte);
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = bytes.len().min(left);
        self.budget.spend(wanted as u64)?;
        let count = self.file.at(self.start.saturating_add(self.at), &mut bytes[..wanted])?;
        self.hide(self.at, &mut bytes[..count]);
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
        (!self.endless).then_some(self.size)
    }
}
