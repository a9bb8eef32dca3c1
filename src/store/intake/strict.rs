//! Rows of a table that only this program writes.

use rusqlite::Row;

use super::values::text_at;
use crate::model::{ReadValue, RowSource};

/// A row of a table that only this program writes: what is of another type is an error.
pub(super) struct Strict<'a> {
    pub(super) row: &'a Row<'a>,
    pub(super) place: usize,
}

impl RowSource for Strict<'_> {
    type Error = rusqlite::Error;
}

impl ReadValue<String> for Strict<'_> {
    fn next(&mut self) -> rusqlite::Result<String> {
        self.place += 1;
        text_at(self.row, self.place - 1)
    }
}

/// Values that SQLite has as they are.
macro_rules! as_it_is {
    ($($type:ty),+) => {
        $(impl ReadValue<$type> for Strict<'_> {
            fn next(&mut self) -> rusqlite::Result<$type> {
                self.place += 1;
                self.row.get(self.place - 1)
            }
        })+
    };
}
as_it_is!(i64, Option<i64>, Option<Vec<u8>>);
