//! The servers that answer the same questions in turns.

use crate::Setup;
use crate::load::Connection;
use crate::programs::Server;
use crate::report::{Bar, Figure};
use crate::same;
use crate::turns::{self, Samples};
use crate::workloads::{self, Order};
use anyhow::{Context as _, Result};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// The server under test and the limit program on the same file, and perhaps an earlier server on its own.
pub struct Contest {
    ours: Server,
    limit: Server,
    previous: Option<Server>,
}

impl Contest {
    /// Starts them; `previous` is a program and its file.
    pub fn start(setup: &Setup, db: &Path, previous: Option<(&Path, &Path)>) -> Result<Contest> {
        let mut contest = Contest {
            ours: Server::tapeline(&setup.tapeline, db, "tapeline")?,
            limit: Server::limit(&setup.limit, db)?,
            previous: previous.map(|(program, db)| Server::tapeline(program, db, "previous")).transpose()?,
        };
        for server in [&mut contest.ours, &mut contest.limit].into_iter().chain(&mut contest.previous) {
            server.wait_until_ready()?;
        }
        Ok(contest)
    }

    /// Where ours, the limit program and the earlier one listen.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        [&self.ours, &self.limit].into_iter().chain(&self.previous).map(Server::address).collect()
    }

    /// Our answer to a list.
    pub fn ours(&self, query: &str) -> Result<Vec<u8>> {
        Connection::open(self.ours.address())?.fetch(&workloads::request(query))
    }

    /// The limit program's.
    pub fn limit(&self, query: &str) -> Result<Vec<u8>> {
        Connection::open(self.limit.address())?.fetch(&workloads::request(query))
    }

    /// Rows of the answer, once both gave the same.
    pub fn check(&self, query: &str, order: Order) -> Result<u64> {
        let (ours, limit) = (self.ours(query)?, self.limit(query)?);
        same::rows(&ours, &limit, order).with_context(|| format!("comparing the answers to {query}"))
    }

    /// The same question to all.
    pub fn time(&self, query: &str, budget: Duration) -> Result<Vec<Samples>> {
        let request = workloads::request(query);
        let all: Vec<_> = self.addresses().into_iter().map(|address| (address, &*request)).collect();
        turns::take(&all, budget)
    }

    /// One question to ours, another one to the limit program.
    pub fn time_two(&self, ours: &str, limit: &str, budget: Duration) -> Result<Vec<Samples>> {
        let (ours, limit) = (workloads::request(ours), workloads::request(limit));
        turns::take(&[(self.ours.address(), &ours), (self.limit.address(), &limit)], budget)
    }
}

/// A line of the table from the values of ours, the limit program and perhaps the earlier one.
pub fn figure(what: String, unit: &'static str, values: &[f64], bar: Bar) -> Figure {
    let (limit, previous) = (values.get(1).copied(), values.get(2).copied());
    Figure { what, unit, ours: values[0], limit, previous, bar, ..Figure::default() }
}

/// The same from their turns.
pub fn timed(what: String, rows: u64, samples: &[Samples], bar: Bar) -> Figure {
    let whole: Vec<f64> = samples.iter().map(Samples::whole).collect();
    let at_best = Some(samples[0].best() / samples[1].best());
    Figure { rows: Some(rows), at_best, ..figure(what, "ms", &whole, bar) }
}
