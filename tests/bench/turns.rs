//! Taking turns: the same request to every server, one after the other, until there is enough to tell.

use crate::load::{Connection, Timing};
use anyhow::Result;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Fewer than this say nothing.
const FEWEST: usize = 7;
/// More than this say nothing new.
const MOST: usize = 2_000;
/// Unmeasured requests that fill the caches.
const WARM_UP: usize = 2;

/// Timings of one server.
#[derive(Default)]
pub struct Samples(Vec<Timing>);

impl Samples {
    /// Milliseconds to the last byte.
    pub fn whole(&self) -> f64 {
        median(self.0.iter().map(|timing| timing.whole))
    }

    /// Milliseconds to the last byte in the best tenth of all turns, which others on the machine hardly
    /// reach.
    pub fn best(&self) -> f64 {
        let mut whole: Vec<f64> = self.0.iter().map(|timing| timing.whole.as_secs_f64() * 1e3).collect();
        whole.sort_unstable_by(f64::total_cmp);
        whole.get(whole.len() / 10).copied().unwrap_or(f64::NAN)
    }

    /// Milliseconds to the first byte.
    pub fn first(&self) -> f64 {
        median(self.0.iter().map(|timing| timing.first))
    }
}

/// The middle one, in milliseconds.
fn median(durations: impl Iterator<Item = Duration>) -> f64 {
    middle(durations.map(|duration| duration.as_secs_f64() * 1e3).collect())
}

/// The middle one.
pub fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Sends each server its request in turn, for so long; who goes first changes each time.
pub fn take(contest: &[(SocketAddr, &[u8])], budget: Duration) -> Result<Vec<Samples>> {
    let mut connections = Vec::new();
    for (address, request) in contest {
        let mut connection = Connection::open(*address)?;
        for _ in 0..WARM_UP {
            connection.time(request)?;
        }
        connections.push(connection);
    }
    let mut samples: Vec<Samples> = contest.iter().map(|_| Samples::default()).collect();
    let begin = Instant::now();
    for round in 0..MOST {
        if round >= FEWEST && begin.elapsed() > budget {
            break;
        }
        for turn in 0..contest.len() {
            let who = (turn + round) % contest.len();
            samples[who].0.push(connections[who].time(contest[who].1)?);
        }
    }
    Ok(samples)
}
