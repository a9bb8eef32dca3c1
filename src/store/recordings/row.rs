//! A recording's row, read where SQLite has it.

use std::cell::RefCell;
use std::ops::ControlFlow;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use crate::model::{Cursor, Kind, Sort, Stored, WIRE};
use crate::store::needles::{self, Needles};

/// A row of a list, read in place: its texts are SQLite's own buffers.
///
/// It is handed over inside the statement, by a function that is called with all columns of a row: a third of the
/// calls into SQLite that reading them one by one from outside would take.
pub struct ListRow<'a>(&'a Context<'a>);

impl ListRow<'_> {
    /// A wire column as a number. What another program stored as something else is read the way SQLite casts it.
    #[inline]
    pub fn integer(&self, column: usize) -> i64 {
        as_integer(self.0.get_raw(column))
    }

    /// Calls `use_` with a wire column as text: bytes that are nearly always UTF-8, but another program may have
    /// stored anything.
    #[inline]
    pub fn text(&self, column: usize, use_: impl FnOnce(&[u8])) {
        match self.0.get_raw(column) {
            ValueRef::Text(text) | ValueRef::Blob(text) => use_(text),
            ValueRef::Integer(number) => use_(number.to_string().as_bytes()),
            ValueRef::Real(real) => use_(real.to_string().as_bytes()),
            ValueRef::Null => use_(b""),
        }
    }
}

impl ListRow<'_> {
    /// The row's own id, which names it within the program.
    pub fn id(&self) -> i64 {
        as_integer(self.0.get_raw(WIRE.len()))
    }

    /// What a page that ends with this row is continued by.
    pub(in crate::store) fn cursor(&self, sort: Sort, descending: bool) -> Cursor {
        let id = self.id();
        let value = self.stored(sort.place(), WIRE[sort.place()].kind);
        Cursor { sort, descending, value, start: self.stored(Sort::START.place(), Kind::Time), id }
    }

    fn stored(&self, column: usize, kind: Kind) -> Stored {
        match self.0.get_raw(column) {
            ValueRef::Integer(number) => Stored::Integer(number),
            ValueRef::Real(real) => Stored::Real(real),
            ValueRef::Text(text) => Stored::Text(text.into()),
            ValueRef::Blob(bytes) => Stored::Blob(bytes.into()),
            ValueRef::Null if !kind.is_text() => Stored::Integer(0),
            ValueRef::Null => Stored::Text(Vec::new()),
        }
    }
}

/// Whoever gets the rows of the list that this thread is stepping through.
pub(in crate::store) type Taker = Box<dyn FnMut(&ListRow<'_>) -> ControlFlow<()>>;

thread_local! {
    static TAKER: RefCell<Option<Taker>> = const { RefCell::new(None) };
}

/// Clears this thread's row callback when it is dropped, however the list ends.
pub(in crate::store) struct Taking;

impl Taking {
    pub(in crate::store) fn begin(taker: Taker) -> Taking {
        TAKER.set(Some(taker));
        Taking
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        drop(TAKER.take());
    }
}

/// A value as a number, the way SQLite casts it.
#[inline]
pub(in crate::store) fn as_integer(value: ValueRef<'_>) -> i64 {
    match value {
        ValueRef::Integer(number) => number,
        ValueRef::Real(real) => real as i64,
        ValueRef::Text(text) | ValueRef::Blob(text) => leading_integer(text),
        ValueRef::Null => 0,
    }
}

/// The number that a text begins with, else 0; too large ones stop at the end of the range.
fn leading_integer(text: &[u8]) -> i64 {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let size = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0_i64, |size, byte| size.saturating_mul(10).saturating_add(i64::from(byte - b'0')));
    if negative { -size } else { size }
}

/// `take(columns…)` hands a row to this thread's taker and says whether it wants no more. `finds(terms, texts…)`:
/// whether each part of a search is in one of the texts, folded. `is_candidate(ids, id)`:
/// whether an id is in a JSON array of them, which takes less than to make a table of many.
pub(in crate::store) fn register_functions(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_scalar_function(c"take", -1, FunctionFlags::SQLITE_UTF8, |context| {
        let row = ListRow(context);
        Ok(TAKER.with_borrow_mut(|taker| taker.as_mut().is_none_or(|taker| taker(&row).is_break())))
    })?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(c"finds", -1, flags, |context| {
        let words =
            context.get_or_create_aux(0, |words| Needles::new(words.as_bytes()?).map_err(as_user_error))?;
        let texts = (1..context.len()).map(|index| context.get_raw(index));
        Ok(words.all_in(texts.filter_map(needles::searched)))
    })?;
    connection.create_scalar_function(c"is_candidate", 2, flags, |context| {
        let ids = context.get_or_create_aux(0, |ids| {
            let mut ids: Vec<i64> = serde_json::from_slice(ids.as_bytes()?).map_err(as_user_error)?;
            ids.sort_unstable();
            Ok::<_, rusqlite::Error>(ids)
        })?;
        Ok(ids.binary_search(&context.get(1)?).is_ok())
    })
}

fn as_user_error(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(error.into())
}
