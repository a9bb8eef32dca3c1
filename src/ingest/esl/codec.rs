//! How FreeSWITCH's event socket is framed: bytes in, messages out. Pure.
//!
//! A message is lines of `Name: value` up to an empty one, then as many bytes as its Content-Length says. Source:
//! FreeSWITCH's documentation, "mod_event_socket"; what it leaves open was measured on FreeSWITCH 1.10.12: several answers may
//! follow each other without a line between them, and a read may end anywhere.

use memchr::memmem;

use super::event::{Event, line_value};

/// Longest head and longest body in bytes. A head has four lines; a list of 10,000 channels has 10 MB.
const LONGEST_HEAD: usize = 64 << 10;
const LONGEST_BODY: usize = 16 << 20;
const END: &[u8] = b"\n\n";

/// A message: its lines as they came, and what followed them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Message {
    /// What kind of message it is, as in `api/response`.
    pub fn kind(&self) -> String {
        self.get("Content-Type")
    }

    /// What a command was answered.
    pub fn reply(&self) -> String {
        self.get("Reply-Text")
    }

    /// What followed the lines, as text.
    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The event in it, if it is one.
    pub fn event(&self) -> Option<Event> {
        (self.kind() == "text/event-plain").then(|| Event::plain(&self.body))
    }

    fn get(&self, name: &str) -> String {
        let value = line_value(&self.head, name).unwrap_or_default();
        String::from_utf8_lossy(value).trim().to_owned()
    }

    fn length(&self) -> usize {
        self.get("Content-Length").parse().unwrap_or(0)
    }
}

/// What the bytes held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// An event or an answer.
    Message(Message),
    /// A message that is longer than any real one was passed over.
    TooLong,
}

/// What is read next.
#[derive(Default)]
enum Place {
    #[default]
    Head,
    /// Of a head that is too long.
    RestOfHead,
    /// The body of this message: so many bytes.
    Body(Message, usize),
    /// So many bytes of a body that is too long.
    RestOfBody(usize),
}

/// Cuts a stream of bytes into messages, wherever its reads end. Keeps no more than one message.
#[derive(Default)]
pub struct Decoder {
    waiting: Vec<u8>,
    /// Up to where `waiting` is known to hold no end of a head.
    searched: usize,
    place: Place,
}

impl Decoder {
    /// Takes bytes and calls `each` with all that they complete.
    pub fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Piece)) {
        // Bit by bit, so that a long head is noticed before it fills the memory.
        for part in bytes.chunks(LONGEST_HEAD) {
            self.waiting.extend_from_slice(part);
            let mut taken = 0;
            while let Some((piece, used)) = self.next(taken) {
                taken = used;
                piece.into_iter().for_each(&mut each);
            }
            self.waiting.drain(..taken);
            self.searched = self.searched.saturating_sub(taken);
        }
    }

    /// The piece that begins at `from`, if there is one, and up to where the bytes are used.
    fn next(&mut self, from: usize) -> Option<(Option<Piece>, usize)> {
        match std::mem::take(&mut self.place) {
            Place::Head => self.head(from),
            Place::RestOfHead => self.rest_of_head(from),
            Place::Body(message, length) => self.body(from, message, length),
            Place::RestOfBody(left) => self.rest_of_body(from, left),
        }
    }

    fn head(&mut self, from: usize) -> Option<(Option<Piece>, usize)> {
        let rest = &self.waiting[from..];
        // Between two messages there may be empty lines.
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        if empty > 0 {
            return Some((None, from + empty));
        }
        let Some(end) = self.end_of_head(from) else {
            if self.waiting.len() - from <= LONGEST_HEAD + 1 {
                return None;
            }
            self.place = Place::RestOfHead;
            return self.rest_of_head(from);
        };
        let message = Message { head: self.waiting[from..end].to_vec(), body: Vec::new() };
        let next = end + END.len();
        match message.length() {
            _ if end - from > LONGEST_HEAD => Some((Some(Piece::TooLong), next)),
            0 => Some((Some(Piece::Message(message)), next)),
            length if length > LONGEST_BODY => {
                self.place = Place::RestOfBody(length);
                Some((Some(Piece::TooLong), next))
            }
            length => {
                self.place = Place::Body(message, length);
                Some((None, next))
            }
        }
    }

    /// Where the empty line is. The lines of some versions end with a carriage return too.
    fn end_of_head(&mut self, from: usize) -> Option<usize> {
        let begin = self.searched.saturating_sub(END.len() - 1).max(from);
        let found = memmem::find(&self.waiting[begin..], END).map(|end| end + begin);
        self.searched = found.unwrap_or(self.waiting.len());
        found
    }

    fn rest_of_head(&mut self, from: usize) -> Option<(Option<Piece>, usize)> {
        match self.end_of_head(from) {
            Some(end) => Some((Some(Piece::TooLong), end + END.len())),
            None => {
                self.place = Place::RestOfHead;
                // What may be the beginning of the end stays.
                let keep = self.waiting.len().saturating_sub(END.len() - 1).max(from);
                (keep > from).then_some((None, keep))
            }
        }
    }

    fn body(&mut self, from: usize, mut message: Message, length: usize) -> Option<(Option<Piece>, usize)> {
        let rest = &self.waiting[from..];
        let missing = length - message.body.len();
        let used = missing.min(rest.len());
        message.body.extend_from_slice(&rest[..used]);
        if used == missing {
            return Some((Some(Piece::Message(message)), from + used));
        }
        self.place = Place::Body(message, length);
        (used > 0).then_some((None, from + used))
    }

    fn rest_of_body(&mut self, from: usize, left: usize) -> Option<(Option<Piece>, usize)> {
        let used = left.min(self.waiting.len() - from);
        if used < left {
            self.place = Place::RestOfBody(left - used);
        }
        (used > 0).then_some((None, from + used))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(input: &[u8], size: usize) -> Vec<Piece> {
        let (mut decoder, mut all) = (Decoder::default(), Vec::new());
        input.chunks(size).for_each(|part| decoder.feed(part, |piece| all.push(piece)));
        all
    }

    #[test]
    fn answers_without_a_line_between_them_are_two() {
        // As FreeSWITCH 1.10.12 refuses who is not in its list of addresses.
        let said = b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n\
            Content-Type: text/disconnect-notice\nContent-Length: 23\n\nDisconnected, goodbye.\n";
        for size in [1, 7, 1_000] {
            let all = pieces(said, size);
            let kinds: Vec<String> = all
                .iter()
                .map(|piece| if let Piece::Message(message) = piece { message.kind() } else { String::new() })
                .collect();
            assert_eq!(kinds, ["text/rude-rejection", "text/disconnect-notice"], "{size}");
        }
    }

    #[test]
    fn what_is_longer_than_any_real_message_is_passed_over() {
        let mut said = vec![b'x'; 200 << 10];
        said.extend_from_slice(b"\n\nContent-Length: 20000000\n\n");
        said.extend(vec![b'y'; 20_000_000]);
        said.extend_from_slice(b"Content-Type: auth/request\n\n");
        for size in [4_099, 100_000, usize::MAX] {
            let all = pieces(&said, size.min(said.len()));
            let [Piece::TooLong, Piece::TooLong, Piece::Message(last)] = &all[..] else {
                panic!("{} pieces", all.len())
            };
            assert_eq!(last.kind(), "auth/request");
        }
    }

    #[test]
    fn no_more_than_a_message_is_kept() {
        let mut decoder = Decoder::default();
        for _ in 0..100 {
            decoder.feed(&[b'x'; 100_000], |_| {});
            assert!(decoder.waiting.len() <= 3 * LONGEST_HEAD);
        }
    }
}
