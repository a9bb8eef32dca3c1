//! Recordings over time.

use std::ops::ControlFlow;

use rusqlite::params_from_iter;

use super::row::as_integer;
use crate::model::Filter;
use crate::store::search::Query;
use crate::store::{Reader, StoreError};

impl Reader {
    /// Calls `each` with start and length in seconds of every matching recording, by start, until it breaks.
    pub fn times(
        &self,
        filter: &Filter,
        mut each: impl FnMut(i64, i64) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let choice = self.way_to_all(filter)?;
        let mut query = Query::default();
        query.push("SELECT r.start, r.totaltime FROM recordings r");
        query.matching(filter, &choice);
        query.push(" ORDER BY r.start");
        let mut statement = self.0.prepare_cached(&query.sql)?;
        let mut rows = statement.query(params_from_iter(query.values.iter()))?;
        while let Some(row) = rows.next()? {
            if each(as_integer(row.get_ref(0)?), as_integer(row.get_ref(1)?)).is_break() {
                break;
            }
        }
        Ok(())
    }
}
