//! Digests: of what intake wrote to a row, and what is made of one.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::model::{Column, FIRST_COLUMNS, Origin, RecordingRow, Value, WIRE};

/// A digest of what intake wrote to a row, to see whether somebody else has changed it since.
pub(super) fn digest_of(row: &RecordingRow) -> i64 {
    digest(&WIRE, &row.values())
}

/// All texts, then all numbers, of what intake keeps up to date. A column that the first version did not have counts only
/// where it says something: so the digest of a row that an older version wrote stays the same.
fn digest(columns: &[Column], values: &[Value<'_>]) -> i64 {
    let kept = |places: Range<usize>| {
        let all = columns[places.clone()].iter().zip(&values[places]);
        all.filter(|(column, _)| column.origin != Origin::Filing)
    };
    let mut digest = Sha256::new();
    for is_text in [true, false] {
        for (_, value) in kept(0..FIRST_COLUMNS).filter(|(column, _)| column.kind.is_text() == is_text) {
            add(&mut digest, value);
        }
    }
    let says = |value: &Value<'_>| !matches!(value, Value::Null | Value::Integer(0) | Value::Text(""));
    for (column, value) in kept(FIRST_COLUMNS..columns.len()).filter(|(_, value)| says(value)) {
        add(&mut digest, &Value::Text(column.name));
        add(&mut digest, value);
    }
    first_number(&digest.finalize())
}

fn add(digest: &mut Sha256, value: &Value<'_>) {
    match value {
        Value::Text(text) => {
            digest.update(text.as_bytes());
            digest.update([0]);
        }
        Value::Integer(number) => digest.update(number.to_le_bytes()),
        Value::Null | Value::Blob(_) => {}
    }
}

/// The first eight bytes of a digest.
pub(super) fn first_number(digest: &[u8]) -> i64 {
    digest.iter().take(8).fold(0, |number, byte| number << 8 | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    fn row() -> RecordingRow {
        RecordingRow {
            uniqueid: "1795499608.28".into(),
            machine: "pbx1".into(),
            start: 1_795_499_608,
            end: 1_795_499_614,
            snumber_name: "Zoë".into(),
            complete: 1,
            direction: "in".into(),
            ..RecordingRow::default()
        }
    }

    #[test]
    fn a_row_has_the_digest_that_version_5_gave_it() {
        assert_eq!(digest_of(&row()), -7_055_820_400_860_149_268);
    }

    #[test]
    fn where_and_how_long_a_recording_is_kept_is_not_in_its_digest_and_all_else_is() {
        let before = digest_of(&row());
        let filed = RecordingRow {
            customer: 7,
            recordgroup: 8,
            recordid: "9".into(),
            expires: 1,
            stale: 1,
            hold: 1,
            ..row()
        };
        assert_eq!(digest_of(&filed), before);
        for (place, column) in WIRE.iter().enumerate().filter(|(_, column)| column.origin != Origin::Filing) {
            let (row, mut values) = (row(), row().values().map(|_| Value::Null));
            values.copy_from_slice(&row.values());
            values[place] = if column.kind.is_text() { Value::Text("another") } else { Value::Integer(77) };
            assert_ne!(digest(&WIRE, &values), before, "{}", column.name);
        }
    }

    #[test]
    fn a_column_that_comes_later_is_in_the_digest_only_where_it_says_something() {
        let extra = [("mood", Kind::Text), ("stars", Kind::Number)];
        let extra = extra.map(|(name, kind)| Column { name, kind, origin: Origin::Fact, about: "" });
        let columns = [&WIRE[..], &extra[..]].concat();
        let with = |mood, stars| {
            digest(&columns, &[&row().values()[..], &[Value::Text(mood), Value::Integer(stars)][..]].concat())
        };
        assert_eq!(with("", 0), digest_of(&row()));
        let all = [with("", 0), with("good", 0), with("", 5), with("good", 5)];
        assert!((1..all.len()).all(|one| !all[..one].contains(&all[one])), "{all:?}");
    }
}
