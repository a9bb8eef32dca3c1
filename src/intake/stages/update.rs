//! What is known already, and now better.

use super::transaction::Acceptance;
use super::wait::Heard;
use crate::intake::digest::digest_of;
use crate::intake::draft::{DISCARDED, Draft, LeftOut, Outcome};
use crate::intake::facts::Facts;
use crate::intake::facts_to_row::{facts_of, row_of, stay};
use crate::intake::file::{is_another_file, is_over, is_written_later};
use crate::intake::live::What;
use crate::intake::rules::{Subject, Verdict, Wait};
use crate::intake::sounds::{form_of, is_other_sound};
use crate::intake::source::Source;
use crate::intake::times::expiry;
use crate::model::{IntakeFile, RecordingRow};
use crate::store::{Entry, Identity, StoreError};

/// The audit log's name of a recording that a rule leaves out after all.
const WITHDRAW: &str = "recordings/withdraw";
/// The audit log's name of sound that was replaced.
const SOUND: &str = "recordings/sound";

impl Acceptance<'_> {
    /// Something known: what the draft knows better is taken over.
    pub(super) fn improve(&mut self, before: IntakeFile, draft: &Draft) -> Result<Outcome, StoreError> {
        let row = match before.recording {
            0 => None,
            id => self.change.recording_row(id)?,
        };
        match row {
            Some(row) if is_written_later(&before, &row, draft) => self.keep_row(before, row, draft),
            Some(row) => self.improve_row(before, row, draft),
            None if before.recording != 0 && is_another_file(&before, draft) => self.begin(draft, before),
            None => self.improve_rest(before, draft),
        }
    }

    /// Something known without a row: left out, or deleted.
    fn improve_rest(&mut self, before: IntakeFile, draft: &Draft) -> Result<Outcome, StoreError> {
        // Its source may find that it was wrong, or that the file has got sound since.
        let found = draft.file.is_some() && draft.leave_out.is_none() && LeftOut::is_reason(&before.excluded);
        let waiting = self.waits(&before)?.is_some();
        let settled = !waiting && (before.recording != 0 || (is_over(&before) && !found));
        let mut known = before.clone();
        let (mut facts, mut ranks) = self.facts_of(None, &known, false)?;
        let seen = facts.clone();
        self.learn(&mut known, &mut facts, &mut ranks, draft);
        self.learn_more(&before, &mut known, &mut facts, &mut ranks)?;
        known.ranks = ranks.text();
        if !settled {
            return self.file(known, facts, draft);
        }
        if before.recording == 0
            && draft.mix.is_some()
            && let Some(owner) = self.owner_of(&known, draft)?
        {
            return self.join(known, &facts, draft, owner);
        }
        if before.recording == 0 && known.recordid.is_empty() && draft.source == Source::Cdr {
            let was = self.judge(&before, &seen, draft)?;
            let is = self.judge(&known, &facts, draft)?;
            if matches!((was, is), (Verdict::Excluded(_), Verdict::Filed { .. })) {
                // What its name says was not kept: the next look at its folder finds it as a new one.
                self.change.forget_file(known.id)?;
                return Ok(Outcome::Kept);
            }
        }
        row_of(facts, &mut known, &RecordingRow::default());
        if known != before {
            self.change.know_better(&before, &known)?;
        }
        Ok(if before.recording != 0 { Outcome::Deleted } else { Outcome::Excluded(before.excluded) })
    }

    fn improve_row(
        &mut self,
        before: IntakeFile,
        old: RecordingRow,
        draft: &Draft,
    ) -> Result<Outcome, StoreError> {
        let by_hand = before.written != Some(digest_of(&old));
        let mut known = before.clone();
        if before.written.is_none() {
            known.over = old.complete;
        }
        let (mut facts, mut ranks) = facts_of(Some(&old), &known, by_hand);
        let filed_here = (old.customer, old.recordgroup) == (before.customer, before.recordgroup);
        // Not what the rules say by now, but what the detail records tell them.
        let told = filed_here && old.complete != 0 && draft.source == Source::Cdr && !by_hand;
        let seen = told.then(|| Subject::new(&known.path, &known.uniqueid, &facts));
        self.learn(&mut known, &mut facts, &mut ranks, draft);
        if draft.file.is_some() && (old.stale != 0 || draft.moved_from.is_some()) {
            facts.has_file(&mut ranks);
        }
        self.learn_more(&before, &mut known, &mut facts, &mut ranks)?;
        known.ranks = ranks.text();
        let verdict = match seen {
            Some(seen) => self.verdict_told(&seen, &Subject::new(&known.path, &known.uniqueid, &facts))?,
            None if filed_here && old.complete == 0 => Some(self.judge(&known, &facts, draft)?),
            None => None,
        };
        if draft.file.is_none() && !by_hand && is_gone_for_good(&facts, &old) {
            return self.withdraw(known, &old, DISCARDED.into());
        }
        if let Some(owner) = self.owner_of_row(&known, &old, draft, by_hand)? {
            return self.absorb(known, &old, &facts, draft, owner);
        }
        let heard = facts.clone();
        let mut new = row_of(facts, &mut known, &old);
        if draft.file.is_none() {
            // Who has not seen the file can't say that it is there.
            new.stale = old.stale;
        }
        if by_hand {
            stay(&old, &mut new);
        }
        let is_as_filed = old.expires == expiry(old.start, before.days, before.first_seen);
        match verdict.filter(|verdict| may_move(verdict, &old, by_hand)) {
            Some(Verdict::Excluded(reason)) => return self.withdraw(known, &old, reason),
            Some(Verdict::Waits(wait)) => return self.withdraw_to_wait(known, &old, &heard, wait),
            Some(Verdict::Filed { customer, recordgroup, days }) => {
                (known.customer, known.recordgroup) = (customer, recordgroup);
                (new.customer, new.recordgroup) = (customer, recordgroup);
                known.days = if is_as_filed { days } else { known.days };
            }
            None => {}
        }
        self.renumber(&mut known, &old, &mut new)?;
        if before.written.is_some() && is_as_filed {
            new.expires = expiry(new.start, known.days, known.first_seen);
        }
        known.written = Some(digest_of(&new));
        self.store(&before, known, &old, &new)
    }

    /// Something else was written over what was recorded, too late: the row stays as it is. There is sound, though.
    fn keep_row(
        &mut self,
        before: IntakeFile,
        row: RecordingRow,
        draft: &Draft,
    ) -> Result<Outcome, StoreError> {
        for row in self.change.set_stale(&[before.recording], false)? {
            self.tell(What::Changed, &row);
        }
        self.improve_row(before, RecordingRow { stale: 0, ..row }, &without_file(draft))?;
        Ok(Outcome::Overwritten)
    }

    fn store(
        &mut self,
        before: &IntakeFile,
        mut known: IntakeFile,
        old: &RecordingRow,
        new: &RecordingRow,
    ) -> Result<Outcome, StoreError> {
        let (better, changed) = (known != *before, old != new);
        // Where its line says so, a trigger needs not note what the row was called until now.
        let is_new = before.id == 0 && better;
        let is_called_so = (&known.path, &known.machine, &known.uniqueid)
            == (&before.path, &before.machine, &before.uniqueid);
        if is_new {
            known.id = self.change.know(if is_called_so { &known } else { before })?;
        }
        if changed {
            self.change.change_recording(known.recording, old, new)?;
        }
        if better && !(is_new && is_called_so) {
            self.change.know_better(before, &known)?;
        }
        if known.digest != before.digest || is_other_sound((before, old), (&known, new)) {
            self.keep_form(before, &known, new)?;
        }
        if !changed {
            return Ok(if better { Outcome::Enriched } else { Outcome::Unchanged });
        }
        if (old.recordgroup, &old.uniqueid, &old.recordid) != (new.recordgroup, &new.uniqueid, &new.recordid)
        {
            self.tell(What::Removed, old);
            self.tell(What::Added, new);
        }
        let completed = old.complete == 0 && new.complete != 0;
        self.tell(if completed { What::Completed } else { What::Changed }, new);
        Ok(if completed { Outcome::Completed } else { Outcome::Enriched })
    }

    /// Notes what plays by now. What was known of other sound in the file is in the audit log.
    fn keep_form(
        &mut self,
        before: &IntakeFile,
        known: &IntakeFile,
        row: &RecordingRow,
    ) -> Result<(), StoreError> {
        let Some(form) = form_of(known, row) else { return Ok(()) };
        let sounds = self.change.sounds(known.recording)?;
        let was = sounds.into_iter().find(|sound| sound.path == known.path);
        let same = (known.size, &known.digest) == (was.as_ref().map_or(-1, |was| was.size), &before.digest);
        if let Some(was) = was.filter(|_| !same && before.digest.is_some()) {
            if let Some(sha256) = was.sha256 {
                let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
                let identity = identity(row);
                let detail = format!("written anew; before, its {} bytes had the SHA-256 {hex}", was.size);
                self.change.audit(&Entry::of(SOUND, row.customer, &identity, detail))?;
            }
            self.change.forget_form(known.recording, &known.path)?;
        }
        self.change.share_sound(known.recording, &form)
    }

    /// Whether the PBX has deleted the sound of a row itself, and nobody wants to keep it.
    pub(super) fn is_discarded(&self, known: &IntakeFile, row: &RecordingRow) -> bool {
        known.note.contains(DISCARDED) && row.hold == 0 && known.written == Some(digest_of(row))
    }

    /// A call that the rules leave out, now that more is known of it.
    pub(super) fn withdraw(
        &mut self,
        mut known: IntakeFile,
        old: &RecordingRow,
        reason: String,
    ) -> Result<Outcome, StoreError> {
        self.remove_row(&mut known, old, &reason)?;
        known.excluded.clone_from(&reason);
        self.remember(&mut known)?;
        Ok(Outcome::Excluded(reason))
    }

    /// A call of which more is known now, and not yet whose it is.
    fn withdraw_to_wait(
        &mut self,
        mut known: IntakeFile,
        old: &RecordingRow,
        heard: &Facts,
        wait: Wait,
    ) -> Result<Outcome, StoreError> {
        self.remove_row(&mut known, old, &wait.reason)?;
        let (path, since) = (known.path.clone(), self.change.now());
        let heard = Heard { facts: heard, began: old.start, stale: old.stale, path, since };
        self.let_wait(known, &heard, wait, None)
    }

    pub(super) fn remove_row(
        &mut self,
        known: &mut IntakeFile,
        old: &RecordingRow,
        reason: &str,
    ) -> Result<(), StoreError> {
        if known.id == 0 {
            known.id = self.change.know(known)?;
        }
        // A call in progress can't have been listened to yet; only a complete one is missed. The entry says which call it was
        // as long as the row is there.
        if old.complete != 0 {
            self.change.audit(&Entry::of(WITHDRAW, old.customer, &identity(old), reason.into()))?;
        }
        self.change.withdraw_recording(known.recording)?;
        known.recording = 0;
        // Its number is free again, unless the channel has later recordings.
        known.recordid.clear();
        self.tell(What::Removed, old);
        Ok(())
    }

    /// Another group or uniqueid means another number.
    fn renumber(
        &self,
        known: &mut IntakeFile,
        old: &RecordingRow,
        new: &mut RecordingRow,
    ) -> Result<(), StoreError> {
        let moved = (old.recordgroup, &old.uniqueid) != (new.recordgroup, &new.uniqueid);
        if moved && (old.uniqueid != new.uniqueid || self.is_taken(new)?) {
            known.recordid = self.change.next_recordid(&new.uniqueid)?.to_string();
            new.recordid.clone_from(&known.recordid);
        }
        Ok(())
    }
}

fn identity(row: &RecordingRow) -> Identity {
    Identity { recordgroup: row.recordgroup, uniqueid: row.uniqueid.clone(), recordid: row.recordid.clone() }
}

/// The draft without what is in the file, and what that made it say of the call's end.
fn without_file(draft: &Draft) -> Draft {
    let facts = Facts { status: None, note: None, mimetype: None, ..draft.facts.clone() };
    Draft { file: None, mix: None, facts, ..draft.clone() }
}

/// Whether the PBX has deleted the sound of a row itself, and nobody holds it.
fn is_gone_for_good(facts: &Facts, old: &RecordingRow) -> bool {
    let discarded = facts.note.as_deref().is_some_and(|note| note.contains(DISCARDED));
    discarded && old.stale != 0 && old.hold == 0
}

/// Whether a verdict counts for a row. Who holds a recording wants it, whatever the rules say; and where its group is gone,
/// or somebody changed it, it stays until it is known whose it is.
fn may_move(verdict: &Verdict, old: &RecordingRow, by_hand: bool) -> bool {
    match verdict {
        Verdict::Filed { .. } => true,
        Verdict::Excluded(_) => old.hold == 0,
        Verdict::Waits(wait) => {
            let is_there = (wait.customer, wait.recordgroup) == (old.customer, old.recordgroup);
            old.hold == 0 && !by_hand && !is_there
        }
    }
}
