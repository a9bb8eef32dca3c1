//! Sixty calls in twenty seconds; and how soon a call is in the list.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::ami::Ami;
use crate::lab::{Lab, Root};
use crate::on_both;
use crate::shared::Office;
use crate::waiting::take;

on_both!(rarely: sixty_calls_in_twenty_seconds_are_all_there);

fn sixty_calls_in_twenty_seconds_are_all_there(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    let (pbx, peer) = (Ami::connect(&lab.pbx), Ami::connect(&lab.peer));
    let over = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let looking = scope.spawn(|| first_seen(&office, &over));
        for number in 0..60 {
            peer.calls("101", &format!("55512300{number:02}"), 3, &[]);
            take(Duration::from_millis(330));
        }
        lab.pbx.until_all_calls_are_over();
        over.store(true, Ordering::Relaxed);
        looking.join().expect("no panic")
    });
    let rows = office
        .list_once("all sixty are over", |rows| rows.iter().filter(|row| row["complete"] == 1).count() == 60);
    assert_eq!(rows.len(), 60);
    assert!(rows.iter().all(|row| row["status"] == "answer" && row["dnumber"] == row["cnumber"]));
    say_how_soon(&pbx, &seen);
}

/// When each channel was in the list for the first time.
fn first_seen(office: &Office, over: &AtomicBool) -> BTreeMap<String, Instant> {
    let mut seen = BTreeMap::new();
    while !over.load(Ordering::Relaxed) {
        let rows = office.list();
        let now = Instant::now();
        for row in rows {
            seen.entry(row["uniqueid"].as_str().expect("text").to_owned()).or_insert(now);
        }
        take(Duration::from_millis(5));
    }
    seen
}

/// Measured for people, and no test: from the event of a second client to an answer of the list that has the row.
fn say_how_soon(pbx: &Ami, seen: &BTreeMap<String, Instant>) {
    let mut waits: Vec<Duration> = (pbx.announcements().iter())
        .filter_map(|(announced, uniqueid)| {
            seen.get(uniqueid).map(|seen| seen.saturating_duration_since(*announced))
        })
        .collect();
    waits.sort_unstable();
    let at = |share: usize| {
        waits.get((waits.len() * share / 100).min(waits.len() - 1)).copied().unwrap_or_default()
    };
    println!(
        "event to list: {:?} median, {:?} p99, {:?} longest of {}",
        at(50),
        at(99),
        at(100),
        waits.len()
    );
}
