//! Looking at a file: what it is, whether it is finished, and the draft that it makes.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::open_files::OpenFiles;
use crate::config::Folder;
use crate::ingest::Stop;
use crate::ingest::names::{Names, Side};
use crate::intake::{Draft, Facts, FileState, LeftOut, Source, shelves};
use crate::media::{Heard, Media, NoSound, Shortage, Written, endings, is_sound_name};
use crate::model::paths::{bytes_of, on_disk, text_of};
use crate::model::{SECOND, SoundRole};

/// A PBX may have opened a file a moment after the processes were looked through.
const MOMENT: i64 = 2 * SECOND;
/// What one side of a call waits for the mixed recording, from when it was written last.
const SIDES_WAIT: i64 = 300 * SECOND;

/// The media type of what has a header with sizes, also if these mean nothing.
const WAVE: &str = "audio/wav";

/// What a look at a file gave.
pub enum Look {
    /// A draft.
    Draft(Box<Draft>),
    /// It is one side of a call whose mixed recording isn't there: perhaps that comes.
    Waits,
    /// It is not there any more.
    Gone,
    /// It is there, and can't be read.
    Unreadable(String),
    /// Nothing can be read at the moment.
    Later(std::io::Error),
}

/// Looks at files of one folder.
pub struct Looker {
    pub media: Media,
    pub names: Names,
    pub settings: Folder,
    pub machine: String,
    pub media_root: std::path::PathBuf,
    /// Ends a look that takes long.
    pub stop: Arc<Stop>,
}

impl Looker {
    /// Looks at the file at `path` below the media root. `closed`: whether that is known already; `rest`: for how long
    /// nothing happened to it, where somebody knows better than the wall's clock, which says `now` (nanoseconds).
    pub fn look(
        &self,
        path: &str,
        closed: Option<bool>,
        open_files: &OpenFiles,
        rest: Option<Duration>,
        now: i64,
    ) -> Look {
        let heard = match self.hear(path) {
            Ok(Ok(heard)) => heard,
            Err(NoSound::Unreadable(error)) | Ok(Err(error))
                if error.kind() == std::io::ErrorKind::NotFound =>
            {
                return Look::Gone;
            }
            Ok(Err(error)) | Err(NoSound::Unreadable(error) | NoSound::NoRoot { why: error, .. })
                if Shortage::of(&error).is_some() =>
            {
                return Look::Later(error);
            }
            Ok(Err(error)) => return Look::Unreadable(error.to_string()),
            Err(error) => return Look::Unreadable(error.to_string()),
        };
        let rest = rest.map(|rest| i64::try_from(rest.as_nanos()).unwrap_or(i64::MAX));
        let rest = rest.unwrap_or(now.saturating_sub(heard.modified));
        let closed = match closed {
            // Another program may have closed what the PBX goes on writing to.
            Some(true) if heard.written != Written::Finished => !is_open(&heard, open_files),
            Some(closed) => closed,
            None => self.is_finished(&heard, open_files, rest),
        };
        let side = self.names.side(self.own(path));
        let mix = side.is_part().then(|| self.mix_beside(path, &side)).flatten();
        let leave_out = match &mix {
            Some(_) => Some(LeftOut::Side),
            None if side.is_part() && side.sure && (!closed || rest < SIDES_WAIT) => return Look::Waits,
            _ if closed && !self.settings.keep_empty && heard.duration == Some(0) => Some(LeftOut::Silent),
            _ => None,
        };
        let role = side.role;
        Look::Draft(Box::new(Draft { leave_out, role, mix, ..self.draft(path, heard, closed) }))
    }

    fn hear(&self, path: &str) -> Result<std::io::Result<Heard>, NoSound> {
        let stop = &self.stop;
        self.media.open(&bytes_of(path)).map(|sound| sound.heard(&|| stop.is_told()))
    }

    fn draft(&self, path: &str, heard: Heard, closed: bool) -> Draft {
        let named = self.names.read(self.own(path), heard.modified / SECOND);
        let crashed = closed && is_cut_off(&heard);
        let facts = Facts {
            // A PBX that crashed never tells how the call ended.
            status: crashed.then(|| "interrupted".into()),
            note: crashed
                .then(|| "the PBX never finished the file; its length is that of the sound in it".into()),
            ..named.facts
        };
        let file = FileState {
            device: heard.device.cast_signed(),
            inode: heard.inode.cast_signed(),
            created: if heard.created == 0 { heard.modified } else { heard.created },
            modified: heard.modified,
            size: heard.size.cast_signed(),
            duration: heard.duration,
            mimetype: heard.mimetype,
            closed,
            continues: false,
            digest: closed.then_some(heard.digest),
        };
        Draft {
            source: Source::File,
            machine: self.machine.clone(),
            path: Some(path.into()),
            uniqueid: named.uniqueid,
            facts,
            file: Some(file),
            ..Draft::default()
        }
    }

    /// The path below the folder.
    pub(super) fn own<'a>(&self, path: &'a str) -> &'a str {
        let own = Path::new(path).strip_prefix(&self.settings.folder).ok();
        own.and_then(Path::to_str).unwrap_or(path)
    }

    /// Whether nobody writes to a file any more that nobody saw closed.
    fn is_finished(&self, heard: &Heard, open_files: &OpenFiles, rest: i64) -> bool {
        match open_files.is_free(heard.device, heard.inode) {
            Some(free) => free && (heard.written == Written::Finished || rest > MOMENT),
            None => {
                heard.written == Written::Finished
                    || rest > i64::from(self.settings.silent_minutes) * 60 * SECOND
            }
        }
    }

    /// Where the mixed recording of a side is, if it is there: beside it, or where its form is sorted to. What may be another
    /// name counts as a side only where both are.
    fn mix_beside(&self, path: &str, side: &Side<'_>) -> Option<String> {
        let mix = self.find_beside(path, |name| self.names.is_mix_of(side, name));
        let mix = mix.or_else(|| self.mix_elsewhere(folder_of(path), side))?;
        let is_side = side.sure
            || side.role == SoundRole::Other
            || self.find_beside(path, |name| side.is_opposite(&self.names.side(name))).is_some();
        is_side.then_some(mix)
    }

    /// The path of a sound file in the same folder, by what its path below the folder of the settings says.
    fn find_beside(&self, path: &str, is_it: impl Fn(&str) -> bool) -> Option<String> {
        let entries = on_disk(&self.media_root, folder_of(path)).read_dir().ok()?;
        let mut names =
            entries.filter_map(|entry| Some(text_of(entry.ok()?.file_name().as_bytes()).into_owned()));
        let found = names.find(|name| is_sound_name(name) && is_it(&beside(self.own(path), name)))?;
        Some(beside(path, &found))
    }

    /// Such folders are large, and each name is asked for by itself.
    fn mix_elsewhere(&self, folder: &str, side: &Side<'_>) -> Option<String> {
        let shelves = shelves(folder).into_iter();
        let there = shelves.filter(|folder| on_disk(&self.media_root, folder).is_dir());
        there.flat_map(|folder| mixes(&folder, &side.call)).find(|path| {
            self.names.is_mix_of(side, self.own(path)) && on_disk(&self.media_root, path).is_file()
        })
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What the mixed recording of a call may be called in a folder.
fn mixes(folder: &str, call: &str) -> Vec<String> {
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let named = |ending: &str| ["", "-all", "-mix"].map(|mix| format!("{folder}{call}{mix}.{ending}"));
    endings().flat_map(|ending| [named(ending), named(&ending.to_ascii_uppercase())]).flatten().collect()
}

/// Whether somebody writes to a file, as far as that can be known. What the processes had open may be a moment old.
fn is_open(heard: &Heard, open_files: &OpenFiles) -> bool {
    let is_open = |open_files: &OpenFiles| open_files.is_free(heard.device, heard.inode) == Some(false);
    is_open(open_files) && is_open(&OpenFiles::default())
}

/// Whether a file that is closed was never finished: its header has no sizes, or some that mean nothing.
fn is_cut_off(heard: &Heard) -> bool {
    match heard.written {
        Written::Finished => false,
        Written::Unfinished => true,
        // What has no header tells nothing.
        Written::SaysNothing => heard.mimetype == WAVE,
    }
}

/// The path of another file in the same folder.
fn beside(path: &str, name: &str) -> String {
    path.rsplit_once('/').map_or_else(|| name.to_owned(), |(folder, _)| format!("{folder}/{name}"))
}
