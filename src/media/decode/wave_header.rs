//! The header of a WAVE file before decoded sound.

/// Bytes of the header.
pub const HEADER: usize = 44;

/// A header for `length` bytes of sound. What is too long for its fields says so as well as it can.
pub fn header(tag: u16, channels: u16, rate: u32, bits: u16, length: u64) -> [u8; HEADER] {
    let most = u64::from(u32::MAX - 36);
    let length = u32::try_from(length.min(most)).unwrap_or_default();
    let block = channels * (bits / 8);
    let fields: [&[u8]; 13] = [
        b"RIFF",
        &(length + 36).to_le_bytes(),
        b"WAVE",
        b"fmt ",
        &16u32.to_le_bytes(),
        &tag.to_le_bytes(),
        &channels.to_le_bytes(),
        &rate.to_le_bytes(),
        &rate.saturating_mul(block.into()).to_le_bytes(),
        &block.to_le_bytes(),
        &bits.to_le_bytes(),
        b"data",
        &length.to_le_bytes(),
    ];
    let mut header = [0; HEADER];
    let mut at = 0;
    for field in fields {
        header[at..at + field.len()].copy_from_slice(field);
        at += field.len();
    }
    header
}
