//! Values of rows on their way into a statement.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ParamsFromIter, params_from_iter};

use crate::model::Value;

/// A value, borrowed.
pub(in crate::store) fn bound(value: Value<'_>) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(match value {
        Value::Null => ValueRef::Null,
        Value::Integer(number) => ValueRef::Integer(number),
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
        Value::Blob(bytes) => ValueRef::Blob(bytes),
    })
}

/// The values of a whole row, one parameter each.
pub(in crate::store) fn parameters<'a>(
    values: impl IntoIterator<Item = Value<'a>>,
) -> ParamsFromIter<impl Iterator<Item = ToSqlOutput<'a>>> {
    params_from_iter(values.into_iter().map(bound))
}
