//! The recordings that are exported: those that match, or those that are named.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::ids::not_there;
use crate::api::wire::error::Refusal;
use crate::model::{Filter, Page, Person, Scope};
use crate::store::{Identity, ListRow, Reader, Seen};

/// Names that are told to be of no recording; whoever has more of them knows enough.
const MOST_ABSENT: usize = 20;

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
    /// What matches.
    pub fn matching(filter: Filter, page: Page) -> Selected {
        let (customer, recordgroup) = match filter.scope {
            Scope::Customer(customer) | Scope::Own { customer, .. } => (Some(customer), None),
            Scope::Group { id, customer } => (Some(customer), Some(id)),
        };
        Selected { rows: Of::Filter(Box::new(filter), page), customer, recordgroup }
    }

    /// What is named.
    pub fn named(reader: &Reader, person: &Person, identities: &[Identity]) -> Result<Selected, Refusal> {
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
