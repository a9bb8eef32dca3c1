//! What is found when a PBX is asked whether all is there that listening to it takes.

use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs, UdpSocket};
use std::path::Path;

use super::draft::Places;
use crate::config::{Config, Folder};

/// Seconds that the two clocks may differ by.
const SLACK: i64 = 2;

/// How one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Good,
    /// Not there, or wrong.
    Missing,
    /// It may be there: from here it cannot be told.
    Unsure,
    /// It works not quite as it could.
    Note,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How it is.
    pub state: State,
    /// What it is, and what to do about it.
    pub words: String,
}

/// What was found, in this order.
#[derive(Default)]
pub(in crate::ingest) struct Findings(pub(in crate::ingest) Vec<Finding>);

impl Findings {
    pub(in crate::ingest) fn good(&mut self, words: String) {
        self.0.push(Finding { state: State::Good, words });
    }

    pub(in crate::ingest) fn bad(&mut self, words: String) {
        self.0.push(Finding { state: State::Missing, words });
    }

    pub(in crate::ingest) fn unsure(&mut self, words: String) {
        self.0.push(Finding { state: State::Unsure, words });
    }

    pub(in crate::ingest) fn note(&mut self, words: String) {
        self.0.push(Finding { state: State::Note, words });
    }

    /// Whether the folder that the PBX records to is one that we see.
    pub(in crate::ingest) fn folder(&mut self, config: &Config, folders: &[Folder], folder: &str) {
        let folder = folder.trim_end_matches('/');
        let Some((_, path)) = Places::new(&config.media_root, folders).find(&format!("{folder}/x")) else {
            self.bad(format!(
                "the PBX records to {folder}, which is no folder of the settings: set media_root = \"{folder}\" if that is \
                 on this machine, else in [[folders]] monitor_dir = \"{folder}\""
            ));
            return;
        };
        let own = config.media_root.join(Path::new(&path).parent().unwrap_or(Path::new("")));
        match own.read_dir() {
            Ok(_) => self.good(format!("{folder} of the PBX is {} here", own.display())),
            Err(error) => self.bad(format!(
                "{folder} of the PBX should be {} here, which cannot be read: {error}",
                own.display()
            )),
        }
    }

    /// Whether the PBX's clock, which shows these Unix seconds, goes as ours.
    pub(in crate::ingest) fn clock(&mut self, theirs: i64) {
        match jiff::Timestamp::now().as_second() - theirs {
            ahead if ahead.abs() <= SLACK => self.good("the clocks agree".into()),
            ahead => self.bad(format!(
                "the PBX's clock is {} s {} this machine's: let both follow an NTP server",
                ahead.abs(),
                if ahead > 0 { "behind" } else { "ahead of" }
            )),
        }
    }
}

/// The address from which this machine would reach the other; nothing is sent.
pub(in crate::ingest) fn here(address: &str) -> IpAddr {
    let there = || address.to_socket_addrs().ok()?.next();
    let from = |there: std::net::SocketAddr| {
        let socket = UdpSocket::bind(if there.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" })?;
        socket.connect(there)?;
        socket.local_addr()
    };
    there().and_then(|there| from(there).ok()).map_or(Ipv4Addr::LOCALHOST.into(), |address| address.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_address_is_found_without_being_connected() {
        assert_eq!(here("127.0.0.1:1"), Ipv4Addr::LOCALHOST);
        assert_eq!(here("no such host:1"), Ipv4Addr::LOCALHOST);
    }
}
