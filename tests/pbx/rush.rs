//! Many calls at once; and how soon a call is in the list.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ami::Ami;
use crate::lab::{Lab, Root};
use crate::on_both;
use crate::shared::Office;
use crate::waiting::take;

on_both!(rarely: sixty_calls_in_twenty_seconds_are_all_there);
on_both!(torture: twenty_calls_a_second_are_all_there);

fn sixty_calls_in_twenty_seconds_are_all_there(root: &'static Root) {
    all_there(root, 60, Duration::from_millis(330));
}

fn twenty_calls_a_second_are_all_there(root: &'static Root) {
    all_there(root, 200, Duration::from_millis(50));
}

fn all_there(root: &'static Root, number: usize, apart: Duration) {
    let lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    let (pbx, peer) = (Ami::connect(&lab.pbx), Ami::connect(&lab.peer));
    let over = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let looking = scope.spawn(|| seen_going_on(&office, &over));
        let began = Instant::now();
        for call in 0..number {
            peer.calls("101", &format!("555123{call:04}"), 3, &[]);
            take((apart * (call as u32 + 1)).saturating_sub(began.elapsed()));
        }
        lab.pbx.until_all_calls_are_over();
        over.store(true, Ordering::Relaxed);
        looking.join().expect("no panic")
    });
    let is_over = |row: &&Value| row["complete"] == 1;
    let rows = office.list_once("all of them are over", |rows| rows.iter().filter(is_over).count() == number);
    assert_eq!(rows.len(), number);
    assert!(rows.iter().all(|row| row["status"] == "answer" && row["dnumber"] == row["cnumber"]));
    let which = format!("{}, {number} calls, {apart:?} apart: ", lab.version());
    say_how_soon(&(which.clone() + "event to list"), &pbx.announcements(), &seen, |(first, _)| *first);
    say_how_soon(&(which + "hang-up to list"), &pbx.ends(), &seen, |(_, last)| *last);
}

/// When each channel was among the calls in progress for the first time, and no longer.
type Seen = BTreeMap<String, (Instant, Instant)>;

fn seen_going_on(office: &Office, over: &AtomicBool) -> Seen {
    let (mut seen, mut before) = (Seen::new(), Vec::<String>::new());
    while !over.load(Ordering::Relaxed) || !before.is_empty() {
        let rows = office.ask("recording/recordings/list", "&complete=0");
        let now = Instant::now();
        let uniqueid = |row: &Value| row["uniqueid"].as_str().expect("text").to_owned();
        let there: Vec<String> = rows.as_array().expect("rows").iter().map(uniqueid).collect();
        for gone in before.iter().filter(|uniqueid| !there.contains(uniqueid)) {
            seen.entry(gone.clone()).and_modify(|(_, last)| *last = now);
        }
        for uniqueid in &there {
            seen.entry(uniqueid.clone()).or_insert((now, now));
        }
        before = there;
        take(Duration::from_millis(5));
    }
    seen
}

/// Measured for people, and no test: from the event of a second client to an answer of the list that shows it.
fn say_how_soon(
    what: &str,
    events: &[(Instant, String)],
    seen: &Seen,
    which: impl Fn(&(Instant, Instant)) -> Instant,
) {
    let mut waits: Vec<Duration> = (events.iter())
        .filter_map(|(came, uniqueid)| Some(which(seen.get(uniqueid)?).saturating_duration_since(*came)))
        .collect();
    waits.sort_unstable();
    let at = |share: usize| {
        waits.get((waits.len() * share / 100).min(waits.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    println!("{what}: {:?} median, {:?} p99, {:?} longest of {}", at(50), at(99), at(100), waits.len());
}
