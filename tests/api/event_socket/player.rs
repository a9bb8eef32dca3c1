//! Plays what a real FreeSWITCH said to whoever logs in: every byte of an answer or an event is recorded, only which one comes
//! when is decided here.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use super::{all, answer, conversation, recorded};
use crate::waiting::until;

/// The password of the laboratory.
pub const PASSWORD: &str = "lab";

#[derive(Default)]
struct State {
    /// Who is let in and listens.
    listeners: Vec<TcpStream>,
    /// Nobody gets through.
    down: bool,
    /// What goes on: the answers to questions about it.
    answers: HashMap<String, Vec<u8>>,
    /// What was said to it.
    heard: Vec<String>,
    /// What it sends instead of a greeting, and then goes.
    refusal: Option<Vec<u8>>,
    connections: usize,
}

/// The switch.
pub struct Switch {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Switch {
    /// One on which nothing goes on.
    pub fn start() -> Switch {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let switch = Switch { address, state: Arc::default() };
        switch.goes_on("z");
        let shared = switch.state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                thread::spawn(move || drop(serve(stream, &state)));
            }
        });
        switch
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a lock")
    }

    /// What goes on is what was recorded in this state: calls (a), a conference (b), a queue (c), a transfer (d), nothing (z).
    pub fn goes_on(&self, state: &str) {
        let mut answers = HashMap::new();
        for name in all(&format!("reconnect-{state}-")) {
            answers.extend(conversation(&name).into_iter().filter(|(question, _)| !question.is_empty()));
        }
        self.state().answers = answers;
    }

    /// Of what goes on, a channel is another one.
    pub fn is_called(&self, channel: &str, other: &str) {
        let mut state = self.state();
        let answers = std::mem::take(&mut state.answers).into_iter().map(|(question, answer)| {
            let answer = String::from_utf8(answer).expect("UTF-8").replace(channel, other);
            (question.replace(channel, other), answer.into_bytes())
        });
        state.answers = answers.collect();
    }

    /// Everybody who comes gets this and is sent away.
    pub fn refuses(&self, with: &str) {
        let mut all = conversation(with);
        let said = if all.len() == 1 { all.remove(0).1 } else { panic!("it greets") };
        self.state().refusal = Some(said);
    }

    /// It goes, without a word: as after kill -9.
    pub fn cut(&self) {
        let mut state = self.state();
        state.down = true;
        state.listeners.drain(..).for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
    }

    /// It is there again.
    pub fn mend(&self) {
        self.state().down = false;
    }

    /// Waits for somebody who listens.
    pub fn listened(&self) {
        until("somebody who listens", || !self.state().listeners.is_empty());
    }

    /// Bytes, as they are.
    pub fn send(&self, bytes: &[u8]) {
        self.listened();
        self.state().listeners.iter_mut().for_each(|stream| stream.write_all(bytes).expect("it is read"));
    }

    /// A recorded file, in pieces of many sizes.
    pub fn play(&self, name: &str) {
        let run = recorded(name);
        let mut rest = &run[..];
        for size in (1..).map(|number: usize| 1 + number * 7919 % 3_001) {
            let (now, later) = rest.split_at(size.min(rest.len()));
            self.send(now);
            rest = later;
            if rest.is_empty() {
                return;
            }
        }
    }

    pub fn heard(&self) -> Vec<String> {
        self.state().heard.clone()
    }

    pub fn connections(&self) -> usize {
        self.state().connections
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let refusal = {
        let mut state = state.lock().expect("a lock");
        state.connections += 1;
        if state.down {
            return Ok(());
        }
        state.refusal.clone()
    };
    if let Some(refusal) = refusal {
        stream.write_all(&refusal)?;
        return stream.shutdown(Shutdown::Both);
    }
    stream.write_all(b"Content-Type: auth/request\n\n")?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut in_it) = (String::new(), false);
    while reader.read_line(&mut line)? > 0 {
        let words = std::mem::take(&mut line).trim().to_owned();
        if words.is_empty() {
            continue;
        }
        let mut state = state.lock().expect("a lock");
        state.heard.push(words.clone());
        if !in_it && words != format!("auth {PASSWORD}") {
            stream.write_all(&answer("reconnect-socket-wrong-password.txt"))?;
            return stream.shutdown(Shutdown::Both);
        }
        in_it = true;
        let said = state.answers.get(&words).cloned().unwrap_or_else(|| answered(&words));
        stream.write_all(&said)?;
        if words == "api conference json_list" {
            state.listeners.push(stream.try_clone()?);
        }
    }
    Ok(())
}

/// What does not depend on what goes on.
fn answered(words: &str) -> Vec<u8> {
    let reply = |question: &str| {
        let all = conversation("reconnect-socket-replies.txt");
        let found = all.into_iter().find(|(asked, _)| asked.starts_with(question));
        found.expect("it was asked").1
    };
    match words.split(' ').next().unwrap_or_default() {
        "auth" => reply("auth"),
        "filter" => reply("filter"),
        "event" => reply("event plain CHANNEL_CREATE"),
        "noevents" => reply("noevents"),
        _ if words == "api status" => answer_to("reconnect-socket-killed-9.txt", words)
            .unwrap_or_else(|| answer_to("reconnect-socket-after-reload.txt", words).expect("it was asked")),
        _ if words == "api show channels as json" => answer("reconnect-z-show-channels-none.txt"),
        _ if words.starts_with("api conference") => answer("reconnect-b-conference-list-none.txt"),
        _ if words.starts_with("api uuid_buglist") => answer("reconnect-a-buglist-none.txt"),
        _ if words.starts_with("api uuid_dump") => answer("reconnect-a-dump-no-such-channel.txt"),
        _ => reply("api nosuchcommand"),
    }
}

fn answer_to(name: &str, question: &str) -> Option<Vec<u8>> {
    conversation(name).into_iter().find(|(asked, _)| asked == question).map(|(_, answer)| answer)
}
