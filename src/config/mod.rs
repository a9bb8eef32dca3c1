//! Settings: what the program believes, once flags, environment, file and defaults are put together.

mod asterisk;
mod freeswitch;
mod intake;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use asterisk::{Asterisk, Given as GivenAsterisk, Secret, Tls};
pub use freeswitch::{FreeSwitch, Given as GivenFreeSwitch};
pub use intake::{Expires, Folder, NameOrId, Never, Patterns, Rule, find_of_pbx, innermost, innermost_of};

/// What the program runs with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database file.
    pub db: PathBuf,
    /// The folder below which all sound lies.
    pub media_root: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Answers as Enswitch itself gives them: HTTP 200 always, row values as strings.
    pub compat: bool,
    /// bcrypt's cost for new passwords.
    pub bcrypt_cost: u32,
    /// Hours that a token lasts.
    pub token_hours: u32,
    /// Hours that a viewer's session lasts without use.
    pub session_idle_hours: u32,
    /// Days that a viewer's session lasts at most.
    pub session_days: u32,
    /// Database connections that answer requests.
    pub readers: u32,
    /// Long answers that may be under way at once.
    pub streams: u32,
    /// Seconds in which a long answer must move 64 KiB.
    pub stream_stall_seconds: u32,
    /// Minutes that a long answer may take.
    pub stream_minutes: u32,
    /// Folders that PBXs record into.
    pub folders: Vec<Folder>,
    /// Whether they are watched.
    pub watch: bool,
    /// Where recordings are filed.
    pub rules: Vec<Rule>,
    /// The PBX to listen to, if there is one.
    pub asterisk: Option<Asterisk>,
    /// The FreeSWITCH that sends its records, if there is one.
    pub freeswitch: Option<FreeSwitch>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            db: "recordings.db".into(),
            media_root: "recordings".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            compat: false,
            bcrypt_cost: 12,
            token_hours: 24,
            session_idle_hours: 12,
            session_days: 30,
            readers: 24,
            streams: 16,
            stream_stall_seconds: 10,
            stream_minutes: 10,
            folders: Vec::new(),
            watch: true,
            rules: Vec::new(),
            asterisk: None,
            freeswitch: None,
        }
    }
}

/// The peculiarities of another server that clients may count on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Compat {
    /// As the contract says.
    None,
    /// As Enswitch does.
    Enswitch,
}

/// Settings that someone gave: on the command line, by environment, or in the file. `None`: not given.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as in Config")]
pub struct Given {
    pub db: Option<PathBuf>,
    pub media_root: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
    pub compat: Option<Compat>,
    pub bcrypt_cost: Option<u32>,
    pub token_hours: Option<u32>,
    pub session_idle_hours: Option<u32>,
    pub session_days: Option<u32>,
    pub readers: Option<u32>,
    pub streams: Option<u32>,
    pub stream_stall_seconds: Option<u32>,
    pub stream_minutes: Option<u32>,
    pub watch: Option<bool>,
    pub folders: Option<Vec<Folder>>,
    pub rules: Option<Vec<Rule>>,
    pub asterisk: Option<asterisk::Given>,
    pub freeswitch: Option<freeswitch::Given>,
}

/// Why settings cannot be used. One sentence that says what to do.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message is the documentation")]
pub enum ConfigError {
    #[error("{path} cannot be read ({why}); check --config")]
    Unreadable { path: PathBuf, why: String },
    #[error("{path} is not right: {why}\nSee: tapeline config")]
    Wrong { path: PathBuf, why: String },
    #[error("{name} is {value}; it must be {range}")]
    Range { name: &'static str, value: u32, range: &'static str },
    #[error("{name} is {value:?}; it must be {what}")]
    Text { name: &'static str, value: String, what: &'static str },
    #[error("folder is {folder:?} in one of [[folders]], which is not below the media root {root}; {what}")]
    Outside { folder: PathBuf, root: PathBuf, what: String },
    #[error("two of [[folders]] have the folder {folder:?}; let each PBX record into a folder of its own")]
    Twice { folder: PathBuf },
}

impl Given {
    /// The settings in a TOML file.
    pub fn from_file(path: &Path) -> Result<Given, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Unreadable { path: path.into(), why: error.to_string() })?;
        toml::from_str(&text).map_err(|error| ConfigError::Wrong {
            path: path.into(),
            why: error.to_string().trim_end().into(),
        })
    }

    /// What is given here, else there.
    #[must_use]
    pub fn or(self, other: Given) -> Given {
        Given {
            db: self.db.or(other.db),
            media_root: self.media_root.or(other.media_root),
            listen: self.listen.or(other.listen),
            compat: self.compat.or(other.compat),
            bcrypt_cost: self.bcrypt_cost.or(other.bcrypt_cost),
            token_hours: self.token_hours.or(other.token_hours),
            session_idle_hours: self.session_idle_hours.or(other.session_idle_hours),
            session_days: self.session_days.or(other.session_days),
            readers: self.readers.or(other.readers),
            streams: self.streams.or(other.streams),
            stream_stall_seconds: self.stream_stall_seconds.or(other.stream_stall_seconds),
            stream_minutes: self.stream_minutes.or(other.stream_minutes),
            watch: self.watch.or(other.watch),
            folders: self.folders.or(other.folders),
            rules: self.rules.or(other.rules),
            asterisk: match (self.asterisk, other.asterisk) {
                (Some(mine), Some(theirs)) => Some(mine.or(theirs)),
                (mine, theirs) => mine.or(theirs),
            },
            freeswitch: match (self.freeswitch, other.freeswitch) {
                (Some(mine), Some(theirs)) => Some(freeswitch::Given {
                    secret: mine.secret.or(theirs.secret),
                    machine: mine.machine.or(theirs.machine),
                }),
                (mine, theirs) => mine.or(theirs),
            },
        }
    }

    /// Fills in the defaults and checks the ranges.
    pub fn settle(self) -> Result<Config, ConfigError> {
        let default = Config::default();
        let media_root = self.media_root.unwrap_or(default.media_root);
        let folders = self.folders.map(|folders| intake::settle(folders, &media_root)).transpose()?;
        let asterisk = self.asterisk.and_then(|given| given.settle(folders.as_deref())).transpose()?;
        let freeswitch = self.freeswitch.and_then(|given| given.settle(folders.as_deref()));
        Ok(Config {
            db: self.db.unwrap_or(default.db),
            media_root,
            listen: self.listen.unwrap_or(default.listen),
            compat: self.compat == Some(Compat::Enswitch),
            bcrypt_cost: within("bcrypt_cost", self.bcrypt_cost, default.bcrypt_cost, 4, 20, "4 to 20")?,
            token_hours: positive("token_hours", self.token_hours, default.token_hours)?,
            session_idle_hours: positive(
                "session_idle_hours",
                self.session_idle_hours,
                default.session_idle_hours,
            )?,
            session_days: positive("session_days", self.session_days, default.session_days)?,
            readers: within("readers", self.readers, default.readers, 2, 1000, "2 to 1000")?,
            streams: positive("streams", self.streams, default.streams)?,
            stream_stall_seconds: positive(
                "stream_stall_seconds",
                self.stream_stall_seconds,
                default.stream_stall_seconds,
            )?,
            stream_minutes: positive("stream_minutes", self.stream_minutes, default.stream_minutes)?,
            folders: folders.unwrap_or_else(|| vec![Folder::default()]),
            watch: self.watch != Some(false),
            rules: self.rules.unwrap_or_default(),
            asterisk,
            freeswitch,
        })
    }
}

fn within(
    name: &'static str,
    given: Option<u32>,
    default: u32,
    low: u32,
    high: u32,
    range: &'static str,
) -> Result<u32, ConfigError> {
    let value = given.unwrap_or(default);
    if (low..=high).contains(&value) { Ok(value) } else { Err(ConfigError::Range { name, value, range }) }
}

fn positive(name: &'static str, given: Option<u32>, default: u32) -> Result<u32, ConfigError> {
    within(name, given, default, 1, 100_000, "1 to 100000")
}

/// The configuration file with every setting at its default, explained.
pub fn sample() -> String {
    [SAMPLE, intake::SAMPLE, asterisk::SAMPLE, freeswitch::SAMPLE].concat()
}

const SAMPLE: &str = r#"# Tapeline's settings. A flag on the command line wins over its TAPELINE_… variable, and that over this file.

# The database file. Variable TAPELINE_DB, flag --db.
#db = "recordings.db"

# The folder below which all sound lies. TAPELINE_MEDIA_ROOT, --media-root.
#media_root = "recordings"

# Address and port of the API and the viewer. TAPELINE_LISTEN, --listen.
# Passwords travel as they are over plain HTTP: beyond this machine, put a proxy with TLS in front.
#listen = "127.0.0.1:8080"

# "enswitch": HTTP status 200 whatever happens, and numbers in rows as strings, for clients that count on it.
# TAPELINE_COMPAT, --compat.
#compat = "none"

# Cost of new password hashes: each step more doubles the time of a login. TAPELINE_BCRYPT_COST, --bcrypt-cost.
#bcrypt_cost = 12

# Hours that a token lasts. TAPELINE_TOKEN_HOURS, --token-hours.
#token_hours = 24

# Hours that a browser's session lasts without use, and days at most.
# TAPELINE_SESSION_IDLE_HOURS, --session-idle-hours; TAPELINE_SESSION_DAYS, --session-days.
#session_idle_hours = 12
#session_days = 30

# Database connections that answer requests. TAPELINE_READERS, --readers.
#readers = 24

# Answers of more than 256 KiB under way at once; the next one gets 503. TAPELINE_STREAMS, --streams.
#streams = 16

# Such an answer is dropped when it moves less than 64 KiB in so many seconds, or takes so many minutes.
# TAPELINE_STREAM_STALL_SECONDS, --stream-stall-seconds; TAPELINE_STREAM_MINUTES, --stream-minutes.
#stream_stall_seconds = 10
#stream_minutes = 10
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_valid_and_says_the_defaults() {
        let given: Given = toml::from_str(&sample()).expect("the sample parses");
        assert!(given.db.is_none());
        let uncommented = uncommented(SAMPLE);
        let given: Given = toml::from_str(&uncommented).expect("the settings parse");
        let config = given.settle().expect("the defaults are in range");
        let expected = Config { folders: vec![Folder::default()], ..Config::default() };
        assert_eq!(format!("{config:?}"), format!("{expected:?}"));
    }

    #[test]
    fn the_sample_of_asterisk_is_valid() {
        let given: Given = toml::from_str(&uncommented(asterisk::SAMPLE)).expect("the settings parse");
        let asterisk = given.settle().expect("settings").asterisk.expect("an address");
        assert_eq!((asterisk.username.as_str(), asterisk.tls), ("tapeline", Tls::Off));
    }

    #[test]
    fn the_sample_of_folders_and_rules_is_valid() {
        let text = uncommented(intake::SAMPLE);
        let given: Given = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let config = given.settle().expect("settings");
        let example = &config.folders[0];
        assert_eq!(example.silent_minutes, Folder::default().silent_minutes);
        assert_eq!(example.rescan_minutes, Folder::default().rescan_minutes);
        assert_eq!(example.keep_empty, Folder::default().keep_empty);
        assert_eq!(config.rules[0].extension.list(), ["20?", "301"]);
    }

    fn uncommented(sample: &str) -> String {
        sample
            .lines()
            .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
            .fold(String::new(), |text, line| text + line + "\n")
    }
}
