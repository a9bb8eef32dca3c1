//! Recordings that wait: known, with all that was heard of them, and without a row until it is known whose they are.

use super::transaction::Acceptance;
use crate::intake::draft::{Draft, Outcome};
use crate::intake::facts::{Facts, OF_FILE, Ranks};
use crate::intake::facts_to_row::{facts_of, row_of};
use crate::intake::file::{is_over, is_waiting};
use crate::intake::rules::Wait;
use crate::model::{IntakeFile, RecordingRow};
use crate::store::{StoreError, Waits};

/// What was heard of a recording that is to wait.
pub(super) struct Heard<'a> {
    pub facts: &'a Facts,
    /// When the recording began.
    pub began: i64,
    /// 1: its sound is missing.
    pub stale: i64,
    /// Where the rules see its file.
    pub path: String,
    /// Since when it waits.
    pub since: i64,
}

impl Acceptance<'_> {
    /// Why a recording waits; `None` where it doesn't.
    pub(super) fn waits(&self, known: &IntakeFile) -> Result<Option<Waits>, StoreError> {
        if is_waiting(known) { self.change.waits(known.id) } else { Ok(None) }
    }

    /// The facts that a row and what is known beside it hold; of what waits, all that was heard.
    pub(super) fn facts_of(
        &self,
        row: Option<&RecordingRow>,
        known: &IntakeFile,
        by_hand: bool,
    ) -> Result<(Facts, Ranks), StoreError> {
        match self.waits(known)?.filter(|_| row.is_none()) {
            Some(waits) => Ok((heard(&waits), Ranks::parse(&known.ranks))),
            None => Ok(facts_of(row, known, by_hand)),
        }
    }

    /// Where the rules see the file of a recording. One that was over when it was moved is where it was, as a row that is
    /// complete stays where it was filed.
    pub(super) fn path_for_rules(
        &self,
        known: &IntakeFile,
        draft: &Draft,
        waited: Option<&Waits>,
    ) -> Result<String, StoreError> {
        let Some(waited) = waited else { return Ok(known.path.clone()) };
        let before = self.change.known_line(known.id)?;
        let stays = draft.moved_from.is_some() || before.is_some_and(|before| is_over(&before));
        let path = if stays && !waited.path.is_empty() { &waited.path } else { &known.path };
        Ok(path.clone())
    }

    /// Lets a recording wait. `waited`: as it did until now.
    pub(super) fn let_wait(
        &mut self,
        mut known: IntakeFile,
        heard: &Heard<'_>,
        wait: Wait,
        waited: Option<&Waits>,
    ) -> Result<Outcome, StoreError> {
        known.excluded.clear();
        self.remember(&mut known)?;
        let Wait { rule, customer, to_come, reason, .. } = wait;
        let Heard { facts, began, stale, path, since } = heard;
        let waits = Waits {
            since: *since,
            began: *began,
            rule: i64::try_from(rule).unwrap_or(i64::MAX),
            reason,
            customer,
            to_come: i64::from(to_come),
            stale: *stale,
            path: path.clone(),
            heard: json(facts)?,
        };
        if waited != Some(&waits) {
            self.change.let_wait(known.id, &waits)?;
        }
        Ok(Outcome::Waits(waits.reason))
    }

    pub(super) fn end_wait(&self, known: &IntakeFile, waited: Option<&Waits>) -> Result<(), StoreError> {
        if waited.is_some() { self.change.end_wait(known.id) } else { Ok(()) }
    }

    /// Files a recording that waited, if its rule leads somewhere by now.
    pub(in crate::intake) fn file_waiting(&mut self, line: i64) -> Result<(), StoreError> {
        if self.change.has_row_of_another(line)? {
            return self.change.end_wait(line);
        }
        let known = self.change.known_line(line)?.filter(is_waiting);
        let Some(known) = known else { return self.change.end_wait(line) };
        let (facts, _) = self.facts_of(None, &known, false)?;
        self.file(known, facts, &Draft::default()).map(drop)
    }

    /// Another call has recorded over the sound of one that waits: it keeps the length that it had.
    pub(super) fn lose_sound(
        &self,
        before: &IntakeFile,
        known: &mut IntakeFile,
        waits: Waits,
    ) -> Result<(), StoreError> {
        let (mut facts, mut ranks) = (heard(&waits), Ranks::parse(&before.ranks));
        let row = row_of(facts.clone(), &mut before.clone(), &RecordingRow::default());
        facts.start = Some(row.start);
        ranks.start = ranks.start.max(OF_FILE);
        facts.lose_sound(&mut ranks, &row);
        known.ranks = ranks.text();
        row_of(facts.clone(), known, &RecordingRow::default());
        self.change.let_wait(before.id, &Waits { stale: 1, heard: json(&facts)?, ..waits })
    }
}

/// What was heard; written by this program.
fn heard(waits: &Waits) -> Facts {
    serde_json::from_str(&waits.heard).unwrap_or_default()
}

/// Texts and numbers: always JSON.
fn json(facts: &Facts) -> Result<String, StoreError> {
    serde_json::to_string(facts).map_err(|error| StoreError::Refused(error.to_string()))
}
