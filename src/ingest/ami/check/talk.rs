//! Questions to the PBX and its answers, one after the other.

use std::time::{Duration, Instant};

use anyhow::bail;

use super::super::action::{action, challenge_key};
use super::super::codec::{Decoder, Message, Piece};
use crate::config::Asterisk;
use crate::ingest::pbx::Link;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// More lines of a setting than anybody writes.
const LINES: usize = 64;

/// Whoever is there, it is no PBX.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Stranger(&'static str);

/// Questions and answers.
pub(super) struct Talk {
    pub(super) link: Link,
    decoder: Decoder,
    heard: Vec<Piece>,
    asked: u32,
}

impl Talk {
    pub(super) fn begin(settings: &Asterisk) -> anyhow::Result<Talk> {
        let link = Link::open(&settings.address, &settings.tls)?;
        let mut talk = Talk { link, decoder: Decoder::default(), heard: Vec::new(), asked: 0 };
        match talk.wait(|piece| matches!(piece, Piece::Banner(_))) {
            Ok(Piece::Banner(banner)) if banner.starts_with("Asterisk Call Manager") => Ok(talk),
            Ok(_) => bail!(Stranger("another program answers there, not Asterisk's manager interface")),
            Err(_) => bail!(Stranger(
                "it takes the connection and says nothing, where Asterisk's manager interface would greet"
            )),
        }
    }

    /// As the source does: the secret is proved, and itself only sent where nobody else can read it.
    pub(super) fn log_in(&mut self, settings: &Asterisk) -> anyhow::Result<()> {
        let challenge =
            self.ask("Challenge", &[("AuthType", "MD5")]).map(|answer| answer.text("Challenge").into_owned());
        let mut fields = vec![("Username", settings.username.clone()), ("Events", "off".into())];
        match challenge {
            Ok(challenge) if !challenge.is_empty() => {
                let key = challenge_key(&challenge, settings.secret.reveal());
                fields.extend([("AuthType", "MD5".into()), ("Key", key)]);
            }
            _ if self.link.is_private() => fields.push(("Secret", settings.secret.reveal().into())),
            _ => bail!(
                "it gives no challenge to log in with, and the secret itself is only sent over TLS: set tls under [asterisk]"
            ),
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.ask("Login", &fields).map(|_| ())
    }

    /// The answer; one that says no is an error.
    pub(super) fn ask(&mut self, name: &str, fields: &[(&str, &str)]) -> anyhow::Result<Message> {
        self.asked += 1;
        let id = self.asked.to_string();
        self.link.write(&action(name, &id, fields))?;
        // One question at a time: an answer that doesn't name it is its answer.
        let is_answer = |piece: &Piece| {
            let Piece::Message(message) = piece else { return false };
            message.get("Response").is_some() && ["", &id].contains(&&*message.text("ActionID"))
        };
        match self.wait(is_answer)? {
            Piece::Message(answer) if answer.text("Response") == "Error" => {
                bail!("{}", answer.text("Message"))
            }
            Piece::Message(answer) => Ok(answer),
            _ => bail!("it says something else"),
        }
    }

    /// A variable or function of the PBX; empty where it may not be asked.
    pub(super) fn variable(&mut self, name: &str) -> String {
        self.ask("Getvar", &[("Variable", name)])
            .map(|answer| answer.text("Value").into_owned())
            .unwrap_or_default()
    }

    /// A setting in one of its files.
    pub(super) fn setting(&mut self, file: &str, section: &str, name: &str) -> String {
        self.variable(&format!("AST_CONFIG({file},{section},{name})"))
    }

    /// All lines of a setting that may stand there several times.
    pub(super) fn settings(&mut self, file: &str, section: &str, name: &str) -> Vec<String> {
        let line = |place: usize| format!("AST_CONFIG({file},{section},{name},{place})");
        (0..LINES).map(|place| self.variable(&line(place))).take_while(|value| !value.is_empty()).collect()
    }

    fn wait(&mut self, wanted: impl Fn(&Piece) -> bool) -> anyhow::Result<Piece> {
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
            self.decoder.feed(&buffer[..read], |piece| self.heard.push(piece));
        }
    }
}
