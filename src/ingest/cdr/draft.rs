//! From a record to what intake takes.

use super::record::{Answerer, Cdr, Disposition, Record};
use crate::intake::{About, Draft, Facts, Source};

impl Record {
    /// What the record knows of recordings.
    pub fn draft(self, machine: &str, about: About) -> Draft {
        match self {
            Record::Call(cdr) => cdr.draft(machine, about),
            Record::Answerer(answerer) => answerer.draft(machine, about),
        }
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
        let answered = self.disposition == Disposition::Answer;
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        let asteriskid = self.system();
        Draft {
            source: Source::Cdr,
            about,
            machine: machine.into(),
            uniqueid: text(self.uniqueid),
            over: true,
            facts: Facts {
                callid: text(self.callid),
                asteriskid,
                start: Some(self.start),
                end: Some(self.end),
                answer: answered.then_some(self.answer),
                talktime: Some(self.talked),
                status: Some(self.disposition.as_str().into()),
                snumber: text(self.source),
                snumber_name: text(self.source_name),
                spresent: (!self.presented).then_some(0),
                cnumber: text(self.called),
                dnumber: text(self.destination),
                direction: self.direction.map(|direction| direction.as_str().into()),
                context: text(self.context),
                account: text(self.accountcode),
                ..Facts::default()
            },
            ..Draft::default()
        }
    }

    /// Asterisk's `systemname`, which its uniqueids then begin with.
    fn system(&self) -> Option<String> {
        super::clock::epoch(&self.uniqueid)?;
        self.uniqueid.rsplit_once('-').map(|(name, _)| name.to_owned())
    }
}
