//! Call detail records on their way in: those of one channel together, many channels at once.

use std::collections::HashMap;

use super::bring_in::Gather;
use super::cdr_reader::{CdrDraft, Sound};
use super::report::Report;
use super::target::{BATCH, Import};
use crate::intake::{About, Draft, Facts, Outcome};

/// What a batch holds.
pub(super) struct Calls<'a> {
    import: &'a Import<'a>,
    calls: Vec<Call>,
    /// What intake is told of each of the calls.
    drafts: Vec<Draft>,
    by_key: HashMap<String, usize>,
    rows: usize,
    /// Who answered calls, and where that stands.
    answerers: (Vec<Draft>, Vec<String>),
}

struct Call {
    /// The sound files that its records name: one, unless several recordings were made of it.
    sounds: Vec<Sound>,
    /// The rows that told of it: lines, ids or numbers of files.
    places: Vec<String>,
}

impl Gather<CdrDraft> for Calls<'_> {
    fn add(&mut self, record: CdrDraft, place: String, report: &mut Report) -> anyhow::Result<()> {
        match record {
            CdrDraft::Call { draft, sound, more, doubt } => {
                if !doubt.is_empty() {
                    report.remark(&place, &doubt);
                }
                for sound in more {
                    let facts = Facts { sound: Some(sound.stem.clone()), ..draft.facts.clone() };
                    self.add_call(Draft { facts, ..draft.clone() }, sound, place.clone());
                }
                self.add_call(draft, sound, place);
            }
            CdrDraft::Answerer(draft) => {
                self.answerers.0.push(draft);
                self.answerers.1.push(place);
            }
        }
        self.rows += 1;
        if self.rows >= BATCH { self.flush(report) } else { Ok(()) }
    }

    /// Takes in what there is.
    fn flush(&mut self, report: &mut Report) -> anyhow::Result<()> {
        let calls = std::mem::take(&mut self.calls);
        let mut drafts = std::mem::take(&mut self.drafts);
        self.by_key.clear();
        self.rows = 0;
        for (call, draft) in calls.iter().zip(&mut drafts) {
            draft.about = if call.names_another(draft) { About::Call } else { About::CallToCome };
        }
        let mut outcomes = self.import.take(&drafts)?;
        self.take(
            &calls,
            &drafts,
            &mut outcomes,
            |_| true,
            |call, draft| call.of_sounds(draft, About::Call),
        )?;
        // What has no recording yet may get one under either name.
        let mut others = outcomes.clone();
        let is_open = |outcome: &Outcome| *outcome == Outcome::NoRecording;
        let to_come = About::CallToCome;
        self.take(&calls, &drafts, &mut outcomes, is_open, |call, draft| call.of_sounds(draft, to_come))?;
        self.take(&calls, &drafts, &mut others, is_open, |_, draft| {
            let own = draft.uniqueid.is_some().then(|| Draft { about: to_come, ..draft.clone() });
            own.into_iter().collect()
        })?;
        for (call, outcome) in calls.iter().zip(&outcomes) {
            if let Err(why) = report.note(outcome) {
                call.places.iter().for_each(|place| report.skip(place, &why));
            }
        }
        let (drafts, places) = std::mem::take(&mut self.answerers);
        self.import.take_noting(&drafts, places, report)
    }
}

impl<'a> Calls<'a> {
    pub(super) fn new(import: &'a Import<'a>) -> Calls<'a> {
        Calls {
            import,
            calls: Vec::new(),
            drafts: Vec::new(),
            by_key: HashMap::new(),
            rows: 0,
            answerers: Default::default(),
        }
    }

    fn add_call(&mut self, draft: Draft, sound: Sound, place: String) {
        let key = draft.uniqueid.clone().unwrap_or_else(|| sound.whose.clone());
        let index = match self.by_key.get(&key) {
            Some(index) => {
                self.drafts[*index].records.push(draft.facts);
                self.calls[*index].places.push(place);
                *index
            }
            None => {
                self.by_key.insert(key, self.calls.len());
                self.drafts.push(draft);
                self.calls.push(Call { sounds: Vec::new(), places: vec![place] });
                self.calls.len() - 1
            }
        };
        let sounds = &mut self.calls[index].sounds;
        if !sound.stem.is_empty() && !sounds.contains(&sound) {
            sounds.push(sound);
        }
    }

    /// Takes in what `make` makes of the drafts of those calls whose outcome so far is such.
    fn take(
        &self,
        calls: &[Call],
        drafts: &[Draft],
        outcomes: &mut [Outcome],
        is: impl Fn(&Outcome) -> bool,
        make: impl Fn(&Call, &Draft) -> Vec<Draft>,
    ) -> anyhow::Result<()> {
        let open = (0..calls.len()).filter(|place| is(&outcomes[*place]));
        let (places, drafts): (Vec<usize>, Vec<Draft>) = open
            .flat_map(|place| {
                make(&calls[place], &drafts[place]).into_iter().map(move |draft| (place, draft))
            })
            .unzip();
        if drafts.is_empty() {
            return Ok(());
        }
        for (place, outcome) in places.into_iter().zip(self.import.take(&drafts)?) {
            // Of several recordings, one that learned something speaks for its call.
            let settled = matches!(outcomes[place], Outcome::Completed | Outcome::Enriched);
            if outcome != Outcome::NoRecording && !settled {
                outcomes[place] = outcome;
            }
        }
        Ok(())
    }
}

impl Call {
    /// Whether its records name the sound of another channel, or one that is known by its name.
    fn names_another(&self, draft: &Draft) -> bool {
        self.sounds.iter().any(|sound| draft.uniqueid.as_ref() != Some(&sound.whose))
    }

    /// What the recordings of those sounds are told.
    fn of_sounds(&self, draft: &Draft, about: About) -> Vec<Draft> {
        let others = self.sounds.iter().map(|sound| &sound.whose);
        let mut others: Vec<&String> =
            others.filter(|whose| draft.uniqueid.as_ref() != Some(*whose)).collect();
        others.dedup();
        others
            .into_iter()
            .map(|whose| Draft { about, uniqueid: Some(whose.clone()), ..draft.clone() })
            .collect()
    }
}
