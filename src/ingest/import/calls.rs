//! Call detail records on their way in: those of one channel together, many channels at once.

use std::collections::HashMap;

use super::bring_in::Gather;
use super::cdr_reader::CdrDraft;
use super::report::Report;
use super::target::{BATCH, Import};
use crate::intake::{About, Draft, Outcome};

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
    /// What the name of the sound file, if its records name one, says of whose it is.
    sound: String,
    /// The rows that told of it: lines, ids or numbers of files.
    places: Vec<String>,
}

impl Gather<CdrDraft> for Calls<'_> {
    fn add(&mut self, record: CdrDraft, place: String, report: &mut Report) -> anyhow::Result<()> {
        match record {
            CdrDraft::Call { draft, sound } => self.add_call(draft, sound, place),
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
        self.take(&calls, &drafts, &mut outcomes, |call, draft| call.of_sound(draft, About::Call))?;
        // What has no recording yet may get one under either name.
        let mut others = outcomes.clone();
        self.take(&calls, &drafts, &mut outcomes, |call, draft| call.of_sound(draft, About::CallToCome))?;
        self.take(&calls, &drafts, &mut others, |_, draft| {
            draft.uniqueid.is_some().then(|| Draft { about: About::CallToCome, ..draft.clone() })
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
        let answerers = Default::default();
        Calls { import, calls: Vec::new(), drafts: Vec::new(), by_key: HashMap::new(), rows: 0, answerers }
    }

    fn add_call(&mut self, draft: Draft, sound: String, place: String) {
        let key = draft.uniqueid.clone().unwrap_or_else(|| sound.clone());
        match self.by_key.get(&key) {
            Some(index) => {
                self.drafts[*index].records.push(draft.facts);
                let call = &mut self.calls[*index];
                call.places.push(place);
                if call.sound.is_empty() {
                    call.sound = sound;
                }
            }
            None => {
                self.by_key.insert(key, self.calls.len());
                self.drafts.push(draft);
                self.calls.push(Call { sound, places: vec![place] });
            }
        }
    }

    /// Takes in what `make` makes of the drafts of those calls that have no recording so far.
    fn take(
        &self,
        calls: &[Call],
        drafts: &[Draft],
        outcomes: &mut [Outcome],
        make: impl Fn(&Call, &Draft) -> Option<Draft>,
    ) -> anyhow::Result<()> {
        let open = (0..calls.len()).filter(|place| outcomes[*place] == Outcome::NoRecording);
        let (places, drafts): (Vec<usize>, Vec<Draft>) =
            open.filter_map(|place| Some((place, make(&calls[place], &drafts[place])?))).unzip();
        if drafts.is_empty() {
            return Ok(());
        }
        for (place, outcome) in places.into_iter().zip(self.import.take(&drafts)?) {
            outcomes[place] = outcome;
        }
        Ok(())
    }
}

impl Call {
    /// Whether its records name the sound of another channel, or one that is known by its name.
    fn names_another(&self, draft: &Draft) -> bool {
        !self.sound.is_empty() && draft.uniqueid.as_ref() != Some(&self.sound)
    }

    /// What the recording of that sound is told.
    fn of_sound(&self, draft: &Draft, about: About) -> Option<Draft> {
        self.names_another(draft).then(|| Draft {
            about,
            uniqueid: Some(self.sound.clone()),
            ..draft.clone()
        })
    }
}
