//! The connection of a request, as far as a long answer has to know it.

use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use socket2::SockRef;

/// What the system takes of an answer beyond what it can send. Without a bound it takes megabytes, and a client that reads
/// steadily seems to take nothing for as long as these last.
const UNSENT: u32 = 32 << 10;

/// The connection of a request, to end it when nothing else can: a client that does not read does not hear of errors.
#[derive(Clone)]
pub struct Hangup(Arc<Connection>);

struct Connection {
    socket: TcpStream,
    resets: AtomicBool,
    taken: AtomicU64,
}

impl Hangup {
    /// Takes a second handle of the connection's socket.
    pub fn new(socket: TcpStream) -> Hangup {
        // Where the system does not know it, what it has taken counts as taken by the client.
        let _ = SockRef::from(&socket).set_tcp_notsent_lowat(UNSENT);
        let (resets, taken) = (AtomicBool::new(false), AtomicU64::new(0));
        Hangup(Arc::new(Connection { socket, resets, taken }))
    }

    /// Notes that so many bytes have gone out. Of these no more than the client's window and `UNSENT` are on their way.
    pub fn took(&self, bytes: usize) {
        self.0.taken.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Bytes that have gone out since the connection began.
    pub(super) fn taken(&self) -> u64 {
        self.0.taken.load(Ordering::Relaxed)
    }

    pub(super) fn hang_up(&self) {
        let Connection { socket, resets, .. } = &*self.0;
        if !resets.load(Ordering::Relaxed) || rustix::net::connect_unspec(socket).is_err() {
            // It may have gone by itself.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Whether the connection ends by a reset, whoever ends it, the end of the process included.
    pub fn end_by_reset(&self, resets: bool) {
        self.0.resets.store(resets, Ordering::Relaxed);
        // Where it fails, the client has gone.
        let _ = SockRef::from(&self.0.socket).set_linger(resets.then_some(Duration::ZERO));
    }
}
