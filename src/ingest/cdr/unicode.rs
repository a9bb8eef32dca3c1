//! Files in UTF-16, as Windows writes them, and marks of the order of bytes.

use std::io::{self, BufRead, BufReader, Read};

/// Characters that are looked at for how a file is written that doesn't say so.
const LOOKED_AT: usize = 16;
/// Bytes that are read at once.
const PIECE: usize = 8192;

/// Text as UTF-8, or in whatever coding of single bytes the file has.
pub(super) fn text(mut input: Box<dyn BufRead + Send>) -> io::Result<Box<dyn BufRead + Send>> {
    let head = input.fill_buf()?;
    let (mark, big) = match head {
        [0xef, 0xbb, 0xbf, ..] => (3, None),
        [0xff, 0xfe, ..] => (2, Some(false)),
        [0xfe, 0xff, ..] => (2, Some(true)),
        _ => (0, guess(head)),
    };
    input.consume(mark);
    Ok(match big {
        None => input,
        Some(big) => Box::new(BufReader::new(Utf16 { input, big, high: None, ready: Vec::new(), given: 0 })),
    })
}

/// Whether every other byte is 0, as in ASCII that is written in UTF-16; and if so, whether it is the first one.
fn guess(head: &[u8]) -> Option<bool> {
    let pairs = head.get(..2 * LOOKED_AT)?.chunks_exact(2);
    let all = |is: fn(&[u8]) -> bool| pairs.clone().all(is);
    match () {
        () if all(|pair| pair[0] != 0 && pair[1] == 0) => Some(false),
        () if all(|pair| pair[0] == 0 && pair[1] != 0) => Some(true),
        () => None,
    }
}

/// Reads UTF-16 as UTF-8.
struct Utf16 {
    input: Box<dyn BufRead + Send>,
    big: bool,
    /// The first half of a letter that takes two.
    high: Option<u16>,
    ready: Vec<u8>,
    given: usize,
}

impl Utf16 {
    /// Makes some more letters ready, if there are any.
    fn more(&mut self) -> io::Result<()> {
        (self.given, self.ready) = (0, Vec::new());
        let mut piece = Vec::new();
        // An odd byte at the end is of no letter.
        io::Read::by_ref(&mut self.input).take(PIECE as u64).read_to_end(&mut piece)?;
        let unit = |pair: &[u8]| match self.big {
            true => u16::from_be_bytes([pair[0], pair[1]]),
            false => u16::from_le_bytes([pair[0], pair[1]]),
        };
        let mut units: Vec<u16> =
            self.high.take().into_iter().chain(piece.chunks_exact(2).map(unit)).collect();
        if piece.len() == PIECE && units.last().is_some_and(|last| (0xd800..0xdc00).contains(last)) {
            self.high = units.pop();
        }
        for letter in char::decode_utf16(units) {
            let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.ready.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }
}

impl Read for Utf16 {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.more()?;
        }
        let read = (&self.ready[self.given..]).read(room)?;
        self.given += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: Vec<u8>) -> String {
        let mut read = String::new();
        text(Box::new(io::Cursor::new(bytes))).unwrap().read_to_string(&mut read).unwrap();
        read
    }

    #[test]
    fn every_way_to_write_the_same() {
        let long = "calldate;clid;src\r\n\"Zoë €\" 😀".repeat(2000);
        for written in [&*long, "", "ab"] {
            let units: Vec<u16> = written.encode_utf16().collect();
            let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            assert_eq!(read([&[0xff, 0xfe], &little[..]].concat()), written);
            assert_eq!(read([&[0xfe, 0xff], &big[..]].concat()), written);
            assert_eq!(read([&[0xef, 0xbb, 0xbf], written.as_bytes()].concat()), written);
            assert_eq!(read(written.as_bytes().to_vec()), written);
        }
        let units = long.encode_utf16();
        assert_eq!(read(units.flat_map(u16::to_le_bytes).collect()), long, "without a mark");
    }

    #[test]
    fn what_is_damaged_is_read_all_the_same() {
        assert_eq!(read(vec![0xff, 0xfe, 0x00, 0xd8, b'a', 0, b'b']), "\u{fffd}a");
        assert_eq!(read(vec![0xff, 0xfe, 0x00, 0xd8]), "\u{fffd}");
    }
}
