//! From a record to what intake takes.

use super::record::{Cdr, Outcome};
use crate::intake::{About, Draft, Facts, Source};

impl Cdr {
    /// What the record knows of the recordings of its channel.
    pub fn draft(self, machine: &str, about: About) -> Draft {
        let answered = self.outcome == Outcome::Answer;
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
                status: Some(self.outcome.as_str().into()),
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
