//! What is mounted at a folder, above and below it. proc(5) says when something changes there.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

const MOUNTS: &str = "/proc/self/mountinfo";

/// The mounts that a folder has to do with.
pub struct Mounts {
    folder: PathBuf,
    /// None where nobody tells of changes.
    file: Option<File>,
    known: Vec<Vec<u8>>,
    /// Where something was mounted in the folder at any time, relative to it.
    points: BTreeSet<PathBuf>,
}

impl Mounts {
    /// As they are now.
    pub fn new(folder: &Path) -> Mounts {
        let (file, known) = (File::open(MOUNTS).ok(), mounts(folder));
        let points = points(folder, &known);
        Mounts { folder: folder.into(), file, known, points }
    }

    /// Whether something was mounted or unmounted there since this was asked last.
    pub fn changed(&mut self) -> bool {
        let Some(file) = &self.file else { return false };
        let mut asked = [PollFd::new(file, PollFlags::PRI)];
        if !poll(&mut asked, Some(&Timespec::default())).is_ok_and(|told| told > 0) {
            return false;
        }
        let before = std::mem::replace(&mut self.known, mounts(&self.folder));
        self.points.extend(points(&self.folder, &self.known));
        before != self.known
    }

    /// Folders within, relative to it, in which something was mounted, and nothing is now.
    pub fn unmounted(&self) -> Vec<PathBuf> {
        let now = points(&self.folder, &self.known);
        self.points.difference(&now).cloned().collect()
    }
}

fn whole(folder: &Path) -> PathBuf {
    folder.canonicalize().or_else(|_| std::path::absolute(folder)).unwrap_or(folder.into())
}

/// Where a line says that something is mounted.
fn point(line: &[u8]) -> Option<PathBuf> {
    line.split(|byte| *byte == b' ').nth(4).map(unescaped)
}

/// Those within the folder, relative to it.
fn points(folder: &Path, lines: &[Vec<u8>]) -> BTreeSet<PathBuf> {
    let folder = whole(folder);
    let below = |line: &Vec<u8>| point(line)?.strip_prefix(&folder).ok().map(Path::to_path_buf);
    lines.iter().filter_map(below).filter(|at| !at.as_os_str().is_empty()).collect()
}

/// The lines of those.
fn mounts(folder: &Path) -> Vec<Vec<u8>> {
    let folder = whole(folder);
    let concerns = |line: &&[u8]| {
        let at = point(line);
        at.is_some_and(|at| at.starts_with(&folder) || folder.starts_with(at))
    };
    let text = fs::read(MOUNTS).unwrap_or_default();
    text.split(|byte| *byte == b'\n').filter(concerns).map(<[u8]>::to_vec).collect()
}

/// Blanks and backslashes are written as `\ooo`.
fn unescaped(text: &[u8]) -> PathBuf {
    let mut path = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        let code = (*byte == b'\\').then(|| after.get(..3)).flatten();
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 8).ok());
        path.push(code.unwrap_or(*byte));
        rest = if code.is_some() { &after[3..] } else { after };
    }
    std::ffi::OsString::from_vec(path).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_point_has_its_blanks_back() {
        for (text, path) in [
            ("/", "/"),
            ("/mnt/a\\040b\\134c", "/mnt/a b\\c"),
            ("/\\04", "/\\04"),
            ("/a\\", "/a\\"),
            ("\\xyz", "\\xyz"),
        ] {
            assert_eq!(unescaped(text.as_bytes()), Path::new(path));
        }
    }

    #[test]
    fn without_a_change_there_is_none() {
        let mut mounts = Mounts::new(&std::env::temp_dir());
        assert!(!mounts.known.is_empty(), "the root of the file system, at least");
        assert!(!mounts.changed());
    }
}
