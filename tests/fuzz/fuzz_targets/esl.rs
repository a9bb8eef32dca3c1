//! Any bytes from an event socket, cut anywhere: the same messages, whatever the cut, and nothing in the conversation or the
//! calls that panics.

#![no_main]
#![allow(missing_docs)]

use libfuzzer_sys::fuzz_target;
use tapeline::ingest::esl::{Calls, Decoder, Event, Piece, Session};

fn pieces(bytes: &[u8], size: usize) -> Vec<Piece> {
    let (mut decoder, mut all) = (Decoder::default(), Vec::new());
    bytes.chunks(size).for_each(|part| decoder.feed(part, |piece| all.push(piece)));
    all
}

/// Once as who is let in, once as who hears of calls only.
fn converse(pieces: &[Piece]) {
    let mut calls = Calls::default();
    let mut session = Session::new("word", &mut calls, 0);
    let welcome = b"Content-Type: auth/request\n\nContent-Type: command/reply\nReply-Text: +OK accepted\n\n";
    Decoder::default().feed(welcome, |piece| drop(session.hear(piece, 0)));
    for (number, piece) in pieces.iter().enumerate() {
        let now = number as i64 * 1_000;
        session.hear(piece.clone(), now);
        session.wait(now);
    }
    let mut calls = Calls::default();
    for piece in pieces {
        if let Piece::Message(message) = piece {
            message.event().map(|event| calls.hear(&event, 0));
        }
    }
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    let whole = pieces(bytes, bytes.len().max(1));
    assert_eq!(pieces(bytes, usize::from(size) + 1), whole);
    let event = Event::plain(bytes);
    let _ = (event.name(), event.path("Record-File-Path"), event.time("Event-Date-Timestamp"));
    Calls::default().hear(&event, 0);
    converse(&whole);
});
