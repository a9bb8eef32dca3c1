//! A client of the manager interface that makes calls and interferes with them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use tapeline::ingest::ami::{Decoder, Message, Piece};

use crate::lab::{Asterisk, SECRET};

/// Longer than anything takes; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

type Heard = Arc<(Mutex<Vec<(Instant, Message)>>, Condvar)>;

pub struct Ami {
    stream: Mutex<TcpStream>,
    heard: Heard,
    asked: Mutex<u32>,
}

impl Ami {
    /// Logged in there.
    pub fn connect(asterisk: &Asterisk) -> Ami {
        let stream = TcpStream::connect(asterisk.address()).expect("it listens");
        let mut reading = stream.try_clone().expect("a second handle");
        let heard = Heard::default();
        let all = Arc::clone(&heard);
        std::thread::spawn(move || {
            let (mut decoder, mut buffer) = (Decoder::default(), vec![0; 64 * 1024]);
            while let Ok(read @ 1..) = reading.read(&mut buffer) {
                let came = Instant::now();
                let mut messages = all.0.lock().expect("no panic");
                decoder.feed(&buffer[..read], |piece| {
                    if let Piece::Message(message) = piece {
                        messages.push((came, message));
                    }
                });
                all.1.notify_all();
            }
        });
        let ami = Ami { stream: Mutex::new(stream), heard, asked: Mutex::new(0) };
        let answer = ami.ask("Login", &[("Username", "lab"), ("Secret", SECRET)]);
        assert_eq!(answer.text("Response"), "Success", "{answer:?}");
        ami
    }

    /// Has a phone of the peer call somebody and talk. `variables`: `NAME=VALUE` of its channel.
    #[track_caller]
    pub fn calls(&self, from: &str, to: &str, seconds: u32, variables: &[&str]) {
        let (channel, talk) = (format!("PJSIP/{to}@{from}"), format!("SECONDS_TO_TALK={seconds}"));
        let mut fields = vec![
            ("Channel", channel.as_str()),
            ("Context", "calling"),
            ("Exten", "talk"),
            ("Priority", "1"),
            ("Async", "true"),
            ("Variable", talk.as_str()),
        ];
        fields.extend(variables.iter().map(|variable| ("Variable", *variable)));
        assert_eq!(self.ask("Originate", &fields).text("Response"), "Success");
    }

    /// The answer to an action.
    pub fn ask(&self, action: &str, fields: &[(&str, &str)]) -> Message {
        let id = {
            let mut asked = self.asked.lock().expect("no panic");
            *asked += 1;
            asked.to_string()
        };
        let fields: String = fields.iter().map(|(key, value)| format!("{key}: {value}\r\n")).collect();
        let text = format!("Action: {action}\r\nActionID: {id}\r\n{fields}\r\n");
        self.stream.lock().expect("no panic").write_all(text.as_bytes()).expect("it listens");
        self.wait(action, |message| message.text("ActionID") == id && message.get("Response").is_some())
    }

    /// The first message of this kind, already there or still to come.
    pub fn wait(&self, what: &str, wanted: impl Fn(&Message) -> bool) -> Message {
        let (lock, bell) = &*self.heard;
        let (until, mut messages) = (Instant::now() + PATIENCE, lock.lock().expect("no panic"));
        loop {
            if let Some((_, message)) = messages.iter().find(|(_, message)| wanted(message)) {
                return message.clone();
            }
            assert!(Instant::now() < until, "{what} does not come");
            messages = bell.wait_timeout(messages, Duration::from_millis(100)).expect("no panic").0;
        }
    }

    /// Everything that came, with the second in which it did.
    pub fn heard(&self) -> Vec<(f64, Message)> {
        let messages = self.heard.0.lock().expect("no panic");
        let (clock, now) = (std::time::SystemTime::now(), Instant::now());
        let clock = clock.duration_since(std::time::UNIX_EPOCH).expect("a clock");
        let when = |came: &Instant| (clock - now.duration_since(*came)).as_secs_f64();
        messages.iter().map(|(came, message)| (when(came), message.clone())).collect()
    }

    /// When each recording was announced, by its channel.
    pub fn announcements(&self) -> Vec<(Instant, String)> {
        self.when(|message| message.text("Variable") == "MIXMONITOR_FILENAME")
    }

    /// When each channel was hung up.
    pub fn ends(&self) -> Vec<(Instant, String)> {
        self.when(|message| message.event() == "Hangup")
    }

    /// When such messages came, and the channel of each.
    fn when(&self, wanted: impl Fn(&Message) -> bool) -> Vec<(Instant, String)> {
        let messages = self.heard.0.lock().expect("no panic");
        let those = messages.iter().filter(|(_, message)| wanted(message));
        those.map(|(came, message)| (*came, message.text("Uniqueid").into_owned())).collect()
    }
}
