//! What goes on when nobody listened before: the recorded answers to each question.

use tapeline::ingest::esl::{Calls, Piece, Session, Step};
use tapeline::ingest::pbx::{GoingOn, Report};

use super::{answer, conversation, pieces, player};

/// Asks as the source does, and gives what it learns.
fn ask(calls: &mut Calls, state: &str) -> (Vec<Report>, GoingOn) {
    let switch = player::Switch::start();
    switch.goes_on(state);
    let mut stream = std::net::TcpStream::connect(switch.address).expect("a connection");
    let mut session = Session::new(player::PASSWORD, calls, 0);
    let mut decoder = tapeline::ingest::esl::Decoder::default();
    let (mut reports, mut buffer) = (Vec::new(), [0; 1_000]);
    loop {
        let read = std::io::Read::read(&mut stream, &mut buffer).expect("an answer");
        let mut steps = Vec::new();
        decoder.feed(&buffer[..read], |piece| steps.extend(session.hear(piece, 1_795_918_845_000)));
        for step in steps {
            match step {
                Step::Say(bytes) => std::io::Write::write_all(&mut stream, &bytes).expect("it hears"),
                Step::Heard(report) => reports.push(*report),
                Step::Reconciled(going_on) => return (reports, going_on),
                Step::LoggedIn => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

fn short(reports: &[Report]) -> Vec<String> {
    let line = |report: &Report| {
        let file = report.file.rsplit('/').next().unwrap_or_default();
        let Report { caller, caller_name, called, answerer, status, note, start, .. } = report;
        format!("{file}|{caller}|{caller_name}|{called}|{answerer}|{status}|{note}|{start}")
    };
    let mut lines: Vec<String> = reports.iter().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn recorded_calls_that_go_on_are_found_with_all_their_files() {
    let (reports, going_on) = ask(&mut Calls::default(), "a");
    let expected = [
        "1966ea72-fa15-4b83-8f69-e3d831acb4d6.wav|+15551232003|Ra menu|5550601|601|answer||0",
        "40bb64ad-ca95-4af4-8775-affd51c71f30.wav|+15551232002|Ra two at once|5550101|101|answer||0",
        "40bb64ad-ca95-4af4-8775-affd51c71f30_1.wav|+15551232002|Ra two at once|5550101|101|answer||0",
        "7aebb503-c5d4-4e1f-8ce8-ae2752dca0d8.wav|+15551232005|Ra ringing|5550104||||0",
        "981ad942-a522-4bf6-a1b5-4213db9785c9.wav|+15551232001|Ra one recording|5550101|101|answer||0",
    ];
    assert_eq!(short(&reports), expected);
    assert_eq!(going_on.files.len(), 5);
    assert!(reports.iter().all(|report| report.end.is_none()));
    // It had run for 5 minutes and 57 seconds.
    assert_eq!(going_on.started, 1_795_918_845 - 357);
}

#[test]
fn a_conference_that_goes_on_is_found_with_its_file_and_beginning() {
    let (reports, going_on) = ask(&mut Calls::default(), "b");
    let note = "conference 501-office.example";
    // Of one of its members there is a dump.
    let expected = format!("Rb_1.wav|+15551232101|Rb conference one|5550501|501|answer|{note}|1795918841000");
    assert_eq!(short(&reports), [expected]);
    assert!(reports[0].conference && going_on.files.len() == 1);
}

#[test]
fn a_recorded_call_of_a_queue_is_found_with_its_agent() {
    let (reports, _) = ask(&mut Calls::default(), "c-answered");
    let [report] = &reports[..] else { panic!("{reports:?}") };
    let found = (&*report.called, &*report.queue, &*report.answerer, report.status);
    assert_eq!(found, ("5550400", "400", "111", "answer"));
}

#[test]
fn after_a_transfer_both_files_are_found_on_the_channel_that_has_them_now() {
    let (reports, going_on) = ask(&mut Calls::default(), "d");
    // 101 called 111, and 111 went on to 110.
    let expected = [
        "8a1e0e9b-6e90-409b-b32b-e5c03a8668f6.wav|101|Alice Example|111|111|answer||0",
        "bb41709e-ecb2-4388-8dfe-c35e0ef637e1.wav|111|Agent Ada|110|110|answer||0",
    ];
    assert_eq!(short(&reports), expected);
    assert!(reports.iter().all(|report| report.file.contains(&report.uniqueid)));
    assert_eq!(going_on.files.len(), 2);
}

#[test]
fn what_is_gone_when_the_connection_is_back_goes_on_no_longer() {
    let mut calls = Calls::default();
    let (_, going_on) = ask(&mut calls, "a");
    assert_eq!(calls.running(), going_on.files);
    let (reports, going_on) = ask(&mut calls, "z");
    assert_eq!((reports, going_on.files.len()), (vec![], 0));
    assert!(calls.running().is_empty() && calls.up().is_empty());
}

/// What a recorded answer makes of a session that was just let in, but for what it asks.
fn hears(said: &[u8]) -> Vec<Step> {
    let mut calls = Calls::default();
    let mut session = Session::new("lab", &mut calls, 0);
    let mut steps = Vec::new();
    for piece in pieces(said, std::iter::repeat(usize::MAX)) {
        steps.extend(session.hear(piece, 1));
    }
    steps.retain(|step| !matches!(step, Step::Say(_) | Step::LoggedIn));
    steps
}

#[test]
fn whoever_refuses_us_is_left_with_words_that_help() {
    let refused = |steps: &[Step]| match &steps[0] {
        Step::Leave { why, refused: true } => why.clone(),
        other => panic!("{other:?}"),
    };
    let wrong: Vec<u8> =
        conversation("reconnect-socket-wrong-password.txt").into_iter().flat_map(|(_, said)| said).collect();
    assert!(refused(&hears(&wrong)).contains("it does not take the password (-ERR invalid)"));
    let list = conversation("reconnect-socket-not-in-acl.txt").remove(0).1;
    assert!(refused(&hears(&list)).contains("apply-inbound-acl"));
    let other = refused(&hears(b"HTTP/1.1 400 Bad Request\nContent-Type: text/html\n\n"));
    assert!(other.contains("another program"), "{other}");
}

#[test]
fn a_shutdown_and_a_module_that_is_loaded_again_end_the_connection_for_a_while() {
    for name in ["reconnect-socket-sigterm.txt", "reconnect-socket-reload-mod_event_socket.txt"] {
        let said: Vec<u8> = conversation(name).into_iter().flat_map(|(_, said)| said).collect();
        let steps = hears(&said);
        let Some(Step::Leave { why, refused: false }) = steps.last() else { panic!("{name}: {steps:?}") };
        assert_eq!(why, "it ended the connection: The system is being shut down.");
    }
}

#[test]
fn who_may_not_ask_is_told_what_is_missing() {
    let mut calls = Calls::default();
    let mut session = Session::new("lab", &mut calls, 0);
    let mut all = Vec::new();
    let reply = b"Content-Type: auth/request\n\nContent-Type: command/reply\nReply-Text: +OK accepted\n\n";
    for piece in pieces(reply, std::iter::repeat(usize::MAX)) {
        all.extend(session.hear(piece, 1));
    }
    let denied = answer("reconnect-socket-command-before-auth.txt");
    let denied: Vec<Piece> = pieces(&denied, std::iter::repeat(usize::MAX));
    // The subscription is taken, and no question is.
    let taken = pieces(b"Content-Type: command/reply\nReply-Text: +OK\n\n", std::iter::repeat(usize::MAX));
    for _ in 0..17 {
        all.extend(session.hear(taken[0].clone(), 1));
    }
    for _ in 0..3 {
        all.extend(session.hear(denied[0].clone(), 1));
    }
    assert!(
        all.iter().any(|step| matches!(step, Step::Concern(what) if what.contains("uuid_buglist"))),
        "{all:?}"
    );
}
