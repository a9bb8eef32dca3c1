//! W6: W1 on many days by many connections at once.

use crate::contest::{Contest, figure};
use crate::crowd::{self, Seen};
use crate::report::{Bar, Figure, Report};
use crate::turns::middle;
use crate::workloads::{self, Order};
use anyhow::Result;
use std::time::Duration;

/// How many connections.
const CROWDS: [usize; 2] = [32, 64];

/// Turns of each server, and how long one lasts.
const TURNS: usize = 5;
const TURN: Duration = Duration::from_millis(1500);

/// Answers a second and their ninety-ninth percentile.
pub fn measure(contest: &Contest, report: &mut Report) -> Result<()> {
    let days = workloads::working_days();
    let mut rows = 0;
    for day in &days {
        rows += contest.check(day, Order::Same)?;
    }
    let rows = Some(rows / days.len() as u64);
    let requests: Vec<Vec<u8>> = days.iter().map(|day| workloads::request(day)).collect();
    for connections in CROWDS {
        let seen = take_turns(contest, &requests, connections)?;
        let what = format!("W6 W1 on 20 days, {connections} connections");
        let rate =
            figure(what.clone(), "/s", &middles(&seen, |seen| seen.per_second), Bar::TimesAtLeast(0.8));
        report.add(Figure { rows, ..rate });
        report.add(figure(format!("{what}, p99"), "ms", &middles(&seen, |seen| seen.p99), Bar::Times(1.5)));
    }
    Ok(())
}

/// What each server made of each turn.
fn take_turns(contest: &Contest, requests: &[Vec<u8>], connections: usize) -> Result<Vec<Vec<Seen>>> {
    let addresses = contest.addresses();
    let mut seen = vec![Vec::new(); addresses.len()];
    for _ in 0..TURNS {
        for (address, seen) in addresses.iter().zip(&mut seen) {
            seen.push(crowd::rush(*address, requests, connections, TURN)?);
        }
    }
    Ok(seen)
}

/// The middle turn of each server.
fn middles(seen: &[Vec<Seen>], value: fn(&Seen) -> f64) -> Vec<f64> {
    seen.iter().map(|turns| middle(turns.iter().map(value).collect())).collect()
}
