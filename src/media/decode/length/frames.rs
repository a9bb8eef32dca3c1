//! How long sound is whose frames tell their own lengths.

use std::io;

use super::super::budget::Budget;
use super::super::read_at::ReadAt;
use super::window::Window;

/// Bytes of a frame of AMR behind its first one, by bits 3 to 6 of that (RFC 4867, section 5.3); each is 20 ms.
const AMR: [u64; 16] = [12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0];
/// The same of AMR-WB.
const AMR_WB: [u64; 16] = [17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0];
const AMR_MARK: &[u8] = b"#!AMR\n";
const AMR_WB_MARK: &[u8] = b"#!AMR-WB\n";
/// Bytes of a frame of G.723.1, by the low bits of its first byte; each is 30 ms.
const G723: [u64; 4] = [24, 20, 4, 1];
/// Bytes that Asterisk writes before a frame of G.723.1: a delay and the length.
const ASTERISK_HEAD: u64 = 6;

/// Milliseconds of an AMR file.
pub fn amr(file: &dyn ReadAt, size: u64, budget: &Budget<'_>) -> io::Result<Option<u64>> {
    let mut window = Window::new(file, budget);
    let mark = window.some(0, AMR_WB_MARK.len())?;
    let (lengths, start) = match mark {
        mark if mark == AMR_WB_MARK => (&AMR_WB, AMR_WB_MARK.len()),
        mark if mark.starts_with(AMR_MARK) => (&AMR, AMR_MARK.len()),
        _ => return Ok(None),
    };
    let frames =
        count(&mut window, start as u64, size, &mut |first| Some(1 + lengths[usize::from(first >> 3 & 15)]))?;
    Ok(Some(frames * 20))
}

/// Milliseconds of a file of G.723.1, as Asterisk writes it or bare.
pub fn g723(file: &dyn ReadAt, size: u64, budget: &Budget<'_>) -> io::Result<Option<u64>> {
    let mut window = Window::new(file, budget);
    let length = |first: u8| G723[usize::from(first & 3)];
    let head: Option<[u8; 7]> = window.bytes(0)?;
    let asterisks = head
        .is_some_and(|[.., high, low, first]| u64::from(u16::from_be_bytes([high, low])) == length(first));
    let (skipped, more) = if asterisks { (ASTERISK_HEAD, ASTERISK_HEAD) } else { (0, 0) };
    let frames = count(&mut window, skipped, size + skipped, &mut |first| Some(more + length(first)))?;
    Ok(Some(frames * 30))
}

/// Whether nothing follows the blocks at the beginning of a FLAC file (RFC 9639, section 8).
pub fn is_flac_without_any(file: &dyn ReadAt, size: u64, budget: &Budget<'_>) -> bool {
    const LAST: u8 = 0x80;
    let mut window = Window::new(file, budget);
    let mut at = 4;
    if !matches!(window.bytes(0), Ok(Some([b'f', b'L', b'a', b'C']))) {
        return false;
    }
    while let Ok(Some([kind, high, middle, low])) = window.bytes(at) {
        at += 4 + u64::from(u32::from_be_bytes([0, high, middle, low]));
        if kind & LAST != 0 {
            return at == size;
        }
    }
    false
}

/// Frames that are there as a whole, the first bytes of which are at `start`.
fn count(
    window: &mut Window<'_>,
    start: u64,
    size: u64,
    length: &mut dyn FnMut(u8) -> Option<u64>,
) -> io::Result<u64> {
    let (mut at, mut frames) = (start, 0);
    while let Some([first]) = window.bytes(at)? {
        let Some(length) = length(first) else { break };
        at += length;
        if at > size {
            break;
        }
        frames += 1;
    }
    Ok(frames)
}
