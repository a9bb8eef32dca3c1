//! Which files some process has open for writing, as far as proc(5) lets us see it: all of this machine to root, nothing
//! to others.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// As it is when somebody asks first.
#[derive(Default)]
pub struct OpenFiles(OnceCell<Option<Files>>);

/// By device and inode.
type Files = HashSet<(u64, u64)>;

impl OpenFiles {
    /// Whether nobody writes to the file; None where that can't be known.
    pub fn is_free(&self, device: u64, inode: u64) -> Option<bool> {
        self.0.get_or_init(look).as_ref().map(|open| !open.contains(&(device, inode)))
    }
}

/// None where not every process can be looked at.
fn look() -> Option<Files> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let numbered = fs::read_dir("/proc")
        .ok()?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()));
    Some(numbered.flat_map(|process| written_by(&process.path())).collect())
}

/// The regular files that a process may write to. One that ends meanwhile has none.
fn written_by(process: &Path) -> Vec<(u64, u64)> {
    let Ok(descriptors) = fs::read_dir(process.join("fd")) else { return Vec::new() };
    let mut found = Vec::new();
    for descriptor in descriptors.filter_map(Result::ok) {
        let info = process.join("fdinfo").join(descriptor.file_name());
        if !fs::read_to_string(info).is_ok_and(|info| writes(&info)) {
            continue;
        }
        if let Ok(facts) = fs::metadata(descriptor.path())
            && facts.is_file()
        {
            found.push((facts.dev(), facts.ino()));
        }
    }
    found
}

/// Whether `flags:` in fdinfo, octal, has an access mode other than O_RDONLY.
fn writes(info: &str) -> bool {
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).is_some_and(|flags| flags & 3 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_open_while_somebody_may_write_to_it() {
        let path = std::env::temp_dir().join(format!("tapeline-open-{}", std::process::id()));
        let file = fs::File::create(&path).expect("a file");
        let facts = file.metadata().expect("facts");
        let free = || OpenFiles::default().is_free(facts.dev(), facts.ino());
        let root = rustix::process::geteuid().is_root();
        assert_eq!(free(), root.then_some(false));
        drop(file);
        let reading = fs::File::open(&path).expect("a file");
        assert_eq!(free(), root.then_some(true));
        drop(reading);
        fs::remove_file(path).expect("it goes");
    }
}
