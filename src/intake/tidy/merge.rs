//! Rows that are put together.

use super::plan::Merge;
use crate::intake::digest::digest_of;
use crate::intake::door::Intake;
use crate::intake::stages::{Acceptance, FORM, Present};
use crate::model::paths::shown;
use crate::model::{Actor, IntakeFile, SoundForm};
use crate::store::{Entry, Store, StoreError, TidyRow};

/// The audit log's name of a row that becomes a form of another one.
const MERGE: &str = "recordings/merge";

impl Intake {
    /// Puts rows together, all in one transaction, but for those of which one has changed since they were looked at. Gives
    /// which were.
    pub fn merge<'a>(
        &self,
        store: &Store,
        merges: &'a [Merge],
        present: Present<'_>,
        now: i64,
    ) -> Result<Vec<&'a Merge>, StoreError> {
        let mut events = Vec::new();
        let done = store.change(&Actor::command_line(), now, |change| {
            let mut done = Vec::new();
            for merge in merges {
                if self.acceptance(change, &mut events).merge(merge, present)? {
                    done.push(merge);
                }
            }
            Ok::<_, StoreError>(done)
        })?;
        events.into_iter().for_each(|event| self.live().tell(event));
        Ok(done)
    }
}

impl Acceptance<'_> {
    fn merge(&mut self, merge: &Merge, present: Present<'_>) -> Result<bool, StoreError> {
        let Merge { kept, others, sides } = merge;
        let rows = std::iter::once(kept).chain(others.iter().map(|one| &one.row));
        for row in rows {
            if self.change.row_to_tidy(row.id)?.as_ref() != Some(row) {
                return Ok(false);
            }
        }
        let known = self.change.known_file(&kept.path, None)?.filter(|known| known.id != 0);
        let before = self.change.recording_row(kept.id)?;
        let by_intake = known
            .as_ref()
            .zip(before.as_ref())
            .is_some_and(|(known, row)| known.written == Some(digest_of(row)));
        if let Some(playing) = self.change.sounds(kept.id)?.first() {
            self.change.share_sound(kept.id, playing)?;
        }
        for one in others {
            self.join_row(kept, &one.row, one.role)?;
        }
        for side in sides {
            self.change.share_sound(kept.id, &side.form)?;
            self.change.hand_over_file(&side.form.path, 0, kept.id, FORM)?;
        }
        if let (true, Some(known), Some(row)) = (by_intake, known, self.change.recording_row(kept.id)?) {
            let written = Some(digest_of(&row));
            self.change.know_better(&known, &IntakeFile { written, ..known.clone() })?;
        }
        self.prefer(kept.id, present)?;
        Ok(true)
    }

    /// A row becomes a form of another one.
    fn join_row(
        &mut self,
        kept: &TidyRow,
        other: &TidyRow,
        role: crate::model::SoundRole,
    ) -> Result<(), StoreError> {
        let sounds = self.change.sounds(other.id)?;
        for sound in &sounds {
            let role = if sound.path == other.path { role } else { sound.role };
            let duration = sound.duration.or(other.duration.filter(|_| sound.path == other.path));
            self.change.share_sound(kept.id, &SoundForm { role, duration, ..sound.clone() })?;
        }
        self.change.take_over(kept.id, other.id)?;
        let named = |row: &TidyRow| {
            let of = &row.identity;
            format!("{}:{}:{}", of.recordgroup, of.uniqueid, of.recordid)
        };
        let gone = format!("a form of {} from now on: {}", named(kept), shown(&other.path));
        self.change.audit(&Entry::of(MERGE, other.customer, &other.identity, gone))?;
        self.change.withdraw_recording(other.id)?;
        for sound in &sounds {
            self.change.hand_over_file(&sound.path, other.id, kept.id, FORM)?;
        }
        let taken = format!("takes over {}: {}", named(other), shown(&other.path));
        self.change.audit(&Entry::of(MERGE, kept.customer, &kept.identity, taken))
    }
}
