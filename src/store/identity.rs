//! The one recording that a request names.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use rusqlite::{OptionalExtension, params_from_iter};

use super::query::Query;
use super::row::{RecordingRow, Taking};
use super::{Reader, StoreError};
use crate::model::Person;

/// Longer unique ids are not tried without their dot; those of a PBX have at most 150 bytes.
const LONGEST: usize = 160;

/// What names a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its record group.
    pub recordgroup: i64,
    /// The PBX's identifier of the channel; clients that know it from a file name leave out its dot.
    pub uniqueid: String,
    /// Which recording of that channel.
    pub recordid: String,
}

impl Reader {
    /// What `read` makes of the recording, if it exists and the person may see it.
    pub fn recording<T: 'static>(
        &self,
        person: &Person,
        identity: &Identity,
        read: impl Fn(&RecordingRow<'_>) -> T + 'static,
    ) -> Result<Option<T>, StoreError> {
        let Some((id, customer)) = self.find(identity)? else { return Ok(None) };
        if self.group(person, identity.recordgroup)?.is_some() || self.sees_all_of(person, customer)? {
            return self.read(id, read);
        }
        Ok(None)
    }

    /// As a list of the customer's recordings does, whatever groups they are in.
    fn sees_all_of(&self, person: &Person, customer: i64) -> Result<bool, StoreError> {
        Ok(person.privileges.record() && self.sees_customer(person, customer)?)
    }

    /// Id and customer of the row with exactly this unique id; else of the only one that has it but for a dot.
    fn find(&self, identity: &Identity) -> Result<Option<(i64, i64)>, StoreError> {
        let exact = self.exactly(identity, &identity.uniqueid)?;
        if exact.is_some() || identity.uniqueid.contains('.') || identity.uniqueid.len() > LONGEST {
            return Ok(exact);
        }
        // A look at the index for each place where the dot may have been is cheaper than a look at all of the group.
        let mut found = None;
        for (place, _) in identity.uniqueid.char_indices().chain([(identity.uniqueid.len(), ' ')]) {
            let (before, behind) = identity.uniqueid.split_at(place);
            let Some(row) = self.exactly(identity, &format!("{before}.{behind}"))? else { continue };
            if found.replace(row).is_some() {
                return Ok(None);
            }
        }
        Ok(found)
    }

    fn exactly(&self, identity: &Identity, uniqueid: &str) -> Result<Option<(i64, i64)>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, CAST(coalesce(customer, 0) AS INTEGER) FROM recordings
               WHERE recordgroup = ? AND uniqueid = ? AND recordid = ?",
        )?;
        let values = (identity.recordgroup, uniqueid, &identity.recordid);
        Ok(statement.query_row(values, |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    fn read<T: 'static>(
        &self,
        id: i64,
        read: impl Fn(&RecordingRow<'_>) -> T + 'static,
    ) -> Result<Option<T>, StoreError> {
        let mut query = Query::default();
        query.columns();
        query.push(" FROM recordings r WHERE r.id = ");
        query.bind(id);
        let made = Rc::new(RefCell::new(None));
        let place = Rc::clone(&made);
        let _taking = Taking::begin(Box::new(move |row| {
            place.replace(Some(read(row)));
            ControlFlow::Break(())
        }));
        let mut statement = self.0.prepare_cached(&query.sql)?;
        let mut rows = statement.query(params_from_iter(query.values.iter()))?;
        while rows.next()?.is_some() {}
        Ok(made.take())
    }
}
