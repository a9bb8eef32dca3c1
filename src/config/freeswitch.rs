//! The FreeSWITCH that sends its records, and is listened to.

use serde::Deserialize;

use super::asterisk::{Secret, with_port};
use super::intake::Folder;

/// What a FreeSWITCH sends its records with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeSwitch {
    /// What it proves itself with.
    pub secret: Secret,
    /// The machine that rows name.
    pub machine: String,
}

/// The event socket of a FreeSWITCH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSocket {
    /// Host and port.
    pub address: String,
    /// Its password, in event_socket.conf.xml.
    pub password: Secret,
    /// Where its files are, also when nobody watches them.
    pub folders: Vec<Folder>,
}

/// The port of the event socket.
const PORT: u16 = 8021;

/// As someone gave it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as in FreeSwitch")]
pub struct Given {
    pub secret: Option<Secret>,
    pub machine: Option<String>,
    pub event_socket: Option<String>,
    pub event_socket_password: Option<Secret>,
}

impl Given {
    /// What is given here, else there.
    #[must_use]
    pub fn or(self, other: Given) -> Given {
        Given {
            secret: self.secret.or(other.secret),
            machine: self.machine.or(other.machine),
            event_socket: self.event_socket.or(other.event_socket),
            event_socket_password: self.event_socket_password.or(other.event_socket_password),
        }
    }

    /// The event socket to listen to; `None`: no one is named.
    pub(super) fn event_socket(&self, folders: Option<&[Folder]>) -> Option<EventSocket> {
        let address = self.event_socket.as_deref().map(str::trim).filter(|address| !address.is_empty())?;
        Some(EventSocket {
            address: with_port(address, PORT),
            password: self.event_socket_password.clone().unwrap_or_default(),
            folders: folders.map_or_else(|| vec![Folder::default()], <[Folder]>::to_vec),
        })
    }

    /// `None` without a secret. The machine is that of the first folder.
    pub(super) fn settle(self, folders: Option<&[Folder]>) -> Option<FreeSwitch> {
        let secret = self.secret.filter(|secret| !secret.reveal().is_empty())?;
        let folder = || folders.and_then(<[Folder]>::first).cloned().unwrap_or_default();
        Some(FreeSwitch { secret, machine: self.machine.unwrap_or_else(|| folder().machine()) })
    }
}

/// The part of the configuration file about it.
pub(super) const SAMPLE: &str = r#"
# A FreeSWITCH whose mod_json_cdr sends the record of each call to http://HERE/ingest/freeswitch. The secret is the password
# in the parameter cred of its json_cdr.conf.xml; without one there is no such door.
# Choose 16 characters or more: after ten wrong ones an address has to wait. TAPELINE_FREESWITCH_SECRET.
#[freeswitch]
#secret = ""
# The machine, if not that of the first of [[folders]].
#machine = "pbx1"
# Its event socket (mod_event_socket): calls are in the list while they are spoken, with names, numbers and who answered. What
# it needs is printed and tested by: tapeline freeswitch check. The port is 8021 unless given. TAPELINE_FREESWITCH,
# --freeswitch. The password is that of its event_socket.conf.xml; it is sent as it is, so let the socket listen on this
# machine or a network of your own. TAPELINE_FREESWITCH_PASSWORD.
#event_socket = "127.0.0.1:8021"
#event_socket_password = ""
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_socket_is_off_unless_named_and_its_password_is_not_shown() {
        assert_eq!(Given::default().event_socket(None), None);
        let given = |address: &str| Given {
            event_socket: Some(address.into()),
            event_socket_password: Some(Secret::new("Kx4-opens".into())),
            ..Given::default()
        };
        assert_eq!(given(" ").event_socket(None), None);
        let settings = given("pbx").event_socket(None).expect("settings");
        assert_eq!((settings.address.as_str(), settings.password.reveal()), ("pbx:8021", "Kx4-opens"));
        assert!(!format!("{settings:?}").contains("Kx4"));
    }
}
