//! Room on a disk.

use std::path::Path;

/// Room on the disk of a file or folder; 0 where the system doesn't say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Space {
    /// Bytes that it holds.
    pub size: u64,
    /// Bytes that we may still write.
    pub free: u64,
}

impl Space {
    /// As it is now.
    pub fn of(path: &Path) -> Space {
        let Ok(facts) = rustix::fs::statvfs(path) else { return Space::default() };
        let bytes = |blocks: u64| blocks.saturating_mul(facts.f_frsize);
        Space { size: bytes(facts.f_blocks), free: bytes(facts.f_bavail) }
    }
}
