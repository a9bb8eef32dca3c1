//! `next` and `after`: the row that a page ended with, as text that clients only hand back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::model::{Cursor, Sort, Stored};

/// The form of the text; another one is not read.
const VERSION: u8 = 1;

/// The text of a cursor.
pub fn encode(cursor: &Cursor) -> String {
    let sort =
        Sort::ALL.iter().position(|sort| *sort == cursor.sort).and_then(|place| u8::try_from(place).ok());
    let mut bytes = vec![VERSION, sort.unwrap_or(u8::MAX), u8::from(cursor.descending)];
    bytes.extend_from_slice(&cursor.id.to_be_bytes());
    for stored in [&cursor.start, &cursor.value] {
        let (tag, content) = match stored {
            Stored::Integer(number) => (b'i', number.to_be_bytes().to_vec()),
            Stored::Real(real) => (b'r', real.to_be_bytes().to_vec()),
            Stored::Text(text) => (b't', text.clone()),
            Stored::Blob(bytes) => (b'b', bytes.clone()),
        };
        bytes.push(tag);
        bytes.extend_from_slice(&u32::try_from(content.len()).unwrap_or(0).to_be_bytes());
        bytes.extend_from_slice(&content);
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The cursor of a text, if it is one of ours.
pub fn decode(text: &str) -> Option<Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (&[VERSION, sort, descending @ (0 | 1)], rest) = bytes.split_first_chunk::<3>()? else { return None };
    let (id, rest) = rest.split_first_chunk::<8>()?;
    let (start, rest) = decode_stored(rest)?;
    let (value, rest) = decode_stored(rest)?;
    rest.is_empty().then_some(Cursor {
        sort: *Sort::ALL.get(usize::from(sort))?,
        descending: descending == 1,
        value,
        start,
        id: i64::from_be_bytes(*id),
    })
}

fn decode_stored(bytes: &[u8]) -> Option<(Stored, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (content, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    let stored = match tag {
        b'i' => Stored::Integer(i64::from_be_bytes(content.try_into().ok()?)),
        b'r' => Stored::Real(f64::from_be_bytes(content.try_into().ok()?)),
        b't' => Stored::Text(content.into()),
        b'b' => Stored::Blob(content.into()),
        _ => return None,
    };
    Some((stored, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_comes_back(id: i64, start: i64, text: Vec<u8>, real in -1e300..1e300_f64, descending: bool) {
            for value in [Stored::Text(text.clone()), Stored::Blob(text.clone()), Stored::Real(real)] {
                let cursor = Cursor { sort: Sort::ALL[0], descending, value, start: Stored::Integer(start), id };
                prop_assert_eq!(decode(&encode(&cursor)), Some(cursor));
            }
        }

        #[test]
        fn no_text_upsets_it(text in ".*", bytes: Vec<u8>) {
            let _ = decode(&text);
            let _ = decode(&URL_SAFE_NO_PAD.encode(bytes));
        }
    }
}
