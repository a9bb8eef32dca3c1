//! The PBX that is listened to.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use super::error::ConfigError;
use super::intake::Folder;

/// The port of the manager interface, and that of its TLS side.
const PORT: u16 = 5038;
const TLS_PORT: u16 = 5039;

/// The manager interface of an Asterisk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asterisk {
    /// Host and port.
    pub address: String,
    /// The user in manager.conf.
    pub username: String,
    /// Its secret.
    pub secret: Secret,
    /// How the connection is protected.
    pub tls: Tls,
    /// Where its files are, also when nobody watches them.
    pub folders: Vec<Folder>,
}

/// A word that no log and no message may show.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps the word.
    pub fn new(word: String) -> Secret {
        Secret(word)
    }

    /// The word itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "hidden" })
    }
}

/// How a connection is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    Off,
    /// By a certificate that this machine trusts.
    System,
    /// By a certificate that the one in this file vouches for.
    Authority(PathBuf),
    /// By the one certificate with this SHA-256 fingerprint.
    Fingerprint([u8; 32]),
}

/// As someone gave it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as in Asterisk")]
pub struct Given {
    pub address: Option<String>,
    pub username: Option<String>,
    pub secret: Option<Secret>,
    pub tls: Option<String>,
}

impl Given {
    /// What is given here, else there.
    #[must_use]
    pub fn or(self, other: Given) -> Given {
        Given {
            address: self.address.or(other.address),
            username: self.username.or(other.username),
            secret: self.secret.or(other.secret),
            tls: self.tls.or(other.tls),
        }
    }

    /// Fills in the defaults; `None`: no PBX is named.
    pub(super) fn settle(self, folders: Option<&[Folder]>) -> Option<Result<Asterisk, ConfigError>> {
        let address = self.address.filter(|address| !address.trim().is_empty())?;
        Some(tls(self.tls).map(|tls| Asterisk {
            address: with_port(address.trim(), if tls == Tls::Off { PORT } else { TLS_PORT }),
            username: self.username.unwrap_or_else(|| "tapeline".into()),
            secret: self.secret.unwrap_or_default(),
            tls,
            folders: folders.map_or_else(|| vec![Folder::default()], <[Folder]>::to_vec),
        }))
    }
}

/// The part of the configuration file about it.
pub(super) const SAMPLE: &str = r#"
# An Asterisk to listen to: calls are in the list while they are spoken, with names, numbers and who answered. What it needs
# is printed and tested by: tapeline asterisk check
#[asterisk]
# Its manager interface (AMI). TAPELINE_ASTERISK, --asterisk. The port is 5038 unless given, with TLS 5039.
#address = "127.0.0.1"
# The user in its manager.conf, and the secret. It is proved by a challenge and not sent; to a server that knows no challenge
# it is sent, but only over TLS or on this machine. TAPELINE_ASTERISK_USERNAME, --asterisk-username;
# TAPELINE_ASTERISK_SECRET.
#username = "tapeline"
#secret = ""
# How the connection is protected: "off"; "system": TLS with a certificate that this machine trusts; the path of a file (PEM)
# with the authority's certificate; or "sha256:…", the fingerprint of the only certificate that is right. TAPELINE_ASTERISK_TLS,
# --asterisk-tls.
#tls = "off"
"#;

/// The address with a port: `pbx`, `pbx:5038`, `::1`, `[::1]:5038`.
pub(super) fn with_port(address: &str, port: u16) -> String {
    if address.parse::<std::net::Ipv6Addr>().is_ok() {
        return format!("[{address}]:{port}");
    }
    let has_port = address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port { address.into() } else { format!("{address}:{port}") }
}

fn tls(word: Option<String>) -> Result<Tls, ConfigError> {
    let word = word.unwrap_or_else(|| "off".into());
    let wrong = || ConfigError::Text {
        name: "asterisk.tls",
        value: word.clone(),
        what: "off, system, the path of a file with a certificate, or sha256: and 64 hexadecimal digits",
    };
    match word.as_str() {
        "off" => Ok(Tls::Off),
        "system" => Ok(Tls::System),
        other => match other.strip_prefix("sha256:") {
            Some(digits) => fingerprint(digits).map(Tls::Fingerprint).ok_or_else(wrong),
            None if other.contains(['/', '.']) => Ok(Tls::Authority(other.into())),
            None => Err(wrong()),
        },
    }
}

/// As openssl prints it, with colons, or without.
fn fingerprint(digits: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = digits.bytes().filter(|byte| *byte != b':').collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(address: &str, tls: &str) -> Result<Asterisk, ConfigError> {
        let given = Given {
            address: Some(address.into()),
            secret: Some(Secret::new("word".into())),
            tls: Some(tls.into()),
            ..Given::default()
        };
        given.settle(None).expect("an address")
    }

    #[test]
    fn the_port_is_that_of_the_manager_interface_unless_given() {
        for (address, tls, expected) in [
            ("pbx", "off", "pbx:5038"),
            ("pbx", "system", "pbx:5039"),
            ("10.0.0.5:7000", "off", "10.0.0.5:7000"),
            ("::1", "off", "[::1]:5038"),
            ("[::1]:7000", "off", "[::1]:7000"),
        ] {
            assert_eq!(settled(address, tls).expect("settings").address, expected);
        }
    }

    #[test]
    fn a_fingerprint_may_have_colons_and_must_be_whole() {
        let digits = "AB".repeat(32);
        let colons = vec!["ab"; 32].join(":");
        for good in [digits, colons] {
            let tls = settled("pbx", &format!("sha256:{good}")).expect("settings").tls;
            assert_eq!(tls, Tls::Fingerprint([0xab; 32]));
        }
        for bad in ["sha256:", "sha256:abcd", &format!("sha256:{}", "xy".repeat(32)), "on"] {
            assert!(matches!(settled("pbx", bad), Err(ConfigError::Text { .. })), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let settings = settled("pbx", "off").expect("settings");
        assert!(!format!("{settings:?}").contains("word"));
        assert_eq!(settings.secret.reveal(), "word");
    }
}
