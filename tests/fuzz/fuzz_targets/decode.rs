//! Any bytes under any name: what they are taken for, all of it decoded, and ranges that are slices of the whole.

#![no_main]
#![allow(dead_code, missing_docs)]

use std::ops::{ControlFlow, Range};

use libfuzzer_sys::fuzz_target;

// The sources themselves: they are nobody else's to use.
#[path = "../../../src/media/decode"]
mod decode {
    pub mod codecs;
    pub mod coding;
    pub mod content;
    pub mod decoder;
    pub mod forms;
    pub mod headers;
    pub mod pcm;
    pub mod read_at;
    pub mod sniff;
    pub mod wave_header;
}

use decode::pcm::Pcm;
use decode::content::{Content, Holds};
use decode::forms::Raw;
use decode::sniff::sniff;

const ENDINGS: [&str; 10] = ["", "raw", "wav", "gsm", "ulaw", "alaw", "sln", "sln192", "mp3", "g722"];

fn played(pcm: &Pcm, file: &[u8], span: Range<u64>, piece: usize) -> Vec<u8> {
    let mut all = Vec::new();
    let read = pcm.read_played(file, span, piece, &mut |bytes| {
        all.extend(bytes);
        ControlFlow::Continue(())
    });
    assert!(read.is_ok_and(|read| read.is_continue()));
    all
}

fuzz_target!(|input: (u8, u16, u16, &[u8])| {
    let (ending, from, to, file) = input;
    let ending = ENDINGS[usize::from(ending) % ENDINGS.len()];
    let found = sniff(file, file.len() as u64, ending, Raw { channels: 2, rate: 8_000 });
    let Ok(Some(Content { holds: Holds::Samples(pcm), .. })) = found else { return };
    let whole = played(&pcm, file, 0..pcm.played_size(), 64 << 10);
    assert_eq!(whole.len() as u64, pcm.played_size());
    let place = |part: u16| usize::from(part) * whole.len() / usize::from(u16::MAX);
    let span = place(from.min(to))..place(from.max(to));
    let part = played(&pcm, file, span.start as u64..span.end as u64, 1 + usize::from(to));
    assert_eq!(part, whole[span]);
    assert!(pcm.read_samples(file, &mut |_| ControlFlow::Continue(())).is_ok());
});
