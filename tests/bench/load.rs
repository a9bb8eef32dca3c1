//! The load client: precomputed request bytes out, answers counted as they come in and never copied.

use anyhow::{Context as _, Result, bail};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A whole answer fits in a few reads of this size.
const BUFFER: usize = 256 * 1024;

/// A head longer than this is not one that we asked for.
const LONGEST_HEAD: usize = 16 * 1024;

/// Longer than any answer of a server that still works.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is measured of one answer.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// From the request to the first byte.
    pub first: Duration,
    /// From the request to the last byte.
    pub whole: Duration,
}

/// The bytes of a GET of `target` on a connection that stays open.
pub fn request(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: bench\r\n\r\n").into_bytes()
}

/// One keep-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Box<[u8]>,
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Connection { stream, buffer: vec![0; BUFFER].into() })
    }

    /// Sends a request and drops the answer's body.
    pub fn time(&mut self, request: &[u8]) -> Result<Timing> {
        self.ask(request, |_| ())
    }

    /// Sends a request and returns the answer's body.
    pub fn fetch(&mut self, request: &[u8]) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        self.ask(request, |piece| body.extend_from_slice(piece))?;
        Ok(body)
    }

    fn ask(&mut self, request: &[u8], mut body: impl FnMut(&[u8])) -> Result<Timing> {
        let mut parser = Parser::default();
        let mut first = None;
        let begin = Instant::now();
        self.stream.write_all(request)?;
        loop {
            let got = self.stream.read(&mut self.buffer).context("waiting for an answer")?;
            let first = *first.get_or_insert_with(|| begin.elapsed());
            if got == 0 {
                bail!("the server closed the connection within an answer; see its log");
            }
            if parser.feed(&self.buffer[..got], &mut body)? {
                let whole = begin.elapsed();
                parser.expect_ok(request)?;
                return Ok(Timing { first, whole });
            }
        }
    }
}

/// Where an answer's bytes stand.
#[derive(Default)]
enum Place {
    /// Before the blank line.
    #[default]
    Head,
    /// In a body of which so many bytes are to come.
    Body(usize),
    /// In the line before a chunk; the length so far.
    ChunkSize(usize),
    /// In a chunk of which so many bytes are to come, its line end included.
    Chunk(usize),
    /// In the last line; so many bytes of it are to come.
    End(usize),
}

/// Follows one answer through the pieces that it arrives in.
#[derive(Default)]
pub struct Parser {
    place: Place,
    head: Vec<u8>,
}

impl Parser {
    /// Takes the next bytes; true once the answer is whole.
    pub fn feed(&mut self, mut bytes: &[u8], mut body: impl FnMut(&[u8])) -> Result<bool> {
        loop {
            match &mut self.place {
                Place::Body(0) | Place::End(0) => return Ok(true),
                _ if bytes.is_empty() => return Ok(false),
                Place::Head => bytes = self.take_head(bytes)?,
                Place::Body(left) => {
                    let (piece, rest) = bytes.split_at(bytes.len().min(*left));
                    *left -= piece.len();
                    body(piece);
                    bytes = rest;
                }
                Place::ChunkSize(_) => bytes = self.take_chunk_size(bytes)?,
                Place::Chunk(0) => self.place = Place::ChunkSize(0),
                Place::Chunk(left) => {
                    let (piece, rest) = bytes.split_at(bytes.len().min(*left));
                    body(&piece[..piece.len().min(left.saturating_sub(2))]);
                    *left -= piece.len();
                    bytes = rest;
                }
                Place::End(left) => {
                    let rest = &bytes[bytes.len().min(*left)..];
                    *left -= bytes.len() - rest.len();
                    bytes = rest;
                }
            }
        }
    }

    fn take_head<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8]> {
        let before = self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(LONGEST_HEAD)]);
        let Some(end) = find(&self.head, b"\r\n\r\n") else {
            if self.head.len() >= LONGEST_HEAD {
                bail!("an answer whose head does not end");
            }
            return Ok(&[]);
        };
        self.head.truncate(end + 4);
        self.place = body_of(&self.head)?;
        Ok(&bytes[self.head.len() - before..])
    }

    fn take_chunk_size<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8]> {
        let Place::ChunkSize(size) = &mut self.place else { return Ok(bytes) };
        for (i, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => {
                    self.place = if *size == 0 { Place::End(2) } else { Place::Chunk(*size + 2) };
                    return Ok(&bytes[i + 1..]);
                }
                b'\r' => {}
                digit => {
                    let digit = (*digit as char).to_digit(16).context("a chunk's size is not a number")?;
                    *size = *size << 4 | digit as usize;
                }
            }
        }
        Ok(&[])
    }

    /// Fails unless the answer is what was asked for, or the part of it.
    pub fn expect_ok(&self, request: &[u8]) -> Result<()> {
        if self.head.starts_with(b"HTTP/1.1 200 ") || self.head.starts_with(b"HTTP/1.1 206 ") {
            return Ok(());
        }
        let line = self.head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let asked = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
        bail!("{} was answered by {}", String::from_utf8_lossy(asked), String::from_utf8_lossy(line))
    }
}

/// How the body comes, by its head.
fn body_of(head: &[u8]) -> Result<Place> {
    let head = str::from_utf8(head).context("a head that is not text")?.to_ascii_lowercase();
    for line in head.split("\r\n") {
        if let Some(length) = line.strip_prefix("content-length:") {
            return Ok(Place::Body(length.trim().parse().context("Content-Length")?));
        }
        if line.starts_with("transfer-encoding:") && line.ends_with("chunked") {
            return Ok(Place::ChunkSize(0));
        }
    }
    bail!("an answer with neither Content-Length nor chunks")
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
