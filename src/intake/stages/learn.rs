//! What is known already learns from a draft, and from the detail records that are kept of its call.

use super::transaction::Acceptance;
use crate::intake::draft::{Draft, stem};
use crate::intake::facts::{Facts, OF_PBX, Ranks};
use crate::intake::file::{is_stem, is_waiting, look};
use crate::intake::records::{of_sound, together};
use crate::intake::source::Source;
use crate::intake::times::knows_time;
use crate::model::IntakeFile;
use crate::store::{MOST_RECORDS, StoreError};

impl Acceptance<'_> {
    /// Takes over what the draft knows better.
    pub(super) fn learn(&self, known: &mut IntakeFile, facts: &mut Facts, ranks: &mut Ranks, draft: &Draft) {
        // The PBX knows it; a name, by which we filed the recording, only looks like it.
        let waits = is_waiting(known);
        let by_name = known.recordgroup != 0 || waits;
        let surer = (draft.source == Source::Pbx && by_name) || is_stem(known);
        let better = draft.knows_uniqueid() && ranks.callid < OF_PBX && surer;
        if known.uniqueid.is_empty() || (better && (known.written.is_some() || waits)) {
            known.uniqueid = draft.identity_for_row().into();
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
        if draft.continues && !draft.over {
            (facts.end, ranks.end) = (None, 0);
        }
        facts.guess(ranks, &draft.guesses);
        // A recording that went on ended later than its first part, whoever speaks of that last.
        let ended = facts.end.filter(|_| draft.source == Source::Pbx && ranks.end == OF_PBX);
        facts.learn(ranks, &draft.facts, draft.source);
        facts.end = facts.end.max(ended);
    }

    /// Keeps those detail records of a draft that its channel doesn't have yet. Gives all that it has then.
    pub(super) fn keep<'a>(&self, draft: &'a Draft, kept: &'a [Facts]) -> Result<Vec<&'a Facts>, StoreError> {
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

    pub(super) fn records_of(&self, machine: &str, uniqueid: &str) -> Result<Vec<Facts>, StoreError> {
        let kept = self.change.records_of(machine, uniqueid)?;
        // Written by this program; what cannot be read is of another version, and says nothing.
        Ok(kept.iter().filter_map(|record| serde_json::from_str(record).ok()).collect())
    }

    /// Takes over what is kept of the call.
    pub(super) fn learn_records(
        &self,
        known: &mut IntakeFile,
        facts: &mut Facts,
        ranks: &mut Ranks,
    ) -> Result<(), StoreError> {
        let records = self.records_of(&known.machine, &known.uniqueid)?;
        let records: Vec<&Facts> = records.iter().collect();
        let own = stem(&known.path);
        let names_another =
            records.iter().any(|record| record.sound.as_deref().is_some_and(|sound| sound != own));
        let call = match names_another {
            true => self.change.known_call(&known.machine, &known.uniqueid)?,
            false => Vec::new(),
        };
        let others: Vec<&str> = call.iter().map(|other| stem(&other.path)).collect();
        facts.learn(ranks, &together(of_sound(&records, own, &others)), Source::Cdr);
        known.over |= i64::from(!records.is_empty());
        Ok(())
    }

    /// Takes over what is kept of the call, where it is only known now which call it is.
    pub(super) fn learn_more(
        &self,
        before: &IntakeFile,
        known: &mut IntakeFile,
        facts: &mut Facts,
        ranks: &mut Ranks,
    ) -> Result<(), StoreError> {
        if known.uniqueid == before.uniqueid { Ok(()) } else { self.learn_records(known, facts, ranks) }
    }
}
