//! Bytes as a row of bits, in both orders that GSM frames are stored in.

/// Numbers of a few bits, one after the other. Behind the end there are zeros.
pub trait Bits {
    /// The next number, of at most eight bits.
    fn take(&mut self, width: u32) -> u16;
}

/// The high bit of a byte comes first: RTP and `.gsm` (RFC 3551, section 4.5.8).
pub struct MsbFirst<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// The low bit comes first: GSM in WAV (Microsoft's tag 0x31).
pub struct LsbFirst<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> MsbFirst<'a> {
    /// From the first bit on.
    pub fn new(bytes: &'a [u8]) -> MsbFirst<'a> {
        MsbFirst { bytes, at: 0 }
    }
}

impl<'a> LsbFirst<'a> {
    /// From the first bit on.
    pub fn new(bytes: &'a [u8]) -> LsbFirst<'a> {
        LsbFirst { bytes, at: 0 }
    }
}

fn byte(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at).copied().unwrap_or_default().into()
}

fn mask(width: u32) -> u16 {
    (1 << width) - 1
}

impl Bits for MsbFirst<'_> {
    #[inline]
    fn take(&mut self, width: u32) -> u16 {
        let (at, bit) = (self.at / 8, (self.at % 8) as u32);
        self.at += width as usize;
        let two = byte(self.bytes, at) << 8 | byte(self.bytes, at + 1);
        two >> (16 - bit - width) & mask(width)
    }
}

impl Bits for LsbFirst<'_> {
    #[inline]
    fn take(&mut self, width: u32) -> u16 {
        let (at, bit) = (self.at / 8, (self.at % 8) as u32);
        self.at += width as usize;
        let two = byte(self.bytes, at) | byte(self.bytes, at + 1) << 8;
        two >> bit & mask(width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_across_bytes_in_either_order() {
        let bytes = [0b1101_0010, 0b1000_0001];
        let mut high = MsbFirst::new(&bytes);
        assert_eq!([4, 6, 6, 8].map(|width| high.take(width)), [0b1101, 0b00_1010, 0b00_0001, 0]);
        let mut low = LsbFirst::new(&bytes);
        assert_eq!([4, 6, 6, 8].map(|width| low.take(width)), [0b0010, 0b01_1101, 0b10_0000, 0]);
    }
}
