//! From a record to what intake takes.

use super::disposition::Disposition;
use super::record::{Answerer, Cdr, Record};
use crate::intake::{About, DISCARDED, Draft, Facts, Source, stem};

impl Record {
    /// What the record knows of recordings.
    pub fn draft(self, machine: &str, about: About) -> Draft {
        match self {
            Record::Call(cdr) => cdr.draft(machine, about),
            Record::Answerer(answerer) => answerer.draft(machine, about),
        }
    }
}

impl Record {
    /// What the record knows, for each channel that its recordings may be known by: its own, and whatever their names say
    /// or, where these say none, are. `whose`: the uniqueid in a file's name.
    pub fn drafts(self, machine: &str, whose: impl Fn(&str) -> Option<String>) -> Vec<Draft> {
        let cdr = match self {
            Record::Call(cdr) => cdr,
            // Recordings of the caller's channel may come later than the record of the other one.
            answerer => return vec![answerer.draft(machine, About::CallToCome)],
        };
        let mut files = cdr.more_files.clone();
        if !cdr.file.is_empty() {
            files.insert(0, cdr.file.clone());
        }
        let about = if files.is_empty() && !cdr.recorded { About::Call } else { About::CallToCome };
        let draft = cdr.draft(machine, about);
        let named = |file: &String| Facts { sound: text(stem(file).to_owned()), ..draft.facts.clone() };
        let of = |uniqueid: Option<String>, records: Vec<Facts>| {
            let mut records = records.into_iter();
            let facts = records.next().unwrap_or_else(|| draft.facts.clone());
            Draft { uniqueid, facts, records: records.collect(), ..draft.clone() }
        };
        let mut drafts = vec![of(draft.uniqueid.clone(), files.iter().map(named).collect())];
        for file in &files {
            let other = Some(whose(file).unwrap_or_else(|| stem(file).to_owned()));
            match drafts.iter().position(|draft| draft.uniqueid == other) {
                // Its own has them all.
                Some(0) => {}
                Some(place) => drafts[place].records.push(named(file)),
                None => drafts.push(of(other, vec![named(file)])),
            }
        }
        drafts
    }
}

impl Answerer {
    /// What the recordings of the calling channel learn.
    fn draft(self, machine: &str, about: About) -> Draft {
        Draft {
            source: Source::Cdr,
            about,
            machine: machine.into(),
            uniqueid: Some(self.uniqueid),
            facts: Facts {
                status: Some(Disposition::Answer.as_str().into()),
                answer: Some(self.answer),
                dnumber: Some(self.number),
                dnumber_name: Some(self.name),
                ..Facts::default()
            },
            ..Draft::default()
        }
    }
}

impl Cdr {
    /// What the record knows of the recordings of its channel.
    pub fn draft(self, machine: &str, about: About) -> Draft {
        let asteriskid = self.system();
        let kind = self.kind();
        let called_name = match (self.called_name.is_empty(), self.queue.is_empty()) {
            (true, false) => format!("queue {}", self.queue),
            _ => self.called_name,
        };
        Draft {
            source: Source::Cdr,
            about,
            machine: machine.into(),
            over: true,
            facts: Facts {
                callid: text(self.callid),
                asteriskid,
                sound: text(stem(&self.file).to_owned()),
                leg: text(self.leg),
                start: Some(self.start),
                end: self.end,
                answer: self.answer,
                talktime: self.talked,
                status: self.disposition.map(|disposition| disposition.as_str().into()),
                stype: self.from_inside.then(|| "extension".into()),
                snumber: text(self.source),
                snumber_name: text(self.source_name),
                spresent: (!self.presented).then_some(0),
                ctype: kind.map(Into::into),
                cnumber: text(self.called),
                cnumber_name: text(called_name),
                dnumber: text(self.destination),
                dnumber_name: text(self.destination_name),
                direction: self.direction.map(|direction| direction.as_str().into()),
                context: text(self.context),
                account: text(self.accountcode),
                queue: text(self.queue),
                domain: text(self.domain),
                note: self.discarded.then(|| DISCARDED.into()),
                ..Facts::default()
            },
            uniqueid: text(self.uniqueid),
            ..Draft::default()
        }
    }

    /// What was called, where the record knows the number that was dialled outside.
    fn kind(&self) -> Option<&'static str> {
        self.dialled_outside.then_some(if self.queue.is_empty() { "did" } else { "queue" })
    }

    /// Asterisk's `systemname`, which its uniqueids then begin with.
    fn system(&self) -> Option<String> {
        super::clock::epoch(&self.uniqueid)?;
        self.uniqueid.rsplit_once('-').map(|(name, _)| name.to_owned())
    }
}

fn text(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
