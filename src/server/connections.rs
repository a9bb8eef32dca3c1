//! How many connections the system lets us have, and when it ends one.

use std::rc::Rc;
use std::time::Duration;

use actix_web::dev::Extensions;

use super::stream::Connection;

/// File descriptors that the process asks for, where the system sets no limit.
const DESCRIPTORS: u64 = 1 << 20;
/// With fewer, an office's browsers may find none left.
const FEW: u64 = 4_096;
/// How long sent bytes may go unacknowledged, or the client's window stay shut, before the connection ends.
const UNACKNOWLEDGED: Duration = Duration::from_secs(60);

/// The usual limit of 1,024 descriptors is for programs that use select(); as far as the system lets us, raise it.
pub(super) fn allow_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(DESCRIPTORS, |maximum| maximum.min(DESCRIPTORS));
    if current.is_some_and(|current| current < wanted) {
        // Where it fails, fewer clients are served at once.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
    if let Some(few) = getrlimit(Resource::Nofile).current.filter(|limit| *limit < FEW) {
        tracing::warn!(
            "only {few} files and connections may be open at once, and a client has two: raise LimitNOFILE of the service \
             (ulimit -n) to {FEW} or more"
        );
    }
}

/// Notes what belongs to a connection: what ends it if its client neither reads nor goes away, and its gate.
pub(super) fn know_connection(connection: &Connection, data: &mut Extensions) {
    // Where the system does not know it, such a client is left to the keep-alive of TCP.
    let _ = socket2::SockRef::from(&connection.socket).set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    if let Some(hangup) = &connection.hangup {
        data.insert(hangup.clone());
    }
    data.insert(Rc::clone(&connection.gate));
}
