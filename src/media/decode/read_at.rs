//! Reading at a place: of a file, or of bytes at hand.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;

/// Something with bytes at places.
pub trait ReadAt {
    /// Fills `bytes` with those from `at` on, and says how many there were: fewer only at the end.
    fn at(&self, at: u64, bytes: &mut [u8]) -> io::Result<usize>;

    /// All of them, or an error.
    fn exactly_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        if self.at(at, bytes)? < bytes.len() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

impl ReadAt for File {
    fn at(&self, at: u64, bytes: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        // No file is longer than the system can say.
        while done < bytes.len() && at <= i64::MAX as u64 - bytes.len() as u64 {
            match self.read_at(&mut bytes[done..], at + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}

impl ReadAt for [u8] {
    fn at(&self, at: u64, bytes: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(at).ok().and_then(|at| self.get(at..)).unwrap_or_default();
        let count = rest.len().min(bytes.len());
        bytes[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}
