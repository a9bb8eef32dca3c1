//! Files that were moved, renamed or converted while the PBX goes on to name them as it wrote them; and files that come
//! after all.

use std::borrow::Cow;

use super::transaction::Acceptance;
use crate::intake::digest::digest_of;
use crate::intake::draft::{Draft, stem};
use crate::intake::facts::{Facts, OF_PBX, Ranks};
use crate::intake::file::UNSEEN;
use crate::intake::source::Source;
use crate::model::IntakeFile;
use crate::store::StoreError;

/// What the PBX's source notes of a recording without a file.
pub const NO_FILE: &str = "no file was there when it ended";

impl Acceptance<'_> {
    /// That recording of the `call` which the PBX wrote where the draft says, and which is elsewhere by now.
    pub(super) fn moved(&self, draft: &Draft, call: &[IntakeFile]) -> Result<Option<IntakeFile>, StoreError> {
        let by_pbx = draft.source == Source::Pbx && draft.file.is_none();
        let Some(path) = draft.path.as_deref().filter(|_| by_pbx) else { return Ok(None) };
        let mut renamed = Vec::new();
        for known in call.iter().filter(|known| known.state != UNSEEN && !known.path.is_empty()) {
            let began = self.began_then(known, draft)?;
            if stem(&known.path) == stem(path) && began != Some(false) {
                return Ok(Some(known.clone()));
            }
            // One that ends was announced before, under the name that nothing is known of.
            if draft.over && began == Some(true) {
                renamed.push(known);
            }
        }
        Ok(match renamed[..] {
            [one] => Some(one.clone()),
            _ => None,
        })
    }

    /// Whether a recording began when the draft says, where the PBX said both.
    fn began_then(&self, known: &IntakeFile, draft: &Draft) -> Result<Option<bool>, StoreError> {
        if Ranks::parse(&known.ranks).start != OF_PBX {
            return Ok(None);
        }
        if let Some(waits) = self.waits(known)? {
            return Ok(draft.facts.start.map(|start| waits.began == start));
        }
        let row = self.change.recording_row(known.recording)?;
        let row = row.filter(|row| known.written == Some(digest_of(row)));
        Ok(row.zip(draft.facts.start).map(|(row, start)| row.start == start))
    }
}

/// The draft; of a recording that was moved, it says neither where that is nor that there is no file.
pub(super) fn elsewhere<'a>(known: &IntakeFile, draft: &'a Draft) -> Cow<'a, Draft> {
    // What was never seen is where it was announced.
    let seen = known.state != UNSEEN && !known.path.is_empty();
    if !seen || draft.file.is_some() || draft.path.as_ref() == Some(&known.path) {
        return Cow::Borrowed(draft);
    }
    let mut draft = Draft { path: None, ..draft.clone() };
    draft.facts.note = draft.facts.note.map(|note| without_no_file(&note));
    Cow::Owned(draft)
}

impl Facts {
    /// Takes back that there was no file.
    pub(super) fn has_file(&mut self, ranks: &mut Ranks) {
        self.note = self.note.take().map(|note| without_no_file(&note)).filter(|note| !note.is_empty());
        if self.note.is_none() {
            ranks.note = 0;
        }
    }
}

pub(super) fn without_no_file(note: &str) -> String {
    note.split("; ").filter(|part| *part != NO_FILE).collect::<Vec<_>>().join("; ")
}
