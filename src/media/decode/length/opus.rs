//! How long a packet of Opus is, by its first bytes (RFC 6716, section 3.1).

/// Microseconds of a frame, by the upper five bits: SILK of 10 to 60 ms, both of 10 and 20, CELT of 2.5 to 20.
const SILK: [u64; 4] = [10_000, 20_000, 40_000, 60_000];
const BOTH: [u64; 2] = [10_000, 20_000];
const CELT: [u64; 4] = [2_500, 5_000, 10_000, 20_000];
/// The longest packet.
const LONGEST: u64 = 120_000;

/// Microseconds of a packet that begins so.
pub fn microseconds(packet: &[u8]) -> Option<u64> {
    let first = *packet.first()?;
    let kind = usize::from(first >> 3);
    let frame = match kind {
        0..12 => SILK[kind % 4],
        12..16 => BOTH[kind % 2],
        _ => CELT[kind % 4],
    };
    let frames = match first & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1)? & 63),
    };
    Some((frame * frames).min(LONGEST))
}
