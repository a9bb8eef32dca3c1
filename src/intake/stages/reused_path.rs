//! Files that are recorded to again by another call: what was in them is gone, so each call has its own row.

use super::transaction::Acceptance;
use crate::intake::digest::digest_of;
use crate::intake::draft::{About, Draft, FileState};
use crate::intake::facts::{Facts, OF_FILE, OF_PBX, Ranks};
use crate::intake::facts_to_row::{facts_of, row_of, stay};
use crate::intake::file::{CLOSED, UNSEEN, last_seen};
use crate::intake::live::What;
use crate::intake::source::Source;
use crate::model::{IntakeFile, RecordingRow, SECOND};
use crate::store::StoreError;

/// Seconds that a file was there before a call, to be another one's: the clocks of PBX and folder may differ.
const BEFORE: i64 = 120;
/// Seconds by which a file may have been written before a call says that it does.
const SLACK: i64 = 2;
/// The rank of a note that stays, whatever the PBX says of the call.
const SURE: u8 = 14;

/// Whose turn it is to record to a file.
pub(super) enum Turn {
    /// The call's that is known, or it is new.
    Own,
    /// Another call's than the one that is known.
    Next(Box<IntakeFile>),
    /// Another call has recorded to it since.
    Over,
}

impl Acceptance<'_> {
    /// The PBX knows which call records to a file; and whoever saw that the file went and another one came.
    pub(super) fn turn(&self, draft: &Draft) -> Result<Turn, StoreError> {
        if draft.continues {
            return Ok(Turn::Own);
        }
        if let (true, Some(path)) = (draft.another, &draft.path) {
            let known = self.change.known_file(path, None)?;
            return Ok(known.map_or(Turn::Own, |known| Turn::Next(Box::new(known))));
        }
        let announced =
            draft.source == Source::Pbx && draft.about == About::Recording && draft.file.is_none();
        let (Some(path), Some(start)) = (&draft.path, draft.facts.start) else { return Ok(Turn::Own) };
        if !announced || !draft.knows_uniqueid() {
            return Ok(Turn::Own);
        }
        let Some(known) = self.change.known_file(path, Some(&draft.machine))? else { return Ok(Turn::Own) };
        if known.uniqueid == draft.identity() {
            return Ok(Turn::Own);
        }
        let row = self.change.recording_row(known.recording)?;
        let waits = self.waits(&known)?;
        let began = row.map(|row| row.start).or(waits.map(|waits| waits.began));
        let began = began.unwrap_or(known.first_seen);
        let by_pbx = Ranks::parse(&known.ranks).callid >= OF_PBX;
        Ok(match by_pbx {
            true if start > began => Turn::Next(Box::new(known)),
            true => Turn::Over,
            false if start > began.max(known.first_seen) + BEFORE => Turn::Next(Box::new(known)),
            false => Turn::Own,
        })
    }

    /// The sound of this recording is gone. Its row stays, and says so, unless it is there in another form. Gives the file, if
    /// the next one was seen already.
    pub(super) fn displace(
        &mut self,
        mut before: IntakeFile,
        next: &Draft,
    ) -> Result<Option<FileState>, StoreError> {
        // Where its line says so, a trigger needs not note which file the row had until now.
        if before.id == 0 {
            before.id = self.change.know(&before)?;
        }
        let shown = self.change.recording_row(before.recording)?;
        let file = seen_already(&before, next, shown.as_ref());
        if self.lose_form(&before, &|_| true)? {
            self.change.forget_sound(&before.path)?;
            return Ok(file);
        }
        let rows = self.change.forget_sound(&before.path)?;
        let row = self.change.recording_row(before.recording)?;
        let mut known = IntakeFile {
            path: String::new(),
            state: UNSEEN,
            over: 1,
            device: 0,
            inode: 0,
            digest: None,
            ..before.clone()
        };
        if let Some(old) = row {
            let shown = RecordingRow { path: before.path.clone(), ..old.clone() };
            let by_hand = before.written != Some(digest_of(&shown));
            let mut new = without_sound(&before, &mut known, &old, by_hand);
            if by_hand {
                stay(&old, &mut new);
            } else {
                known.written = Some(digest_of(&new));
            }
            self.change.change_recording(known.recording, &old, &new)?;
        }
        if let Some(waits) = self.waits(&before)? {
            self.lose_sound(&before, &mut known, waits)?;
        }
        self.change.know_better(&before, &known)?;
        rows.iter().for_each(|row| self.tell(What::Changed, row));
        Ok(file)
    }
}

/// The file, where it was seen as the next call had begun to record to it.
fn seen_already(before: &IntakeFile, next: &Draft, shown: Option<&RecordingRow>) -> Option<FileState> {
    let start = next.facts.start?;
    let seen = before.state != UNSEEN && before.modified / SECOND + SLACK >= start;
    seen.then(|| FileState {
        closed: before.state == CLOSED,
        mimetype: shown.map(|row| row.mimetype.clone()).unwrap_or_default(),
        ..last_seen(before)
    })
}

/// The row as it was, with the length that its sound had.
fn without_sound(
    before: &IntakeFile,
    known: &mut IntakeFile,
    old: &RecordingRow,
    by_hand: bool,
) -> RecordingRow {
    let (mut facts, mut ranks) = facts_of(Some(old), before, by_hand);
    facts.lose_sound(&mut ranks, old);
    known.ranks = ranks.text();
    row_of(facts, known, old)
}

impl Facts {
    /// Takes over the length that the sound had, from the row as it was.
    pub(super) fn lose_sound(&mut self, ranks: &mut Ranks, old: &RecordingRow) {
        if old.complete != 0 {
            (self.end, ranks.end) = (Some(old.end), ranks.end.max(OF_FILE));
            if self.talktime.is_none() {
                (self.talktime, ranks.talktime) = (Some(old.talktime), OF_FILE);
            }
        }
        let note = self.note.take().filter(|note| !note.is_empty());
        let why = Some("another call was recorded under the same name".to_owned());
        self.note = Some([note, why].into_iter().flatten().collect::<Vec<_>>().join("; "));
        ranks.note = ranks.note.max(SURE);
    }
}
