//! Any bytes from a manager interface, cut anywhere: the same messages, whatever the cut, and no field that panics.

#![no_main]
#![allow(missing_docs)]

use libfuzzer_sys::fuzz_target;
use tapeline::ingest::ami::{Decoder, Piece};

fn pieces(bytes: &[u8], size: usize) -> Vec<Piece> {
    let (mut decoder, mut all) = (Decoder::default(), Vec::new());
    bytes.chunks(size).for_each(|part| decoder.feed(part, |piece| all.push(piece)));
    all
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    let whole = pieces(bytes, bytes.len().max(1));
    assert_eq!(pieces(bytes, usize::from(size) + 1), whole);
    for piece in &whole {
        if let Piece::Message(message) = piece {
            let _ = (message.event().len(), message.unescaped("CallerIDName"), message.all("Output").count());
        }
    }
});
