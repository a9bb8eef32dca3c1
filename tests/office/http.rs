//! A blocking HTTP/1.1 client: each request has a connection of its own, and every byte is in the test's hands.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use socket2::{Domain, Socket, Type};

/// Longer than any answer takes; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(40);

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The body came to its end: all of Content-Length, or the closing chunk.
    pub whole: bool,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("the body is UTF-8")
    }

    pub fn json(&self) -> Value {
        assert!(self.whole, "the answer broke off");
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {:?} {}", self.status, self.headers, self.text()))
    }

    /// The data of a 200.
    #[track_caller]
    pub fn data(&self) -> Value {
        let mut json = self.json();
        assert_eq!(
            json["responses"],
            serde_json::json!([{"code": "200", "key": "", "message": "OK"}]),
            "{}",
            self.text()
        );
        assert_eq!(self.status, 200);
        json["data"].take()
    }

    /// `code key` of each of the responses, separated by commas; the HTTP status is checked against the first.
    #[track_caller]
    pub fn codes(&self) -> String {
        let json = self.json();
        let responses = json["responses"].as_array().expect("responses");
        let codes: Vec<String> = responses
            .iter()
            .map(|entry| {
                assert_eq!(entry.as_object().expect("an object").len(), 3, "{entry}");
                assert_ne!(entry["message"].as_str().expect("a message"), "");
                let (code, key) = (entry["code"].as_str(), entry["key"].as_str());
                format!("{} {}", code.expect("a code"), key.expect("a key")).trim_end().to_owned()
            })
            .collect();
        let mirrored = match &codes[0][..3] {
            "201" | "204" => "200",
            code => code,
        };
        assert_eq!(self.status.to_string(), mirrored, "the HTTP status mirrors the first code");
        assert_eq!(json.get("data").is_some(), codes[0].starts_with("200"), "data is absent on errors");
        codes.join(", ")
    }

    /// `uniqueid` of each row, in order, separated by spaces.
    #[track_caller]
    pub fn rows(&self) -> String {
        let data = self.data();
        let rows = data.as_array().expect("an array");
        rows.iter().map(|row| row["uniqueid"].as_str().expect("text")).collect::<Vec<_>>().join(" ")
    }
}

/// Percent-encodes whatever is no letter or digit.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// A request's bytes, with Content-Length where there is a body.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() || method == "POST" {
        text += &format!("Content-Length: {}\r\n", body.len());
    }
    text += "\r\n";
    [text.as_bytes(), body].concat()
}

/// Connects, from another address of this machine if one is given, with a small receive buffer if one is given.
pub fn connect(server: SocketAddr, from: Option<IpAddr>, receive_buffer: Option<usize>) -> TcpStream {
    let socket = Socket::new(Domain::for_address(server), Type::STREAM, None).expect("a socket");
    if let Some(bytes) = receive_buffer {
        socket.set_recv_buffer_size(bytes).expect("a buffer size");
    }
    if let Some(address) = from {
        socket.bind(&SocketAddr::from((address, 0)).into()).expect("an address of this machine");
    }
    socket.connect(&server.into()).expect("the server listens");
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream
}

/// Whether the server keeps this connection (proc(5)): one that it closed may have bytes yet that nobody has read.
pub fn is_kept(stream: &TcpStream) -> bool {
    let port = |address: std::io::Result<SocketAddr>| address.expect("an IPv4 address").port();
    let (server, client) = (port(stream.peer_addr()), port(stream.local_addr()));
    let sockets = std::fs::read_to_string("/proc/net/tcp").expect("proc(5)");
    // Both ends of it are on this machine. 01: established.
    sockets.lines().any(|line| {
        let mut words = line.split_whitespace().skip(1);
        let mut ends = |port: u16| words.next().is_some_and(|word| word.ends_with(&format!(":{port:04X}")));
        ends(server) && ends(client) && words.next() == Some("01")
    })
}

/// Sends a request and reads the answer.
pub fn exchange(server: SocketAddr, from: Option<IpAddr>, request: &[u8]) -> Answer {
    let mut stream = connect(server, from, None);
    // A server may refuse a body before it has read all of it.
    let _ = stream.write_all(request);
    read_answer(&mut stream)
}

/// Reads one answer to its end, or to where the connection ends.
pub fn read_answer(stream: &mut impl Read) -> Answer {
    let (status, headers, rest) = read_head(stream);
    read_body(stream, status, headers, rest)
}

/// Reads the body behind a head.
pub fn read_body(
    stream: &mut impl Read,
    status: u16,
    headers: Vec<(String, String)>,
    mut rest: Vec<u8>,
) -> Answer {
    let named = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    // Events go on for ever: who wants them reads them.
    if named("content-type").is_some_and(|kind| kind.starts_with("text/event-stream")) {
        return Answer { status, headers, body: Vec::new(), whole: false };
    }
    if named("transfer-encoding").as_deref() == Some("chunked") {
        let mut body = Vec::new();
        let whole = loop {
            match take_chunk(&mut rest) {
                Some(chunk) if chunk.is_empty() => break true,
                Some(chunk) => body.extend(chunk),
                None if read_more(stream, &mut rest) => {}
                None => break false,
            }
        };
        return Answer { status, headers, body, whole };
    }
    let length: usize = named("content-length").map_or(0, |length| length.parse().expect("a number"));
    while rest.len() < length && read_more(stream, &mut rest) {}
    Answer { status, headers, whole: rest.len() == length, body: rest }
}

/// The next chunk of a body; `None` at its end.
pub fn read_chunk(stream: &mut impl Read, rest: &mut Vec<u8>) -> Option<Vec<u8>> {
    loop {
        match take_chunk(rest) {
            Some(chunk) => return Some(chunk).filter(|chunk| !chunk.is_empty()),
            None if read_more(stream, rest) => {}
            None => return None,
        }
    }
}

/// Status and headers, with whatever came behind them.
pub fn read_head(stream: &mut impl Read) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        assert!(read_more(stream, &mut bytes), "the connection ended without an answer");
    };
    let head = String::from_utf8(bytes[..end].to_vec()).expect("the head is ASCII");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let headers = lines
        .map(|line| line.split_once(':').expect("a header"))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    (status.parse().expect("a status"), headers, bytes.split_off(end + 4))
}

fn take_chunk(bytes: &mut Vec<u8>) -> Option<Vec<u8>> {
    let line = bytes.windows(2).position(|window| window == b"\r\n")?;
    let size = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).ok()?, 16).expect("a chunk's size");
    let end = line + 2 + size;
    if bytes.len() < end + 2 {
        return None;
    }
    let chunk = bytes[line + 2..end].to_vec();
    bytes.drain(..end + 2);
    Some(chunk)
}

fn read_more(stream: &mut impl Read, bytes: &mut Vec<u8>) -> bool {
    let mut buffer = vec![0; 256 << 10];
    match stream.read(&mut buffer) {
        // A child that ended.
        Err(error) if error.kind() == ErrorKind::Interrupted => read_more(stream, bytes),
        Ok(0) => false,
        Ok(count) => {
            bytes.extend(&buffer[..count]);
            true
        }
        Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => false,
        Err(error) => panic!("no answer in time: {error}"),
    }
}
