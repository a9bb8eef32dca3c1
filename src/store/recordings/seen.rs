//! The one recording that a request names.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use rusqlite::{Connection, OptionalExtension, Row};

use super::identity::Identity;
use super::row::{ListRow, Taking};
use crate::model::{Person, SoundForm};
use crate::store::groups::{self, customers};
use crate::store::search::Query;
use crate::store::{Reader, StoreError};

/// Longer unique ids are not tried without their dot; those of a PBX have at most 150 bytes.
const LONGEST: usize = 160;

/// Where a named recording is.
pub(in crate::store) struct Place {
    pub id: i64,
    pub customer: i64,
    /// As the row has it.
    pub uniqueid: String,
}

/// A recording that a person may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seen {
    id: i64,
    /// Whose it is.
    pub customer: i64,
}

/// The row with exactly this unique id, else the only one that has it but for a dot, among those that the person may see.
pub(in crate::store) fn place(
    connection: &Connection,
    person: &Person,
    identity: &Identity,
) -> Result<Option<Place>, StoreError> {
    let exact = seen_exactly(connection, person, identity, &identity.uniqueid)?;
    if exact.is_some() || identity.uniqueid.contains('.') || identity.uniqueid.len() > LONGEST {
        return Ok(exact);
    }
    // A look at the index for each place where the dot may have been is cheaper than a look at all of the group.
    let mut found = None;
    for (at, _) in identity.uniqueid.char_indices().chain([(identity.uniqueid.len(), ' ')]) {
        let (before, behind) = identity.uniqueid.split_at(at);
        let dotted = format!("{before}.{behind}");
        let Some(row) = seen_exactly(connection, person, identity, &dotted)? else { continue };
        if found.replace(row).is_some() {
            return Ok(None);
        }
    }
    Ok(found)
}

/// As in lists: a row counts for a group of its customer only, and is among the customer's whatever group it names.
fn seen_exactly(
    connection: &Connection,
    person: &Person,
    identity: &Identity,
    uniqueid: &str,
) -> Result<Option<Place>, StoreError> {
    let Some(place) = exactly(connection, identity, uniqueid)? else { return Ok(None) };
    let group = groups::visible(connection, person, identity.recordgroup)?;
    let seen = group.is_some_and(|group| group.customer == place.customer)
        || (person.privileges.record() && customers::is_seen(connection, person, place.customer)?);
    Ok(seen.then_some(place))
}

fn exactly(
    connection: &Connection,
    identity: &Identity,
    uniqueid: &str,
) -> Result<Option<Place>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, customer FROM recordings
           WHERE recordgroup = ? AND uniqueid = ? AND recordid = ? AND typeof(customer) = 'integer'",
    )?;
    let values = (identity.recordgroup, uniqueid, &identity.recordid);
    let place =
        |row: &Row<'_>| Ok(Place { id: row.get(0)?, customer: row.get(1)?, uniqueid: uniqueid.to_owned() });
    Ok(statement.query_row(values, place).optional()?)
}

impl Reader {
    /// What `read` makes of the recording, if it exists and the person may see it.
    pub fn recording<T: 'static>(
        &self,
        person: &Person,
        identity: &Identity,
        read: impl Fn(&ListRow<'_>) -> T + 'static,
    ) -> Result<Option<T>, StoreError> {
        let Some(seen) = self.seen(person, identity)? else { return Ok(None) };
        let made = Rc::new(RefCell::new(None));
        let place = Rc::clone(&made);
        self.rows(&[seen], move |row| {
            place.replace(Some(read(row)));
            ControlFlow::Break(())
        })?;
        Ok(made.take())
    }

    /// The recording, if it exists and the person may see it.
    pub fn seen(&self, person: &Person, identity: &Identity) -> Result<Option<Seen>, StoreError> {
        let place = place(&self.0, person, identity)?;
        Ok(place.map(|Place { id, customer, .. }| Seen { id, customer }))
    }

    /// The forms and sides of such a recording, the one that plays first; none where its row is gone.
    pub fn sounds_of(&self, seen: Seen) -> Result<Vec<SoundForm>, StoreError> {
        self.sounds(seen.id)
    }

    /// Calls `each` with these rows in their order, until it breaks; one that is gone is left out.
    pub fn rows(
        &self,
        seen: &[Seen],
        each: impl FnMut(&ListRow<'_>) -> ControlFlow<()> + 'static,
    ) -> Result<(), StoreError> {
        let mut query = Query::default();
        query.columns();
        query.push(" FROM recordings r WHERE r.id = ?");
        let _taking = Taking::begin(Box::new(each));
        let mut statement = self.0.prepare_cached(&query.sql)?;
        for one in seen {
            let over = statement.query_row([one.id], |row| row.get(0)).optional()?;
            if over.unwrap_or_default() {
                break;
            }
        }
        Ok(())
    }
}
