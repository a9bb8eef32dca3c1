//! What a real FreeSWITCH 1.10.12 said over its event socket, replayed: tests/data/freeswitch/socket has the events of calls of
//! every kind, and what it answers to questions.

mod calls;
mod check;
mod codec;
mod found;
mod live;
mod player;

use tapeline::ingest::esl::{Calls, Decoder, Event, Piece};
use tapeline::ingest::pbx::Report;

/// A recorded file.
fn recorded(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/freeswitch/socket/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).expect("the recorded bytes are there")
}

/// The names of all recorded files that begin like this.
fn all(beginning: &str) -> Vec<String> {
    let folder = format!("{}/tests/data/freeswitch/socket", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        files.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8")).collect();
    names.retain(|name| name.starts_with(beginning));
    names.sort();
    assert!(!names.is_empty());
    names
}

/// Who says what in a recorded conversation: what was asked, and what came.
fn conversation(name: &str) -> Vec<(String, Vec<u8>)> {
    let text = String::from_utf8(recorded(name)).expect("UTF-8");
    let mut said: Vec<(String, Vec<u8>)> = vec![(String::new(), Vec::new())];
    let mut client = false;
    for line in text.split_inclusive('\n') {
        match line.trim_end() {
            "--- client" => (client, _) = (true, said.push((String::new(), Vec::new()))),
            "--- server" => client = false,
            "--- closed by the server" => break,
            _ if client => said.last_mut().expect("a question").0.push_str(line),
            _ => said.last_mut().expect("a question").1.extend_from_slice(line.as_bytes()),
        }
    }
    said.iter_mut().for_each(|(question, _)| *question = question.trim().to_owned());
    said
}

/// What was answered to the last question of a recorded conversation.
fn answer(name: &str) -> Vec<u8> {
    conversation(name).pop().expect("a question").1
}

/// The pieces of bytes that come in reads of these sizes.
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

/// The events of a recorded file.
fn events(name: &str) -> Vec<Event> {
    let all = pieces(&recorded(name), std::iter::repeat(usize::MAX));
    let event = |piece: &Piece| if let Piece::Message(message) = piece { message.event() } else { None };
    all.iter().filter_map(event).collect()
}

/// What is known in the end of each recording, in the order in which they began.
fn replay(events: &[Event]) -> Vec<Report> {
    let (mut calls, mut known) = (Calls::default(), Vec::<Report>::new());
    for report in events.iter().flat_map(|event| calls.hear(event, 0)) {
        match known.iter_mut().find(|known| known.file == report.file) {
            Some(known) => *known = report,
            None => known.push(report),
        }
    }
    assert!(calls.running().is_empty(), "{:?}", calls.running());
    known
}
