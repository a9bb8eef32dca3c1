//! Rows of recordings as CSV (RFC 4180) that people open in a spreadsheet and that can be read back exactly.
//!
//! - The header has the names of the wire columns; what people look for comes first.
//! - Times (`Kind::Time`: `start`, `end`, `expires`) are ISO 8601 with the offset of the zone, exact to the second. 0 is an empty cell; a
//!   time that no calendar has is the number that it is.
//! - Other numbers are digits, with a minus where they are negative.
//! - A text that a spreadsheet could take for a formula has an apostrophe before it: see `model/apostrophe.rs`.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::{Offset, TimeZone};

use super::calendar;
use super::envelope::place;
use super::params::{Parameter, Reading};
use crate::model::{Kind, WIRE, with_apostrophes};
use crate::store::ListRow;

/// The media type.
pub const CSV: &str = "text/csv; charset=utf-8";
/// Without it Excel takes UTF-8 for the system's old code page.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What people look for.
const FIRST: [&str; 13] = [
    "start",
    "end",
    "totaltime",
    "talktime",
    "direction",
    "status",
    "snumber",
    "snumber_name",
    "cnumber",
    "cnumber_name",
    "dnumber",
    "dnumber_name",
    "callerid_internal",
];
/// Every column, in the order of the file: its place on the wire and its kind.
static COLUMNS: LazyLock<Vec<(usize, Kind)>> = LazyLock::new(|| {
    let rest = WIRE.iter().map(|column| column.name).filter(|name| !FIRST.contains(name));
    FIRST.into_iter().chain(rest).map(place).map(|place| (place, WIRE[place].kind)).collect()
});

/// What stands between cells.
pub const SEPARATOR: Parameter = Parameter::choice(
    "separator",
    &["comma", "semicolon", "tab"],
    "comma",
    "What stands between the cells of the CSV: Excel expects a semicolon where decimals have a comma",
)
.logged();
/// How texts are written that are digits.
pub const TEXT: Parameter = Parameter::flag(
    "text",
    "1: numbers of phones and ids are written as =\"0012\", which Excel keeps as they are: with zeros, plus and all digits",
)
.logged();

/// How the rows are written: by whose clocks, and for which spreadsheet.
#[derive(Clone)]
pub struct Dialect {
    /// Whose clocks count.
    pub zone: TimeZone,
    separator: u8,
    as_text: bool,
}

impl Dialect {
    /// Reads [`SEPARATOR`], [`TEXT`] and the zone.
    pub fn read(reading: &mut Reading<'_>) -> Dialect {
        let separator = reading.choice(&SEPARATOR).map_or(b',', |place| b",;\t"[place]);
        Dialect { as_text: reading.flag(&TEXT), zone: calendar::read_zone(reading), separator }
    }

    /// The header; columns called `before` come first.
    pub fn header(&self, before: &[&str], out: &mut Vec<u8>) {
        out.extend_from_slice(BYTE_ORDER_MARK.as_bytes());
        let names = before.iter().copied().chain(COLUMNS.iter().map(|(place, _)| WIRE[*place].name));
        for (index, name) in names.enumerate() {
            if index > 0 {
                out.push(self.separator);
            }
            out.extend_from_slice(name.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }

    /// A row, straight from SQLite's buffers.
    pub fn row(&self, row: &ListRow<'_>, out: &mut Vec<u8>) {
        for (index, (place, kind)) in COLUMNS.iter().enumerate() {
            if index > 0 {
                out.push(self.separator);
            }
            match kind {
                Kind::Number | Kind::Flag => integer(row.integer(*place), out),
                Kind::Text => row.text(*place, |bytes| self.text(bytes, out)),
                Kind::Time => time(row.integer(*place), &self.zone, out),
            }
        }
        out.extend_from_slice(b"\r\n");
    }

    /// A cell with what follows it in its row.
    pub fn cell(&self, text: &str, out: &mut Vec<u8>) {
        self.text(text.as_bytes(), out);
        out.push(self.separator);
    }

    /// Bytes that are not UTF-8 become U+FFFD, as in JSON.
    fn text(&self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.as_text && is_calculated(bytes) {
            out.extend_from_slice(b"\"=\"\"");
            out.extend_from_slice(bytes);
            out.extend_from_slice(b"\"\"\"");
            return;
        }
        let quoted = memchr::memchr3(b'"', self.separator, b'\n', bytes).is_some() || bytes.contains(&b'\r');
        if quoted {
            out.push(b'"');
        }
        for chunk in with_apostrophes(bytes).utf8_chunks() {
            for (index, part) in chunk.valid().split('"').enumerate() {
                if index > 0 {
                    out.extend_from_slice(b"\"\"");
                }
                out.extend_from_slice(part.as_bytes());
            }
            if !chunk.invalid().is_empty() {
                out.extend_from_slice("\u{fffd}".as_bytes());
            }
        }
        if quoted {
            out.push(b'"');
        }
    }
}

/// Whether a spreadsheet may make a number or a date of a text, and keeps it in a formula: one of more is none to Excel.
fn is_calculated(text: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" +-./:()_#*%".contains(byte);
    text.len() <= 255 && text.iter().any(u8::is_ascii_digit) && text.iter().all(is_plain)
}

fn integer(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

fn time(seconds: i64, zone: &TimeZone, out: &mut Vec<u8>) {
    if seconds == 0 {
        return;
    }
    let Ok(timestamp) = Timestamp::from_second(seconds) else { return integer(seconds, out) };
    let offset = zone.to_offset(timestamp);
    // ISO 8601 has no seconds of an offset, which Monrovia had until 1972.
    let offset = if offset.seconds() % 60 == 0 { offset } else { Offset::UTC };
    // Writing to memory does not fail.
    let _ = DateTimePrinter::new().print_timestamp_with_offset(&timestamp, offset, out);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::without_apostrophes;

    fn cell(value: &[u8]) -> String {
        written(value, b',', false)
    }

    fn written(value: &[u8], separator: u8, as_text: bool) -> String {
        let mut out = Vec::new();
        Dialect { zone: TimeZone::UTC, separator, as_text }.text(value, &mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    /// As a reader of RFC 4180 that knows of our apostrophe reads a cell.
    fn read_back(cell: &str) -> String {
        let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
        let value = inner.map_or(cell.to_owned(), |inner| inner.replace("\"\"", "\""));
        without_apostrophes(&value).into_owned()
    }

    #[test]
    fn cells_are_quoted_where_they_must_be_and_never_formulas() {
        for (value, expected) in [
            ("", ""),
            ("100", "100"),
            ("Zoë", "Zoë"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("a\r\nb", "\"a\r\nb\""),
            ("a\rb", "\"a\rb\""),
            ("a\0b", "a\0b"),
            ("=1+1", "'=1+1"),
            ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""),
            ("-1", "'-1"),
            ("@SUM(1)", "'@SUM(1)"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "\"'\r'=1\""),
            ("\n=1", "\"'\n'=1\""),
            ("Acme;=1+1", "Acme;'=1+1"),
            ("＝1", "'＝1"),
            ("'", "''"),
            ("'=1", "''=1"),
            ("+972501234567", "+972501234567"),
            ("+49 30 1234", "+49 30 1234"),
            ("+49-30-1234", "'+49-30-1234"),
            ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
            ("+", "'+"),
            ("+A1", "'+A1"),
        ] {
            assert_eq!(cell(value.as_bytes()), expected, "{value:?}");
            assert_eq!(read_back(&cell(value.as_bytes())), value);
        }
        assert_eq!(cell(b"a\xffb"), "a\u{fffd}b");
    }

    #[test]
    fn a_cell_is_quoted_for_its_separator_and_numbers_are_texts_if_wanted() {
        for (value, separator, as_text, expected) in [
            ("a;b", b';', false, "\"a;b\""),
            ("a,b", b';', false, "a,b"),
            ("a,=b", b';', false, "a,'=b"),
            ("a\tb", b'\t', false, "\"a\tb\""),
            ("0012", b',', true, "\"=\"\"0012\"\"\""),
            ("+972 50", b';', true, "\"=\"\"+972 50\"\"\""),
            ("1700000000.290", b'\t', true, "\"=\"\"1700000000.290\"\"\""),
            ("-1", b',', true, "\"=\"\"-1\"\"\""),
            ("Anna", b',', true, "Anna"),
            ("", b',', true, ""),
            ("1;=1", b',', true, "1;'=1"),
            ("1\"&A1", b',', true, "\"1\"\"&A1\""),
            ("=1", b',', true, "'=1"),
        ] {
            assert_eq!(written(value.as_bytes(), separator, as_text), expected, "{value:?}");
        }
        let long = "1".repeat(256);
        assert_eq!(written(long.as_bytes(), b',', true), long);
    }

    #[test]
    fn times_have_the_offset_of_the_zone_and_are_exact() {
        let written = |seconds, zone: &str| {
            let mut out = Vec::new();
            time(seconds, &calendar::zone(zone).expect("a zone"), &mut out);
            String::from_utf8(out).expect("UTF-8")
        };
        for (seconds, zone, expected) in [
            (0, "Europe/Berlin", ""),
            (1_700_000_000, "UTC", "2023-11-14T22:13:20+00:00"),
            (1_700_000_000, "Asia/Kolkata", "2023-11-15T03:43:20+05:30"),
            // Both sides of the hour that comes twice, and of the one that does not come.
            (1_792_886_399, "Europe/Berlin", "2026-10-25T01:59:59+02:00"),
            (1_792_886_400, "Europe/Berlin", "2026-10-25T02:00:00+02:00"),
            (1_792_890_000, "Europe/Berlin", "2026-10-25T02:00:00+01:00"),
            (1_774_745_999, "Europe/Berlin", "2026-03-29T01:59:59+01:00"),
            (1_774_746_000, "Europe/Berlin", "2026-03-29T03:00:00+02:00"),
            (1, "Africa/Monrovia", "1970-01-01T00:00:01+00:00"),
            (-1, "UTC", "1969-12-31T23:59:59+00:00"),
            (i64::MAX, "UTC", "9223372036854775807"),
        ] {
            assert_eq!(written(seconds, zone), expected, "{seconds} {zone}");
            if !expected.is_empty() && seconds != i64::MAX {
                assert_eq!(expected.parse::<Timestamp>().expect("a time").as_second(), seconds);
            }
        }
    }

    #[test]
    fn every_wire_column_is_there_once() {
        let mut places: Vec<usize> = COLUMNS.iter().map(|(place, _)| *place).collect();
        places.sort_unstable();
        assert_eq!(places, (0..WIRE.len()).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn any_text_comes_back(value in "[=+@'\t\r\n\" ,0-9a-c\u{ff1d}-]{0,12}") {
            prop_assert_eq!(read_back(&cell(value.as_bytes())), value);
        }
    }
}
