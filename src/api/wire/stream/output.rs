//! Answers of any length in little memory: rows and sound go into 64 KiB pieces and from there to the socket.
//!
//! A short answer is made at once, on the thread of the connection. A long one runs in one blocking closure, which
//! the client's going away ends, even in the middle of a sort.

use std::cell::RefCell;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::api::wire::error::Refusal;
use crate::app::{App, blocking};
use crate::store::Reader;

/// Tells the compressing middleware to leave an answer alone; it doesn't reach the client.
pub const UNCOMPRESSED: (HeaderName, HeaderValue) =
    (header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
/// What is gathered before anything is sent: shorter answers go out with their length.
const GATHERED: usize = 256 << 10;
/// What is made at most on the thread of the connection.
const SHORT: usize = 128 << 10;
/// A piece of a longer answer.
pub const PIECE: usize = 64 << 10;
/// Room behind a piece for the row that fills it.
const SLACK: usize = 4 << 10;
/// Pieces that may wait for the socket.
pub(super) const WAITING: usize = 4;
/// How long a question may keep an async thread, which serves other connections too.
const AT_ONCE: Duration = Duration::from_millis(2);
/// How long a question that reads much waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// Seconds after which a client may try again when all streams are taken.
pub(super) const RETRY: u32 = 5;

/// The connection of a request, to end it when nothing else can: a client that does not read does not hear of errors.
#[derive(Clone)]
pub struct Hangup(Arc<TcpStream>);

impl Hangup {
    /// Takes a second handle of the connection's socket.
    pub fn new(socket: TcpStream) -> Hangup {
        Hangup(Arc::new(socket))
    }

    fn hang_up(&self) {
        // It may have gone by itself.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

/// Sets the flag that ends a query, once it is dropped.
pub(super) struct Waits(Arc<AtomicBool>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Asks the database something short.
pub async fn question<T: Send + 'static>(
    app: &Data<App>,
    ask: impl Fn(&Reader) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match here_and_now(app, &ask) {
        Some(answer) => answer,
        None => elsewhere(app, ask).await,
    }
}

/// Asks the database something that takes a while, in its turn.
pub async fn long_question<T: Send + 'static>(
    app: &Data<App>,
    ask: impl FnOnce(&Reader) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let _turn = turn(&app.searches).await?;
    elsewhere(app, ask).await
}

/// A permit for what takes much, once others have theirs no more.
pub async fn turn(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Refusal> {
    match tokio::time::timeout(PATIENCE, Arc::clone(permits).acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) | Err(_) => Err(Refusal::Busy(RETRY)),
    }
}

/// Asks on a thread that may block; the client's going away ends it.
async fn elsewhere<T: Send + 'static>(
    app: &Data<App>,
    ask: impl FnOnce(&Reader) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let app = app.clone();
    while_wanted(move |gone| {
        let (reader, gone) = (app.store.reader()?, Arc::clone(gone));
        reader.end_when(move || gone.load(Ordering::Relaxed))?;
        ask(&reader)
    })
    .await?
}

/// Works on a thread that may block. The flag becomes true when the client goes away.
pub async fn while_wanted<T: Send + 'static>(
    work: impl FnOnce(&Arc<AtomicBool>) -> T + Send + 'static,
) -> Result<T, Refusal> {
    let gone = Arc::new(AtomicBool::new(false));
    let _waits = Waits(Arc::clone(&gone));
    Ok(blocking(move || work(&gone)).await?)
}

/// Answers with whatever `produce` writes. It may be called a second time, with a fresh output.
/// `takes_long`: much is read before something comes out, so that it is not tried at once.
pub async fn answer(
    app: &Data<App>,
    request: &HttpRequest,
    content_type: &'static str,
    takes_long: bool,
    produce: impl Fn(&Reader, &Output) -> Result<(), Refusal> + Send + 'static,
) -> Result<HttpResponse, Refusal> {
    let mut response = HttpResponse::Ok();
    response.content_type(content_type);
    let at_once = || {
        here_and_now(app, |reader| {
            let out = Output::new(None);
            produce(reader, &out)?;
            out.whole().ok_or(Refusal::TakesLong)
        })
    };
    if let Some(answer) = (!takes_long).then(at_once).flatten() {
        return answer.map(|whole| response.body(whole));
    }
    read(app, request, response, takes_long, move |_, reader, out| produce(reader, out)).await
}

/// Answers with whatever `produce` reads from the database and writes; it is called once, on a thread that may block.
/// `takes_long`: much is read before something comes out, so that it has to wait for its turn.
pub async fn read(
    app: &Data<App>,
    request: &HttpRequest,
    response: HttpResponseBuilder,
    takes_long: bool,
    produce: impl FnOnce(&App, &Reader, &Output) -> Result<(), Refusal> + Send + 'static,
) -> Result<HttpResponse, Refusal> {
    let turn = if takes_long { Some(turn(&app.searches).await?) } else { None };
    written(app, request, response, move |app, out, gone| {
        let _turn = turn;
        let reader = app.store.reader()?;
        reader.end_when(move || gone.load(Ordering::Relaxed))?;
        produce(app, &reader, out)
    })
    .await
}

/// Answers with whatever `produce` writes, on a thread that may block. Its last argument becomes true when the client
/// goes away.
pub async fn written(
    app: &Data<App>,
    request: &HttpRequest,
    mut response: HttpResponseBuilder,
    produce: impl FnOnce(&App, &Output, Arc<AtomicBool>) -> Result<(), Refusal> + Send + 'static,
) -> Result<HttpResponse, Refusal> {
    let gone = Arc::new(AtomicBool::new(false));
    let waits = Waits(Arc::clone(&gone));
    let (reply, answer) = oneshot::channel();
    let app = app.clone();
    let hangup = request.conn_data::<Hangup>().cloned();
    // Its end is told by the reply, or by the lack of one.
    drop(tokio::task::spawn_blocking(move || {
        let out = Output::new(Some(Client { app: app.clone(), hangup, reply }));
        let produced = produce(&app, &out, gone);
        out.finish(produced);
    }));
    match answer.await {
        Ok(Reply::Whole(bytes)) => Ok(response.body(bytes)),
        Ok(Reply::Begun(pieces)) => {
            let size = BodySize::Stream;
            Ok(response.body(Body { pieces, size, ended: false, _waits: Some(waits) }))
        }
        Ok(Reply::Refused(refusal)) => Err(refusal),
        Err(_) => Err(Refusal::internal(&"the thread that answers broke off")),
    }
}

/// Tries to answer on this very thread, where most answers take less time than moving to another one and back.
/// `None` where that would wait for a lock or a connection, or takes longer than [`AT_ONCE`].
fn here_and_now<T>(app: &App, ask: impl Fn(&Reader) -> Result<T, Refusal>) -> Option<Result<T, Refusal>> {
    let reader = app.store.reader_at_hand()?;
    let until = Instant::now() + AT_ONCE;
    reader.end_when(move || Instant::now() > until).ok()?;
    match ask(&reader) {
        Err(Refusal::Busy(_) | Refusal::TakesLong) => None,
        answer => Some(answer),
    }
}

enum Reply {
    Whole(Vec<u8>),
    Begun(mpsc::Receiver<Piece>),
    Refused(Refusal),
}

pub(super) enum Piece {
    Data(Bytes),
    /// Nothing follows; without it the answer broke off.
    End,
}

/// Where an answer is written to. Clones are the same place.
#[derive(Clone)]
pub struct Output(Rc<RefCell<Inner>>);

struct Inner {
    /// What was written and not yet sent.
    buffer: Vec<u8>,
    state: State,
}

/// Who waits for an answer that may be long.
struct Client {
    app: Data<App>,
    hangup: Option<Hangup>,
    reply: oneshot::Sender<Reply>,
}

enum State {
    /// `None`: only a short answer is wanted here.
    Gathering(Option<Client>),
    Streaming(Stream),
    /// Refused, given up, or too long.
    Over,
}

pub(super) struct Stream {
    pub(super) pieces: mpsc::Sender<Piece>,
    pub(super) hangup: Option<Hangup>,
    pub(super) stall: Duration,
    /// When it has to be over, however fast it moves.
    pub(super) until: Option<Instant>,
    pub(super) _permit: OwnedSemaphorePermit,
}

impl Output {
    fn new(client: Option<Client>) -> Output {
        let buffer = Vec::with_capacity(PIECE + SLACK);
        Output(Rc::new(RefCell::new(Inner { buffer, state: State::Gathering(client) })))
    }

    /// Writes what stands around the rows.
    pub fn write(&self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.0.borrow_mut().buffer);
    }

    /// Writes a row and sends what is due. Breaks when nobody wants more.
    #[inline]
    pub fn row(&self, write: impl FnOnce(&mut Vec<u8>)) -> ControlFlow<()> {
        let mut inner = self.0.borrow_mut();
        write(&mut inner.buffer);
        if inner.buffer.len() < PIECE { ControlFlow::Continue(()) } else { inner.flow() }
    }

    /// All that was written, if it was short.
    fn whole(self) -> Option<Vec<u8>> {
        let mut inner = self.0.borrow_mut();
        matches!(inner.state, State::Gathering(_)).then(|| std::mem::take(&mut inner.buffer))
    }

    /// Sends the rest, or tells what went wrong.
    fn finish(self, produced: Result<(), Refusal>) {
        self.0.borrow_mut().finish(produced);
    }
}

impl Inner {
    fn flow(&mut self) -> ControlFlow<()> {
        match &self.state {
            State::Gathering(None) if self.buffer.len() < SHORT => ControlFlow::Continue(()),
            State::Gathering(Some(_)) if self.buffer.len() < GATHERED => ControlFlow::Continue(()),
            State::Gathering(_) => self.begin(),
            State::Streaming(_) => self.send(),
            State::Over => ControlFlow::Break(()),
        }
    }

    /// The answer is long: it needs one of the stream permits.
    fn begin(&mut self) -> ControlFlow<()> {
        let State::Gathering(Some(client)) = std::mem::replace(&mut self.state, State::Over) else {
            return ControlFlow::Break(());
        };
        let Client { app, hangup, reply } = client;
        let Ok(permit) = Arc::clone(&app.streams).try_acquire_owned() else {
            let _ = reply.send(Reply::Refused(Refusal::Busy(RETRY)));
            return ControlFlow::Break(());
        };
        let (pieces, receiver) = mpsc::channel(WAITING);
        if reply.send(Reply::Begun(receiver)).is_err() {
            return ControlFlow::Break(());
        }
        let stall = Duration::from_secs(app.config.stream_stall_seconds.into());
        let until = Instant::now() + Duration::from_secs(60 * u64::from(app.config.stream_minutes));
        self.state = State::Streaming(Stream { pieces, hangup, stall, until: Some(until), _permit: permit });
        self.send()
    }

    fn send(&mut self) -> ControlFlow<()> {
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE + SLACK));
        self.send_piece(Piece::Data(full.into()))
    }

    fn send_piece(&mut self, piece: Piece) -> ControlFlow<()> {
        let State::Streaming(stream) = &self.state else { return ControlFlow::Break(()) };
        let sent = stream.send(piece);
        if sent.is_break() {
            self.state = State::Over;
        }
        sent
    }

    fn finish(&mut self, produced: Result<(), Refusal>) {
        match (produced, std::mem::replace(&mut self.state, State::Over)) {
            (Ok(()), State::Gathering(Some(client))) => {
                drop(client.reply.send(Reply::Whole(std::mem::take(&mut self.buffer))));
            }
            (Err(refusal), State::Gathering(Some(client))) => {
                drop(client.reply.send(Reply::Refused(refusal)))
            }
            (Ok(()), streaming @ State::Streaming(_)) => {
                self.state = streaming;
                if self.send().is_continue() {
                    let _ = self.send_piece(Piece::End);
                }
            }
            // What broke off is in the log; the connection ends without the closing chunk.
            (Err(_), State::Streaming(_)) | (_, State::Gathering(None) | State::Over) => {}
        }
    }
}

impl Stream {
    /// Hands a piece to the socket's thread; breaks when the client went away, or has to go.
    pub(super) fn send(&self, piece: Piece) -> ControlFlow<()> {
        let left = self.until.map_or(self.stall, |until| until.saturating_duration_since(Instant::now()));
        let patience = self.stall.min(left);
        if patience.is_zero() {
            return self.drop_client("takes longer than stream_minutes");
        }
        match self.pieces.try_send(piece) {
            Ok(()) => ControlFlow::Continue(()),
            Err(mpsc::error::TrySendError::Closed(_)) => ControlFlow::Break(()),
            Err(mpsc::error::TrySendError::Full(piece)) => {
                match Handle::current().block_on(tokio::time::timeout(patience, self.pieces.send(piece))) {
                    Ok(Ok(())) => ControlFlow::Continue(()),
                    Ok(Err(_)) => ControlFlow::Break(()),
                    Err(_) => self.drop_client("reads too slowly"),
                }
            }
        }
    }

    fn drop_client(&self, why: &str) -> ControlFlow<()> {
        tracing::info!("a long answer was dropped: its client {why}");
        if let Some(hangup) = &self.hangup {
            hangup.hang_up();
        }
        ControlFlow::Break(())
    }
}

/// The body of a long answer.
pub(super) struct Body {
    pub(super) pieces: mpsc::Receiver<Piece>,
    pub(super) size: BodySize,
    pub(super) ended: bool,
    pub(super) _waits: Option<Waits>,
}

impl MessageBody for Body {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.pieces.poll_recv(context).map(|piece| match piece {
            Some(Piece::Data(bytes)) => Some(Ok(bytes)),
            Some(Piece::End) => {
                self.ended = true;
                None
            }
            None => Some(Err(io::Error::other("the answer broke off"))),
        })
    }
}
