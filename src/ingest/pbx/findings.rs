//! What is found when a PBX is asked whether all is there that listening to it takes.

use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs, UdpSocket};

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
