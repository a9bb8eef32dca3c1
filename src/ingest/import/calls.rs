//! Call detail records on their way in: those of one channel together, many channels at once.

use std::collections::HashMap;

use super::{BATCH, Import, Report};
use crate::ingest::cdr::Cdr;
use crate::ingest::cdr::freeswitch::Answerer;
use crate::ingest::names::Names;
use crate::intake::{About, Draft, Outcome, stem};

/// What a batch holds.
pub(in crate::ingest) struct Calls<'a> {
    import: &'a Import<'a>,
    /// What the places are in, for people.
    name: String,
    calls: Vec<Call>,
    /// What intake is told of each of the calls.
    drafts: Vec<Draft>,
    by_key: HashMap<String, usize>,
    rows: usize,
    /// Who answered calls, and where that stands.
    answerers: Vec<(Draft, String)>,
}

/// Makes records ready where they are read, on another thread than what takes them in.
pub(in crate::ingest) struct Desk {
    names: Names,
    machine: String,
    now: i64,
}

/// A record on its way in.
pub(in crate::ingest) struct Record {
    draft: Draft,
    sound: String,
}

impl Desk {
    pub(in crate::ingest) fn of(import: &Import<'_>) -> Desk {
        Desk { names: import.names.clone(), machine: import.folder.machine(), now: import.now }
    }

    pub(in crate::ingest) fn ready(&self, mut cdr: Cdr) -> Record {
        let file = std::mem::take(&mut cdr.file);
        let named = self.names.read(&file, self.now).uniqueid;
        let sound = named.unwrap_or_else(|| stem(&file).to_owned());
        Record { draft: cdr.draft(&self.machine, About::CallToCome), sound }
    }
}

struct Call {
    /// What the name of the sound file, if its records name one, says of whose it is.
    sound: String,
    /// The rows that told of it: lines, ids or numbers of files.
    places: Vec<String>,
}

impl<'a> Calls<'a> {
    pub(in crate::ingest) fn new(import: &'a Import<'a>, name: String) -> Calls<'a> {
        Calls {
            import,
            name,
            calls: Vec::new(),
            drafts: Vec::new(),
            by_key: HashMap::new(),
            rows: 0,
            answerers: Vec::new(),
        }
    }

    /// Adds who answered a call.
    pub(in crate::ingest) fn add_answerer(
        &mut self,
        who: &Answerer,
        place: String,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        self.rows += 1;
        self.answerers.push((who.draft(&self.import.folder.machine(), About::CallToCome), place));
        if self.rows >= BATCH { self.flush(report) } else { Ok(()) }
    }

    /// Adds a record. `place`: where in the file it stands.
    pub(in crate::ingest) fn add(
        &mut self,
        record: Record,
        place: String,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let Record { draft, sound } = record;
        let key = draft.uniqueid.clone().unwrap_or_else(|| sound.clone());
        self.rows += 1;
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
        if self.rows >= BATCH { self.flush(report) } else { Ok(()) }
    }

    /// Takes in what there is.
    pub(in crate::ingest) fn flush(&mut self, report: &mut Report) -> anyhow::Result<()> {
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
                call.places.iter().for_each(|place| report.skip(format_args!("{}:{place}", self.name), &why));
            }
        }
        self.flush_answerers(report)
    }

    fn flush_answerers(&mut self, report: &mut Report) -> anyhow::Result<()> {
        let (drafts, places): (Vec<Draft>, Vec<String>) =
            std::mem::take(&mut self.answerers).into_iter().unzip();
        for (outcome, place) in self.import.take(&drafts)?.iter().zip(places) {
            if let Err(why) = report.note(outcome) {
                report.skip(format_args!("{}:{place}", self.name), &why);
            }
        }
        Ok(())
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
