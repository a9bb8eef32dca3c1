//! Values of rows on their way into a statement, and texts on their way out of one.

use std::borrow::Cow;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ParamsFromIter, Row, ToSql, params_from_iter};

use crate::model::Value;
use crate::model::paths::{bytes_of, text_of};

/// A text as it is stored: a path has the bytes that it has on the disk.
pub(in crate::store) struct Text<'a>(Cow<'a, [u8]>);

impl<'a> Text<'a> {
    pub(in crate::store) fn of(text: &'a str) -> Text<'a> {
        Text(bytes_of(text))
    }
}

impl ToSql for Text<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(&self.0)))
    }
}

/// The text of a column, which may have any bytes.
pub(in crate::store) fn text_at(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    match row.get_ref(column)? {
        ValueRef::Text(bytes) => Ok(text_of(bytes).into_owned()),
        // It says what it is instead.
        _ => row.get(column),
    }
}

/// A value, borrowed where it can be.
pub(in crate::store) enum Bound<'a> {
    Text(Text<'a>),
    Other(ToSqlOutput<'a>),
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Bound::Text(text) => text.to_sql(),
            Bound::Other(value) => Ok(value.clone()),
        }
    }
}

pub(in crate::store) fn bound(value: Value<'_>) -> Bound<'_> {
    Bound::Other(match value {
        Value::Text(text) => return Bound::Text(Text::of(text)),
        Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
        Value::Integer(number) => number.into(),
        Value::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
    })
}

/// The values of a whole row, one parameter each.
pub(in crate::store) fn parameters<'a>(
    values: impl IntoIterator<Item = Value<'a>>,
) -> ParamsFromIter<impl Iterator<Item = Bound<'a>>> {
    params_from_iter(values.into_iter().map(bound))
}
