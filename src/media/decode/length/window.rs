//! A file that is read a piece at a time, at places that it names itself.

use std::io;

use super::super::budget::Budget;
use super::super::read_at::ReadAt;

/// Bytes that are read at once.
const WINDOW: usize = 4 << 10;

/// The file, a piece of it at a time.
pub struct Window<'a> {
    file: &'a dyn ReadAt,
    budget: &'a Budget<'a>,
    piece: Vec<u8>,
    at: u64,
}

impl<'a> Window<'a> {
    /// Over a file; what is read is spent.
    pub fn new(file: &'a dyn ReadAt, budget: &'a Budget<'a>) -> Window<'a> {
        Window { file, budget, piece: Vec::new(), at: 0 }
    }

    /// The bytes at a place, if they are there.
    pub fn bytes<const COUNT: usize>(&mut self, at: u64) -> io::Result<Option<[u8; COUNT]>> {
        Ok(self.some(at, COUNT)?.first_chunk().copied())
    }

    /// Up to so many bytes at a place; fewer only at the end of the file.
    pub fn some(&mut self, at: u64, count: usize) -> io::Result<&[u8]> {
        if self.within(at).is_none_or(|from| self.piece.len() - from < count) {
            self.budget.begin()?;
            let wanted = WINDOW.max(count);
            self.budget.spend(wanted as u64)?;
            self.piece.resize(wanted, 0);
            let count = self.file.at(at, &mut self.piece)?;
            self.piece.truncate(count);
            self.at = at;
        }
        let from = self.within(at).unwrap_or(self.piece.len());
        let piece = &self.piece[from..];
        Ok(&piece[..count.min(piece.len())])
    }

    fn within(&self, at: u64) -> Option<usize> {
        let from = usize::try_from(at.checked_sub(self.at)?).ok()?;
        (from <= self.piece.len()).then_some(from)
    }
}
