//! Call detail records on their way in: those of one channel together, many channels at once.

use std::collections::HashMap;

use super::{BATCH, Import, Report};
use crate::ingest::cdr::{Cdr, Tally};
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
    tally: Tally,
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
        self.answerers.push((who.draft(&self.machine, About::Call), place));
        if self.rows >= BATCH { self.flush(report) } else { Ok(()) }
    }

    /// Adds a record. `place`: where in the file it stands.
    pub(super) fn add(&mut self, cdr: Cdr, place: String, report: &mut Report) -> anyhow::Result<()> {
        let key = if cdr.uniqueid.is_empty() { cdr.file.clone() } else { cdr.uniqueid.clone() };
        self.rows += 1;
        match self.by_key.get(&key) {
            Some(index) => {
                let call = &mut self.calls[*index];
                call.tally.add(cdr);
                call.places.push(place);
            }
            None => {
                self.by_key.insert(key, self.calls.len());
                self.calls.push(Call { tally: Tally::new(cdr), places: vec![place] });
            }
        }
        if self.rows >= BATCH { self.flush(report) } else { Ok(()) }
    }

    /// Takes in what there is.
    pub(super) fn flush(&mut self, report: &mut Report) -> anyhow::Result<()> {
        let calls = std::mem::take(&mut self.calls);
        self.by_key.clear();
        self.rows = 0;
        let cdrs: Vec<Cdr> = calls.iter().map(|call| call.tally.cdr()).collect();
        let mut outcomes = self.by_uniqueid(&cdrs)?;
        self.by_file(&cdrs, &mut outcomes)?;
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

    fn by_uniqueid(&self, cdrs: &[Cdr]) -> anyhow::Result<Vec<Outcome>> {
        let drafts: Vec<Draft> = cdrs.iter().map(|cdr| self.draft(cdr)).collect();
        self.import.take(&drafts)
    }

    /// A record may name the sound of another channel, and a file without a uniqueid in its name is known by its name.
    fn by_file(&self, cdrs: &[Cdr], outcomes: &mut [Outcome]) -> anyhow::Result<()> {
        let open = (0..cdrs.len()).filter(|index| outcomes[*index] == Outcome::NoRecording);
        let open: Vec<(usize, Draft)> =
            open.filter_map(|index| self.of_file(&cdrs[index]).map(|d| (index, d))).collect();
        if open.is_empty() {
            return Ok(());
        }
        let (places, drafts): (Vec<usize>, Vec<Draft>) = open.into_iter().unzip();
        for (place, outcome) in places.into_iter().zip(self.import.take(&drafts)?) {
            outcomes[place] = outcome;
        }
        Ok(())
    }

    fn of_file(&self, cdr: &Cdr) -> Option<Draft> {
        let named = self.import.names.read(&cdr.file, self.import.now).uniqueid;
        let uniqueid = named.unwrap_or_else(|| stem(&cdr.file).to_owned());
        (!uniqueid.is_empty() && uniqueid != cdr.uniqueid)
            .then(|| Draft { uniqueid: Some(uniqueid), ..self.draft(cdr) })
    }

    fn draft(&self, cdr: &Cdr) -> Draft {
        cdr.draft(&self.machine, About::Call)
    }
}
