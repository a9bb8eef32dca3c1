//! Room on a disk, and for open files.

use std::path::Path;

/// Room on the disk of a file or folder; 0 where the system doesn't say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Space {
    /// Bytes that it holds.
    pub size: u64,
    /// Bytes that we may still write.
    pub free: u64,
}

/// Files and connections that are open, and that may be; 0 where the system doesn't say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Descriptors {
    /// That may be open at once.
    pub limit: u64,
    /// That are open.
    pub open: u64,
}

impl Descriptors {
    /// As it is now.
    pub fn now() -> Descriptors {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let limit = limit.unwrap_or_default();
        // Where none is left, they can't be counted.
        let open = std::fs::read_dir("/proc/self/fd").map_or(limit, |all| all.count() as u64);
        Descriptors { limit, open }
    }
}

impl Space {
    /// As it is now.
    pub fn of(path: &Path) -> Space {
        let Ok(facts) = rustix::fs::statvfs(path) else { return Space::default() };
        let bytes = |blocks: u64| blocks.saturating_mul(facts.f_frsize);
        Space { size: bytes(facts.f_blocks), free: bytes(facts.f_bavail) }
    }
}
