//! From rows to files: a row whose sound is missing says so, and no longer once it is there again.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::doubts::Doubts;
use super::scan::is_without_sound;
use crate::config::Folder;
use crate::intake::Intake;
use crate::media::{Media, There};
use crate::model::paths::bytes_of;
use crate::store::{Store, StoreError};

/// Rows that are read, and changed, at once.
const PIECE: i64 = 2_000;
/// With fewer rows than this, it is no sign of anything that many miss their sound.
const FEW: usize = 20;

/// What a look at all rows found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Rows that name a file.
    pub rows: usize,
    /// Rows whose file isn't there.
    pub missing: usize,
    /// Those of them whose folder isn't there: a disk that is not mounted.
    pub away: usize,
    /// Folders below others that cannot be read (and why), or whose disk is not mounted, and how many of those rows are for it.
    pub doubts: BTreeMap<PathBuf, (Option<String>, usize)>,
    /// Those of them that don't say so yet.
    pub newly: Vec<i64>,
    /// Rows that say so although it is there.
    pub back: Vec<i64>,
    /// Rows that say so although another form of their sound is there.
    pub elsewhere: Vec<i64>,
}

impl Missing {
    /// Looks for the file of every row.
    pub fn look(store: &Store, media_root: &Path) -> Result<Missing, StoreError> {
        Missing::look_but(store, media_root, &[], &[])
    }

    /// The same where some folders aren't there, and in some something was mounted: that says nothing of what is in them.
    pub fn look_but(
        store: &Store,
        media_root: &Path,
        away: &[PathBuf],
        unmounted: &[PathBuf],
    ) -> Result<Missing, StoreError> {
        let (mut found, mut after, media) = (Missing::default(), 0, Media::new(media_root));
        let (mut doubts, mut unseen) = (Doubts::new(media_root, unmounted), Vec::new());
        loop {
            let rows = store.reader()?.rows_with_files(after, PIECE)?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            let mut there = media.there();
            for row in rows {
                let size = there.size(&row.path).map(u64::cast_signed);
                // Another file in its place is for whoever looks at it: it may be another recording.
                let is_other = size.is_some() && row.size.is_some() && size != row.size;
                if row.stale && size.is_none() && has_other_form(store, &mut there, row.id)? {
                    found.elsewhere.push(row.id);
                }
                let path = Path::new(OsStr::from_bytes(&row.path));
                if size.is_some() {
                    doubts.see(path, row.device);
                }
                if size.is_some() || row.stale {
                    found.note(row.id, row.stale && !is_other, size.is_some());
                } else if away.iter().any(|folder| path.starts_with(folder)) {
                    found.note_away();
                } else {
                    unseen.push((row.id, path.to_path_buf(), row.device));
                }
            }
        }
        for (id, path, device) in unseen {
            match doubts.of(&path, device) {
                Some((folder, why)) => {
                    found.note_away();
                    found.doubts.entry(folder).or_insert((why, 0)).1 += 1;
                }
                None => found.note(id, false, false),
            }
        }
        Ok(found)
    }

    fn note_away(&mut self) {
        (self.rows, self.missing, self.away) = (self.rows + 1, self.missing + 1, self.away + 1);
    }

    fn note(&mut self, id: i64, stale: bool, there: bool) {
        self.rows += 1;
        self.missing += usize::from(!there);
        match (stale, there) {
            (false, false) => self.newly.push(id),
            (true, true) => self.back.push(id),
            _ => {}
        }
    }

    /// Whether so much is missing at once that the folder itself may be: a mount that went away.
    pub fn is_suspicious(&self) -> bool {
        self.newly.len() > FEW && self.newly.len() * 2 > self.rows
    }

    /// Notes what was found in the rows; of what is missing only if `all`.
    pub fn store(
        &self,
        store: &Store,
        intake: &Intake,
        media_root: &Path,
        all: bool,
        now: i64,
    ) -> Result<(), StoreError> {
        let media = Media::new(media_root);
        let present = |path: &str| media.has(&bytes_of(path));
        let newly: &[i64] = if all { &self.newly } else { &[] };
        for (ids, stale) in [(&self.back[..], false), (&self.elsewhere[..], true), (newly, true)] {
            for piece in ids.chunks(PIECE as usize) {
                intake.set_stale(store, piece, stale, &present, now)?;
            }
        }
        Ok(())
    }
}

/// The folders that aren't there, or have no sound at all although rows have theirs in them: the media root, and those of
/// the settings. Relative to the root.
pub(super) fn folders_away(
    store: &Store,
    media_root: &Path,
    folders: &[Folder],
) -> Result<Vec<PathBuf>, StoreError> {
    let mut away = Vec::new();
    let all = std::iter::once(PathBuf::new()).chain(folders.iter().map(|folder| folder.folder.clone()));
    for folder in all {
        let is_there = media_root.join(&folder).is_dir();
        let others = folders.iter().find(|one| one.folder == folder).map_or(&[][..], |one| &one.others);
        if !is_there
            || (is_without_sound(media_root, &folder, others) && store.reader()?.has_sound_below(&folder)?)
        {
            away.push(folder);
        }
    }
    Ok(away)
}

fn has_other_form(store: &Store, there: &mut There, recording: i64) -> Result<bool, StoreError> {
    let sounds = store.reader()?.other_sounds(recording)?;
    Ok(sounds.iter().any(|(_, path)| there.size(&bytes_of(path)).is_some()))
}

/// How many files are there whose recordings were deleted.
pub(super) fn files_of_deleted(store: &Store, media_root: &Path) -> Result<usize, StoreError> {
    let (mut files, mut after, media) = (0, 0, Media::new(media_root));
    loop {
        let (last, paths) = store.reader()?.files_of_deleted(after, PIECE)?;
        let mut there = media.there();
        files += paths.iter().filter(|path| there.size(&bytes_of(path)).is_some()).count();
        match last {
            Some(last) => after = last,
            None => return Ok(files),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_that_went_away_is_told_from_files_that_were_deleted() {
        let found = |rows: usize, missing: usize| {
            let mut found = Missing::default();
            (0..rows).for_each(|row| found.note(row as i64, false, row >= missing));
            found.is_suspicious()
        };
        assert!(!found(20, 20));
        assert!(found(21, 21));
        assert!(found(100, 51));
        assert!(!found(100, 50));
    }
}
