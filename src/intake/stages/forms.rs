//! Files that are further forms, or sides, of a recording that has its row.
//!
//! Each has a line in `intake_files` with the reason why it has no row, the id of the recording, and the recording's uniqueid;
//! and a line in `sounds`. What is known of the call stands in the line of the form that plays.

use super::transaction::Acceptance;
use crate::intake::digest::digest_of;
use crate::intake::draft::{Draft, LeftOut, Outcome};
use crate::intake::facts::{Facts, OF_NAME, OF_PBX, OF_RECORD, Ranks};
use crate::intake::file::{CLOSED, is_form, length, look};
use crate::intake::live::What;
use crate::intake::one_recording::{Heard, bare, folder, is_in_name, is_one_recording, places};
use crate::intake::rules::{Subject, Verdict};
use crate::model::{IntakeFile, RecordingRow, SoundForm, SoundRole};
use crate::store::StoreError;

/// Why a further form of a recording has no row of its own.
pub(in crate::intake) const FORM: &str = "another form of a recording that has its row";

/// A recording that a file belongs to.
pub(super) struct Owner {
    /// What is known of the form that plays.
    pub line: IntakeFile,
    /// Its row.
    pub row: RecordingRow,
}

impl Acceptance<'_> {
    /// The recording that a finished file is another form, or a side, of. Where it could be one of several, it is none.
    pub(super) fn owner_of(&self, known: &IntakeFile, draft: &Draft) -> Result<Option<Owner>, StoreError> {
        let is_part = draft.leave_out == Some(LeftOut::Side) && draft.mix.is_some();
        if known.state != CLOSED || known.path.is_empty() || (draft.leave_out.is_some() && !is_part) {
            return Ok(None);
        }
        let (mut beside, mut owners): (Option<Owner>, Vec<Owner>) = (None, Vec::new());
        for kin in self.kin(known, draft)? {
            let Some(owner) = self.owner(&kin)? else { continue };
            let is_known = owners.iter().any(|other| other.line.recording == owner.line.recording);
            if is_known
                || (!is_part && are_two_calls(known, &owner.line))
                || !(is_part || is_one(known, draft, &kin, &owner))
                || !self.fits(known, &owner)?
            {
                continue;
            }
            if folder(&kin.path) == folder(&known.path) && beside.is_none() {
                beside = Some(owner);
            } else {
                owners.push(owner);
            }
        }
        Ok(beside.or(if owners.len() == 1 { owners.pop() } else { None }))
    }

    /// The recording that a finished file with a row of its own belongs to: one that was there before, if the file was in
    /// progress until now; or that of the whole call, if it is one side. What somebody has put a hand to stays.
    pub(super) fn owner_of_row(
        &self,
        known: &IntakeFile,
        old: &RecordingRow,
        draft: &Draft,
        by_hand: bool,
    ) -> Result<Option<Owner>, StoreError> {
        let may_be = draft.file.is_some() && (old.complete == 0 || draft.mix.is_some());
        if !may_be || by_hand || old.hold != 0 || self.change.sounds(known.recording)?.len() > 1 {
            return Ok(None);
        }
        let owner = self.owner_of(known, draft)?;
        let told = |line: &IntakeFile| Ranks::parse(&line.ranks).callid >= OF_PBX;
        Ok(owner.filter(|owner| draft.mix.is_some() || told(&owner.line) || !told(known)))
    }

    /// Files that may be of the same recording, in the order in which they came.
    fn kin(&self, known: &IntakeFile, draft: &Draft) -> Result<Vec<IntakeFile>, StoreError> {
        let mut kin = Vec::new();
        if let Some(mix) = &draft.mix {
            kin.extend(self.change.known_file(mix, None)?);
        } else {
            if is_in_name(&known.uniqueid, &known.path) {
                kin.extend(self.change.known_call(&known.machine, &known.uniqueid)?);
                kin.extend(self.change.known_beside(bare(&known.path))?);
            } else {
                for place in places(&known.path) {
                    kin.extend(self.change.known_beside(&place)?);
                }
            }
            if let Some(copy) = &draft.copy_of {
                kin.extend(self.change.known_file(&copy.path, None)?);
            }
        }
        let is_other = |kin: &IntakeFile| {
            let has_row = kin.recording != 0 && kin.recording != known.recording;
            // How long it will be isn't known of one that is still written to; of which call a side is, is.
            let is_settled = kin.state == CLOSED || draft.mix.is_some();
            has_row && is_settled && !kin.path.is_empty() && kin.path != known.path
        };
        kin.retain(is_other);
        kin.sort_by_key(|kin| (kin.recording, kin.id));
        kin.dedup_by(|one, other| one.path == other.path);
        Ok(kin)
    }

    /// The recording of a file that is known.
    pub(super) fn owner(&self, known: &IntakeFile) -> Result<Option<Owner>, StoreError> {
        let Some(row) = self.change.recording_row(known.recording)? else { return Ok(None) };
        if row.path == known.path {
            return Ok(Some(Owner { line: known.clone(), row }));
        }
        let line = self.change.known_file(&row.path, None)?;
        let line = line.filter(|line| line.recording == known.recording);
        Ok(line.map(|line| Owner { line, row }))
    }

    /// Whether the rules would file a further form where the recording is.
    pub(super) fn fits(&self, known: &IntakeFile, owner: &Owner) -> Result<bool, StoreError> {
        let Owner { line, row } = owner;
        let by_hand = line.written != Some(digest_of(row));
        let (facts, _) = self.facts_of(Some(row), line, by_hand)?;
        let at = |path: &str| Subject::new(path, &row.uniqueid, &facts);
        let (here, there) = (at(&row.path), at(&known.path));
        if self.rules.judges_alike(&here, &there) {
            return Ok(true);
        }
        let verdict = self.rules.judge(&there, self.change)?;
        Ok(matches!(verdict, Verdict::Filed { customer, .. } if customer == row.customer))
    }

    /// Whether what is known is a further form, or a side, of a recording that is there.
    pub(super) fn is_further(&self, known: &IntakeFile) -> Result<bool, StoreError> {
        if !is_form(known) {
            return Ok(false);
        }
        let row = self.change.recording_row(known.recording)?;
        Ok(row.is_some_and(|row| row.path != known.path))
    }

    /// Takes a file for another form, or a side, of a recording.
    pub(super) fn join(
        &mut self,
        mut known: IntakeFile,
        facts: &Facts,
        draft: &Draft,
        owner: Owner,
    ) -> Result<Outcome, StoreError> {
        let recording = owner.line.recording;
        known.recording = recording;
        known.excluded = draft.leave_out.map_or(FORM, LeftOut::reason).into();
        known.uniqueid.clone_from(&owner.row.uniqueid);
        known.recordid.clear();
        known.written = None;
        self.remember(&mut known)?;
        let mimetype = facts.mimetype.clone().unwrap_or_default();
        self.keep_shown(&owner)?;
        self.change.share_sound(recording, &form(&known, draft.role, &mimetype))?;
        let owner = self.tell_owner(owner, facts)?;
        self.tell(What::Changed, &owner.row);
        let plays = owner.row.stale != 0 || self.order.is_before(&known.path, &owner.row.path);
        if !draft.role.is_side() && plays {
            self.play(owner, known, &mimetype)?;
        }
        Ok(Outcome::Form)
    }

    /// A row that has a form besides has a line for what it shows, too.
    fn keep_shown(&self, owner: &Owner) -> Result<(), StoreError> {
        let Owner { line, row } = owner;
        let is_known = self
            .change
            .sounds(line.recording)?
            .iter()
            .any(|sound| sound.path == row.path && sound.duration.is_some());
        if is_known || row.path.is_empty() {
            return Ok(());
        }
        let shown = SoundForm { size: row.size, ..form(line, SoundRole::Mix, &row.mimetype) };
        self.change.share_sound(line.recording, &SoundForm { path: row.path.clone(), ..shown })
    }

    /// What the name of a further form says of the call.
    fn tell_owner(&mut self, owner: Owner, facts: &Facts) -> Result<Owner, StoreError> {
        let facts = Facts { status: None, note: None, mimetype: None, end: None, ..facts.clone() };
        self.improve(
            owner.line.clone(),
            &Draft { machine: owner.line.machine.clone(), facts, ..Draft::default() },
        )?;
        Ok(self.owner(&owner.line)?.unwrap_or(owner))
    }

    /// A recording in progress turns out to be another form, or a side, of one that is known.
    pub(super) fn absorb(
        &mut self,
        mut known: IntakeFile,
        old: &RecordingRow,
        facts: &Facts,
        draft: &Draft,
        owner: Owner,
    ) -> Result<Outcome, StoreError> {
        let reason = draft.leave_out.map_or(FORM, LeftOut::reason);
        self.remove_row(&mut known, old, reason)?;
        self.join(known, facts, draft, owner)
    }

    /// A further form, or a side, that is known: it was written to, moved, or the PBX speaks of it.
    pub(super) fn improve_form(&mut self, before: IntakeFile, draft: &Draft) -> Result<Outcome, StoreError> {
        let Some(owner) = self.owner(&before)? else { return Ok(Outcome::Deleted) };
        let Some(file) = &draft.file else {
            return self.improve(owner.line, &Draft { path: None, ..draft.clone() });
        };
        let mut known = before.clone();
        if let Some(path) = &draft.path {
            known.path.clone_from(path);
        }
        look(&mut known, file);
        let sounds = self.change.sounds(before.recording)?;
        let role =
            sounds.iter().find(|sound| sound.path == before.path).map_or(draft.role, |sound| sound.role);
        if known.state == CLOSED && !role.is_side() && !is_one(&known, draft, &owner.line, &owner) {
            // Something else was written there.
            self.change.forget_form(before.recording, &before.path)?;
            return self.begin(draft, IntakeFile { id: before.id, ..IntakeFile::default() });
        }
        if known == before {
            return Ok(Outcome::Unchanged);
        }
        self.change.know_better(&before, &known)?;
        if known.state == CLOSED {
            if (&known.path, known.size, &known.digest) != (&before.path, before.size, &before.digest) {
                self.change.forget_form(before.recording, &before.path)?;
            }
            self.change.share_sound(before.recording, &form(&known, role, &file.mimetype))?;
        }
        Ok(Outcome::Enriched)
    }
}

/// Whether the PBX said of both which channel they are of, and it is not the same one.
fn are_two_calls(one: &IntakeFile, other: &IntakeFile) -> bool {
    let told = |line: &IntakeFile| Ranks::parse(&line.ranks).callid >= OF_PBX;
    told(one) && told(other) && one.uniqueid != other.uniqueid
}

/// Whether a file and one that is known are one recording, but for whose they are.
fn is_one(known: &IntakeFile, draft: &Draft, kin: &IntakeFile, owner: &Owner) -> bool {
    let copy = draft.copy_of.as_ref().map(|copy| copy.sha256.as_slice());
    let is_copy = draft.copy_of.as_ref().is_some_and(|copy| copy.path == kin.path);
    let named = Ranks::parse(&owner.line.ranks).start == OF_NAME;
    let told = |line: &IntakeFile| Ranks::parse(&line.ranks).callid >= OF_RECORD;
    let customer = owner.row.customer;
    is_one_recording(
        &Heard {
            machine: &known.machine,
            customer,
            uniqueid: &known.uniqueid,
            told: told(known),
            path: &known.path,
            start: draft.facts.start,
            duration: length(known),
            sha256: copy,
        },
        &Heard {
            machine: &kin.machine,
            customer,
            uniqueid: &kin.uniqueid,
            told: told(&owner.line),
            path: &kin.path,
            start: Some(owner.row.start).filter(|_| named),
            duration: length(kin),
            sha256: copy.filter(|_| is_copy),
        },
    )
}

/// A file as a form of a recording's sound.
pub(super) fn form(known: &IntakeFile, role: SoundRole, mimetype: &str) -> SoundForm {
    SoundForm {
        path: known.path.clone(),
        role,
        mimetype: mimetype.into(),
        size: known.size,
        duration: length(known),
        ..SoundForm::default()
    }
}
