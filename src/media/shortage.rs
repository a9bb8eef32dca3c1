//! What the system has run out of: that passes, and says nothing about a file.

use std::io;

use rustix::io::Errno;

/// What there is too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// File descriptors, of the process or of the machine.
    Descriptors,
    /// Room on a disk, or of a quota.
    Room,
}

impl Shortage {
    /// What an error comes from, if it is one of them.
    pub fn of(error: &io::Error) -> Option<Shortage> {
        match Errno::from_io_error(error)? {
            Errno::MFILE | Errno::NFILE => Some(Shortage::Descriptors),
            Errno::NOSPC | Errno::DQUOT => Some(Shortage::Room),
            _ => None,
        }
    }
}
