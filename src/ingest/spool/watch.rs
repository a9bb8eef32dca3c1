//! Watching a tree with inotify(7).

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

/// What happened to a file, or to the watching itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is there now, or is written to.
    Written(PathBuf),
    /// Whoever wrote to it has closed it.
    Closed(PathBuf),
    /// It came from elsewhere.
    Came(PathBuf),
    /// It is no longer there.
    Went(PathBuf),
    /// There is a new folder: it is watched from now on, and has to be looked through.
    Folder(PathBuf),
    /// Too much happened at once: everything has to be looked through.
    Lost,
}

/// A tree that is watched.
pub struct Watch {
    inotify: OwnedFd,
    root: PathBuf,
    folders: HashMap<i32, PathBuf>,
    /// Folders that the system gave no watch for: most often it has none left.
    pub unwatched: usize,
}

const BUFFER: usize = 64 << 10;

impl Watch {
    /// Begins to watch `root`; its folders are added with [`Watch::add`].
    pub fn new(root: &Path) -> io::Result<Watch> {
        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        Ok(Watch { inotify, root: root.into(), folders: HashMap::new(), unwatched: 0 })
    }

    /// Watches a folder, not those in it. `folder` is relative to the root.
    pub fn add(&mut self, folder: &Path) {
        let flags = WatchFlags::CREATE
            | WatchFlags::MODIFY
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO
            | WatchFlags::DELETE
            | WatchFlags::ONLYDIR
            | WatchFlags::EXCL_UNLINK;
        match inotify::add_watch(&self.inotify, self.root.join(folder), flags) {
            Ok(watch) => {
                self.folders.insert(watch, folder.into());
            }
            // It went again, or whoever looks through it will say that it cannot be read.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS) => {}
            Err(_) => self.unwatched += 1,
        }
    }

    /// Waits until something happens, or for `most`, and gives what did.
    pub fn wait(&mut self, most: Duration) -> io::Result<Vec<Seen>> {
        let timeout = Timespec {
            tv_sec: i64::try_from(most.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: most.subsec_nanos().into(),
        };
        match poll(&mut [PollFd::new(&self.inotify, PollFlags::IN)], Some(&timeout)) {
            Ok(0) | Err(Errno::INTR) => return Ok(Vec::new()),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        self.read()
    }

    fn read(&mut self) -> io::Result<Vec<Seen>> {
        let mut buffer = vec![MaybeUninit::uninit(); BUFFER];
        let mut found = Vec::new();
        let mut new_folders = Vec::new();
        let mut reader = Reader::new(&self.inotify, &mut buffer);
        loop {
            let event = match reader.next() {
                Ok(event) => event,
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            let flags = event.events();
            if flags.contains(ReadFlags::QUEUE_OVERFLOW) {
                found.push(Seen::Lost);
            }
            if flags.contains(ReadFlags::IGNORED) {
                self.folders.remove(&event.wd());
                continue;
            }
            let (Some(folder), Some(name)) = (self.folders.get(&event.wd()), event.file_name()) else {
                continue;
            };
            let path = folder.join(OsStr::from_bytes(name.to_bytes()));
            if flags.contains(ReadFlags::ISDIR) {
                new_folders.push((flags, path));
                continue;
            }
            found.extend(seen(flags, path));
        }
        for (flags, folder) in new_folders {
            found.extend(self.folder(flags, folder)?);
        }
        Ok(found)
    }

    fn folder(&mut self, flags: ReadFlags, folder: PathBuf) -> io::Result<Vec<Seen>> {
        if flags.intersects(ReadFlags::CREATE | ReadFlags::MOVED_TO) {
            return Ok(vec![Seen::Folder(folder)]);
        }
        if flags.contains(ReadFlags::MOVED_FROM) {
            // Its watches would go on under the old name.
            let gone: Vec<i32> = self
                .folders
                .iter()
                .filter(|(_, path)| path.starts_with(&folder))
                .map(|(watch, _)| *watch)
                .collect();
            for watch in gone {
                self.folders.remove(&watch);
                let _ = inotify::remove_watch(&self.inotify, watch);
            }
        }
        Ok(if flags.intersects(ReadFlags::MOVED_FROM | ReadFlags::DELETE) {
            vec![Seen::Went(folder)]
        } else {
            Vec::new()
        })
    }
}

fn seen(flags: ReadFlags, path: PathBuf) -> Option<Seen> {
    if flags.contains(ReadFlags::CLOSE_WRITE) {
        Some(Seen::Closed(path))
    } else if flags.contains(ReadFlags::MOVED_TO) {
        Some(Seen::Came(path))
    } else if flags.intersects(ReadFlags::MOVED_FROM | ReadFlags::DELETE) {
        Some(Seen::Went(path))
    } else if flags.intersects(ReadFlags::CREATE | ReadFlags::MODIFY) {
        Some(Seen::Written(path))
    } else {
        None
    }
}
