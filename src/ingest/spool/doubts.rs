//! Whether a file that isn't there is gone: nobody knows where its folder cannot be read, or the disk that it was on is not
//! mounted.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use rustix::io::Errno;

/// Errors that say nothing of whether a file is there.
const UNKNOWN: [Errno; 8] = [
    Errno::ACCESS,
    Errno::PERM,
    Errno::IO,
    Errno::STALE,
    Errno::NOTCONN,
    Errno::HOSTDOWN,
    Errno::TIMEDOUT,
    Errno::NODEV,
];

/// A folder, the nearest to a file that is there, and its device.
type Nearest = Option<(PathBuf, i64)>;

/// What is known of folders after a look for the files of all rows.
pub(super) struct Doubts<'a> {
    root: &'a Path,
    unmounted: &'a [PathBuf],
    /// Those of them that have files of rows all the same.
    refilled: BTreeSet<&'a Path>,
    /// On which device files were when they were looked at, and their folder is now. The system may number a disk anew
    /// whenever it is mounted, and files may be moved to another one as they are: then some are found so.
    seen: BTreeSet<(i64, i64)>,
    last: Option<(PathBuf, Nearest)>,
}

impl<'a> Doubts<'a> {
    /// In `unmounted` something was mounted, and no longer is.
    pub(super) fn new(root: &'a Path, unmounted: &'a [PathBuf]) -> Doubts<'a> {
        Doubts { root, unmounted, refilled: BTreeSet::new(), seen: BTreeSet::new(), last: None }
    }

    /// The file of a row is there.
    pub(super) fn see(&mut self, path: &Path, device: Option<i64>) {
        let folder = path.parent().unwrap_or(path);
        let device = device.zip(self.nearest(folder).map(|(_, now)| now));
        self.seen.extend(device);
        self.refilled.extend(self.unmounted.iter().filter(|at| path.starts_with(at)).map(PathBuf::as_path));
    }

    /// Why nobody knows whether a file is gone, of which folder; and `None` if it is. All others were seen before.
    pub(super) fn of(&mut self, path: &Path, device: Option<i64>) -> Option<(PathBuf, Option<String>)> {
        let is_below = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if !path.components().all(is_below) {
            return None;
        }
        let folder = path.parent().unwrap_or(path);
        match self.root.join(path).symlink_metadata() {
            Err(why) if is_unknown(&why) => return Some((self.nearest(folder)?.0, Some(said(&why)))),
            Err(_) => {}
            Ok(_) => return None,
        }
        let mut unmounted = self.unmounted.iter().filter(|at| path.starts_with(at));
        if let Some(at) = unmounted.find(|at| !self.refilled.contains(at.as_path())) {
            return Some((at.clone(), None));
        }
        let (at, now) = self.nearest(folder)?;
        let was = device?;
        (was != now && !self.seen.contains(&(was, now))).then_some((at, None))
    }

    fn nearest(&mut self, folder: &Path) -> Nearest {
        if let Some((_, nearest)) = self.last.as_ref().filter(|(last, _)| last == folder) {
            return nearest.clone();
        }
        let facts = |at: &Path| self.root.join(at).metadata().ok().filter(Metadata::is_dir);
        let nearest =
            folder.ancestors().find_map(|at| facts(at).map(|facts| (at.into(), facts.dev().cast_signed())));
        self.last = Some((folder.into(), nearest.clone()));
        nearest
    }
}

fn is_unknown(error: &io::Error) -> bool {
    Errno::from_io_error(error).is_some_and(|error| UNKNOWN.contains(&error))
}

/// What the system says, without its number for programs.
pub(super) fn said(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}
