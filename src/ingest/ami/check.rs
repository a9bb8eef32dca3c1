//! Asks a PBX whether all is there that the source needs, and says what is missing.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::bail;
use jiff::tz::TimeZone;

use super::action::{action, challenge_key};
use super::codec::{Decoder, Message, Piece};
use super::draft::Places;
use super::link::{Distrusted, Link};
use crate::config::{Asterisk, Config};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Seconds that the two clocks may differ by.
const SLACK: i64 = 2;
/// Our address where nothing else is known.
const HERE: &str = "127.0.0.1";
/// What the user must be told of, and what it may ask.
const CLASSES: [(&str, &str); 3] = [
    ("dialplan", "names the file of a recording"),
    ("call", "says who calls whom, and when a call ends"),
    ("cdr", "says how it went, and how long people talked"),
];

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// It is as it should be.
    pub good: bool,
    /// What it is, and what to do about it.
    pub words: String,
}

/// What belongs into manager.conf for this user.
pub fn stanza(username: &str, from: &str) -> String {
    format!(
        "[{username}]
secret = CHOOSE-A-LONG-ONE
deny = 0.0.0.0/0.0.0.0
permit = {from}/255.255.255.255
read = call,cdr,dialplan,agent
write = reporting
writetimeout = 5000
eventfilter = Event: (Newchannel|NewCallerid|DialBegin|DialEnd|MixMonitor|Cdr|BlindTransfer|AttendedTransfer)
eventfilter = Event: (AgentConnect|QueueCallerJoin|Hangup[^R])
eventfilter = Variable: MIXMONITOR_FILENAME
"
    )
}

/// Looks at everything, as far as one thing doesn't keep it from the next. Gives also the address that we have in the
/// PBX's eyes.
pub fn check(config: &Config, settings: &Asterisk) -> (Vec<Finding>, String) {
    let mut findings = Findings::default();
    let mut talk = match Talk::begin(settings) {
        Ok(talk) => talk,
        Err(error) => {
            findings.bad(unreached(&settings.address, &error));
            return (findings.0, HERE.into());
        }
    };
    let here = talk.link.here().unwrap_or_else(|| HERE.into());
    findings.good(format!("{} answers as a manager interface", settings.address));
    match talk.log_in(settings) {
        Ok(()) => findings.good(format!("{} is let in", settings.username)),
        Err(error) => {
            findings.bad(format!("{} is not let in: {error:#}", settings.username));
            return (findings.0, here);
        }
    }
    // Who may not ask learns nothing of the rest.
    if about_user(&mut talk, settings, &mut findings) {
        about_records(&mut talk, &mut findings);
        about_paths(&mut talk, config, settings, &mut findings);
        about_time(&mut talk, settings, &mut findings);
    }
    (findings.0, here)
}

/// Who is there and not trusted needs no hole in a firewall.
fn unreached(address: &str, error: &anyhow::Error) -> String {
    let what = format!("{address} cannot be connected to: {error:#}");
    if error.is::<Distrusted>() {
        return what;
    }
    format!(
        "{what}. On the PBX, manager.conf needs enabled = yes, a bindaddr (for TLS: tlsbindaddr) that this machine reaches, \
         and the firewall a hole"
    )
}

fn about_user(talk: &mut Talk, settings: &Asterisk, findings: &mut Findings) -> bool {
    let version = talk.ask("CoreSettings", &[]).map(|answer| answer.text("AsteriskVersion").into_owned());
    match version {
        Ok(version) if !version.is_empty() => findings.good(format!("it is Asterisk {version}")),
        _ => {
            findings.bad("what goes on may not be asked for: write lacks reporting".into());
            return false;
        }
    }
    let user = &settings.username;
    let read = talk.setting("manager.conf", user, "read");
    let has = |class: &str| read.split(',').any(|word| matches!(word.trim(), "all") || word.trim() == class);
    for (class, why) in CLASSES {
        match has(class) {
            true => findings.good(format!("read has {class}")),
            false => findings.bad(format!("read lacks {class}, which {why}")),
        }
    }
    if !has("agent") {
        findings.bad("read lacks agent, which names the member of a queue who answered".into());
    }
    match talk.setting("manager.conf", user, "eventfilter").is_empty() {
        true => findings
            .bad("there is no eventfilter: it works, but the PBX sends twenty times what is needed".into()),
        false => findings.good("there is an eventfilter".into()),
    }
    true
}

fn about_records(talk: &mut Talk, findings: &mut Findings) {
    match talk.setting("cdr_manager.conf", "general", "enabled").as_str() {
        "yes" | "true" | "on" | "1" => findings.good("call detail records are sent".into()),
        _ => findings.bad(
            "call detail records are not sent: set enabled = yes under [general] in cdr_manager.conf, then \
             asterisk -rx 'module reload cdr_manager.so'; without them status and talk time are worked out from the \
             other events"
                .into(),
        ),
    }
}

fn about_paths(talk: &mut Talk, config: &Config, settings: &Asterisk, findings: &mut Findings) {
    let spool = talk.setting("asterisk.conf", "directories", "astspooldir");
    let monitor = format!(
        "{}/monitor",
        if spool.is_empty() { "/var/spool/asterisk" } else { spool.trim_end_matches('/') }
    );
    let Some((_, path)) = Places::new(&config.media_root, settings).find(&format!("{monitor}/x")) else {
        findings.bad(format!(
            "the PBX records to {monitor}, which is no folder of the settings: set media_root = \"{monitor}\" if that is \
             on this machine, else in [[folders]] monitor_dir = \"{monitor}\""
        ));
        return;
    };
    let own = config.media_root.join(Path::new(&path).parent().unwrap_or(Path::new("")));
    match own.read_dir() {
        Ok(_) => findings.good(format!("{monitor} of the PBX is {} here", own.display())),
        Err(error) => findings.bad(format!(
            "{monitor} of the PBX should be {} here, which cannot be read: {error}",
            own.display()
        )),
    }
}

fn about_time(talk: &mut Talk, settings: &Asterisk, findings: &mut Findings) {
    let theirs = talk.variable("STRFTIME(,,%s)").parse::<i64>();
    let offset = talk.variable("STRFTIME(,,%z)");
    let Ok(theirs) = theirs else {
        findings.bad("the PBX does not say what time it is".into());
        return;
    };
    let now = jiff::Timestamp::now();
    match now.as_second() - theirs {
        ahead if ahead.abs() <= SLACK => findings.good("the clocks agree".into()),
        ahead => findings.bad(format!(
            "the PBX's clock is {} s {} this machine's: let both follow an NTP server",
            ahead.abs(),
            if ahead > 0 { "behind" } else { "ahead of" }
        )),
    }
    let name = settings.folders.first().and_then(|folder| folder.zone.clone());
    let zone = name.as_ref().map_or_else(|| Ok(TimeZone::system()), |name| TimeZone::get(name));
    let Ok(zone) = zone else { return };
    let ours = zone.to_offset(now).seconds();
    let words = name.unwrap_or_else(|| "this machine's".into());
    match seconds(&offset) {
        Some(theirs) if theirs == ours => findings.good(format!("the PBX's time zone is {words} ({offset})")),
        _ => findings.bad(format!(
            "the PBX's time is UTC{offset}, but its zone is set to {words}: set zone in [[folders]], or the times in file \
             names are misread"
        )),
    }
}

/// `+0530`, in seconds.
fn seconds(offset: &str) -> Option<i32> {
    let (sign, digits) = offset.split_at_checked(1)?;
    let number: i32 = digits.parse().ok()?;
    let seconds = (number / 100) * 3600 + (number % 100) * 60;
    Some(if sign == "-" { -seconds } else { seconds })
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn good(&mut self, words: String) {
        self.0.push(Finding { good: true, words });
    }

    fn bad(&mut self, words: String) {
        self.0.push(Finding { good: false, words });
    }
}

/// Questions and answers.
struct Talk {
    link: Link,
    decoder: Decoder,
    heard: Vec<Piece>,
    asked: u32,
}

impl Talk {
    fn begin(settings: &Asterisk) -> anyhow::Result<Talk> {
        let link = Link::open(settings)?;
        let mut talk = Talk { link, decoder: Decoder::default(), heard: Vec::new(), asked: 0 };
        let banner = talk.wait(|piece| matches!(piece, Piece::Banner(_)))?;
        match banner {
            Piece::Banner(banner) if banner.starts_with("Asterisk Call Manager") => Ok(talk),
            _ => bail!("another program listens there"),
        }
    }

    fn log_in(&mut self, settings: &Asterisk) -> anyhow::Result<()> {
        let challenge = self.ask("Challenge", &[("AuthType", "MD5")])?;
        let key = challenge_key(&challenge.text("Challenge"), settings.secret.reveal());
        let fields =
            [("AuthType", "MD5"), ("Username", &*settings.username), ("Key", &*key), ("Events", "off")];
        self.ask("Login", &fields).map(|_| ())
    }

    /// The answer; one that says no is an error.
    fn ask(&mut self, name: &str, fields: &[(&str, &str)]) -> anyhow::Result<Message> {
        self.asked += 1;
        let id = self.asked.to_string();
        self.link.write(&action(name, &id, fields))?;
        let is_answer = |piece: &Piece| matches!(piece, Piece::Message(message) if message.text("ActionID") == id && message.get("Response").is_some());
        match self.wait(is_answer)? {
            Piece::Message(answer) if answer.text("Response") == "Error" => {
                bail!("{}", answer.text("Message"))
            }
            Piece::Message(answer) => Ok(answer),
            _ => bail!("it says something else"),
        }
    }

    /// A variable or function of the PBX; empty where it may not be asked.
    fn variable(&mut self, name: &str) -> String {
        self.ask("Getvar", &[("Variable", name)])
            .map(|answer| answer.text("Value").into_owned())
            .unwrap_or_default()
    }

    /// A setting in one of its files.
    fn setting(&mut self, file: &str, section: &str, name: &str) -> String {
        self.variable(&format!("AST_CONFIG({file},{section},{name})"))
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
