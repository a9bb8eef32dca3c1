//! One draft, taken within a transaction.

use std::borrow::Cow;

use super::relocated::elsewhere;
use super::reused_path::Turn;
use crate::intake::draft::{About, Draft};
use crate::intake::facts::{Facts, OF_PBX, Ranks};
use crate::intake::facts_to_row::{digest_of, facts_of, row_of};
use crate::intake::file::{OPEN, is_stem, last_seen, look};
use crate::intake::live::{Event, What};
use crate::intake::records::together;
use crate::intake::rules::{Rules, Subject, Verdict};
use crate::intake::times::{expiry, knows_time};
use crate::intake::{Outcome, Source};
use crate::model::{IntakeFile, RecordingRow};
use crate::store::{Change, MOST_RECORDS, StoreError};

/// A draft on its way in.
pub(in crate::intake) struct Acceptance<'a> {
    pub change: &'a Change<'a>,
    pub rules: &'a Rules,
    pub events: &'a mut Vec<Event>,
}

impl Acceptance<'_> {
    pub(in crate::intake) fn accept(&mut self, draft: &Draft) -> Result<Outcome, StoreError> {
        if let Some(row) = &draft.row {
            return self.accept_row(draft, row);
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
            let draft = elsewhere(&known, draft);
            return self.improve(known, &draft);
        }
        if draft.path.is_none() && draft.knows_uniqueid() {
            let known = self.change.known_call(&draft.machine, draft.identity())?;
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
    pub(in crate::intake) fn find(&self, draft: &Draft) -> Result<Option<IntakeFile>, StoreError> {
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
        let call = self.change.known_call(&draft.machine, draft.identity())?;
        let moved = self.moved(draft, &call)?;
        Ok(moved.or_else(|| call.into_iter().find(|known| known.path.is_empty())))
    }

    /// Facts about a call, for each of its recordings. When each of several began and ended, they don't say.
    fn improve_all(&mut self, known: Vec<IntakeFile>, draft: &Draft) -> Result<Outcome, StoreError> {
        let mut draft = Cow::Borrowed(draft);
        if draft.source == Source::Cdr {
            let kept = self.records_of(&draft.machine, draft.identity())?;
            let facts = together(self.keep(&draft, &kept)?);
            draft = Cow::Owned(draft.with(facts));
        }
        if known.len() > 1 {
            let facts = &mut draft.to_mut().facts;
            (facts.start, facts.end, facts.totaltime) = (None, None, None);
        }
        let mut outcome = Outcome::Unchanged;
        for known in known {
            let one = self.improve(known, &draft)?;
            if outcome == Outcome::Unchanged || matches!(one, Outcome::Completed) {
                outcome = one;
            }
        }
        Ok(outcome)
    }

    /// A recording that isn't known yet. `known` has the id where a new one takes an old one's place.
    pub(in crate::intake) fn begin(
        &mut self,
        draft: &Draft,
        known: IntakeFile,
    ) -> Result<Outcome, StoreError> {
        let first_seen = self.change.now();
        let mut known =
            IntakeFile { id: known.id, machine: draft.machine.clone(), first_seen, ..IntakeFile::default() };
        let (mut facts, mut ranks) = (Facts::default(), Ranks::default());
        self.learn(&mut known, &mut facts, &mut ranks, draft);
        self.learn_records(&mut known, &mut facts, &mut ranks)?;
        known.ranks = ranks.text();
        self.file(known, facts, draft)
    }

    /// Files a recording that has no row.
    pub(in crate::intake) fn file(
        &mut self,
        mut known: IntakeFile,
        facts: Facts,
        draft: &Draft,
    ) -> Result<Outcome, StoreError> {
        let verdict = self.judge(&known, &facts, draft)?;
        let mut row = row_of(facts, &mut known, &RecordingRow::default());
        match verdict {
            Verdict::Excluded(reason) => {
                known.excluded.clone_from(&reason);
                self.remember(&mut known)?;
                Ok(Outcome::Excluded(reason))
            }
            Verdict::Filed { customer, recordgroup, days } => {
                known.recordid = self.change.next_recordid(&known.uniqueid)?.to_string();
                (known.customer, known.recordgroup, known.days) = (customer, recordgroup, days);
                (row.customer, row.recordgroup, row.recordid) =
                    (customer, recordgroup, known.recordid.clone());
                row.expires = expiry(row.start, days, known.first_seen);
                known.excluded = String::new();
                known.written = Some(digest_of(&row));
                self.insert(&mut known, &row)?;
                Ok(Outcome::Inserted)
            }
        }
    }

    pub(in crate::intake) fn insert(
        &mut self,
        known: &mut IntakeFile,
        row: &RecordingRow,
    ) -> Result<(), StoreError> {
        known.recording = self.change.add_recording(row)?;
        self.remember(known)?;
        self.tell_new(row);
        Ok(())
    }

    pub(in crate::intake) fn remember(&self, known: &mut IntakeFile) -> Result<(), StoreError> {
        if known.id == 0 {
            known.id = self.change.know(known)?;
            return Ok(());
        }
        self.change.know_anew(known)
    }

    /// A file that is gone.
    pub(in crate::intake) fn lose(&mut self, path: &str) -> Result<(), StoreError> {
        let Some(known) = self.change.known_file(path, None)? else { return Ok(()) };
        let id = known.recording;
        if known.state == OPEN {
            let file = Some(last_seen(&known));
            self.improve(known, &Draft { path: Some(path.into()), file, ..Draft::default() })?;
        }
        for row in self.change.set_stale(&[id], true)? {
            self.tell(What::Changed, &row);
        }
        Ok(())
    }

    pub(in crate::intake) fn is_taken(&self, row: &RecordingRow) -> Result<bool, StoreError> {
        self.change.has_recording(row.recordgroup, &row.uniqueid, &row.recordid)
    }

    /// Takes over what the draft knows better.
    pub(in crate::intake) fn learn(
        &self,
        known: &mut IntakeFile,
        facts: &mut Facts,
        ranks: &mut Ranks,
        draft: &Draft,
    ) {
        // The PBX knows it; a name, by which we filed the recording, only looks like it.
        let by_name = known.recordgroup != 0;
        let surer = (draft.source == Source::Pbx && by_name) || is_stem(known);
        let better = draft.knows_uniqueid() && ranks.callid < OF_PBX && surer;
        if known.uniqueid.is_empty() || (better && known.written.is_some()) {
            known.uniqueid = draft.identity().into();
        }
        if let Some(path) = &draft.path {
            known.path.clone_from(path);
        }
        known.over |= i64::from(draft.over);
        if !knows_time(known.first_seen) {
            known.first_seen = self.change.now();
        }
        if let Some(file) = &draft.file {
            // That the PBX never finished it may have been wrong.
            facts.forget_file(ranks);
            look(known, file);
            let sniffed = Facts { mimetype: Some(file.mimetype.clone()), ..Facts::default() };
            facts.learn(ranks, &sniffed, Source::File);
        }
        facts.learn(ranks, &draft.facts, draft.source);
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
    pub(in crate::intake) fn verdict_told(
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

    pub(in crate::intake) fn judge(
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

    /// Keeps those detail records of a draft that its channel doesn't have yet. Gives all that it has then.
    fn keep<'a>(&self, draft: &'a Draft, kept: &'a [Facts]) -> Result<Vec<&'a Facts>, StoreError> {
        let (machine, uniqueid) = (&draft.machine, draft.identity());
        let mut records: Vec<&Facts> = kept.iter().collect();
        for record in std::iter::once(&draft.facts).chain(&draft.records) {
            if records.contains(&record) {
                continue;
            }
            records.push(record);
            if records.len() as i64 > MOST_RECORDS {
                continue;
            }
            // Texts and numbers: always JSON.
            let json =
                serde_json::to_string(record).map_err(|error| StoreError::Refused(error.to_string()))?;
            self.change.keep_record(machine, uniqueid, &json)?;
        }
        Ok(records)
    }

    fn records_of(&self, machine: &str, uniqueid: &str) -> Result<Vec<Facts>, StoreError> {
        let kept = self.change.records_of(machine, uniqueid)?;
        // Written by this program; what cannot be read is of another version, and says nothing.
        Ok(kept.iter().filter_map(|record| serde_json::from_str(record).ok()).collect())
    }

    /// Takes over what is kept of the call.
    pub(in crate::intake) fn learn_records(
        &self,
        known: &mut IntakeFile,
        facts: &mut Facts,
        ranks: &mut Ranks,
    ) -> Result<(), StoreError> {
        let records = self.records_of(&known.machine, &known.uniqueid)?;
        facts.learn(ranks, &together(&records), Source::Cdr);
        known.over |= i64::from(!records.is_empty());
        Ok(())
    }

    /// The same, where it is only known now which call it is.
    pub(in crate::intake) fn learn_more(
        &self,
        before: &IntakeFile,
        known: &mut IntakeFile,
        facts: &mut Facts,
        ranks: &mut Ranks,
    ) -> Result<(), StoreError> {
        if known.uniqueid == before.uniqueid { Ok(()) } else { self.learn_records(known, facts, ranks) }
    }

    pub(in crate::intake) fn tell_new(&mut self, row: &RecordingRow) {
        self.tell(What::Added, row);
        if row.complete != 0 {
            self.tell(What::Completed, row);
        }
    }

    pub(in crate::intake) fn tell(&mut self, what: What, row: &RecordingRow) {
        self.events.push(Event::of(what, row));
    }
}
