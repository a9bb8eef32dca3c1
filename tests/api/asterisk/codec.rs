//! The bytes of the run, cut anywhere, give the same messages.

use std::sync::LazyLock;

use proptest::prelude::*;
use tapeline::ingest::ami::{Decoder, Piece};

use super::recorded;

static RUN: LazyLock<Vec<u8>> = LazyLock::new(|| recorded("ami.raw.gz"));
static WHOLE: LazyLock<Vec<Piece>> = LazyLock::new(|| pieces(&RUN, std::iter::repeat(usize::MAX)));

fn pieces(mut bytes: &[u8], sizes: impl Iterator<Item = usize>) -> Vec<Piece> {
    let (mut decoder, mut all) = (Decoder::default(), Vec::new());
    for size in sizes {
        let (now, later) = bytes.split_at(size.min(bytes.len()));
        decoder.feed(now, |piece| all.push(piece));
        bytes = later;
        if bytes.is_empty() {
            break;
        }
    }
    all
}

#[test]
fn every_byte_of_the_run_comes_back() {
    let mut again = Vec::new();
    for piece in &*WHOLE {
        match piece {
            Piece::Banner(banner) => again.extend_from_slice(format!("{banner}\r\n").as_bytes()),
            Piece::Message(message) => {
                again.extend_from_slice(message.bytes());
                again.extend_from_slice(b"\r\n\r\n");
                // Debian's test events are followed by a second empty line.
                if RUN[again.len()..].starts_with(b"\r\n") {
                    again.extend_from_slice(b"\r\n");
                }
            }
            Piece::TooLong => panic!("nothing of the run is too long"),
        }
    }
    assert!(again == *RUN, "{} bytes of {} came back", again.len(), RUN.len());
    let events = WHOLE.iter().filter(|piece| matches!(piece, Piece::Message(m) if m.get("Event").is_some()));
    assert_eq!(events.count(), 6123);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn reads_of_any_size_give_the_same_messages(sizes in prop::collection::vec(1_usize..60_000, 1..60)) {
        let cut = pieces(&RUN, sizes.into_iter().cycle());
        prop_assert!(cut == *WHOLE);
    }

    #[test]
    fn small_reads_give_the_same_messages(sizes in prop::collection::vec(1_usize..9, 1..30), start in 0_usize..100_000) {
        let part = &RUN[start..start + 9_000];
        prop_assert_eq!(pieces(part, sizes.into_iter().cycle()), pieces(part, std::iter::repeat(usize::MAX)));
    }

    #[test]
    fn nothing_panics_and_nothing_depends_on_the_cut(bytes in prop::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b':'), Just(b' '), any::<u8>()], 0..400), sizes in prop::collection::vec(1_usize..9, 1..30)) {
        let whole = pieces(&bytes, std::iter::repeat(usize::MAX));
        for piece in &whole {
            if let Piece::Message(message) = piece {
                let _ = (message.event().len(), message.unescaped("CallerIDName"), message.all("Output").count());
            }
        }
        prop_assert_eq!(pieces(&bytes, sizes.into_iter().cycle()), whole);
    }
}
