//! The settings that stand in no section, declared once: `general_settings!` is the only list of them in the program.
//!
//! # To add a setting
//!
//! A line in `general_settings!`: its name, its type, its default, the numbers that it may have (where not any will do),
//! its variable, how its flag shows the value, where `--help` lists it, and two texts: one for the flag, and one for the configuration
//! file. From that follow its field in [`Config`](super::Config), in `Given` and in `Given::or`, its default, the check of
//! its range, its flag and its paragraph in `tapeline config`. What heeds it reads
//! `app.config.NAME`.
//!
//! A setting of a section (`[asterisk]`, `[[folders]]`) is a field of that section's struct in the file beside this one; what
//! fills such structs does not compile without it, and a test names it where the section's paragraph in `tapeline config` or
//! its flag is missing.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::country::Country;
use super::formats::Formats;
use super::network::Networks;
use super::origin::PublicUrl;

/// Hands the settings that stand in no section to a macro.
macro_rules! general_settings {
    ($to:ident) => {
        $to! {
            db: PathBuf = "recordings.db".into(), "TAPELINE_DB", "FILE", hide: false,
                "The database file", "";
            media_root: PathBuf = "recordings".into(), "TAPELINE_MEDIA_ROOT", "DIR", hide: false,
                "The folder below which all sound lies", "";
            listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080)), "TAPELINE_LISTEN", "ADDR", hide: false,
                "Address and port to listen on [default: 127.0.0.1:8080]",
                "Passwords travel as they are over plain HTTP: beyond this machine, put a proxy with TLS in front.";
            trusted_proxies: Networks = Networks::default(), "TAPELINE_TRUSTED_PROXIES", "NETWORKS", hide: false,
                "Proxies whose word counts for who asks, as in 127.0.0.1,10.0.0.0/8",
                "Addresses and networks. X-Forwarded-For or Forwarded of these, and of nobody else, says whose address is \
                 limited, audited and logged; X-Forwarded-Host and X-Forwarded-Proto where the page is. A proxy must set one \
                 of them and take the other away.";
            public_url: PublicUrl = PublicUrl::default(), "TAPELINE_PUBLIC_URL", "URL", hide: false,
                "Address of the page, where a proxy has it at another one",
                "As the browser shows it: needed where the proxy does not pass the Host that it was asked for.";
            compat: Compat = Compat::None, "TAPELINE_COMPAT", "none|enswitch", hide: false,
                "Answer as Enswitch itself does: HTTP 200 always, numbers in rows as strings",
                "For clients that count on it.";
            bcrypt_cost: u32 = 12, in 4..=20, "TAPELINE_BCRYPT_COST", "N", hide: true,
                "Cost of new password hashes", "Each step more doubles the time of a login.";
            password_minimum: u32 = 8, in 1..=64, "TAPELINE_PASSWORD_MINIMUM", "N", hide: true,
                "Characters that a new password must have",
                "Passwords of before go on working. More than 72 bytes are no use to bcrypt, so they are refused as well.";
            token_hours: u32 = 24, in 1..=100_000, "TAPELINE_TOKEN_HOURS", "N", hide: true,
                "Hours that a token lasts", "";
            session_idle_hours: u32 = 12, in 1..=100_000, "TAPELINE_SESSION_IDLE_HOURS", "N", hide: true,
                "Hours that a browser's session lasts without use", "";
            session_days: u32 = 30, in 1..=100_000, "TAPELINE_SESSION_DAYS", "N", hide: true,
                "Days that a browser's session lasts at most", "";
            readers: u32 = 24, in 2..=1000, "TAPELINE_READERS", "N", hide: true,
                "Database connections that answer requests", "";
            streams: u32 = 16, in 1..=100_000, "TAPELINE_STREAMS", "N", hide: true,
                "Long answers under way at once", "Those of more than 256 KiB; the next one gets 503.";
            stream_stall_seconds: u32 = 30, in 1..=100_000, "TAPELINE_STREAM_STALL_SECONDS", "N", hide: true,
                "Seconds for which a client may take nothing of a long answer",
                "Then it is dropped. What it took at once before counts as 8 KiB a second, for ten minutes at most.";
            stream_kib_a_minute: u32 = 64, in 0..=100_000, "TAPELINE_STREAM_KIB_A_MINUTE", "N", hide: true,
                "KiB of a long answer that a client must take in a minute", "One that takes less is dropped.";
            stream_minutes: u32 = 10, in 1..=100_000, "TAPELINE_STREAM_MINUTES", "N", hide: true,
                "Minutes that a long list may take",
                "It shows the rows of one moment, which the database has to keep. Sound and exports may take as long as they move.";
            prefer_formats: Formats = Formats::default(), "TAPELINE_PREFER_FORMATS", "ENDINGS", hide: true,
                "Which form of a recording plays where several are there: endings of files, best first",
                "Others come after these, in the order in which they came; one side of a call only where nothing else is there.";
            country: Country = Country::default(), "TAPELINE_COUNTRY", "CODE", hide: true,
                "Country code of the office, as in 44",
                "For searches of numbers: 020 7946 0340 is +44 20 7946 0340 then. Without it, the last nine digits of a number count.";
            watch: bool = true, "TAPELINE_WATCH", "true|false", hide: true,
                "Whether the media root is watched for new recordings",
                "Every file in it, or in the [[folders]] of it, gets a row while it is written.";
        }
    };
}
pub(crate) use general_settings;

/// The peculiarities of another server that clients may count on.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Compat {
    /// As the contract says.
    #[default]
    None,
    /// As Enswitch does.
    Enswitch,
}

/// The paragraphs of the configuration file about them. What is given of a name is in force there, the rest a comment.
pub(super) fn sample(given: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::from(HEAD);
    macro_rules! paragraphs {
        ($($name:ident: $type:ty = $default:expr, $(in $range:expr,)? $variable:literal, $value:literal, hide: $hide:literal,
            $flag:literal, $about:literal;)*) => {
            $(
                let default: $type = $default;
                let (mark, value) = given(stringify!($name)).map_or_else(|| ("#", in_toml(&default)), |value| ("", value));
                text += &paragraph(stringify!($name), $variable, [$flag, $about], mark, &value);
            )*
        };
    }
    general_settings!(paragraphs);
    text
}

const HEAD: &str = "# Tapeline's settings. A flag on the command line wins over its TAPELINE_… variable, and that over this file.\n\
# It is read from /etc/tapeline.toml, unless --config or TAPELINE_CONFIG names another file.\n";

fn paragraph(name: &str, variable: &str, [flag, about]: [&str; 2], mark: &str, value: &str) -> String {
    let told = flag.split(" [default").next().unwrap_or(flag);
    let about = if about.is_empty() { String::new() } else { format!(" {about}") };
    let flag = name.replace('_', "-");
    format!("\n# {told}.{about}\n# {variable}, --{flag}.\n{mark}{name} = {value}\n")
}

/// A value as the file has it.
pub(super) fn in_toml(value: &impl Serialize) -> String {
    toml::Value::try_from(value).map(|value| value.to_string()).unwrap_or_default()
}
