//! Where a chunked body ends (RFC 9112, section 7.1). Whether its chunks are sound is for whoever reads them to say.

/// How far one is in a chunked body.
pub(super) enum Chunks {
    /// In the digits of a chunk's size, or behind them in its line.
    Size { size: u64, digits: bool },
    /// In a chunk with so many bytes to go.
    Data(u64),
    /// In the line end behind a chunk.
    Behind,
    /// In what follows the last chunk; the body ends with an empty line.
    Trailer { is_empty: bool },
    /// In what is no chunk: it has no end that is known.
    Malformed,
}

impl Default for Chunks {
    fn default() -> Chunks {
        Chunks::Size { size: 0, digits: true }
    }
}

impl Chunks {
    /// How many of the bytes are of the body, and whether it is over with them.
    pub(super) fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while at < bytes.len() {
            if let Chunks::Data(left) = self {
                let taken = (bytes.len() - at).min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= taken as u64;
                at += taken;
                if *left == 0 {
                    *self = Chunks::Behind;
                }
                continue;
            }
            if self.is_over(bytes[at]) {
                return (at + 1, true);
            }
            at += 1;
        }
        (at, false)
    }

    /// Whether the body is over with a byte that is not of a chunk's data.
    fn is_over(&mut self, byte: u8) -> bool {
        *self = match (&*self, byte) {
            (Chunks::Size { size: 0, .. }, b'\n') => Chunks::Trailer { is_empty: true },
            (Chunks::Size { size, .. }, b'\n') => Chunks::Data(*size),
            (Chunks::Size { size, digits: true }, byte) => match char::from(byte).to_digit(16) {
                Some(digit) => match size.checked_mul(16) {
                    Some(size) => Chunks::Size { size: size + u64::from(digit), digits: true },
                    None => Chunks::Malformed,
                },
                None => Chunks::Size { size: *size, digits: false },
            },
            (Chunks::Trailer { is_empty: true }, b'\n') => return true,
            (Chunks::Trailer { .. }, b'\n') => Chunks::Trailer { is_empty: true },
            (Chunks::Trailer { is_empty: true }, b'\r') => return false,
            (Chunks::Trailer { .. }, _) => Chunks::Trailer { is_empty: false },
            (Chunks::Behind, b'\n') => Chunks::default(),
            _ => return false,
        };
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunked_body_ends_behind_its_last_chunk_however_it_comes() {
        for body in [
            "0\r\n\r\n",
            "3\r\nabc\r\n0\r\n\r\n",
            "a;x=\"0\"\r\n0\r\n\r\n0\r\n\r\n\r\n00\r\nTrailer: 0\r\nOther: 1\r\n\r\n",
            "1 \r\n\n\r\n000\r\n\r\n",
            "2\n\r\n\n0\n\n",
        ] {
            let text = format!("{body}GET / HTTP/1.1\r\n\r\n");
            for piece in [1, 2, 5, 1000] {
                let mut chunks = Chunks::default();
                let mut at = 0;
                loop {
                    let end = text.len().min(at + piece);
                    let (taken, over) = chunks.take(&text.as_bytes()[at..end]);
                    at += taken;
                    if over {
                        break;
                    }
                    assert!(at < text.len(), "{body:?} does not end");
                }
                assert_eq!(at, body.len(), "{body:?} in pieces of {piece}");
            }
        }
        let mut chunks = Chunks::default();
        assert_eq!(chunks.take(b"fffffffffffffffff\r\n0\r\n\r\n"), (24, false), "no such number");
    }
}
