//! Questions to FreeSWITCH and its answers, one after the other.

use std::time::{Duration, Instant};

use anyhow::bail;

use super::super::codec::{Decoder, Message, Piece};
use super::super::command::command;
use crate::config::{EventSocket, Tls};
use crate::ingest::pbx::Link;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is nobody to talk to.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoTalk {
    #[error("another program answers there, not FreeSWITCH's event socket")]
    Stranger,
    #[error(
        "it takes the connection and says nothing, where FreeSWITCH's event socket would ask for the password"
    )]
    Silence,
    #[error("it does not let this machine's address in")]
    NotInList,
}

/// Questions and answers.
pub(super) struct Talk {
    pub(super) link: Link,
    decoder: Decoder,
    heard: Vec<Message>,
}

impl Talk {
    pub(super) fn begin(settings: &EventSocket) -> anyhow::Result<Talk> {
        let link = Link::open(&settings.address, &Tls::Off)?;
        let mut talk = Talk { link, decoder: Decoder::default(), heard: Vec::new() };
        match talk.wait(|_| true).map(|message| message.kind()) {
            Ok(kind) if kind == "auth/request" => Ok(talk),
            Ok(kind) if kind == "text/rude-rejection" => bail!(NoTalk::NotInList),
            Ok(_) => bail!(NoTalk::Stranger),
            Err(_) => bail!(NoTalk::Silence),
        }
    }

    pub(super) fn log_in(&mut self, settings: &EventSocket) -> anyhow::Result<()> {
        let answer = self.ask(&format!("auth {}", settings.password.reveal()))?;
        if answer.starts_with("+OK") { Ok(()) } else { bail!("{answer}") }
    }

    /// The answer to a command.
    pub(super) fn ask(&mut self, words: &str) -> anyhow::Result<String> {
        self.link.write(&command(words))?;
        let is_answer = |message: &Message| matches!(&*message.kind(), "command/reply" | "api/response");
        let answer = self.wait(is_answer)?;
        let body = answer.body();
        Ok(if body.is_empty() { answer.reply() } else { body }.trim().to_owned())
    }

    /// The same; empty where it may not be asked.
    pub(super) fn value(&mut self, words: &str) -> String {
        self.ask(words).ok().filter(|answer| !answer.starts_with("-ERR")).unwrap_or_default()
    }

    fn wait(&mut self, wanted: impl Fn(&Message) -> bool) -> anyhow::Result<Message> {
        let (until, mut buffer) = (Instant::now() + PATIENCE, vec![0; 16 * 1024]);
        loop {
            if let Some(place) = self.heard.iter().position(&wanted) {
                return Ok(self.heard.swap_remove(place));
            }
            self.heard.clear();
            if Instant::now() > until {
                bail!("no answer came for 5 seconds");
            }
            let read = self.link.read(&mut buffer)?;
            self.decoder.feed(&buffer[..read], |piece| {
                if let Piece::Message(message) = piece {
                    self.heard.push(message);
                }
            });
        }
    }
}
