//! Rows of a table that only this program writes.

use rusqlite::Row;
use rusqlite::types::FromSql;

use crate::model::{ReadValue, RowSource};

/// A row of a table that only this program writes: what is of another type is an error.
pub(super) struct Strict<'a> {
    pub(super) row: &'a Row<'a>,
    pub(super) place: usize,
}

impl RowSource for Strict<'_> {
    type Error = rusqlite::Error;
}

impl<T: FromSql> ReadValue<T> for Strict<'_> {
    fn next(&mut self) -> rusqlite::Result<T> {
        self.place += 1;
        self.row.get(self.place - 1)
    }
}
