//! The bytes of a file, one after the other, with their lines counted.

use std::io::{self, BufRead};

use memchr::memchr_iter;

/// The bytes of a file.
pub(super) struct Bytes {
    input: Box<dyn BufRead + Send>,
    /// Lines that ended so far.
    ended: u64,
    read: u64,
}

impl Bytes {
    pub(super) fn new(input: Box<dyn BufRead + Send>) -> Bytes {
        Bytes { input, ended: 0, read: 0 }
    }

    /// The line of the next byte, from 1.
    pub(super) fn line(&self) -> u64 {
        self.ended + 1
    }

    /// How many were read so far.
    pub(super) fn read(&self) -> u64 {
        self.read
    }

    /// Those that are at hand; none: that was all.
    pub(super) fn at_hand(&mut self) -> io::Result<&[u8]> {
        // Asked once more, since a borrow can't be handed on from within the loop.
        while let Err(error) = self.input.fill_buf() {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        self.input.fill_buf()
    }

    /// Goes on behind so many of those at hand.
    pub(super) fn go_on(&mut self, count: usize) -> io::Result<()> {
        let passed = self.at_hand()?;
        let ended = memchr_iter(b'\n', &passed[..count.min(passed.len())]).count();
        self.ended += ended as u64;
        self.read += count as u64;
        self.input.consume(count);
        Ok(())
    }

    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.at_hand()?.first().copied())
    }

    pub(super) fn next(&mut self) -> io::Result<Option<u8>> {
        let next = self.peek()?;
        if next.is_some() {
            self.go_on(1)?;
        }
        Ok(next)
    }

    /// Gives bytes to `take` for as long as they are such, and goes on behind them.
    pub(super) fn take_while(
        &mut self,
        is: impl Fn(u8) -> bool,
        mut take: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        loop {
            let hand = self.at_hand()?;
            let end = hand.iter().position(|byte| !is(*byte));
            let count = end.unwrap_or(hand.len());
            take(&hand[..count]);
            if count == 0 {
                return Ok(());
            }
            self.go_on(count)?;
            if end.is_some() {
                return Ok(());
            }
        }
    }
}
