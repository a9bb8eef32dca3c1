//! The connection to a PBX: TCP, or TLS over it. Blocking, with a read that gives up now and then.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Error, StreamOwned};

use super::tls;
use crate::config::Tls;

/// How long connecting may take, to each of the host's addresses.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a read waits: so often it is looked whether the server stops, and whether the PBX has gone silent.
const TURN: Duration = Duration::from_millis(250);
/// How long the PBX may take to read what we say.
const WRITE: Duration = Duration::from_secs(10);

/// There is somebody, but who cannot be told.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(in crate::ingest) struct Distrusted(String);

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// An open connection.
pub(in crate::ingest) struct Link {
    stream: Box<dyn Stream>,
    here: Option<IpAddr>,
    there: Option<IpAddr>,
    private: bool,
}

impl Link {
    /// Connects.
    pub(in crate::ingest) fn open(address: &str, tls: &Tls) -> anyhow::Result<Link> {
        let tls = tls::config(tls)?;
        let stream = connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE))?;
        // The handshake is done with a longer wait than a turn.
        stream.set_read_timeout(Some(WRITE))?;
        let here = stream.local_addr().ok().map(|address| address.ip());
        let there = stream.peer_addr().ok().map(|address| address.ip());
        let here_only = stream.peer_addr().is_ok_and(|address| address.ip().to_canonical().is_loopback());
        let private = tls.is_some() || here_only;
        let link: Box<dyn Stream> = match tls {
            Some(tls) => Box::new(handshake(&stream, tls, host(address))?),
            None => Box::new(stream.try_clone()?),
        };
        stream.set_read_timeout(Some(TURN))?;
        Ok(Link { stream: link, here, there, private })
    }

    /// Our address in the PBX's eyes.
    pub(in crate::ingest) fn here(&self) -> Option<IpAddr> {
        self.here
    }

    /// Whether the other side is on this machine, as far as addresses tell.
    pub(in crate::ingest) fn is_on_this_machine(&self) -> bool {
        self.here.is_some() && self.here == self.there
    }

    /// Whether nobody can read along: it is TLS, or stays on this machine.
    pub(in crate::ingest) fn is_private(&self) -> bool {
        self.private
    }

    /// What has come, or 0 bytes when nothing did for a turn.
    pub(in crate::ingest) fn read(&mut self, buffer: &mut [u8]) -> anyhow::Result<usize> {
        match self.stream.read(buffer) {
            Ok(0) => bail!("it ended the connection"),
            Ok(length) => Ok(length),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(0),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(0),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => bail!("it ended the connection"),
            Err(error) => Err(error).context("the connection broke"),
        }
    }

    /// Says something.
    pub(in crate::ingest) fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(bytes).and_then(|()| self.stream.flush()).context("the connection broke")
    }
}

fn connect(address: &str) -> anyhow::Result<TcpStream> {
    let addresses =
        address.to_socket_addrs().with_context(|| format!("the host of {address} is not found"))?;
    let mut trouble = anyhow!("the host of {address} has no address");
    for one in addresses {
        match TcpStream::connect_timeout(&one, CONNECT) {
            Ok(stream) => return Ok(stream),
            Err(error) => trouble = anyhow!("{one}: {error}"),
        }
    }
    Err(trouble)
}

fn handshake(
    stream: &TcpStream,
    tls: ClientConfig,
    host: &str,
) -> anyhow::Result<StreamOwned<ClientConnection, TcpStream>> {
    let name = ServerName::try_from(host.to_owned()).with_context(|| format!("{host} is no host name"))?;
    let session = ClientConnection::new(Arc::new(tls), name)?;
    let mut stream = StreamOwned::new(session, stream.try_clone()?);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).map_err(disagreed)?;
    }
    Ok(stream)
}

fn disagreed(error: std::io::Error) -> anyhow::Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::General(words)) => anyhow!(Distrusted(words.clone())),
        _ => anyhow!(error).context(
            "TLS could not be agreed on; check that tlsenable = yes and tlscertfile are in manager.conf, and the port and \
             the setting tls here",
        ),
    }
}

/// The host in `host:port`, `[::1]:port`.
fn host(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}
