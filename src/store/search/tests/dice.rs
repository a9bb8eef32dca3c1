//! Chance, and a place for a database.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// Chance that comes again: what failed once fails each time.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, sides: usize) -> usize {
        // Vigna's splitmix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ z >> 31) % sides as u64).expect("small")
    }

    pub(super) fn number(&mut self, sides: i64) -> i64 {
        i64::try_from(self.below(usize::try_from(sides).expect("positive"))).expect("small")
    }

    pub(super) fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// A folder beside the test program; it goes when the test is over.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let program = std::env::current_exe().expect("a program");
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = program.with_file_name(format!("search-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("target/ can be written to");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
