//! The settings of the PBX: read from its own files where these are on this machine and may be read, else asked for one by one.
//!
//! Asterisk answers for a key that somebody names, and only for the first section of a name: what else there is it does not
//! tell.

use std::fs;
use std::path::PathBuf;

use super::conf::{Conf, Place};
use super::talk::Talk;
use crate::config::Asterisk;

/// Its settings.
pub(super) struct Settings(Option<Place>);

impl Settings {
    /// Where they are found. Several PBXs may run on one machine: its own is the one that knows our secret, and listens where
    /// we are connected to.
    pub(super) fn of(talk: &mut Talk, settings: &Asterisk) -> Settings {
        let folder = PathBuf::from(talk.variable("ASTETCDIR"));
        if !talk.link.is_on_this_machine() || !folder.is_absolute() {
            return Settings(None);
        }
        let (_, port) = settings.address.rsplit_once(':').unwrap_or_default();
        let is_its = |place: &Place| {
            Conf::read(place, "manager.conf").is_ok_and(|conf| {
                let knows = conf.all(&settings.username, "secret").contains(&settings.secret.reveal());
                knows && ports(&conf).iter().any(|its| its == port)
            })
        };
        let places = roots().map(|root| Place { root, folder: folder.clone() });
        Settings(places.into_iter().find(is_its))
    }

    /// What counts of a key that may stand there several times: the last.
    pub(super) fn last(&self, talk: &mut Talk, file: &str, section: &str, key: &str) -> String {
        match self.read(file) {
            Some(conf) => conf.all(section, key).last().map(|value| (*value).to_owned()).unwrap_or_default(),
            None => talk.setting(file, section, key),
        }
    }

    /// All lines of a section; `None` where they can't be read.
    pub(super) fn lines(&self, file: &str, section: &str) -> Option<Vec<(String, String)>> {
        self.read(file).map(|conf| conf.lines(section).to_vec())
    }

    fn read(&self, file: &str) -> Option<Conf> {
        Conf::read(self.0.as_ref()?, file).ok()
    }
}

/// Where a PBX with this manager.conf listens: as it is, and with TLS.
fn ports(conf: &Conf) -> [String; 2] {
    let last = |key: &str| conf.all("general", key).last().map(|value| (*value).to_owned());
    let of_tls =
        last("tlsbindaddr").and_then(|address| address.rsplit_once(':').map(|(_, port)| port.to_owned()));
    [last("port").unwrap_or_else(|| "5038".into()), of_tls.unwrap_or_else(|| "5039".into())]
}

/// The roots that Asterisks on this machine may have: this one, and those of containers as far as we may look into them.
fn roots() -> impl Iterator<Item = PathBuf> {
    let is_asterisk = |process: &PathBuf| {
        fs::read_to_string(process.join("comm")).is_ok_and(|name| name.trim() == "asterisk")
    };
    let processes =
        fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    processes.filter(is_asterisk).map(|process| process.join("root")).chain([PathBuf::from("/")])
}
