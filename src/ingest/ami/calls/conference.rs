//! Conferences. What records one is a channel of its own, of which no event tells: its name stands in the variable
//! BRIDGEPEER of who takes part (`CBAnn/board-00000000;2,CBRec/board-00000000`), and it can be asked for its file.

use super::parties::Parties;

/// What is known of a conference.
#[derive(Default)]
pub(super) struct Conference {
    /// When its recording began, Unix milliseconds; 0 where nobody listened.
    pub(super) since: i64,
    /// Uniqueids of who took part, in the order in which they came.
    pub(super) members: Vec<String>,
    /// Uniqueid of the channel that records it.
    pub(super) recorder: Option<String>,
}

/// The call that a conference was begun by, as far as it is known.
pub(super) struct Convened {
    pub(super) parties: Parties,
    pub(super) account: String,
    /// The identifier that all channels of the call share.
    pub(super) callid: String,
    /// The channel whose call detail record tells of it.
    pub(super) uniqueid: String,
    /// It is a page.
    pub(super) page: bool,
}

/// The recorder among the channels of a bridge.
pub fn recorder(peers: &str) -> Option<&str> {
    peers.split(',').find(|peer| peer.starts_with("CBRec/"))
}

/// The conference that a channel records: `CBRec/NAME-` and a counter.
pub fn conference(recorder: &str) -> &str {
    let name = recorder.strip_prefix("CBRec/").unwrap_or(recorder);
    name.rsplit_once('-').map_or(name, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorder_names_its_conference() {
        let peers = "CBAnn/board-room-00000000;2,CBRec/board-room-00000000,PJSIP/102-00000000";
        assert_eq!(recorder(peers).map(conference), Some("board-room"));
        assert_eq!(recorder("PJSIP/102-00000000"), None);
    }
}
