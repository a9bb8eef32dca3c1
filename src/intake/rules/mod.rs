//! Where a recording is filed, or why it is not kept: the first rule whose conditions all hold decides, and then the
//! settings of its group. Where a rule leads nowhere, or one before it asks for what may still be told, a recording waits.

mod conditions;
mod named;
mod subject;

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::digest::first_number;
use crate::config::{Expires, Rule};
use crate::model::Group;
use crate::store::{Change, StoreError};
use conditions::{Answer, Condition, conditions};
use named::Named;
pub use named::{NoPlace, Place};
pub use subject::Subject;

/// Where a recording goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is kept.
    Filed {
        /// Whose it is.
        customer: i64,
        /// The group.
        recordgroup: i64,
        /// Days from its start; 0 for ever.
        days: i64,
    },
    /// It is left out, for this reason.
    Excluded(String),
    /// It waits until it is known whose it is.
    Waits(Wait),
}

/// Why a recording waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wait {
    /// The rule that leads nowhere, or asks for what isn't known yet; 0: no rule takes the recording.
    pub rule: usize,
    /// Whose it is; 0 unknown.
    pub customer: i64,
    /// The group that it would have been filed in, as long as it was there; 0 none.
    pub recordgroup: i64,
    /// Whether it waits for what a source may still tell.
    pub to_come: bool,
    /// Why, and what to do.
    pub reason: String,
}

/// The rules, in order. What none of them takes goes to the first group of the only customer.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<Compiled>,
    /// Whether a PBX tells of calls while they go on, or soon after.
    pub(super) pbx_tells: bool,
}

#[derive(Clone, Debug)]
struct Compiled {
    /// Its place in the configuration, from 1; 0 where there is none in it.
    number: usize,
    /// Those that can be asked.
    conditions: Vec<Condition>,
    action: Action,
}

#[derive(Clone, Debug)]
enum Action {
    /// In this place. With days unless as the group says.
    File {
        named: Named,
        days: Option<i64>,
    },
    Skip,
    /// Nobody can tell, for this reason.
    Unusable(String),
}

/// Something that is wrong with the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule; 0: none takes the rest.
    pub rule: usize,
    /// What is wrong, and what to do.
    pub sentence: String,
}

impl Rules {
    /// The rules of the configuration. What cannot be used takes nothing, and lets wait what it would have taken.
    pub fn new(rules: &[Rule]) -> Rules {
        let compiled = rules.iter().enumerate().map(|(place, rule)| {
            let (conditions, wrong) = conditions(rule);
            let action = wrong.map_or_else(|| action(rule), Action::Unusable);
            Compiled { number: place + 1, conditions, action }
        });
        Rules { rules: compiled.collect(), pbx_tells: false }
    }

    /// With a PBX that tells of calls while they go on, or soon after.
    #[must_use]
    pub fn with_pbx(self, pbx_tells: bool) -> Rules {
        Rules { pbx_tells, ..self }
    }

    /// Looks for all that they name, and keeps what is found. Gives what is wrong with them. `rest`: whether anything
    /// comes that no rule takes.
    pub fn settle(&self, change: &Change<'_>, rest: bool) -> Result<Vec<Fault>, StoreError> {
        let mut faults = Vec::new();
        for rule in self.asked().filter(|rule| rule.number != 0 || rest) {
            if let Some(NoPlace { why, .. }) = rule.place(change)?.err() {
                faults.push(Fault { rule: rule.number, sentence: rule.sentence(&why) });
            }
        }
        Ok(faults)
    }

    /// Notes which rule names what, and forgets what is named no more. `rest`: whether anything comes that no rule takes.
    pub fn note(&self, change: &Change<'_>, rest: bool) -> Result<(), StoreError> {
        let mut naming = Vec::new();
        for rule in self.asked().filter(|rule| rule.number != 0 || rest) {
            let Action::File { named, .. } = &rule.action else { continue };
            let (number, [customer, group]) =
                (i64::try_from(rule.number).unwrap_or(i64::MAX), named.written());
            if !customer.is_empty() {
                naming.push((number, customer.clone(), String::new()));
            }
            naming.push((number, customer, group));
        }
        change.note_rules(&naming)
    }

    /// The rule that takes everything and has others behind it, which are never asked.
    pub fn shadowing(&self) -> Option<Fault> {
        let takes_all = self.rules.iter().position(Compiled::takes_all)?;
        let sentence = format!(
            "rule {} has no condition and takes everything, so that those after it are never asked; move it to the end of \
             [[rules]]",
            takes_all + 1
        );
        (takes_all + 1 < self.rules.len()).then_some(Fault { rule: takes_all + 1, sentence })
    }

    /// The rules that are asked, and the one for what none of them takes.
    fn asked(&self) -> impl Iterator<Item = &Compiled> {
        let takes_all = self.rules.iter().position(Compiled::takes_all);
        let rest = takes_all.is_none().then_some(&*REST);
        self.rules.iter().take(takes_all.map_or(self.rules.len(), |place| place + 1)).chain(rest)
    }

    /// Judges a recording.
    pub fn judge(&self, subject: &Subject, change: &Change<'_>) -> Result<Verdict, StoreError> {
        let mut undecided = Vec::new();
        for rule in self.asked() {
            match rule.answer(subject) {
                Answer::No(_) => {}
                Answer::ToCome(_) => undecided.push(rule),
                Answer::Yes => {
                    let verdict = rule.judge(subject, change)?;
                    return Ok(
                        wait_of(&undecided, subject, &verdict, change)?.map_or(verdict, Verdict::Waits)
                    );
                }
            }
        }
        // The last one takes everything.
        Ok(Verdict::Waits(Wait::default()))
    }

    /// How a recording is judged, told to people: a line for each rule that was asked, then what becomes of the recording.
    pub fn explain(&self, subject: &Subject, change: &Change<'_>) -> Result<Vec<String>, StoreError> {
        let mut lines = Vec::new();
        for rule in self.asked() {
            let failing = rule.conditions.iter().find_map(|one| Some((one, one.answer(subject).instead()?)));
            let Some((one, instead)) = failing else {
                lines.push(rule.takes());
                break;
            };
            lines.push(format!("rule {} wants that {}; but {instead}", rule.number, one.said()));
        }
        lines.push(outcome(self.judge(subject, change)?, change)?);
        Ok(lines)
    }

    /// Whether two are judged alike, whatever the settings of groups are.
    pub(super) fn judges_alike(&self, one: &Subject, other: &Subject) -> bool {
        let number = |subject| self.taking(subject).map(|rule| rule.number);
        // Groups look at no more than these.
        one.uniqueid == other.uniqueid && one.direction == other.direction && number(one) == number(other)
    }

    fn taking(&self, subject: &Subject) -> Option<&Compiled> {
        self.asked().find(|rule| matches!(rule.answer(subject), Answer::Yes))
    }
}

/// Where everything goes that no rule takes.
static REST: LazyLock<Compiled> = LazyLock::new(|| Compiled {
    number: 0,
    conditions: Vec::new(),
    action: Action::File { named: Named::default(), days: None },
});

impl Compiled {
    fn takes_all(&self) -> bool {
        self.conditions.is_empty() && !matches!(self.action, Action::Unusable(_))
    }

    /// Whether it takes a recording, as far as that is known.
    fn answer(&self, subject: &Subject) -> Answer {
        let mut answer = Answer::Yes;
        for one in &self.conditions {
            match one.answer(subject) {
                Answer::Yes => {}
                no @ Answer::No(_) => return no,
                to_come @ Answer::ToCome(_) => answer = to_come,
            }
        }
        answer
    }

    /// That it takes a recording, and why.
    fn takes(&self) -> String {
        let said: Vec<String> = self.conditions.iter().map(Condition::said).collect();
        match said.as_slice() {
            _ if self.number == 0 => "no rule takes it, so that it goes where all goes without rules".into(),
            [] => format!("rule {} takes it, as it takes everything that comes this far", self.number),
            said => format!("rule {} takes it, since {}", self.number, said.join(" and ")),
        }
    }

    /// What is wrong with it, as a sentence.
    fn sentence(&self, why: &str) -> String {
        match self.number {
            0 => why.into(),
            number => format!("rule {number} cannot be used: {why}"),
        }
    }

    /// Where it leads. A rule that files nothing leads everywhere.
    fn place(&self, change: &Change<'_>) -> Result<Result<Option<Place>, NoPlace>, StoreError> {
        Ok(match &self.action {
            Action::Skip => Ok(None),
            Action::Unusable(why) => Err(NoPlace { why: why.clone(), ..NoPlace::default() }),
            Action::File { named, .. } => named.place(change)?.map(Some),
        })
    }

    fn judge(&self, subject: &Subject, change: &Change<'_>) -> Result<Verdict, StoreError> {
        if let Action::File { days: Some(NOT_AT_ALL), .. } = self.action {
            return Ok(Verdict::Excluded(format!("rule {} keeps it 0 days", self.number)));
        }
        let place = match self.place(change)? {
            Ok(Some(place)) => place,
            Ok(None) => return Ok(Verdict::Excluded(format!("rule {} skips it", self.number))),
            Err(NoPlace { customer, recordgroup, why }) => {
                let (rule, reason) = (self.number, self.sentence(&why));
                return Ok(Verdict::Waits(Wait { rule, customer, recordgroup, to_come: false, reason }));
            }
        };
        let Action::File { days, .. } = self.action else { return Ok(Verdict::Waits(Wait::default())) };
        Ok(match by_group(&place.group, subject, days) {
            Some(reason) => Verdict::Excluded(reason),
            None => Verdict::Filed {
                customer: place.customer,
                recordgroup: place.group.id,
                days: days.unwrap_or(place.group.expires),
            },
        })
    }
}

/// Where a rule before asks for what may still be told, and leads to another customer than the verdict, the recording
/// waits: nobody else may see it meanwhile.
fn wait_of(
    undecided: &[&Compiled],
    subject: &Subject,
    verdict: &Verdict,
    change: &Change<'_>,
) -> Result<Option<Wait>, StoreError> {
    let Verdict::Filed { customer, .. } = verdict else { return Ok(None) };
    for rule in undecided {
        let elsewhere = match rule.place(change)? {
            Ok(None) => false,
            Ok(Some(place)) => place.customer != *customer,
            Err(no_place) => no_place.customer != *customer,
        };
        if let (true, Answer::ToCome(what)) = (elsewhere, rule.answer(subject)) {
            let reason = format!("rule {} asks for its {what}, which is not known yet", rule.number);
            return Ok(Some(Wait { rule: rule.number, to_come: true, reason, ..Wait::default() }));
        }
    }
    Ok(None)
}

/// What becomes of a recording, for people.
fn outcome(verdict: Verdict, change: &Change<'_>) -> Result<String, StoreError> {
    Ok(match verdict {
        Verdict::Excluded(reason) => format!("left out: {reason}"),
        Verdict::Waits(wait) => format!("waits, and is filed later: {}", wait.reason),
        Verdict::Filed { customer, recordgroup, days } => {
            let name = change.group_settings(recordgroup)?.map_or_else(String::new, |group| group.name);
            let kept = if days == 0 { "for ever".into() } else { format!("for {days} days") };
            format!("filed in group {recordgroup} ({name}) of customer {customer}, kept {kept}")
        }
    })
}

/// Days of a rule that says 0; 0 itself means for ever.
const NOT_AT_ALL: i64 = -1;

fn action(rule: &Rule) -> Action {
    if rule.skip {
        return match (&rule.group, &rule.customer, &rule.expires) {
            (None, None, None) => Action::Skip,
            _ => Action::Unusable("it has skip, and says where to file too; leave out one of them".into()),
        };
    }
    if rule.group.is_none() {
        return Action::Unusable(
            "it has neither group nor skip; say where its recordings are filed, as in group = \"Sales\""
                .into(),
        );
    }
    let days = rule.expires.as_ref().map(|expires| match expires {
        Expires::Days(0) => NOT_AT_ALL,
        Expires::Days(days) => i64::from(*days),
        Expires::Word(_) => 0,
    });
    Action::File { named: Named::by(rule), days }
}

/// Why the group's own settings keep a recording out.
fn by_group(group: &Group, subject: &Subject, days: Option<i64>) -> Option<String> {
    let because = |why: &str| Some(format!("group {} ({}) {why}", group.id, group.name));
    if group.expires == 0 && days.is_none() {
        return because("keeps no recordings (expires 0)");
    }
    if subject.direction == "in" && group.record_in == 0 {
        return because("keeps no incoming calls (record_in 0)");
    }
    if subject.direction == "out" && group.record_out == 0 {
        return because("keeps no outgoing calls (record_out 0)");
    }
    if share_of(&subject.uniqueid) >= group.fraction {
        return because(&format!("keeps {} percent of the calls", group.fraction));
    }
    None
}

/// A number from 0 to 99 that is the same whoever asks, so that every source decides alike.
fn share_of(uniqueid: &str) -> i64 {
    first_number(&Sha256::digest(uniqueid.as_bytes())).rem_euclid(100)
}

#[cfg(test)]
mod tests;
