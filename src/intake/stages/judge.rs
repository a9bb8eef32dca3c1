//! What the rules say of a recording, with all that is known of it.

use super::transaction::Acceptance;
use crate::intake::digest::digest_of;
use crate::intake::draft::Draft;
use crate::intake::facts::Facts;
use crate::intake::facts_to_row::facts_of;
use crate::intake::rules::{Subject, Verdict};
use crate::model::IntakeFile;
use crate::store::StoreError;

impl Acceptance<'_> {
    pub(super) fn judge(
        &self,
        known: &IntakeFile,
        facts: &Facts,
        draft: &Draft,
    ) -> Result<Verdict, StoreError> {
        if let Some(left_out) = draft.leave_out {
            return Ok(Verdict::Excluded(left_out.reason().into()));
        }
        let subject = Subject::new(&known.path, &known.uniqueid, facts);
        self.rules.judge(&subject, |id| self.change.group_settings(id))
    }

    /// What rules would look at, with all that is known of a recording besides the draft.
    pub(in crate::intake) fn subject(&self, draft: &Draft) -> Result<Subject, StoreError> {
        let found = match self.find(draft)? {
            Some(known) => Some(known),
            None => self.change.known_call(&draft.machine, draft.identity())?.into_iter().next(),
        };
        let mut known =
            found.unwrap_or_else(|| IntakeFile { machine: draft.machine.clone(), ..IntakeFile::default() });
        let row = self.change.recording_row(known.recording)?;
        let by_hand = row.as_ref().is_some_and(|row| known.written != Some(digest_of(row)));
        let (mut facts, mut ranks) = facts_of(row.as_ref(), &known, by_hand);
        self.learn(&mut known, &mut facts, &mut ranks, draft);
        self.learn_records(&mut known, &mut facts, &mut ranks)?;
        Ok(Subject::new(&known.path, &known.uniqueid, &facts))
    }

    /// The verdict, if it is another one than what was known before would lead to.
    pub(super) fn verdict_told(
        &self,
        before: &Subject,
        now: &Subject,
    ) -> Result<Option<Verdict>, StoreError> {
        if self.rules.judges_alike(before, now) {
            return Ok(None);
        }
        let was = self.rules.judge(before, |id| self.change.group_settings(id))?;
        let is = self.rules.judge(now, |id| self.change.group_settings(id))?;
        Ok(Some(is).filter(|is| *is != was))
    }
}
