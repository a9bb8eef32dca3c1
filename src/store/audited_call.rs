//! Which call an entry of the audit log is about: noted in the entry, since the recording may be deleted later.

use std::borrow::Cow;
use std::cell::RefCell;

use memchr::memmem;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};

use super::StoreError;

/// The row that an entry names, as `r`: whose it is counts, so that nobody learns of another customer's call that has the
/// same name by now.
pub(super) const ITS_ROW: &str =
    "recordings r WHERE r.recordgroup = audit.recordgroup AND r.uniqueid = audit.uniqueid
    AND r.recordid = audit.recordid AND r.customer IS audit.customer";

/// The newest other entry of this recording that tells of its call. Another program may have deleted the row.
pub(super) const ITS_OTHER_ENTRY: &str = "(SELECT o.call FROM audit o WHERE o.recordgroup = audit.recordgroup
    AND o.uniqueid = audit.uniqueid AND o.recordid = audit.recordid AND o.customer IS audit.customer AND o.call <> ''
    ORDER BY o.time DESC LIMIT 1)";

/// What is noted of the call of a row `r`: JSON without what is empty, under the names of the columns.
pub(super) const NOTED: &str =
    "json_patch('{}', json_object('complete', CAST(ifnull(r.complete, 0) AS INTEGER),
    'start', CAST(ifnull(r.start, 0) AS INTEGER),
    'snumber', nullif(CAST(r.snumber AS TEXT), ''), 'snumber_name', nullif(CAST(r.snumber_name AS TEXT), ''),
    'snumber_display', nullif(CAST(nullif(r.snumber_display, r.snumber) AS TEXT), ''),
    'cnumber', nullif(CAST(r.cnumber AS TEXT), ''), 'cnumber_name', nullif(CAST(r.cnumber_name AS TEXT), ''),
    'cnumber_display', nullif(CAST(nullif(r.cnumber_display, r.cnumber) AS TEXT), ''),
    'dnumber', nullif(CAST(r.dnumber AS TEXT), ''), 'dnumber_name', nullif(CAST(r.dnumber_name AS TEXT), ''),
    'dnumber_display', nullif(CAST(nullif(r.dnumber_display, r.dnumber) AS TEXT), ''),
    'callerid_internal', nullif(CAST(nullif(r.callerid_internal, r.snumber) AS TEXT), '')))";

/// A call as an entry tells it; what it does not know is empty.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct AuditedCall<'a> {
    complete: i64,
    pub start: i64,
    #[serde(borrow)]
    pub snumber: Cow<'a, str>,
    #[serde(borrow)]
    pub snumber_name: Cow<'a, str>,
    #[serde(borrow)]
    pub snumber_display: Cow<'a, str>,
    #[serde(borrow)]
    pub cnumber: Cow<'a, str>,
    #[serde(borrow)]
    pub cnumber_name: Cow<'a, str>,
    #[serde(borrow)]
    pub cnumber_display: Cow<'a, str>,
    #[serde(borrow)]
    pub dnumber: Cow<'a, str>,
    #[serde(borrow)]
    pub dnumber_name: Cow<'a, str>,
    #[serde(borrow)]
    pub dnumber_display: Cow<'a, str>,
    #[serde(borrow)]
    callerid_internal: Cow<'a, str>,
}

impl<'a> AuditedCall<'a> {
    /// What was noted; nothing where that cannot be read.
    pub fn of(noted: &'a str) -> AuditedCall<'a> {
        serde_json::from_str(noted).unwrap_or_default()
    }

    /// Whether more may be known by now: the call went on, or nobody knew who called whom.
    pub fn may_lack(&self) -> bool {
        self.complete == 0 || self.snumber.is_empty() || self.cnumber.is_empty()
    }

    /// Whether one of its numbers contains one of these, which are [`squeezed`].
    fn has(&self, wanted: &str) -> bool {
        let numbers = [
            &self.snumber,
            &self.snumber_display,
            &self.cnumber,
            &self.cnumber_display,
            &self.dnumber,
            &self.dnumber_display,
            &self.callerid_internal,
        ];
        numbers.into_iter().filter(|number| !number.is_empty()).any(|number| {
            let number = squeezed(number);
            wanted.split('\n').any(|one| number.contains(one))
        })
    }
}

/// A number without what people write between its digits, and its letters in lower case.
fn squeezed(number: &str) -> Cow<'_, str> {
    let is_between = |c: char| c.is_whitespace() || "()-./+".contains(c);
    if number.contains(|c| is_between(c) || c.is_ascii_uppercase()) {
        return number.chars().filter(|c| !is_between(*c)).map(|c| c.to_ascii_lowercase()).collect();
    }
    Cow::Borrowed(number)
}

/// Digits of a number that are the same in every way to write it.
const ITS_OWN: usize = 9;
/// Digits from which on a 0 in front may be the one that is left out behind a country's number.
const LONG: usize = 7;

/// What to look for, a line each: a number as people paste it, without the 00 or the 0 in front, or its last nine digits.
/// `None` where there is neither a digit nor a letter in it.
pub fn ways_to_write(number: &str) -> Option<String> {
    let whole = squeezed(number.trim()).into_owned();
    if !whole.contains(char::is_alphanumeric) {
        return None;
    }
    let mut ways = vec![whole.as_str()];
    if whole.len() >= LONG && whole.bytes().all(|byte| byte.is_ascii_digit()) {
        ways.extend(whole.strip_prefix("00").or_else(|| whole.strip_prefix('0')));
        ways.extend((whole.len() > ITS_OWN).then(|| &whole[whole.len() - ITS_OWN..]));
    }
    Some(ways.join("\n"))
}

/// What a byte becomes in [`squeezed`]: nothing, itself in lower case, or what only the whole text can tell.
const SQUEEZED: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = match byte as u8 {
            b' ' | 9..=13 | b'(' | b')' | b'-' | b'.' | b'/' | b'+' => DROPPED,
            // Of an escape, and of blanks beyond ASCII.
            b'\\' | 0xc2 | 0xe1..=0xe3 => OPEN,
            byte => byte.to_ascii_lowercase(),
        };
        byte += 1;
    }
    table
};
const DROPPED: u8 = 0;
const OPEN: u8 = 0xff;

/// Whether a look at the bytes is enough: none of the numbers is in them, and the call lacks nothing. A million entries are
/// looked through ten times as fast as by reading each.
fn is_plainly_another(noted: &[u8], wanted: &[u8]) -> bool {
    thread_local! {
        static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    let whole = noted.starts_with(b"{\"complete\":1,")
        && [&b"\"snumber\":"[..], b"\"cnumber\":"].iter().all(|key| memmem::find(noted, key).is_some());
    whole
        && BYTES.with_borrow_mut(|bytes| {
            bytes.clear();
            for byte in noted {
                match SQUEEZED[usize::from(*byte)] {
                    DROPPED => {}
                    OPEN => return false,
                    kept => bytes.push(kept),
                }
            }
            !wanted.split(|byte| *byte == b'\n').any(|one| memmem::find(bytes, one).is_some())
        })
}

/// `tells_of(call, numbers)`: whether a call has one of the numbers; NULL where it hasn't and more may be known elsewhere.
pub(super) fn register_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(c"tells_of", 2, flags, |context| {
        let noted = match context.get_raw(0) {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) if !bytes.is_empty() => bytes,
            _ => return Ok(None),
        };
        let wanted = context.get_raw(1).as_str()?;
        if is_plainly_another(noted, wanted.as_bytes()) {
            return Ok(Some(false));
        }
        let noted = String::from_utf8_lossy(noted);
        let call = AuditedCall::of(&noted);
        Ok(if call.has(wanted) { Some(true) } else { (!call.may_lack()).then_some(false) })
    })
}

/// Notes in the entries of a log that has none of it yet what the rows still know.
pub(super) fn note_all(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "UPDATE audit SET call = ifnull((SELECT {NOTED} FROM {ITS_ROW}), '') WHERE uniqueid IS NOT NULL AND call = ''"
    ))
}

/// What is known of the call of an entry that tells too little itself: what its row says, else what it says, else what
/// another entry does.
pub(super) fn known_elsewhere(
    connection: &Connection,
    entry: i64,
    noted: &str,
) -> Result<String, StoreError> {
    let sql = format!(
        "SELECT coalesce((SELECT {NOTED} FROM {ITS_ROW}), nullif(?2, ''), {ITS_OTHER_ENTRY}, '') FROM audit WHERE id = ?1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row((entry, noted), |row| text(row, 0)).optional()?;
    Ok(found.unwrap_or_default())
}

/// A text, whatever bytes another program may have stored.
pub(super) fn text(row: &Row<'_>, index: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(index)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_in_every_spelling_and_no_other_one() {
        let has = |stored: &str, asked: &str| {
            let call = AuditedCall { snumber: stored.into(), ..AuditedCall::default() };
            ways_to_write(asked).is_some_and(|ways| call.has(&ways))
        };
        for asked in
            ["+44 113 496 0123", "0044 113 4960123", "(0113) 496-0123", "113.496", "0123", "496/0123"]
        {
            assert!(has("+441134960123", asked), "{asked}");
        }
        assert!(has("0113 496 0123", "+441134960123"), "its last nine digits");
        assert!(has("07", "07") && !has("7", "07"), "an extension's 0 is its own");
        assert!(has("Anonymous", "anon") && !has("anonymous", "0113 496 0123"));
        assert!(!has("+441134960123", "0113 496 0124"));
        assert_eq!(ways_to_write(" + ()"), None);
    }

    #[test]
    fn a_look_at_the_bytes_never_overlooks_a_number() {
        let texts = [
            r#"{"complete":1,"start":1,"snumber":"+44 113","snumber_name":"A","cnumber":"07"}"#,
            r#"{"complete":1,"start":1,"snumber":"x","cnumber":"4\t4\u0031 13"}"#,
            "{\"complete\":1,\"start\":1,\"snumber\":\"4\u{a0}41\u{2009}13\",\"cnumber\":\"9\"}",
            "{\"complete\":1,\"start\":1,\"snumber\":\"1\",\"cnumber\":\"2\",\"dnumber\":\"(44)-1/1.3\"}",
        ];
        for text in texts {
            let call = AuditedCall::of(text);
            assert!(call.has("44113"), "{text}");
            assert!(!is_plainly_another(text.as_bytes(), b"44113"), "{text}");
        }
        assert!(is_plainly_another(texts[0].as_bytes(), b"44114\n998"));
        assert!(
            !is_plainly_another(br#"{"complete":0,"start":1,"snumber":"1","cnumber":"2"}"#, b"3"),
            "it may lack"
        );
        assert!(
            !is_plainly_another(br#"{"complete":1,"start":1,"cnumber":"2"}"#, b"3"),
            "it lacks the caller"
        );
    }
}
