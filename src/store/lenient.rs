//! What other programs stored, as numbers and texts, whatever it is.

use rusqlite::types::ValueRef;

use crate::model::paths::text_of;

/// As a number; 0 where it is none.
pub(in crate::store) fn integer(value: ValueRef<'_>) -> i64 {
    number(value).unwrap_or(0)
}

/// As a number, if it is one.
pub(in crate::store) fn number(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Real(real) => Some(real as i64),
        ValueRef::Text(text) | ValueRef::Blob(text) => std::str::from_utf8(text).ok()?.trim().parse().ok(),
        ValueRef::Null => None,
    }
}

/// As a text.
pub(in crate::store) fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(real) => real.to_string(),
        ValueRef::Null => String::new(),
    }
}

/// As a text that loses no byte.
pub(in crate::store) fn text_whole(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => text_of(bytes).into_owned(),
        other => text(other),
    }
}
