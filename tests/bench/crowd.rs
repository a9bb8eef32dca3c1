//! Many connections at once, from a few threads: what an office looks like at nine o'clock.

use crate::load::Parser;
use anyhow::{Context as _, Result, bail};
use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// Threads that the client takes.
const THREADS: usize = 2;

/// What is read at once.
const BUFFER: usize = 256 * 1024;

/// What a crowd saw.
#[derive(Clone, Copy)]
pub struct Seen {
    /// Answers a second.
    pub per_second: f64,
    /// Milliseconds that one in a hundred took at least.
    pub p99: f64,
}

/// So many connections, each with one request under way, for so long.
pub fn rush(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    lasting: Duration,
) -> Result<Seen> {
    let share = connections / THREADS;
    let open = |part| Part::open(address, requests, part * share, share);
    let parts = (0..THREADS).map(open).collect::<Result<Vec<Part<'_>>>>()?;
    let mut latencies = in_threads(parts, lasting)?.concat();
    latencies.sort_unstable();
    let p99 = latencies.get(latencies.len() * 99 / 100).context("nothing was answered")?;
    Ok(Seen { per_second: latencies.len() as f64 / lasting.as_secs_f64(), p99: p99.as_secs_f64() * 1e3 })
}

fn in_threads(parts: Vec<Part<'_>>, lasting: Duration) -> Result<Vec<Vec<Duration>>> {
    let ready = &Barrier::new(parts.len());
    thread::scope(|scope| {
        let threads: Vec<_> =
            parts.into_iter().map(|part| scope.spawn(move || part.run(ready, lasting))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| bail!("a client thread panicked")))
            .collect()
    })
}

/// One connection of the crowd.
struct Member {
    stream: TcpStream,
    parser: Parser,
    next: usize,
    sent: Instant,
}

/// The connections of one thread.
struct Part<'a> {
    requests: &'a [Vec<u8>],
    members: Vec<Member>,
    ready: OwnedFd,
    buffer: Vec<u8>,
}

impl<'a> Part<'a> {
    fn open(address: SocketAddr, requests: &'a [Vec<u8>], from: usize, count: usize) -> Result<Part<'a>> {
        let ready = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut members = Vec::new();
        for index in 0..count {
            let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            epoll::add(&ready, &stream, epoll::EventData::new_u64(index as u64), epoll::EventFlags::IN)?;
            members.push(Member {
                stream,
                parser: Parser::default(),
                next: from + index,
                sent: Instant::now(),
            });
        }
        Ok(Part { requests, members, ready, buffer: vec![0; BUFFER] })
    }

    /// The latency of each answer within the time.
    fn run(mut self, all_ready: &Barrier, lasting: Duration) -> Result<Vec<Duration>> {
        // The first answers open the server's connections and are not counted.
        let warm = self.play(Duration::from_millis(200));
        all_ready.wait();
        warm?;
        self.play(lasting)
    }

    fn play(&mut self, lasting: Duration) -> Result<Vec<Duration>> {
        let begin = Instant::now();
        for member in &mut self.members {
            member.send(self.requests)?;
        }
        let mut waiting = self.members.len();
        let mut latencies = Vec::new();
        let mut events = Vec::with_capacity(self.members.len());
        while waiting > 0 {
            epoll::wait(&self.ready, spare_capacity(&mut events), None)?;
            for event in events.drain(..) {
                let member = &mut self.members[event.data.u64() as usize];
                if !member.receive(&mut self.buffer, self.requests)? {
                    continue;
                }
                if begin.elapsed() < lasting {
                    latencies.push(member.sent.elapsed());
                    member.send(self.requests)?;
                } else {
                    waiting -= 1;
                }
            }
        }
        Ok(latencies)
    }
}

impl Member {
    fn send(&mut self, requests: &[Vec<u8>]) -> Result<()> {
        self.next += 1;
        self.parser = Parser::default();
        self.sent = Instant::now();
        // A request is far smaller than the socket's buffer, which is empty.
        self.stream.write_all(&requests[self.next % requests.len()]).context("sending a request")
    }

    /// Takes what has come; true once the answer is whole.
    fn receive(&mut self, buffer: &mut [u8], requests: &[Vec<u8>]) -> Result<bool> {
        let got = match self.stream.read(buffer) {
            Ok(0) => bail!("the server closed a connection of the crowd; see its log"),
            Ok(got) => got,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error).context("waiting for an answer"),
        };
        let whole = self.parser.feed(&buffer[..got], |_| ())?;
        if whole {
            self.parser.expect_ok(&requests[self.next % requests.len()])?;
        }
        Ok(whole)
    }
}
