//! Settings: what the program believes, once flags, environment, file and defaults are put together.

mod asterisk;
mod country;
mod error;
mod formats;
mod freeswitch;
mod general;
mod intake;
mod network;
mod origin;
mod places;
mod sides;

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use asterisk::{Asterisk, Given as GivenAsterisk, Secret, Tls};
pub use country::Country;
pub use error::ConfigError;
pub use formats::Formats;
pub use freeswitch::{EventSocket, FreeSwitch, Given as GivenFreeSwitch};
pub use general::Compat;
pub(crate) use general::general_settings;
pub use intake::{Expires, Folder, NameOrId, Never, Patterns, Rule};
pub use network::Networks;
pub use origin::{Origin, PublicUrl};
pub use places::{find_of_pbx, innermost, innermost_of};
pub use sides::Sides;

macro_rules! declare {
    ($($name:ident: $type:ty = $default:expr, $(in $range:expr,)? $variable:literal, $value:literal, hide: $hide:literal,
        $flag:literal, $about:literal;)*) => {
        /// What the program runs with.
        #[derive(Clone, Debug)]
        pub struct Config {
            $(#[doc = $flag] pub $name: $type,)*
            /// Folders that PBXs record into.
            pub folders: Vec<Folder>,
            /// Where recordings are filed.
            pub rules: Vec<Rule>,
            /// The PBX to listen to, if there is one.
            pub asterisk: Option<Asterisk>,
            /// The FreeSWITCH that sends its records, if there is one.
            pub freeswitch: Option<FreeSwitch>,
            /// The event socket to listen to, if there is one.
            pub event_socket: Option<EventSocket>,
        }

        impl Default for Config {
            fn default() -> Config {
                Config {
                    $($name: $default,)*
                    folders: Vec::new(),
                    rules: Vec::new(),
                    asterisk: None,
                    freeswitch: None,
                    event_socket: None,
                }
            }
        }

        /// Settings that someone gave: on the command line, by environment, or in the file. `None`: not given.
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs, reason = "as in Config")]
        pub struct Given {
            $(pub $name: Option<$type>,)*
            pub folders: Option<Vec<Folder>>,
            pub rules: Option<Vec<Rule>>,
            pub asterisk: Option<asterisk::Given>,
            pub freeswitch: Option<freeswitch::Given>,
        }

        impl Given {
            /// What is given of a setting that stands in no section, as the file has it.
            fn in_toml(&self, name: &str) -> Option<String> {
                $(if name == stringify!($name) { return self.$name.as_ref().map(general::in_toml); })*
                None
            }

            /// What is given here, else there.
            #[must_use]
            pub fn or(self, other: Given) -> Given {
                Given {
                    $($name: self.$name.or(other.$name),)*
                    folders: self.folders.or(other.folders),
                    rules: self.rules.or(other.rules),
                    asterisk: either(self.asterisk, other.asterisk, asterisk::Given::or),
                    freeswitch: either(self.freeswitch, other.freeswitch, freeswitch::Given::or),
                }
            }

            /// Fills in the defaults and checks the ranges.
            pub fn settle(self) -> Result<Config, ConfigError> {
                let general = Config { $($name: self.$name.unwrap_or($default),)* ..Config::default() };
                $($(within(stringify!($name), general.$name, &$range)?;)?)*
                let folders = self.folders.map(|folders| intake::settle(folders, &general.media_root)).transpose()?;
                Ok(Config {
                    asterisk: self.asterisk.and_then(|given| given.settle(folders.as_deref())).transpose()?,
                    event_socket: self.freeswitch.as_ref().and_then(|given| given.event_socket(folders.as_deref())),
                    freeswitch: self.freeswitch.and_then(|given| given.settle(folders.as_deref())),
                    folders: folders.unwrap_or_else(|| vec![Folder::default()]),
                    rules: self.rules.unwrap_or_default(),
                    ..general
                })
            }
        }
    };
}
general_settings!(declare);

impl Config {
    /// Whether a PBX itself tells of its calls.
    pub fn hears_of_calls(&self) -> bool {
        self.asterisk.is_some() || self.freeswitch.is_some() || self.event_socket.is_some()
    }
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

    /// Whether there are secrets among them.
    pub fn has_secrets(&self) -> bool {
        let asterisk = self.asterisk.as_ref().is_some_and(|section| section.secret.is_some());
        let of_freeswitch =
            |section: &freeswitch::Given| section.secret.is_some() || section.event_socket_password.is_some();
        asterisk || self.freeswitch.as_ref().is_some_and(of_freeswitch)
    }
}

/// A section that one side or both have.
fn either<T>(mine: Option<T>, theirs: Option<T>, both: impl FnOnce(T, T) -> T) -> Option<T> {
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => Some(both(mine, theirs)),
        (mine, theirs) => mine.or(theirs),
    }
}

fn within(name: &'static str, value: u32, range: &RangeInclusive<u32>) -> Result<(), ConfigError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(ConfigError::Range { name, value, range: format!("{} to {}", range.start(), range.end()) })
}

/// The configuration file with every setting explained: those that are given in force, the others at their defaults.
pub fn sample(given: &Given) -> String {
    let (asterisk, freeswitch) =
        (given.asterisk.clone().unwrap_or_default(), given.freeswitch.clone().unwrap_or_default());
    let of_asterisk = [("address", asterisk.address), ("username", asterisk.username), ("tls", asterisk.tls)];
    let asterisk = in_force(asterisk::SAMPLE, "asterisk", of_asterisk);
    let freeswitch = in_force(freeswitch::SAMPLE, "freeswitch", [("event_socket", freeswitch.event_socket)]);
    [&general::sample(|name| given.in_toml(name)), intake::SAMPLE, &asterisk, &freeswitch].concat()
}

/// A section's paragraphs, where what is given is no comment.
fn in_force<const N: usize>(sample: &str, section: &str, settings: [(&str, Option<String>); N]) -> String {
    let mut sample = sample.to_owned();
    for (name, value) in settings {
        let Some(value) = value else { continue };
        let line = sample
            .lines()
            .find(|line| line.starts_with(&format!("#{name} = ")))
            .unwrap_or_default()
            .to_owned();
        sample = sample.replace(&line, &format!("{name} = {}", toml::Value::String(value)));
        sample = sample.replace(&format!("#[{section}]"), &format!("[{section}]"));
    }
    sample
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_valid_and_says_the_defaults() {
        let given: Given = toml::from_str(&sample(&Given::default())).expect("the sample parses");
        assert!(given.db.is_none());
        let uncommented = uncommented(&general::sample(|_| None));
        let given: Given = toml::from_str(&uncommented).expect("the settings parse");
        let config = given.settle().expect("the defaults are in range");
        let expected = Config { folders: vec![Folder::default()], ..Config::default() };
        assert_eq!(format!("{config:?}"), format!("{expected:?}"));
    }

    #[test]
    fn what_is_given_is_in_force_in_the_sample() {
        let given = Given {
            db: Some("/srv/a \"b\".db".into()),
            password_minimum: Some(12),
            asterisk: Some(asterisk::Given { address: Some("pbx".into()), ..asterisk::Given::default() }),
            freeswitch: Some(freeswitch::Given {
                event_socket: Some("[::1]".into()),
                ..freeswitch::Given::default()
            }),
            ..Given::default()
        };
        let read: Given = toml::from_str(&sample(&given)).expect("the sample parses");
        let config = read.settle().expect("settings");
        assert_eq!((config.db, config.password_minimum), ("/srv/a \"b\".db".into(), 12));
        let asterisk = config.asterisk.expect("an address");
        assert!(asterisk.address.starts_with("pbx"), "{}", asterisk.address);
        assert!(
            sample(&given).contains("\n[freeswitch]\n")
                && sample(&given).contains("\nevent_socket = \"[::1]\"\n")
        );
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

    /// A section that has no such key says which it has.
    fn keys(section: &str) -> Vec<String> {
        let said = toml::from_str::<Given>(&format!("{section}\nnone_such = 1")).unwrap_err().to_string();
        let listed = said.split("expected one of ").nth(1).or_else(|| said.split("expected ").nth(1));
        listed.expect("the keys").split('`').skip(1).step_by(2).map(String::from).collect()
    }

    #[test]
    fn every_setting_of_every_section_stands_in_the_sample() {
        let sample = sample(&Given::default());
        for section in ["", "[[folders]]", "[[rules]]", "[asterisk]", "[freeswitch]"] {
            for key in keys(section) {
                let shown = [format!("#{key} = "), format!("#[{key}]"), format!("#[[{key}]]")];
                assert!(shown.iter().any(|shown| sample.contains(shown)), "{section} {key}");
            }
        }
    }

    fn uncommented(sample: &str) -> String {
        sample
            .lines()
            .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
            .fold(String::new(), |text, line| text + line + "\n")
    }
}
