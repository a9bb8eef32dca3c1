//! Which way a draft goes: to what is known, to a new row, or to nothing.

use std::borrow::Cow;

use super::relocated::elsewhere;
use super::reused_path::Turn;
use super::transaction::Acceptance;
use crate::intake::draft::{About, Draft, Outcome, stem};
use crate::intake::facts::{Facts, OF_PBX, Ranks};
use crate::intake::file::is_form;
use crate::intake::records::{of_sound, together};
use crate::intake::source::Source;
use crate::model::IntakeFile;
use crate::store::StoreError;

impl Acceptance<'_> {
    pub(in crate::intake) fn accept(&mut self, draft: &Draft) -> Result<Outcome, StoreError> {
        if let Some(row) = &draft.row {
            return self.accept_row(draft, row);
        }
        if !self.may_have_moved(draft)? {
            return self.accept(&Draft { moved_from: None, ..draft.clone() });
        }
        match self.turn(draft)? {
            Turn::Own => {}
            Turn::Next(known) => {
                let file = self.displace(*known, draft)?;
                let file = draft.file.clone().or(file);
                return self.begin(&Draft { file, ..draft.clone() }, IntakeFile::default());
            }
            // Its sound is gone; what else it learns still counts.
            Turn::Over => {
                return self.accept(&Draft { path: None, about: About::Call, ..draft.clone() });
            }
        }
        if let Some(known) = self.find(draft)? {
            if self.is_further(&known)? {
                return self.improve_form(known, draft);
            }
            let own = added_by_another(&known, draft);
            let outcome = self.improve(known.clone(), &elsewhere(&known, &own))?;
            self.end_of_moved(&known, draft)?;
            return Ok(outcome);
        }
        if draft.path.is_none() && draft.knows_uniqueid() {
            let known = self.recordings_of(&draft.machine, draft.identity())?;
            if !known.is_empty() {
                return self.improve_all(known, draft);
            }
        }
        match draft.about {
            About::Recording if !draft.identity().is_empty() => self.begin(draft, IntakeFile::default()),
            About::CallToCome if draft.knows_uniqueid() => {
                let kept = self.records_of(&draft.machine, draft.identity())?;
                self.keep(draft, &kept).map(|_| Outcome::Kept)
            }
            _ => Ok(Outcome::NoRecording),
        }
    }

    /// The file that the draft names, or was moved from; the recording that was moved from where the PBX wrote it; or one
    /// that was announced without a file.
    pub(super) fn find(&self, draft: &Draft) -> Result<Option<IntakeFile>, StoreError> {
        let Some(path) = &draft.path else { return Ok(None) };
        let machine = draft.file.is_none().then_some(draft.machine.as_str());
        if let Some(known) = self.change.known_file(path, machine)? {
            return Ok(Some(known));
        }
        if let Some(from) = &draft.moved_from
            && let Some(known) = self.change.known_file(from, machine)?
        {
            return Ok(Some(known));
        }
        if !draft.knows_uniqueid() {
            return Ok(None);
        }
        let call = self.recordings_of(&draft.machine, draft.identity())?;
        let moved = self.moved(draft, &call)?;
        Ok(moved.or_else(|| call.into_iter().find(|known| known.path.is_empty())))
    }

    /// What is known of a channel's recordings, without their further forms and sides.
    pub(super) fn recordings_of(&self, machine: &str, uniqueid: &str) -> Result<Vec<IntakeFile>, StoreError> {
        let mut known = self.change.known_call(machine, uniqueid)?;
        known.retain(|known| !is_form(known));
        Ok(known)
    }

    /// Facts about a call, for each of its recordings. When each of several began and ended, they don't say.
    fn improve_all(&mut self, known: Vec<IntakeFile>, draft: &Draft) -> Result<Outcome, StoreError> {
        let kept = match draft.source {
            Source::Cdr => self.records_of(&draft.machine, draft.identity())?,
            _ => Vec::new(),
        };
        let records = match draft.source {
            Source::Cdr => self.keep(draft, &kept)?,
            _ => Vec::new(),
        };
        let several = known.len() > 1;
        let paths: Vec<String> = known.iter().map(|known| known.path.clone()).collect();
        let stems: Vec<&str> = paths.iter().map(|path| stem(path)).collect();
        let mut outcome = Outcome::Unchanged;
        for known in known {
            let mut draft = match draft.source {
                Source::Cdr => {
                    Cow::Owned(draft.with(together(of_sound(&records, stem(&known.path), &stems))))
                }
                _ => Cow::Borrowed(draft),
            };
            if several {
                let facts = &mut draft.to_mut().facts;
                (facts.end, facts.totaltime) = (None, None);
                // What names a recording says when its stretch of the call began.
                facts.start = facts.start.filter(|_| facts.sound.as_deref() == Some(stem(&known.path)));
            }
            let one = self.improve(known, &draft)?;
            if outcome == Outcome::Unchanged || matches!(one, Outcome::Completed) {
                outcome = one;
            }
        }
        Ok(outcome)
    }
}

/// The draft; of another channel that adds to the file of a recording, it says when that ended, and is else only a guess.
fn added_by_another<'a>(known: &IntakeFile, draft: &'a Draft) -> Cow<'a, Draft> {
    let announced = draft.source == Source::Pbx && draft.about == About::Recording && draft.file.is_none();
    let is_heard = Ranks::parse(&known.ranks).callid >= OF_PBX;
    let is_another = draft.knows_uniqueid() && known.uniqueid != draft.identity_for_row();
    let adds = draft.continues || draft.facts.start.is_none();
    if !(announced && is_heard && is_another && adds) {
        return Cow::Borrowed(draft);
    }
    let mut guesses = draft.facts.clone();
    guesses.fill(&draft.guesses);
    (guesses.start, guesses.end) = (None, draft.guesses.end);
    let facts = Facts { end: draft.facts.end, ..Facts::default() };
    Cow::Owned(Draft { uniqueid: None, facts, guesses, ..draft.clone() })
}
