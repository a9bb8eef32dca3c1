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
/// How long an event may take that we ourselves are the cause of.
const ECHO: Duration = Duration::from_secs(2);
/// Questions that are asked before the first answer is read.
const AHEAD: usize = 64;

/// Whoever is there, it is no PBX.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Stranger(&'static str);

/// Questions and answers.
pub(super) struct Talk {
    pub(super) link: Link,
    decoder: Decoder,
    heard: Vec<Piece>,
    /// What happened since somebody listened.
    pub(super) events: Vec<Message>,
    asked: u32,
}

impl Talk {
    pub(super) fn begin(settings: &Asterisk) -> anyhow::Result<Talk> {
        let link = Link::open(&settings.address, &settings.tls)?;
        let mut talk =
            Talk { link, decoder: Decoder::default(), heard: Vec::new(), events: Vec::new(), asked: 0 };
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
        let id = self.say(name, fields)?;
        self.answer(&id)
    }

    fn say(&mut self, name: &str, fields: &[(&str, &str)]) -> anyhow::Result<String> {
        self.asked += 1;
        let id = self.asked.to_string();
        self.link.write(&action(name, &id, fields))?;
        Ok(id)
    }

    fn answer(&mut self, id: &str) -> anyhow::Result<Message> {
        // An answer that doesn't name its question is that of the first that is open.
        let is_answer = |piece: &Piece| {
            let Piece::Message(message) = piece else { return false };
            message.get("Response").is_some() && ["", id].contains(&&*message.text("ActionID"))
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
        self.variables(&[name.to_owned()]).remove(0)
    }

    /// Several.
    fn variables(&mut self, names: &[String]) -> Vec<String> {
        let mut values = Vec::new();
        for names in names.chunks(AHEAD) {
            let asked: Vec<_> = names.iter().map(|name| self.say("Getvar", &[("Variable", name)])).collect();
            for id in asked {
                let answer = id.and_then(|id| self.answer(&id));
                values.push(answer.map(|answer| answer.text("Value").into_owned()).unwrap_or_default());
            }
        }
        values
    }

    /// A setting in one of its files: what the last line of the first section of this name says.
    pub(super) fn setting(&mut self, file: &str, section: &str, name: &str) -> String {
        self.variable(&format!("AST_CONFIG({file},{section},{name},-1)"))
    }

    /// All lines of settings that may stand there several times, with what stands before the sign.
    pub(super) fn settings(&mut self, file: &str, section: &str, names: &[String]) -> Vec<(String, String)> {
        let line = |name: &str, place: usize| format!("AST_CONFIG({file},{section},{name},{place})");
        let first: Vec<String> = names.iter().map(|name| line(name, 0)).collect();
        let found: Vec<(&String, String)> =
            names.iter().zip(self.variables(&first)).filter(|(_, value)| !value.is_empty()).collect();
        let mut all = Vec::new();
        for (name, value) in found {
            all.push((name.clone(), value));
            let more = (1..LINES).map(|place| self.variable(&line(name, place)));
            all.extend(more.take_while(|value| !value.is_empty()).map(|value| (name.clone(), value)));
        }
        all
    }

    /// From now on events are heard.
    pub(super) fn listen(&mut self) -> anyhow::Result<()> {
        self.ask("Events", &[("EventMask", "on")]).map(|_| ())
    }

    /// Waits until such an event comes; for a moment.
    pub(super) fn hear(&mut self, wanted: impl Fn(&Message) -> bool) {
        let until = Instant::now() + ECHO;
        while !self.events.iter().any(&wanted) && Instant::now() < until && self.read().is_ok() {}
    }

    fn wait(&mut self, wanted: impl Fn(&Piece) -> bool) -> anyhow::Result<Piece> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(place) = self.heard.iter().position(&wanted) {
                return Ok(self.heard.remove(place));
            }
            self.heard.clear();
            if Instant::now() > until {
                bail!("no answer came for 5 seconds");
            }
            self.read()?;
        }
    }

    /// Takes in what has come.
    fn read(&mut self) -> anyhow::Result<()> {
        let mut buffer = vec![0; 16 * 1024];
        let read = self.link.read(&mut buffer)?;
        let (heard, events) = (&mut self.heard, &mut self.events);
        self.decoder.feed(&buffer[..read], |piece| match piece {
            Piece::Message(message) if message.get("Event").is_some() => events.push(message),
            piece => heard.push(piece),
        });
        Ok(())
    }
}
