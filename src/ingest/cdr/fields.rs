//! One row of a CSV file, taken apart.

use memchr::{memchr, memchr2};

use super::dialect::{Dialect, Quotes, unescaped};
use crate::model::{is_meant_as_utf8, latin_1};

/// The fields of a row.
#[derive(Debug, Default)]
pub struct Fields {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Fields {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A field's bytes; empty where there is none.
    pub fn get(&self, index: usize) -> &[u8] {
        let Some(end) = self.ends.get(index) else { return b"" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..*end]
    }

    /// A field's text; empty where there is none, or after [`Fields::mend`] never wrong.
    pub fn text(&self, index: usize) -> &str {
        std::str::from_utf8(self.get(index)).unwrap_or_default()
    }

    /// Makes UTF-8 of it: of a row that is none Latin-1, unless some of it is UTF-8; then U+FFFD stands for what is damaged.
    pub fn mend(&mut self) {
        // What is cut in two by the end of a field may be right as a whole.
        let ends = &self.ends;
        if std::str::from_utf8(&self.text)
            .is_ok_and(|text| ends.iter().all(|end| text.is_char_boundary(*end)))
        {
            return;
        }
        let utf8 = self.iter().any(is_meant_as_utf8);
        let mended: Vec<String> = self
            .iter()
            .map(|field| match utf8 {
                true => String::from_utf8_lossy(field).into_owned(),
                false => field.iter().map(|byte| latin_1(*byte)).collect(),
            })
            .collect();
        self.clear();
        mended.iter().for_each(|text| self.push(text.as_bytes()));
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Forgets them.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds one.
    pub(super) fn push(&mut self, field: &[u8]) {
        self.text.extend_from_slice(field);
        self.ends.push(self.text.len());
    }

    /// Takes a line apart. False: it has no fields, not even an empty one.
    pub(super) fn fill(&mut self, dialect: Dialect, line: &[u8]) -> bool {
        self.clear();
        let mut rest = line.strip_suffix(b"\r").unwrap_or(line);
        if rest.is_empty() {
            return false;
        }
        loop {
            let start = self.text.len();
            let is_quoted = dialect.quotes != Quotes::Bare && rest.first() == Some(&dialect.mark);
            let read = match dialect.quotes {
                Quotes::Bare => self.bare(rest, dialect.separator),
                _ if is_quoted => self.quoted(&rest[1..], dialect) + 1,
                _ => self.plain(rest, dialect.separator),
            };
            if dialect.nulls && !is_quoted && matches!(&self.text[start..], b"NULL" | b"\\N") {
                self.text.truncate(start);
            }
            self.ends.push(self.text.len());
            // A separator stands behind it, even if nothing stands behind that.
            match rest.get(read + 1..) {
                Some(next) => rest = next,
                None => return true,
            }
        }
    }

    /// Reads an unquoted field. Gives its length.
    fn plain(&mut self, text: &[u8], separator: u8) -> usize {
        let end = memchr(separator, text).unwrap_or(text.len());
        self.text.extend_from_slice(&text[..end]);
        end
    }

    /// Reads a field behind its first quotation mark. Gives its length.
    fn quoted(&mut self, text: &[u8], dialect: Dialect) -> usize {
        let Dialect { separator, mark, quotes, .. } = dialect;
        let mut read = 0;
        loop {
            let rest = &text[read..];
            let next = match quotes {
                Quotes::Escaped => memchr2(mark, b'\\', rest),
                _ => memchr(mark, rest),
            };
            let Some(at) = next else {
                self.text.extend_from_slice(rest);
                return text.len();
            };
            self.text.extend_from_slice(&rest[..at]);
            match rest.get(at + 1) {
                Some(byte) if rest[at] != mark => self.text.extend(unescaped(*byte)),
                Some(next) if *next == mark => self.text.push(mark),
                None if rest[at] != mark => self.text.push(rest[at]),
                // What stands behind the closing mark belongs to it, as others read it too.
                _ => return read + at + 1 + self.plain(&rest[at + 1..], separator),
            }
            read = (read + at + 2).min(text.len());
        }
    }

    /// Reads a field in which marks are what they are and a backslash stands before what would be taken for something else.
    /// Gives its length.
    fn bare(&mut self, text: &[u8], separator: u8) -> usize {
        let mut read = 0;
        while let Some(at) = memchr2(separator, b'\\', &text[read..]) {
            self.text.extend_from_slice(&text[read..read + at]);
            read += at;
            if text[read] == separator {
                return read;
            }
            match text.get(read + 1) {
                // A field that is nothing but this is none.
                Some(b'N') => self.text.extend_from_slice(b"\\N"),
                Some(byte) => self.text.extend(unescaped(*byte)),
                None => self.text.push(b'\\'),
            }
            read = (read + 2).min(text.len());
        }
        self.text.extend_from_slice(&text[read..]);
        text.len()
    }
}
