//! The recorded bytes, cut anywhere, give the same messages.

use proptest::prelude::*;
use tapeline::ingest::esl::{Calls, Piece, Session};

use super::{all, pieces, recorded};

#[test]
fn every_message_of_the_recorded_events_is_one_with_a_name() {
    for name in all("esl-") {
        let bytes = recorded(&name);
        let whole = pieces(&bytes, std::iter::repeat(usize::MAX));
        let heads = String::from_utf8_lossy(&bytes).matches("Content-Type: ").count();
        assert_eq!(whole.len(), heads, "{name}");
        for piece in whole {
            let Piece::Message(message) = piece else { panic!("{name}: too long") };
            match message.kind().as_str() {
                "text/event-plain" => {
                    assert!(!message.event().expect("an event").name().is_empty(), "{name}")
                }
                kind => assert_eq!(kind, "text/disconnect-notice", "{name}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn reads_of_any_size_give_the_same_messages(sizes in prop::collection::vec(1_usize..9_000, 1..60), seed: u8) {
        let names = [all("esl-"), all("reconnect-")].concat();
        let bytes = recorded(&names[usize::from(seed) % names.len()]);
        let whole = pieces(&bytes, std::iter::repeat(usize::MAX));
        prop_assert_eq!(pieces(&bytes, sizes.into_iter().cycle()), whole.clone());
        prop_assert_eq!(pieces(&bytes, std::iter::repeat(1)), whole);
    }
}

proptest! {
    #[test]
    fn nothing_panics_and_nothing_depends_on_the_cut(
        bytes in prop::collection::vec(prop_oneof![
            Just(b"\n".to_vec()), Just(b"\n\n".to_vec()), Just(b": ".to_vec()), Just(b"Content-Length: 5\n\n".to_vec()),
            Just(b"Content-Type: text/event-plain\n".to_vec()), Just(b"Event-Name: RECORD_START\n".to_vec()),
            Just(b"Content-Type: auth/request\n\n".to_vec()), Just(b"Content-Type: command/reply\nReply-Text: +OK\n\n".to_vec()),
            Just(b"Content-Type: api/response\nContent-Length: 9\n\n".to_vec()), Just(b"{\"rows\":1}".to_vec()),
            prop::collection::vec(any::<u8>(), 0..9)], 0..40),
        sizes in prop::collection::vec(1_usize..9, 1..30),
    ) {
        let bytes = bytes.concat();
        let whole = pieces(&bytes, std::iter::repeat(usize::MAX));
        prop_assert_eq!(pieces(&bytes, sizes.into_iter().cycle()), whole.clone());
        let mut calls = Calls::default();
        let mut session = Session::new("word", &mut calls, 0);
        for (number, piece) in whole.into_iter().enumerate() {
            let now = number as i64 * 1_000;
            session.hear(piece, now);
            session.wait(now);
        }
    }
}
