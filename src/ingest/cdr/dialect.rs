//! How a file separates and quotes its fields, and how that is found out.

use memchr::{memchr_iter, memrchr};

/// How a file separates and quotes its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between fields.
    pub separator: u8,
    /// What stands around a quoted one.
    pub mark: u8,
    /// How a field is quoted.
    pub quotes: Quotes,
    /// Whether NULL and `\N`, not in quotes, mean nothing, as databases write them.
    pub nulls: bool,
}

/// How a field is quoted, and how a quotation mark is written in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    /// Twice (RFC 4180).
    Doubled,
    /// With a backslash before it, as MySQL's INTO OUTFILE does; twice is understood too.
    Escaped,
    /// No field is quoted, and a mark is one: `mysql -B`, and INTO OUTFILE as it is without options.
    Bare,
}

/// What may stand between fields, the likeliest first.
pub(super) const SEPARATORS: [u8; 4] = *b",;\t|";

impl Dialect {
    /// CSV as RFC 4180 has it.
    pub const CSV: Dialect = Dialect { separator: b',', mark: b'"', quotes: Quotes::Doubled, nulls: false };

    /// The one of these lines, where this stands between fields.
    pub(super) fn of_lines<'a>(lines: impl Iterator<Item = &'a [u8]> + Clone, separator: u8) -> Dialect {
        let mark = if are_marked(lines.clone(), separator) { b'\'' } else { b'"' };
        let of = |quotes| Dialect { separator, mark, quotes, nulls: true };
        let quoted = lines.filter(|line| line.contains(&mark));
        let well = |quotes| quoted.clone().filter(|line| of(quotes).is_quoted_well(line)).count();
        let (all, doubled, escaped) = (quoted.clone().count(), well(Quotes::Doubled), well(Quotes::Escaped));
        of(match () {
            () if all == 0 && separator == b'\t' => Quotes::Bare,
            () if doubled.max(escaped) * 2 <= all && all > 0 && !are_around(quoted, separator, mark) => {
                Quotes::Bare
            }
            () if escaped > doubled => Quotes::Escaped,
            () => Quotes::Doubled,
        })
    }

    /// Whether a row goes on in the next line: `before`, whether it did before this one.
    pub(super) fn goes_on(self, before: bool, line: &[u8]) -> bool {
        match self.quotes {
            Quotes::Doubled => (memchr_iter(self.mark, line).count() % 2 == 1) != before,
            Quotes::Escaped => {
                let marks = memchr_iter(self.mark, line).filter(|at| !is_escaped(line, *at)).count();
                (marks % 2 == 1) != before
            }
            // A line break in a field has a backslash before it.
            Quotes::Bare => is_escaped(line, line.len()),
        }
    }

    /// Whether quotation marks stand only around fields, or as they are written within such.
    pub(super) fn is_quoted_well(self, text: &[u8]) -> bool {
        if self.quotes == Quotes::Bare {
            return true;
        }
        let mut quoted = false;
        let mut before = self.separator;
        let mut rest = text.iter().copied().peekable();
        while let Some(byte) = rest.next() {
            let is_mark = byte == self.mark;
            match (quoted, is_mark) {
                (true, false) if byte == b'\\' && self.quotes == Quotes::Escaped => drop(rest.next()),
                (false, true) if before != self.separator => return false,
                (false, true) => quoted = true,
                (true, true) => match rest.peek() {
                    Some(next) if *next == self.mark => drop(rest.next()),
                    None => quoted = false,
                    Some(next) if *next == self.separator => quoted = false,
                    Some(_) => return false,
                },
                _ => {}
            }
            before = byte;
        }
        !quoted
    }
}

/// Whether most fields that begin with a quotation mark end with one.
fn are_around<'a>(lines: impl Iterator<Item = &'a [u8]>, separator: u8, mark: u8) -> bool {
    let (begin, both, _) = around(lines, separator, mark);
    both * 2 >= begin
}

/// Whether it is the small marks that stand around most fields.
fn are_marked<'a>(lines: impl Iterator<Item = &'a [u8]>, separator: u8) -> bool {
    let (_, both, all) = around(lines, separator, b'\'');
    both * 2 > all
}

/// How many fields begin with a mark, how many begin and end with one, and how many say something.
fn around<'a>(lines: impl Iterator<Item = &'a [u8]>, separator: u8, mark: u8) -> (usize, usize, usize) {
    let fields = lines.flat_map(|line| line.split(move |byte| *byte == separator));
    let (mut begin, mut both, mut all) = (0, 0, 0);
    for field in fields.map(<[u8]>::trim_ascii_end).filter(|field| field.len() > 1) {
        let begins = field.first() == Some(&mark);
        all += 1;
        begin += usize::from(begins);
        both += usize::from(begins && field.last() == Some(&mark));
    }
    (begin, both, all)
}

/// Whether the character at that place has a backslash of its own.
fn is_escaped(text: &[u8], at: usize) -> bool {
    let before = &text[..at];
    if memrchr(b'\\', before) != at.checked_sub(1) || at == 0 {
        return false;
    }
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// What stands for a character that a backslash stands before; `None`: nothing.
pub(super) fn unescaped(byte: u8) -> Option<u8> {
    match byte {
        b'n' => Some(b'\n'),
        b't' => Some(b'\t'),
        b'r' => Some(b'\r'),
        b'0' | b'Z' | b'b' => None,
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotes(text: &str, separator: u8) -> Quotes {
        Dialect::of_lines(text.lines().map(str::as_bytes), separator).quotes
    }

    #[test]
    fn how_programs_quote_is_found_out() {
        for (text, separator, expected) in [
            (r#""""Alice"" <101>","101","7""#, b',', Quotes::Doubled),
            (r#""""Al \""x\"" ice"" <101>","101""#, b',', Quotes::Doubled),
            (r#""\"Alice\" <101>","101",\N,7"#, b',', Quotes::Escaped),
            (r#""\"Alice\" <101>";"101""#, b';', Quotes::Escaped),
            ("\"Alice\" <101>\t101\t7", b'\t', Quotes::Bare),
            ("101\t102\tNULL", b'\t', Quotes::Bare),
            ("\"\"\"Alice\"\" <101>\"\t101", b'\t', Quotes::Doubled),
            (r#""Alice" <101>,101,7"#, b',', Quotes::Bare),
            // An old mapping of cdr_custom, which puts marks around without regard to those within.
            (r#"""Alice" <101>","101","7","x""#, b',', Quotes::Doubled),
            (r#"101,"NO ANSWER",7"#, b',', Quotes::Doubled),
            (r"'\'Al\' <101>','101','7'", b',', Quotes::Escaped),
            ("101,102", b',', Quotes::Doubled),
        ] {
            assert_eq!(quotes(text, separator), expected, "{text}");
        }
    }
}
