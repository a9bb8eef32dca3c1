//! Where a recording is filed, or why it is not kept: the first rule whose conditions all hold decides, and then the
//! settings of its group.

mod conditions;
mod subject;

use sha2::{Digest, Sha256};

use super::digest::first_number;
use crate::config::{Expires, NameOrId, Rule};
use crate::model::{Customer, Group};
use conditions::{Condition, conditions};
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
}

/// The rules, in order. The last one takes everything.
#[derive(Clone, Debug, Default)]
pub struct Rules(Vec<Compiled>);

#[derive(Clone, Debug)]
struct Compiled {
    /// Its place in the configuration, from 1; 0 where there is none in it.
    number: usize,
    conditions: Vec<Condition>,
    action: Action,
}

#[derive(Clone, Debug)]
enum Action {
    /// In this group; 0: the first one. With days unless as the group says.
    File {
        customer: Option<i64>,
        recordgroup: i64,
        days: Option<i64>,
    },
    Skip,
}

impl Rules {
    /// Checks the rules of the configuration against the customers and groups there are. What is wrong, in a sentence
    /// that says what to do.
    pub fn new(rules: &[Rule], customers: &[Customer], groups: &[Group]) -> Result<Rules, String> {
        let mut compiled = Vec::new();
        for (place, rule) in rules.iter().enumerate() {
            let wrong = |why: String| format!("rule {} cannot be used: {why}", place + 1);
            let conditions = conditions(rule).map_err(wrong)?;
            let action = action(rule, customers, groups).map_err(wrong)?;
            compiled.push(Compiled { number: place + 1, conditions, action });
        }
        if let Some(takes_all) = compiled.iter().position(|rule| rule.conditions.is_empty()) {
            if takes_all + 1 < compiled.len() {
                return Err(format!(
                    "rule {} has no condition and takes everything, so that those after it are never asked; move it to \
                     the end of [[rules]]",
                    takes_all + 1
                ));
            }
            return Ok(Rules(compiled));
        }
        if customers.len() > 1 {
            return Err(format!(
                "there are {} customers, and {} say where the rest of the new recordings is filed: end [[rules]] in \
                 the configuration with one that has no condition, and a group, or skip = true to leave the rest out",
                customers.len(),
                if rules.is_empty() { "no rules" } else { "the rules don't" },
            ));
        }
        let action = Action::File { customer: None, recordgroup: 0, days: None };
        compiled.push(Compiled { number: 0, conditions: Vec::new(), action });
        Ok(Rules(compiled))
    }

    /// Judges a recording. `group` gives a group's settings, and for 0 those of the first group.
    pub fn judge<E>(
        &self,
        subject: &Subject,
        group: impl Fn(i64) -> Result<Option<Group>, E>,
    ) -> Result<Verdict, E> {
        match self.taking(subject) {
            Some(rule) => rule.judge(subject, group),
            None => FIRST_GROUP.judge(subject, group),
        }
    }

    /// How a recording is judged, told to people: a line for each rule that was asked, then what becomes of the recording.
    pub fn explain<E>(
        &self,
        subject: &Subject,
        group: impl Fn(i64) -> Result<Option<Group>, E>,
    ) -> Result<Vec<String>, E> {
        let mut lines = Vec::new();
        for rule in &self.0 {
            match rule.conditions.iter().find_map(|one| Some((one, one.fails(subject)?))) {
                Some((one, instead)) => {
                    lines.push(format!("rule {} wants that {}; but {instead}", rule.number, one.said()));
                }
                None => {
                    lines.push(rule.takes());
                    lines.push(rule.outcome(subject, group)?);
                    break;
                }
            }
        }
        Ok(lines)
    }

    /// Whether two are judged alike, whatever the settings of groups are.
    pub(super) fn judges_alike(&self, one: &Subject, other: &Subject) -> bool {
        let number = |subject| self.taking(subject).map(|rule| rule.number);
        // Groups look at no more than these.
        one.uniqueid == other.uniqueid && one.direction == other.direction && number(one) == number(other)
    }

    fn taking(&self, subject: &Subject) -> Option<&Compiled> {
        self.0.iter().find(|rule| rule.conditions.iter().all(|one| one.fails(subject).is_none()))
    }
}

/// Where everything goes when there are no rules.
static FIRST_GROUP: Compiled = Compiled {
    number: 0,
    conditions: Vec::new(),
    action: Action::File { customer: None, recordgroup: 0, days: None },
};

impl Compiled {
    /// That it takes a recording, and why.
    fn takes(&self) -> String {
        let said: Vec<String> = self.conditions.iter().map(Condition::said).collect();
        match said.as_slice() {
            _ if self.number == 0 => "no rule takes it, so that it goes where all goes without rules".into(),
            [] => format!("rule {} takes it, as it takes everything that comes this far", self.number),
            said => format!("rule {} takes it, since {}", self.number, said.join(" and ")),
        }
    }

    fn judge<E>(
        &self,
        subject: &Subject,
        group: impl Fn(i64) -> Result<Option<Group>, E>,
    ) -> Result<Verdict, E> {
        let Action::File { customer, recordgroup, days } = self.action else {
            return Ok(Verdict::Excluded(format!("rule {} skips it", self.number)));
        };
        let Some(group) = group(recordgroup)? else {
            // The row makes the group.
            let recordgroup = recordgroup.max(1);
            return Ok(Verdict::Filed {
                customer: customer.unwrap_or(1),
                recordgroup,
                days: days.unwrap_or(365),
            });
        };
        if days == Some(NOT_AT_ALL) {
            return Ok(Verdict::Excluded(format!("rule {} keeps it 0 days", self.number)));
        }
        Ok(match by_group(&group, subject, days) {
            Some(reason) => Verdict::Excluded(reason),
            None => Verdict::Filed {
                customer: customer.unwrap_or(group.customer),
                recordgroup: group.id,
                days: days.unwrap_or(group.expires),
            },
        })
    }

    fn outcome<E>(
        &self,
        subject: &Subject,
        group: impl Fn(i64) -> Result<Option<Group>, E>,
    ) -> Result<String, E> {
        Ok(match self.judge(subject, &group)? {
            Verdict::Excluded(reason) => format!("left out: {reason}"),
            Verdict::Filed { customer, recordgroup, days } => {
                let name = group(recordgroup)?.map_or_else(|| "new".into(), |group| group.name);
                let kept = if days == 0 { "for ever".into() } else { format!("for {days} days") };
                format!("filed in group {recordgroup} ({name}) of customer {customer}, kept {kept}")
            }
        })
    }
}

/// Days of a rule that says 0; 0 itself means for ever.
const NOT_AT_ALL: i64 = -1;

fn action(rule: &Rule, customers: &[Customer], groups: &[Group]) -> Result<Action, String> {
    if rule.skip {
        return match (&rule.group, &rule.customer, &rule.expires) {
            (None, None, None) => Ok(Action::Skip),
            _ => Err("it has skip, and says where to file too; leave out one of them".into()),
        };
    }
    let customer = rule.customer.as_ref().map(|wanted| find_customer(wanted, customers)).transpose()?;
    let Some(wanted) = &rule.group else {
        return Err(
            "it has neither group nor skip; say where its recordings are filed, as in group = \"Sales\""
                .into(),
        );
    };
    let recordgroup = find_group(wanted, customer, groups)?;
    let days = rule.expires.as_ref().map(|expires| match expires {
        Expires::Days(0) => NOT_AT_ALL,
        Expires::Days(days) => i64::from(*days),
        Expires::Word(_) => 0,
    });
    Ok(Action::File { customer, recordgroup, days })
}

fn find_customer(wanted: &NameOrId, customers: &[Customer]) -> Result<i64, String> {
    let found = customers.iter().find(|customer| match wanted {
        NameOrId::Id(id) => customer.id == *id,
        NameOrId::Name(name) => customer.name == *name,
    });
    found.map(|customer| customer.id).ok_or_else(|| match wanted {
        NameOrId::Id(id) => format!("there is no customer {id}; see: tapeline customer list"),
        NameOrId::Name(name) => {
            format!("there is no customer {name:?}; add it with: tapeline customer add {name:?}")
        }
    })
}

fn find_group(wanted: &NameOrId, customer: Option<i64>, groups: &[Group]) -> Result<i64, String> {
    let NameOrId::Name(name) = wanted else {
        let NameOrId::Id(id) = wanted else { return Err(String::new()) };
        let found =
            groups.iter().find(|group| group.id == *id && customer.is_none_or(|one| one == group.customer));
        let whose = customer.map_or(String::new(), |customer| format!(" of customer {customer}"));
        return found
            .map(|group| group.id)
            .ok_or_else(|| format!("there is no group {id}{whose}; see: tapeline group list"));
    };
    let found: Vec<&Group> = groups
        .iter()
        .filter(|group| group.name == *name && customer.is_none_or(|one| one == group.customer))
        .collect();
    match found.as_slice() {
        [one] => Ok(one.id),
        [] => {
            let id = customer.map_or("ID".into(), |customer| customer.to_string());
            Err(format!(
                "there is no group {name:?}; add it with: tapeline group add {name:?} --customer {id}"
            ))
        }
        [..] if customer.is_none() => {
            Err(format!("several customers have a group {name:?}; say which one, as in customer = \"…\""))
        }
        [..] => {
            Err(format!("there are several groups {name:?}; name one by its id, from: tapeline group list"))
        }
    }
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
