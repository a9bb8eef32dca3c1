//! Where a file comes from: it is new, or was moved, or is made of one that is known.

use std::collections::HashMap;
use std::sync::Arc;

use super::scan::name_of;
use crate::ingest::Stop;
use crate::intake::{Copy, Draft, FileState, alike, is_in_name, is_named_alike, stem};
use crate::media::{Media, Whole, WholeRead};
use crate::model::paths::bytes_of;
use crate::store::{FileKnown, Reader, StoreError};

/// States of a known file.
const UNSEEN: i64 = 0;
const OPEN: i64 = 1;
/// Bytes after which a read that nobody waits for asks whether it shall end.
const PIECE: u64 = 4 << 20;

/// Files that are about to be known, by their sizes, digests and names.
pub type Fresh = HashMap<(i64, Vec<u8>, String), String>;

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub enum Origin {
    /// A new one.
    New,
    /// The one that is known under its path.
    Known,
    /// The same, and nothing was written over what was in it.
    Continued,
    /// Another one than that, which is gone: another recording.
    Another,
    /// One that was known under this path, and is not there any more. There may be another one under its own, too.
    Moved(String),
    /// The same, byte for byte, as one that is still there.
    Copied(Copy),
    /// Perhaps the same as one that is still there, once it is finished.
    Copying,
    /// Perhaps another form of a recording, once both are finished.
    Making,
}

impl Origin {
    /// Tells the door of it.
    pub fn note(self, draft: &mut Draft) {
        match self {
            Origin::Moved(from) => draft.moved_from = Some(from),
            Origin::Another => draft.another = true,
            Origin::Copied(copy) => draft.copy_of = Some(copy),
            Origin::Continued => draft.file.iter_mut().for_each(|file| file.continues = true),
            Origin::New | Origin::Known | Origin::Copying | Origin::Making => {}
        }
    }
}

/// Finds where files come from.
pub struct Origins<'a> {
    pub reader: &'a Reader,
    pub media: &'a Media,
    pub stop: &'a Arc<Stop>,
    /// Known files that are gone.
    pub lost: &'a [FileKnown],
    /// Files that are about to be known, by their sizes and digests.
    pub fresh: Fresh,
}

impl Origins<'_> {
    /// Where the draft's file comes from: by its path, its inode, its name, or else its size and content.
    pub fn of(&mut self, draft: &Draft) -> Result<Origin, StoreError> {
        let (Some(file), Some(path)) = (&draft.file, &draft.path) else { return Ok(Origin::New) };
        let origin = self.find(draft, file, path)?;
        if let (Some(digest), true) = (&file.digest, file.duration != Some(0)) {
            self.fresh.entry((file.size, digest.clone(), stem(path).into())).or_insert_with(|| path.clone());
        }
        Ok(origin)
    }

    fn find(&self, draft: &Draft, file: &FileState, path: &str) -> Result<Origin, StoreError> {
        if let Some(known) = self.reader.file_at(path)? {
            if is_another(&known, draft, file) && self.reader.misses_sound(path)? {
                return Ok(Origin::Another);
            }
            return match self.by_inode(file, path)? {
                Some(from) if known.inode != file.inode => Ok(Origin::Moved(from)),
                _ if known.state == OPEN && file.closed && file.duration != Some(0) => {
                    Ok(self.copied(file, path)?.unwrap_or(Origin::Known))
                }
                _ if self.goes_on(&known, file, path) => Ok(Origin::Continued),
                _ => Ok(Origin::Known),
            };
        }
        if let Some(from) = self.by_inode(file, path)? {
            return Ok(Origin::Moved(from));
        }
        if let Some(origin) = self.made(draft, file, path)? {
            return Ok(origin);
        }
        // Empty files are all alike.
        if file.closed && file.duration == Some(0) {
            return Ok(Origin::New);
        }
        self.by_content(draft, file, path)
    }

    fn is_gone(&self, path: &str) -> bool {
        !self.media.has(&bytes_of(path))
    }

    /// Whether a file that was complete goes on: a recording to which the PBX adds.
    fn goes_on(&self, known: &FileKnown, file: &FileState, path: &str) -> bool {
        let may = known.is_closed() && known.inode == file.inode && file.size >= known.size;
        let Some(digest) = known.digest.as_ref().filter(|_| may) else { return may };
        let sound = self.media.open(&bytes_of(path)).ok();
        sound.is_some_and(|sound| sound.goes_on_from(known.size.cast_unsigned(), digest).unwrap_or(false))
    }

    /// Where the same file was before.
    fn by_inode(&self, file: &FileState, path: &str) -> Result<Option<String>, StoreError> {
        let mut known = self.reader.files_with_inode(file.inode)?;
        known.retain(|known| known.path != path && known.created == file.created && known.size <= file.size);
        Ok(known.into_iter().find(|known| self.is_gone(&known.path)).map(|known| known.path))
    }

    /// Another kind of sound may be made of a recording, under its name, and the recording then removed.
    fn made(&self, draft: &Draft, file: &FileState, path: &str) -> Result<Option<Origin>, StoreError> {
        let mut kin = self.reader.files_beside(bare(path))?;
        kin.retain(|known| bare(&known.path) == bare(path));
        if let Some(uniqueid) = draft.uniqueid.as_deref().filter(|uniqueid| is_in_name(uniqueid, path)) {
            let call = self.reader.files_of_call(uniqueid)?;
            kin.extend(call.into_iter().filter(|known| stem(&known.path) == stem(path)));
        }
        kin.retain(|known| known.state != UNSEEN && known.path != path);
        if kin.is_empty() {
            return Ok(None);
        }
        if !file.closed || kin.iter().any(|known| known.state == OPEN && !self.is_gone(&known.path)) {
            return Ok(Some(Origin::Making));
        }
        let is_made = |known: &&FileKnown| {
            known.length() != Some(0) && alike(known.length(), file.duration) && self.is_gone(&known.path)
        };
        Ok(kin.iter().find(is_made).map(|known| Origin::Moved(known.path.clone())))
    }

    fn by_content(&self, draft: &Draft, file: &FileState, path: &str) -> Result<Origin, StoreError> {
        let known = self.reader.files_of_call(&draft.identity_for_row())?;
        if !file.closed {
            // Only what it ends as will tell.
            let copied = known.iter().any(|known| name_of(&known.path) == name_of(path));
            return Ok(if copied { Origin::Copying } else { Origin::New });
        }
        let Some(digest) = &file.digest else { return Ok(Origin::New) };
        let same = |known: &&FileKnown| known.size == file.size && known.digest.as_ref() == Some(digest);
        if let Some(known) = known.iter().filter(same).find(|known| self.is_gone(&known.path)) {
            return Ok(Origin::Moved(known.path.clone()));
        }
        if let Some(copied) = self.copied(file, path)? {
            return Ok(copied);
        }
        // A name with a uniqueid is that of one call for ever, and it has no such sound.
        if draft.uniqueid.is_some() {
            return Ok(Origin::New);
        }
        // And so may be silence: what fits several is none of them.
        let mut fitting = self.lost.iter().filter(same).filter(|known| self.is_gone(&known.path));
        Ok(match (fitting.next(), fitting.next()) {
            (Some(known), None) => Origin::Moved(known.path.clone()),
            _ => Origin::New,
        })
    }

    /// Whether a file is the same as one that is there.
    fn copied(&self, file: &FileState, path: &str) -> Result<Option<Origin>, StoreError> {
        let Some(digest) = &file.digest else { return Ok(None) };
        let everywhere = self.reader.files_with_digest(digest)?;
        let alike = |known: &&FileKnown| known.path != path && is_named_alike(&known.path, path);
        let mut there = everywhere.iter().filter(|known| known.size == file.size).filter(alike);
        let there = there.find(|known| !self.is_gone(&known.path)).map(|known| &known.path);
        let same_name = (file.size, digest.clone(), stem(path).to_owned());
        let fresh = || self.fresh.get(&same_name).filter(|fresh| *fresh != path);
        Ok(there.or_else(fresh).and_then(|there| self.copy(path, there)).map(Origin::Copied))
    }

    /// Whether two files are the same, and hold something by which that means something.
    fn copy(&self, path: &str, other: &str) -> Option<Copy> {
        let mine = self.whole(path).filter(|whole| !whole.is_silent)?;
        let theirs = self.whole(other)?;
        (mine.sha256 == theirs.sha256).then(|| Copy { path: other.to_owned(), sha256: mine.sha256 })
    }

    /// Reads a file to its end. None where it can't be read, or nobody wants to know any more.
    fn whole(&self, path: &str) -> Option<Whole> {
        let mut read = self.media.open(&bytes_of(path)).ok().and_then(|sound| WholeRead::new(sound).ok())?;
        while !self.stop.is_told() {
            if let Some(whole) = read.go_on(PIECE).ok()? {
                return Some(whole);
            }
        }
        None
    }
}

/// Whether a file isn't the one that was known under its path. A name with a uniqueid is that of one call for ever, and
/// what is made of the file there, and put in its place, is the same recording.
fn is_another(known: &FileKnown, draft: &Draft, file: &FileState) -> bool {
    // Where the file system doesn't say when a file was made, it is as old as its last change.
    let later = file.created > known.created && (file.created != file.modified || file.size < known.size);
    let same_sound = file.duration != Some(0) && file.digest.is_some() && file.digest == known.digest;
    draft.uniqueid.is_none() && known.state != UNSEEN && !same_sound && (known.inode != file.inode || later)
}

/// A path without its endings.
fn bare(path: &str) -> &str {
    path.strip_suffix(name_of(path)).map_or(path, |folder| &path[..folder.len() + stem(path).len()])
}
