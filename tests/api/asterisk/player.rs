//! Plays the recorded run to whoever logs in: the answers to the login are made anew, since they hold what was asked, and
//! every byte after it is the PBX's own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use super::recorded;

/// Gives the address where it waits for one connection.
pub fn play() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        stream.write_all(b"Asterisk Call Manager/5.0.4\r\n").expect("it reads");
        let mut said = Vec::new();
        while let Some(action) = next(&mut stream, &mut said) {
            if answer(&mut stream, &action) {
                events(&mut stream);
            }
        }
    });
    address
}

/// The next action; None when the other side is gone.
fn next(stream: &mut TcpStream, said: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(end) = said.windows(4).position(|four| four == b"\r\n\r\n") {
            let action: Vec<u8> = said.drain(..end + 4).collect();
            return Some(String::from_utf8(action).expect("UTF-8"));
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer) {
            Ok(read @ 1..) => said.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}

/// Answers; gives whether all is asked for that comes before the events.
fn answer(stream: &mut TcpStream, action: &str) -> bool {
    let field = |name: &str| {
        action.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
    };
    let (name, id) = (field("Action"), field("ActionID"));
    let more = match name {
        "Challenge" => "Challenge: 840415273\r\n\r\n",
        "CoreStatus" => "CoreStartupDate: 2026-11-24\r\nCoreStartupTime: 05:53:00\r\n\r\n",
        "Getvar" => "Value: 2026-11-24 05:53:25\r\n\r\n",
        "CoreShowChannels" => {
            "\r\nEvent: CoreShowChannelsComplete\r\nActionID: channels\r\nListItems: 0\r\n\r\n"
        }
        _ => "\r\n",
    };
    stream.write_all(format!("Response: Success\r\nActionID: {id}\r\n{more}").as_bytes()).expect("it reads");
    name == "CoreShowChannels"
}

fn events(stream: &mut TcpStream) {
    let run = recorded("ami.raw.gz");
    let first = run.windows(7).position(|seven| seven == b"Event: ").expect("events");
    let mut rest = &run[first..];
    // In pieces of many sizes.
    for size in (1..).map(|number: usize| 1 + number * 7919 % 30_011) {
        let (now, later) = rest.split_at(size.min(rest.len()));
        stream.write_all(now).expect("it reads");
        rest = later;
        if rest.is_empty() {
            return;
        }
    }
}
