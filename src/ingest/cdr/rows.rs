//! Rows of a CSV file that nobody vouches for: lines without end, quotes that never close, a file that grows.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::path::Path;

use anyhow::Context;
use memchr::memchr2;

use super::dialect::{Dialect, Quotes};
use super::fields::Fields;
use crate::ingest::files;
use crate::ingest::reading::{Entries, Entry};

/// A line of more bytes is no row.
const LONGEST: usize = 1 << 20;
/// Lines that a row of a PBX may go on over. It writes none such itself.
const FEW: usize = 20;

/// The rows of a CSV file (RFC 4180), one after the other.
pub struct Rows<R> {
    input: R,
    dialect: Dialect,
    /// A row may go on over so many lines.
    lines: usize,
    /// Lines that were read in search of a closing quote, to be read again.
    again: VecDeque<Line>,
    text: Vec<u8>,
    number: u64,
    read: u64,
}

struct Line {
    bytes: Vec<u8>,
    /// What ended it: LF, CR LF, CR, or nothing.
    end: &'static [u8],
    whole: bool,
}

/// Why lines are no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the message is the documentation")]
pub enum Damage {
    #[error("the line is longer than 1 MiB")]
    TooLong,
    #[error("a quotation mark is not closed")]
    Unclosed,
}

impl<R: BufRead> Rows<R> {
    /// Rows of one line each, as Asterisk writes them, or of a few: a torn one costs no other.
    pub fn of_lines(input: R) -> Rows<R> {
        Rows::new(input, FEW)
    }

    /// Rows that may have line breaks in quoted fields.
    pub fn of_many_lines(input: R) -> Rows<R> {
        Rows::new(input, 1000)
    }

    fn new(input: R, lines: usize) -> Rows<R> {
        let (again, text) = (VecDeque::new(), Vec::new());
        Rows { input, dialect: Dialect::CSV, lines, again, text, number: 0, read: 0 }
    }

    /// How the fields of the rows to come are separated and quoted.
    #[must_use]
    pub fn in_dialect(mut self, dialect: Dialect) -> Rows<R> {
        self.dialect = dialect;
        self
    }

    /// What stands between the fields of the rows to come, if it is no comma.
    pub fn separate_by(&mut self, separator: u8) {
        self.dialect.separator = separator;
    }

    /// Bytes that were read so far.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// Reads the next row into `fields`. Gives the number of its first line, from 1; `None` at the end.
    pub fn next(&mut self, fields: &mut Fields) -> io::Result<Option<(u64, Result<(), Damage>)>> {
        loop {
            let Some(line) = self.line()? else { return Ok(None) };
            let number = self.number;
            if !line.whole {
                return Ok(Some((number, Err(Damage::TooLong))));
            }
            self.text.clear();
            self.text.extend_from_slice(&line.bytes);
            if self.dialect.goes_on(false, &line.bytes) && !self.close(line.end)? {
                return Ok(Some((number, Err(Damage::Unclosed))));
            }
            if fields.fill(self.dialect, &self.text) {
                return Ok(Some((number, Ok(()))));
            }
        }
    }

    /// Adds lines to the text until its quotes are even. If they never are, the lines are put back.
    fn close(&mut self, mut end: &'static [u8]) -> io::Result<bool> {
        let first = self.number;
        let mut taken = Vec::new();
        let mut odd = true;
        let length = self.text.len();
        while odd && taken.len() + 1 < self.lines && self.text.len() < LONGEST {
            let Some(line) = self.line()? else { break };
            odd = self.dialect.goes_on(odd, &line.bytes);
            self.text.extend_from_slice(end);
            self.text.extend_from_slice(&line.bytes);
            end = line.end;
            let whole = line.whole;
            taken.push(line);
            if !whole {
                odd = true;
                break;
            }
        }
        // The quote that a torn line lacks is not the next torn one's.
        odd |= !self.dialect.is_quoted_well(&self.text);
        if odd {
            self.number = first;
            self.text.truncate(length);
            taken.into_iter().rev().for_each(|line| self.again.push_front(line));
        }
        Ok(!odd || self.dialect.quotes == Quotes::Bare)
    }

    /// The next line without its end; of one that is too long only the beginning.
    fn line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.again.pop_front() {
            self.number += 1;
            return Ok(Some(line));
        }
        let mut line = Line { bytes: Vec::new(), end: b"", whole: true };
        let mut some = false;
        loop {
            let piece = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                piece => piece?,
            };
            if piece.is_empty() {
                break;
            }
            some = true;
            let end = memchr2(b'\n', b'\r', piece);
            let by = end.map(|end| piece[end]);
            line.add(&piece[..end.unwrap_or(piece.len())]);
            let used = end.map_or(piece.len(), |end| end + 1);
            self.consume(used);
            match by {
                None => {}
                Some(b'\r') => {
                    line.end = if self.skip_line_feed()? { b"\r\n" } else { b"\r" };
                    break;
                }
                Some(_) => {
                    line.end = b"\n";
                    break;
                }
            }
        }
        self.number += u64::from(some);
        Ok(some.then_some(line))
    }

    fn consume(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.read += bytes as u64;
    }

    fn skip_line_feed(&mut self) -> io::Result<bool> {
        loop {
            match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                piece => {
                    let there = piece?.first() == Some(&b'\n');
                    self.consume(usize::from(there));
                    return Ok(there);
                }
            }
        }
    }
}

impl<R: BufRead + Send + 'static> Rows<R> {
    /// Every row up to the end of the file at `path`, as `read` makes it of its fields.
    pub(in crate::ingest) fn entries<T>(
        mut self,
        path: &Path,
        mut read: impl FnMut(&mut Fields) -> Result<T, String> + Send + 'static,
    ) -> Entries<T> {
        let (path, mut fields) = (path.to_path_buf(), Fields::default());
        Box::new(std::iter::from_fn(move || {
            let next = self.next(&mut fields).with_context(|| files::unreadable(&path)).transpose()?;
            Some(next.map(|(line, row)| Entry {
                place: format!("{}:{line}", path.display()),
                end: self.read(),
                what: row.map_err(|damage| damage.to_string()).and_then(|()| read(&mut fields)),
            }))
        }))
    }
}

impl Line {
    fn add(&mut self, piece: &[u8]) {
        let room = LONGEST - self.bytes.len();
        self.whole &= piece.len() <= room;
        self.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each row as its first line and its fields, or why it is none.
    fn rows(text: &[u8], many: bool) -> Vec<(u64, Result<Vec<String>, Damage>)> {
        let mut rows = if many { Rows::of_many_lines(text) } else { Rows::of_lines(text) };
        let mut fields = Fields::default();
        let mut all = Vec::new();
        while let Some((line, row)) = rows.next(&mut fields).unwrap() {
            let texts = fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
            all.push((line, row.map(|()| texts)));
        }
        all
    }

    fn row(line: u64, fields: &[&str]) -> (u64, Result<Vec<String>, Damage>) {
        (line, Ok(fields.iter().map(|field| (*field).to_owned()).collect()))
    }

    #[test]
    fn quotes_commas_and_line_ends_of_every_kind() {
        let text = b"\"\"\"Al\"\" <1>\",2,,\"\"\r\n\n\"a,b\"\r\nlast";
        let expected = [row(1, &["\"Al\" <1>", "2", "", ""]), row(3, &["a,b"]), row(4, &["last"])];
        assert_eq!(rows(text, false), expected);
        assert_eq!(rows(text, true), expected);
        assert_eq!(rows(b"", true), []);
    }

    #[test]
    fn a_torn_line_costs_no_other() {
        let text = b"\"a\",\"b\n\"c\",\"d\"\n";
        assert_eq!(rows(text, false), [(1, Err(Damage::Unclosed)), row(2, &["c", "d"])]);
        assert_eq!(rows(text, true), [(1, Err(Damage::Unclosed)), row(2, &["c", "d"])]);
    }

    #[test]
    fn a_quoted_line_break_belongs_to_the_field() {
        let text = b"\"a\nb\r\nc\",d\ne,f\n";
        for many in [true, false] {
            assert_eq!(rows(text, many), [row(1, &["a\nb\r\nc", "d"]), row(4, &["e", "f"])]);
        }
        let text = ["\"a\n", &"b\n".repeat(FEW), "c\",d\n"].concat();
        assert_eq!(rows(text.as_bytes(), false)[0], (1, Err(Damage::Unclosed)));
        assert_eq!(rows(text.as_bytes(), true).len(), 1);
    }

    #[test]
    fn a_torn_line_is_not_closed_by_the_next_torn_one() {
        let text = b"\"\",\"x\n\"\",\"1\"\n\"\",\"y\n\"\",\"2\"\n";
        for many in [true, false] {
            let torn = |line| (line, Err(Damage::Unclosed));
            assert_eq!(rows(text, many), [torn(1), row(2, &["", "1"]), torn(3), row(4, &["", "2"])]);
        }
    }

    #[test]
    fn lines_may_end_in_a_carriage_return_only() {
        let text = b"a,b\r\"c\rd\",e\rf,g";
        let expected = [row(1, &["a", "b"]), row(2, &["c\rd", "e"]), row(4, &["f", "g"])];
        for many in [true, false] {
            assert_eq!(rows(text, many), expected);
        }
        let slowly = io::BufReader::with_capacity(1, &b"a\r\nb\rc"[..]);
        let mut rows = Rows::of_lines(slowly);
        let mut fields = Fields::default();
        for line in 1..4 {
            assert_eq!(rows.next(&mut fields).unwrap(), Some((line, Ok(()))));
        }
    }

    #[test]
    fn what_is_not_utf8_is_replaced_also_where_two_halves_would_be() {
        let mut rows = Rows::of_lines(&b"\xc3,\xa9,\xc3\xa9,\"a\x80\""[..]);
        let mut fields = Fields::default();
        assert_eq!(rows.next(&mut fields).unwrap(), Some((1, Ok(()))));
        fields.mend();
        let texts: Vec<&str> = (0..fields.len()).map(|index| fields.text(index)).collect();
        assert_eq!(texts, ["\u{fffd}", "\u{fffd}", "é", "a\u{fffd}"]);
    }

    #[test]
    fn a_line_without_end_is_read_in_little_memory() {
        let mut endless = io::Read::chain(&b"\"x\n"[..], io::Read::take(io::repeat(b'a'), 100 << 20));
        let text = io::BufReader::new(io::Read::chain(io::Read::by_ref(&mut endless), &b"\nb,c\n"[..]));
        let mut rows = Rows::of_many_lines(text);
        let mut fields = Fields::default();
        let mut next = || rows.next(&mut fields).unwrap().unwrap();
        assert_eq!([next(), next()], [(1, Err(Damage::Unclosed)), (2, Err(Damage::TooLong))]);
        assert_eq!(next(), (3, Ok(())));
        assert!(fields.iter().eq([b"b", b"c"]) && rows.text.capacity() < 4 * LONGEST);
    }

    #[test]
    fn many_lines_that_never_close_are_looked_at_again() {
        let text = b"\"a\n".iter().chain(b"b,c\n".repeat(2000).iter()).copied().collect::<Vec<u8>>();
        let all = rows(&text, true);
        assert_eq!(all[0], (1, Err(Damage::Unclosed)));
        assert!(all.len() == 2001 && all[1..].iter().all(|(_, row)| row.as_ref().unwrap() == &["b", "c"]));
        assert!(all.iter().map(|(line, _)| *line).eq(1..=2001));
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(table in prop::collection::vec(prop::collection::vec(".{0,9}", 1..6), 0..20)) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
            let text: String = table.iter().map(line).collect();
            let back: Vec<_> = rows(text.as_bytes(), true).into_iter().map(|(_, row)| row.unwrap()).collect();
            prop_assert_eq!(back, table);
        }

        #[test]
        fn anything_may_come(text in prop::collection::vec(prop::sample::select(&b"\",\n\ra\xff\0"[..]), 0..200)) {
            for many in [false, true] {
                let all = rows(&text, many);
                prop_assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0));
            }
        }
    }
}
