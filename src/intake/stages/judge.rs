//! What the rules say of a recording, with all that is known of it.

use super::transaction::Acceptance;
use crate::intake::digest::digest_of;
use crate::intake::draft::Draft;
use crate::intake::facts::{Facts, OF_RECORD, Ranks};
use crate::intake::file::is_over;
use crate::intake::rules::{Subject, Verdict};
use crate::model::{IntakeFile, SECOND};
use crate::store::StoreError;

/// Seconds after the end of a call in which the PBX tells of it.
const SOON: u64 = 60;

impl Acceptance<'_> {
    pub(super) fn judge(
        &self,
        known: &IntakeFile,
        facts: &Facts,
        draft: &Draft,
    ) -> Result<Verdict, StoreError> {
        self.judge_at(&known.path, known, facts, draft)
    }

    /// As if its file were at `path`.
    pub(super) fn judge_at(
        &self,
        path: &str,
        known: &IntakeFile,
        facts: &Facts,
        draft: &Draft,
    ) -> Result<Verdict, StoreError> {
        if let Some(left_out) = draft.leave_out {
            return Ok(Verdict::Excluded(left_out.reason().into()));
        }
        let to_come = self.rules.pbx_tells && self.may_be_told(known);
        let subject = Subject { to_come, ..Subject::new(path, &known.uniqueid, facts) };
        self.rules.judge(&subject, self.change)
    }

    /// Whether the PBX hasn't spoken of a recording, and may: the call goes on, or has just ended.
    fn may_be_told(&self, known: &IntakeFile) -> bool {
        let ended = self.change.now().abs_diff(known.closed / SECOND);
        let Ranks { callid, status, .. } = Ranks::parse(&known.ranks);
        callid.max(status) < OF_RECORD && (!is_over(known) || ended < SOON)
    }

    /// What rules would look at, with all that is known of a recording besides the draft.
    pub(in crate::intake) fn subject(&self, draft: &Draft) -> Result<Subject, StoreError> {
        let found = match self.find(draft)? {
            Some(known) => Some(known),
            None => self.recordings_of(&draft.machine, draft.identity())?.into_iter().next(),
        };
        let mut known =
            found.unwrap_or_else(|| IntakeFile { machine: draft.machine.clone(), ..IntakeFile::default() });
        let row = self.change.recording_row(known.recording)?;
        let by_hand = row.as_ref().is_some_and(|row| known.written != Some(digest_of(row)));
        let (mut facts, mut ranks) = self.facts_of(row.as_ref(), &known, by_hand)?;
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
        let was = self.rules.judge(before, self.change)?;
        let is = self.rules.judge(now, self.change)?;
        Ok(Some(is).filter(|is| *is != was))
    }
}
