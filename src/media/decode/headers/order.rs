//! Numbers in bytes of either order.

/// Which byte of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The low one, as in RIFF.
    Low,
    /// The high one, as in RIFX, AIFF and most else.
    High,
}

impl Order {
    fn bytes<const COUNT: usize>(self, bytes: &[u8], at: usize) -> [u8; COUNT] {
        let mut found = bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; COUNT]);
        if self == Order::High {
            found.reverse();
        }
        found
    }

    /// The number of 16 bits at a place; 0 where there is none. The same holds of the others.
    pub fn u16(self, bytes: &[u8], at: usize) -> u16 {
        u16::from_le_bytes(self.bytes(bytes, at))
    }

    /// Of 32 bits.
    pub fn u32(self, bytes: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(self.bytes(bytes, at))
    }

    /// Of 64 bits.
    pub fn u64(self, bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(self.bytes(bytes, at))
    }
}

/// Whether sound may have so many channels and samples a second.
pub fn is_sane(channels: u16, rate: u32) -> bool {
    (1..=32).contains(&channels) && (1..=384_000).contains(&rate)
}
