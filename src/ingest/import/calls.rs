//! Call detail records on their way in: those of one channel together, many channels at once.

use std::collections::HashMap;

use super::{BATCH, Import, Report};
use crate::ingest::cdr::Cdr;
use crate::ingest::freeswitch::Answerer;
use crate::intake::{About, Draft, Outcome, stem};

/// What a batch holds.
pub(super) struct Calls<'a> {
    import: &'a Import<'a>,
    machine: String,
    /// What the places are in, for people.
    name: String,
    calls: Vec<Call>,
    by_key: HashMap<String, usize>,
    rows: usize,
    /// Who answered calls, and where that stands.
    answerers: Vec<(Draft, String)>,
}

struct Call {
    draft: Draft,
    /// Base name of the sound file that its records name.
    file: String,
    /// The rows that told of it: lines, ids or numbers of files.
    places: Vec<String>,
}

impl<'a> Calls<'a> {
    pub(super) fn new(import: &'a Import<'a>, name: String) -> Calls<'a> {
        Calls {
            import,
            machine: import.folder.machine(),
            name,
            calls: Vec::new(),
            by_key: HashMap::new(),
            rows: 0,
            answerers: Vec::new(),
        }
    }

    /// Adds who answered a call.
    pub(super) fn add_answerer(
        &mut self,
        who: &Answerer,
        place: String,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        self.rows += 1;
        self.answerers.push((who.draft(&self.machine, About::CallToCome), place));
        if self.rows >= BATCH { self.flush(report) } else { Ok(()) }
    }

    /// Adds a record. `place`: where in the file it stands.
    pub(super) fn add(&mut self, cdr: Cdr, place: String, report: &mut Report) -> anyhow::Result<()> {
        let key = if cdr.uniqueid.is_empty() { cdr.file.clone() } else { cdr.uniqueid.clone() };
        self.rows += 1;
        match self.by_key.get(&key) {
            Some(index) => {
                let call = &mut self.calls[*index];
                call.draft.records.push(cdr.draft(&self.machine, About::Call).facts);
                call.places.push(place);
                if call.file.is_empty() {
                    call.file = cdr.file;
                }
            }
            None => {
                self.by_key.insert(key, self.calls.len());
                let draft = cdr.draft(&self.machine, About::CallToCome);
                self.calls.push(Call { draft, file: cdr.file, places: vec![place] });
            }
        }
        if self.rows >= BATCH { self.flush(report) } else { Ok(()) }
    }

    /// Takes in what there is.
    pub(super) fn flush(&mut self, report: &mut Report) -> anyhow::Result<()> {
        let calls = std::mem::take(&mut self.calls);
        self.by_key.clear();
        self.rows = 0;
        let mut outcomes = vec![Outcome::NoRecording; calls.len()];
        self.take(&calls, &mut outcomes, |call| self.of_channel(call))?;
        self.take(&calls, &mut outcomes, |call| self.of_file(call, About::Call))?;
        // What has no recording yet may get one under either name.
        let mut others = outcomes.clone();
        self.take(&calls, &mut outcomes, |call| self.of_file(call, About::CallToCome))?;
        self.take(&calls, &mut others, |call| {
            Some(call.draft.clone()).filter(|draft| draft.uniqueid.is_some())
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

    /// Takes in what `draft` makes of the calls that have no recording so far.
    fn take(
        &self,
        calls: &[Call],
        outcomes: &mut [Outcome],
        draft: impl Fn(&Call) -> Option<Draft>,
    ) -> anyhow::Result<()> {
        let open = (0..calls.len()).filter(|index| outcomes[*index] == Outcome::NoRecording);
        let (places, drafts): (Vec<usize>, Vec<Draft>) =
            open.filter_map(|index| Some((index, draft(&calls[index])?))).unzip();
        if drafts.is_empty() {
            return Ok(());
        }
        for (place, outcome) in places.into_iter().zip(self.import.take(&drafts)?) {
            outcomes[place] = outcome;
        }
        Ok(())
    }

    fn of_channel(&self, call: &Call) -> Option<Draft> {
        let waits = self.of_file(call, About::Call).is_some();
        let about = if waits { About::Call } else { About::CallToCome };
        call.draft.uniqueid.as_ref()?;
        Some(Draft { about, ..call.draft.clone() })
    }

    /// A record may name the sound of another channel, and a file without a uniqueid in its name is known by its name.
    fn of_file(&self, call: &Call, about: About) -> Option<Draft> {
        let named = self.import.names.read(&call.file, self.import.now).uniqueid;
        let uniqueid = Some(named.unwrap_or_else(|| stem(&call.file).to_owned()));
        (uniqueid != Some(String::new()) && uniqueid != call.draft.uniqueid).then(|| Draft {
            about,
            uniqueid,
            ..call.draft.clone()
        })
    }
}
