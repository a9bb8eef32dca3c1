//! Which recordings are exported: those that match, or those that are named.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::super::list;
use super::{EXPORT, FORMAT, IDS};
use crate::api::wire::calendar;
use crate::api::wire::error::{Fault, Refusal};
use crate::api::wire::params::{Params, Reading, integer, percent_decoded};
use crate::model::{Filter, Page, Person, Scope};
use crate::store::{Identity, ListRow, Reader, Seen};

/// Names that are told to be of no recording; whoever has more of them knows enough.
const MOST_ABSENT: usize = 20;
/// So many recordings are found at once.
const FEW: usize = 100;
/// Characters of what was sent that a message repeats.
const LONGEST_NAME: usize = 100;

/// What a request asks for, before it is known whether the caller may see it.
pub enum Wanted {
    /// What matches.
    Matching(Box<list::Wanted>),
    /// What is named, and the faults of the request.
    Named(Vec<Identity>, Vec<Fault>),
}

impl Wanted {
    /// `faults`: those of the other parameters.
    pub fn read(params: &Params, now: i64, faults: Vec<Fault>) -> Wanted {
        let mut reading = Reading::new(params);
        let Some(ids) = reading.text(&IDS) else {
            let mut wanted = list::Wanted::read(params, now).among(EXPORT);
            wanted.faults.extend(reading.into_faults().into_iter().chain(faults));
            return Wanted::Matching(Box::new(wanted));
        };
        not_both(params, &mut reading);
        let identities = named(ids, &mut reading);
        Wanted::Named(identities, reading.into_faults().into_iter().chain(faults).collect())
    }

    /// Whether much is read before something comes out.
    pub fn takes_long(&self) -> bool {
        match self {
            Wanted::Matching(wanted) => wanted.takes_long(),
            // Each is looked for by itself.
            Wanted::Named(identities, _) => identities.len() > FEW,
        }
    }

    /// The recordings, once the caller's rights are known; else every fault of the request.
    pub fn select(&self, reader: &Reader, person: &Person) -> Result<Selected, Refusal> {
        match self {
            Wanted::Matching(wanted) => {
                let filter = wanted.filter(reader, person)?;
                Selected::matching(reader, person, filter, Page { after: None, ..wanted.page.clone() })
            }
            Wanted::Named(_, faults) if !faults.is_empty() => Err(Refusal::Invalid(faults.clone())),
            Wanted::Named(identities, _) => Selected::named(reader, person, identities),
        }
    }
}

/// Filters beside names would be ignored, or not.
fn not_both(params: &Params, reading: &mut Reading<'_>) {
    let others = [IDS.name, FORMAT.name, calendar::TIMEZONE.name];
    let filters = EXPORT.iter().map(|parameter| parameter.name).filter(|name| !others.contains(name));
    let sent: Vec<&str> = filters.filter(|name| params.get(name) != Ok(None)).collect();
    for name in sent.iter().copied().chain((!sent.is_empty()).then_some(IDS.name)) {
        reading.fault(name, "Give ids or filters, not both");
    }
}

fn named(ids: &str, reading: &mut Reading<'_>) -> Vec<Identity> {
    let mut identities = Vec::new();
    for id in ids.split(',').filter(|id| !id.is_empty()) {
        match identity(id) {
            Some(identity) => identities.push(identity),
            None => {
                let id = shortened(id);
                let message = format!("{id:?} in ids is not recordgroup:uniqueid:recordid, percent-encoded");
                reading.fault(IDS.name, message);
            }
        }
    }
    if identities.is_empty() {
        reading.fault(IDS.name, "ids names no recording");
    }
    identities
}

fn identity(id: &str) -> Option<Identity> {
    let parts: Vec<&str> = id.splitn(4, ':').collect();
    let [recordgroup, uniqueid, recordid] = parts[..] else { return None };
    Some(Identity {
        recordgroup: integer(&percent_decoded(recordgroup)?)?,
        uniqueid: percent_decoded(uniqueid)?,
        recordid: percent_decoded(recordid)?,
    })
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}

/// Recordings that the caller may see, and whose they are.
pub struct Selected {
    rows: Of,
    /// The one customer whose recordings they are.
    pub customer: Option<i64>,
    /// The one group, where one was asked for.
    pub recordgroup: Option<i64>,
}

enum Of {
    Filter(Box<Filter>, Page),
    These(Vec<Seen>),
}

impl Selected {
    fn matching(reader: &Reader, person: &Person, filter: Filter, page: Page) -> Result<Selected, Refusal> {
        let (customer, recordgroup) = match filter.scope {
            Scope::Customer(customer) | Scope::Own { customer, .. } => (Some(customer), None),
            Scope::Group(id) => (reader.group(person, id)?.map(|group| group.customer), Some(id)),
        };
        Ok(Selected { rows: Of::Filter(Box::new(filter), page), customer, recordgroup })
    }

    fn named(reader: &Reader, person: &Person, identities: &[Identity]) -> Result<Selected, Refusal> {
        let (mut rows, mut known, mut absent) = (Vec::new(), HashSet::new(), Vec::new());
        for identity in identities {
            match reader.seen(person, identity)? {
                Some(seen) if known.insert(seen) => rows.push(seen),
                Some(_) => {}
                None => absent.push(not_there(identity)),
            }
            if absent.len() == MOST_ABSENT {
                break;
            }
        }
        if !absent.is_empty() {
            return Err(Refusal::Absent(absent));
        }
        let customer = rows.first().map(|first| first.customer);
        let customer = customer.filter(|customer| rows.iter().all(|row| row.customer == *customer));
        Ok(Selected { rows: Of::These(rows), customer, recordgroup: None })
    }

    /// How many there are.
    pub fn count(&self, reader: &Reader) -> Result<i64, Refusal> {
        Ok(match &self.rows {
            Of::Filter(filter, page) => {
                let rows = (reader.totals(filter)?.count - page.offset).max(0);
                if page.limit > 0 { rows.min(page.limit) } else { rows }
            }
            Of::These(rows) => rows.len().try_into().unwrap_or(i64::MAX),
        })
    }

    /// Calls `each` with every row, until it breaks.
    pub fn each(
        &self,
        reader: &Reader,
        each: impl FnMut(&ListRow<'_>) -> ControlFlow<()> + 'static,
    ) -> Result<(), Refusal> {
        match &self.rows {
            Of::Filter(filter, page) => drop(reader.list(filter, page, each)?),
            Of::These(rows) => reader.rows(rows, each)?,
        }
        Ok(())
    }
}

fn not_there(identity: &Identity) -> Fault {
    let Identity { recordgroup, uniqueid, recordid } = identity;
    let name = shortened(&format!("{recordgroup}:{uniqueid}:{recordid}"));
    Fault { key: IDS.name.into(), message: format!("There is no recording {name:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_wait_for_their_turn() {
        for (count, long) in [(1, false), (FEW, false), (FEW + 1, true)] {
            let mut params = Params::default();
            params.take_pairs(format!("ids={}", "1:a:1,".repeat(count)).as_bytes());
            assert_eq!(Wanted::read(&params, 0, Vec::new()).takes_long(), long, "{count}");
        }
    }
}
