//! A recorded run of a real Asterisk 16.28, 39 calls, replayed: tests/data/asterisk has its manager interface's bytes
//! beside its own call detail records and files.

mod calls;
mod check;
mod codec;
mod documents;
mod excerpts;
mod found;
mod list;
mod live;
mod moved;
mod pbx;
mod player;
mod streams;

use std::io::Read;

use flate2::read::GzDecoder;

/// A file of the recorded run.
fn recorded(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/asterisk/{name}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).expect("the recorded run is there");
    let mut plain = Vec::new();
    if name.ends_with(".gz") {
        GzDecoder::new(&*bytes).read_to_end(&mut plain).expect("gzip");
        plain
    } else {
        bytes
    }
}
