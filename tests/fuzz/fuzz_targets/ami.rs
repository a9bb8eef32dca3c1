//! Any bytes from a manager interface, cut anywhere: the same messages, whatever the cut, no field that panics, and
//! nothing in the conversation or the calls that does.

#![no_main]
#![allow(missing_docs)]

use libfuzzer_sys::fuzz_target;
use tapeline::ingest::ami::{Account, Calls, Decoder, Piece, Session};

fn pieces(bytes: &[u8], size: usize) -> Vec<Piece> {
    let (mut decoder, mut all) = (Decoder::default(), Vec::new());
    bytes.chunks(size).for_each(|part| decoder.feed(part, |piece| all.push(piece)));
    all
}

/// Once as who is let in, once as who hears of calls only.
fn converse(pieces: &[Piece]) {
    let mut calls = Calls::default();
    let account = Account { username: "tapeline", secret: "secret", private: true };
    let mut session = Session::new(account, &mut calls, 0);
    for said in ["challenge\r\nChallenge: 1", "login"] {
        let mut decoder = Decoder::default();
        let text = format!("Asterisk Call Manager/5.0.4\r\nResponse: Success\r\nActionID: {said}\r\n\r\n");
        decoder.feed(text.as_bytes(), |piece| {
            session.hear(piece, 0);
        });
    }
    for (number, piece) in pieces.iter().enumerate() {
        let now = number as i64 * 1_000;
        session.hear(piece.clone(), now);
        session.wait(now);
    }
    let mut calls = Calls::default();
    for piece in pieces {
        if let Piece::Message(message) = piece {
            calls.hear(message, 0);
        }
    }
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
    converse(&whole);
});
