//! A connection's bytes, as far as its gate lets them pass.

use std::io;
use std::os::fd::AsFd;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::rt::net::{ActixStream, Ready, TcpStream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::gate::Gate;
use crate::api::Hangup;

/// Bytes that are read ahead of the gate, to learn whether the client is still there.
const AHEAD: usize = 8 << 10;

/// A connection.
pub(super) struct Connection {
    pub(super) socket: TcpStream,
    pub(super) gate: Rc<Gate>,
    /// What ends it; `None` where there is no descriptor left for that.
    pub(super) hangup: Option<Hangup>,
    ahead: Vec<u8>,
    /// Nothing comes any more.
    ended: bool,
    /// The end came with a request, whose answer its sender waits for.
    waits: bool,
}

impl Connection {
    pub(super) fn new(socket: TcpStream) -> Connection {
        let handle = socket.as_fd().try_clone_to_owned();
        let hangup = handle.ok().map(|handle| Hangup::new(handle.into()));
        Connection {
            socket,
            gate: Rc::new(Gate::new()),
            hangup,
            ahead: Vec::new(),
            ended: false,
            waits: false,
        }
    }

    /// Passes what may be passed of what was read ahead; says whether anything was.
    fn pass(&mut self, into: &mut ReadBuf<'_>) -> bool {
        let room = self.ahead.len().min(into.remaining());
        let passed = self.gate.pass(&self.ahead[..room]);
        into.put_slice(&self.ahead[..passed]);
        self.ahead.drain(..passed);
        if self.ahead.is_empty() {
            self.ahead = Vec::new();
        }
        passed > 0
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if !this.ahead.is_empty() {
                if this.pass(into) {
                    return Poll::Ready(Ok(()));
                }
                this.gate.wait(context.waker());
            }
            if this.ended && this.gate.ends(this.ahead.is_empty(), this.waits) {
                return Poll::Ready(Ok(()));
            }
            if this.ended || this.ahead.len() >= AHEAD {
                this.gate.wait(context.waker());
                return Poll::Pending;
            }
            let mut piece = [0; AHEAD];
            let mut piece = ReadBuf::new(&mut piece[this.ahead.len()..]);
            ready!(Pin::new(&mut this.socket).poll_read(context, &mut piece))?;
            this.ended = piece.filled().is_empty();
            this.waits = this.ended && this.gate.is_in_request();
            this.ahead.extend_from_slice(piece.filled());
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.socket).poll_write(context, bytes));
        if let (Some(hangup), Ok(bytes)) = (&self.hangup, &written) {
            hangup.took(*bytes);
        }
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

impl ActixStream for Connection {
    fn poll_read_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_read_ready(&self.socket, context)
    }

    fn poll_write_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_write_ready(&self.socket, context)
    }
}
