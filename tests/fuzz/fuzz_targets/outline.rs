//! Any bytes in the place of a waveform that was kept, and waveforms of any samples.

#![no_main]
#![allow(dead_code, missing_docs)]

use libfuzzer_sys::fuzz_target;

#[path = "../../../src/media/outline/waveform.rs"]
mod waveform;

use waveform::{Outline, Waveform};

fuzz_target!(|input: (u8, u16, &[u8])| {
    let (channels, points, bytes) = input;
    if let Some(waveform) = Waveform::from_bytes(bytes) {
        for (least, largest) in (0..waveform.channels.min(4)).flat_map(|channel| waveform.peaks(channel, 100))
        {
            assert!(least.abs() <= 1.0 && largest.abs() <= 1.0);
        }
        assert_eq!(waveform.to_bytes(), bytes);
    }
    let mut outline = Outline::new(channels.into(), 8000);
    let (samples, _) = bytes.as_chunks::<2>();
    let samples: Vec<i16> = samples.iter().map(|bytes| i16::from_le_bytes(*bytes)).collect();
    let whole = samples.len() - samples.len() % usize::from(channels.max(1));
    outline.push(&samples[..whole]);
    let waveform = outline.finish();
    assert_eq!(Waveform::from_bytes(&waveform.to_bytes()).as_ref(), Some(&waveform));
    assert!(waveform.peaks(0, points.into()).all(|(least, largest)| least <= largest));
});
