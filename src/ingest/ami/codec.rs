//! How the Asterisk Manager Interface is framed: bytes in, messages out. Pure.
//!
//! A banner line, then messages of `Key: Value` lines that end with an empty line. Source: Asterisk's documentation,
//! "AMI v2 Specification"; what it leaves open was measured on Asterisk 16.28: some events are followed by a second
//! empty line, and a read may end anywhere.

use std::borrow::Cow;

use memchr::memmem;

use crate::model::paths::{read_as_latin_1, text_of};

/// Longest message in bytes. The largest event of a recorded run has 2 KiB, an answer of one line each channel is many
/// messages; only an endless line gets here.
const LONGEST: usize = 256 * 1024;
const END: &[u8] = b"\r\n\r\n";

/// An event or an answer: its lines as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message(Vec<u8>);

impl Message {
    /// A message of these lines, which have no empty one at the end.
    pub fn new(lines: &[u8]) -> Message {
        Message(lines.to_vec())
    }

    /// The bytes between the empty lines.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The value of this key, whose case does not matter (`UniqueID`, `Uniqueid`); the first where it comes several
    /// times. Bytes that are no UTF-8 are read as Latin-1.
    pub fn get(&self, key: &str) -> Option<Cow<'_, str>> {
        self.lines().find_map(|line| value(line, key)).map(latin_1)
    }

    /// As [`Message::text`] of a path, of which no byte is lost.
    pub fn path(&self, key: &str) -> Cow<'_, str> {
        self.lines().find_map(|line| value(line, key)).filter(|path| path != "<unknown>").unwrap_or_default()
    }

    /// As [`Message::path`] of a field that Asterisk writes with C escapes.
    pub fn unescaped_path(&self, key: &str) -> String {
        unescape(&self.path(key))
    }

    /// As [`Message::get`], "" where it is missing or Asterisk does not know it.
    pub fn text(&self, key: &str) -> Cow<'_, str> {
        self.get(key).filter(|value| value != "<unknown>").unwrap_or_default()
    }

    /// As [`Message::text`] of a field that Asterisk writes with C escapes: caller names, connected line names, and the
    /// value of a variable.
    pub fn unescaped(&self, key: &str) -> String {
        unescape(&self.text(key))
    }

    /// Every value of this key.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
        self.lines().filter_map(move |line| value(line, key)).map(latin_1)
    }

    /// The kind of event, or "".
    pub fn event(&self) -> Cow<'_, str> {
        self.get("Event").unwrap_or_default()
    }

    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// What the line says, if it is about this key.
fn value<'a>(line: &'a [u8], key: &str) -> Option<Cow<'a, str>> {
    let (name, rest) = line.split_at_checked(key.len())?;
    let value = name.eq_ignore_ascii_case(key.as_bytes()).then_some(rest)?.strip_prefix(b":")?;
    Some(text_of(value.strip_prefix(b" ").unwrap_or(value)))
}

fn latin_1(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => read_as_latin_1(text),
        Cow::Owned(text) => Cow::Owned(read_as_latin_1(&text).into_owned()),
    }
}

/// Undoes C's escapes.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => letters.next().map_or('\\', escaped),
            other => other,
        });
    }
    plain
}

const fn escaped(letter: char) -> char {
    match letter {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        // Quotes, backslash and question mark stand for themselves.
        other => other,
    }
}

/// What the bytes held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The first line, which names the protocol and its version.
    Banner(String),
    /// An event or an answer.
    Message(Message),
    /// A message of more than 256 KiB was passed over.
    TooLong,
}

/// Cuts a stream of bytes into messages, wherever its reads end. Keeps no more than one message.
#[derive(Default)]
pub struct Decoder {
    waiting: Vec<u8>,
    /// Up to where `waiting` is known to hold no end.
    searched: usize,
    greeted: bool,
    passing_over: bool,
}

impl Decoder {
    /// Takes bytes and calls `each` with all that they complete.
    pub fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Piece)) {
        // Bit by bit, so that a long message is noticed before it fills the memory.
        for part in bytes.chunks(LONGEST) {
            self.waiting.extend_from_slice(part);
            let mut taken = 0;
            while let Some((piece, used)) = self.next(taken) {
                taken = used;
                if let Some(piece) = piece {
                    each(piece);
                }
            }
            self.waiting.drain(..taken);
            self.searched = self.searched.saturating_sub(taken);
            // Enough to be sure: an end may have begun.
            if self.waiting.len() > LONGEST + END.len() {
                self.pass_over();
            }
        }
    }

    /// The piece that begins at `from`, and where the next one does.
    fn next(&mut self, from: usize) -> Option<(Option<Piece>, usize)> {
        let rest = &self.waiting[from..];
        if !self.greeted {
            let end = memmem::find(rest, b"\r\n")?;
            self.greeted = true;
            let banner = String::from_utf8_lossy(&rest[..end]).into_owned();
            let piece = if self.passing_over { Piece::TooLong } else { Piece::Banner(banner) };
            self.passing_over = false;
            return Some((Some(piece), from + end + 2));
        }
        if rest.starts_with(b"\r\n") && !self.passing_over {
            return Some((None, from + 2));
        }
        let skip = self.searched.saturating_sub(from + END.len() - 1);
        let Some(end) = memmem::find(&rest[skip..], END).map(|end| end + skip) else {
            self.searched = self.waiting.len();
            return None;
        };
        let long = std::mem::take(&mut self.passing_over) || end > LONGEST;
        let piece = if long { Piece::TooLong } else { Piece::Message(Message::new(&rest[..end])) };
        Some((Some(piece), from + end + END.len()))
    }

    /// Forgets all of a message but what may be the beginning of its end.
    fn pass_over(&mut self) {
        self.passing_over = true;
        self.waiting.drain(..self.waiting.len() - (END.len() - 1));
        self.searched = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::paths::bytes_of;

    fn pieces(input: &[u8], cut: impl Fn(usize) -> usize) -> Vec<Piece> {
        let (mut decoder, mut all, mut rest) = (Decoder::default(), Vec::new(), input);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(cut(rest.len()).clamp(1, rest.len()));
            decoder.feed(now, |piece| all.push(piece));
            rest = later;
        }
        all
    }

    fn message(text: &str) -> Message {
        Message::new(text.as_bytes())
    }

    #[test]
    fn the_banner_has_no_empty_line_and_events_may_have_two() {
        let input = b"Asterisk Call Manager/5.0.4\r\nResponse: Success\r\nActionID: 1\r\n\r\n\
            Event: TestEvent\r\nState: x\r\n\r\n\r\nEvent: Hangup\r\n\r\n";
        let expected = [
            Piece::Banner("Asterisk Call Manager/5.0.4".into()),
            Piece::Message(message("Response: Success\r\nActionID: 1")),
            Piece::Message(message("Event: TestEvent\r\nState: x")),
            Piece::Message(message("Event: Hangup")),
        ];
        for size in [1, 2, 3, 5, 1000] {
            assert_eq!(pieces(input, |_| size), expected, "reads of {size}");
        }
    }

    #[test]
    fn keys_are_found_whatever_their_case_and_values_keep_their_blanks_and_colons() {
        let cdr = message(
            "Event: Cdr\r\nUniqueID: 1.2\r\nStartTime: 2026-11-24 05:53:26\r\nAnswerTime: \r\nUserField:  x ",
        );
        assert_eq!(cdr.get("Uniqueid").as_deref(), Some("1.2"));
        assert_eq!(cdr.get("starttime").as_deref(), Some("2026-11-24 05:53:26"));
        assert_eq!(cdr.get("AnswerTime").as_deref(), Some(""));
        assert_eq!(cdr.get("UserField").as_deref(), Some(" x "));
        assert_eq!((cdr.get("Start"), cdr.get("UserFieldX")), (None, None));
    }

    #[test]
    fn the_first_of_two_equal_keys_counts_and_all_can_be_had() {
        let answer = message("Response: Success\r\nOutput: one\r\nOutput: two: three\r\nOutput:");
        assert_eq!(answer.get("Output").as_deref(), Some("one"));
        assert_eq!(answer.all("Output").collect::<Vec<_>>(), ["one", "two: three", ""]);
    }

    #[test]
    fn escapes_are_undone_where_asterisk_makes_them() {
        let event = message(
            "CallerIDName: Zoë O\\'Brien, Ltd\r\nOther: A \\\\\\\"quoted\\\\\\\" back\\\\\\\\slash\r\nValue: a\\tb\\\r\nNum: <unknown>",
        );
        assert_eq!(event.unescaped("CallerIDName"), "Zoë O'Brien, Ltd");
        assert_eq!(event.unescaped("Other"), r#"A \"quoted\" back\\slash"#);
        assert_eq!(event.unescaped("Value"), "a\tb\\", "a lone backslash at the end stays");
        assert_eq!(event.text("Num"), "");
    }

    #[test]
    fn names_are_read_as_latin_1_where_they_are_no_utf_8_and_paths_keep_their_bytes() {
        let event = Message::new(b"CallerIDName: J\xfcrgen\r\nValue: /m/J\xfcrgen\\\\1.wav\r\nOutput: \xe9");
        assert_eq!(
            (event.text("CallerIDName"), event.unescaped("CallerIDName")),
            ("Jürgen".into(), "Jürgen".into())
        );
        assert_eq!(event.all("Output").collect::<Vec<_>>(), ["é"]);
        assert_eq!(*bytes_of(&event.unescaped_path("Value")), *b"/m/J\xfcrgen\\1.wav");
        assert_eq!(*bytes_of(&event.path("Value")), *b"/m/J\xfcrgen\\\\1.wav");
    }

    #[test]
    fn a_message_that_is_too_long_is_passed_over_and_takes_no_memory() {
        let mut input = b"Asterisk\r\n".to_vec();
        for length in [LONGEST, LONGEST + 1, LONGEST * 9] {
            input.extend(std::iter::repeat_n(b'x', length));
            input.extend_from_slice(b"\r\n\r\nEvent: A\r\n\r\n");
        }
        let whole = pieces(&input, |rest| rest);
        let short: Vec<&Piece> =
            whole.iter().filter(|piece| matches!(piece, Piece::Message(m) if m.0.len() < 9)).collect();
        assert_eq!((whole.len(), short.len()), (7, 3));
        assert_eq!(whole.iter().filter(|piece| **piece == Piece::TooLong).count(), 2);
        for size in [7, 4096, LONGEST - 1, LONGEST + 3] {
            assert_eq!(pieces(&input, |_| size), whole, "reads of {size}");
        }
        let mut decoder = Decoder::default();
        for _ in 0..100 {
            decoder.feed(&[b'x'; 100_000], |_| {});
            assert!(decoder.waiting.capacity() <= 4 * LONGEST);
        }
    }
}
