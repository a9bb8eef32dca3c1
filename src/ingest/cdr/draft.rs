//! From a record to what intake takes.

use super::disposition::Disposition;
use super::record::{Answerer, Cdr, Record};
use crate::intake::{About, Draft, Facts, Source, stem};

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
        let asteriskid = self.system();
        let kind = self.kind();
        Draft {
            source: Source::Cdr,
            about,
            machine: machine.into(),
            over: true,
            facts: Facts {
                callid: text(self.callid),
                asteriskid,
                sound: text(stem(&self.file).to_owned()),
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
                cnumber_name: text(self.called_name),
                dnumber: text(self.destination),
                dnumber_name: text(self.destination_name),
                direction: self.direction.map(|direction| direction.as_str().into()),
                context: text(self.context),
                account: text(self.accountcode),
                queue: text(self.queue),
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
