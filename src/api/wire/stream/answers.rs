//! Answers that are written row by row: short ones at once, on the thread of the connection; a long one in one closure on
//! a thread that may block, which the client's going away ends, even in the middle of a sort.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::BodySize;
use actix_web::{HttpResponse, HttpResponseBuilder};
use tokio::sync::oneshot;

use super::asks::Asks;
use super::body::{Body, Waits};
use super::output::{Client, Kind, Output, Reply};
use super::questions::{here_and_now, turn};
use crate::api::wire::error::Refusal;
use crate::app::{App, Share};
use crate::store::Reader;

/// Answers with whatever `produce` writes. It may be called a second time, with a fresh output.
/// `takes_long`: much is read before something comes out, so that it is not tried at once.
pub async fn answer(
    asks: &Asks,
    content_type: &'static str,
    takes_long: bool,
    produce: impl Fn(&Reader, &Output) -> Result<(), Refusal> + Send + 'static,
) -> Result<HttpResponse, Refusal> {
    let mut response = HttpResponse::Ok();
    response.content_type(content_type);
    let at_once = || {
        here_and_now(&asks.app, |reader| {
            let out = Output::new(None);
            produce(reader, &out)?;
            out.whole().ok_or(Refusal::TakesLong)
        })
    };
    if let Some(answer) = (!takes_long).then(at_once).flatten() {
        return answer.map(|whole| response.body(whole));
    }
    read(asks, response, takes_long, move |_, reader, out| produce(reader, out)).await
}

/// Answers with whatever `produce` reads from the database and writes; it is called once, on a thread that may block.
/// `takes_long`: much is read before something comes out, so that it has to wait for its turn.
async fn read(
    asks: &Asks,
    response: HttpResponseBuilder,
    takes_long: bool,
    produce: impl FnOnce(&App, &Reader, &Output) -> Result<(), Refusal> + Send + 'static,
) -> Result<HttpResponse, Refusal> {
    let turn = if takes_long { Some(turn(&asks.app.searches, asks.holder()).await?) } else { None };
    answered(asks, response, (Kind::Rows, turn), asking(produce)).await
}

/// The same of what a client may take hours to fetch: no row waits for it.
pub async fn copied(
    asks: &Asks,
    response: HttpResponseBuilder,
    produce: impl FnOnce(&App, &Reader, &Output) -> Result<(), Refusal> + Send + 'static,
) -> Result<HttpResponse, Refusal> {
    let turn = turn(&asks.app.copies, asks.holder()).await?;
    answered(asks, response, (Kind::Copy, Some(turn)), asking(produce)).await
}

/// Answers with whatever `produce` reads from files and writes.
pub async fn written(
    asks: &Asks,
    response: HttpResponseBuilder,
    produce: impl FnOnce(&Output) -> Result<(), Refusal> + Send + 'static,
) -> Result<HttpResponse, Refusal> {
    answered(asks, response, (Kind::Sound, None), move |_, out, _| produce(out)).await
}

/// Asks the database until the client goes away.
fn asking(
    produce: impl FnOnce(&App, &Reader, &Output) -> Result<(), Refusal> + Send + 'static,
) -> impl FnOnce(&App, &Output, Arc<AtomicBool>) -> Result<(), Refusal> + Send + 'static {
    move |app, out, gone| {
        let reader = app.store.reader()?;
        reader.end_when(move || gone.load(Ordering::Relaxed))?;
        produce(app, &reader, out)
    }
}

/// Answers with whatever `produce` writes, on a thread that may block. Its last argument becomes true when the client
/// goes away.
async fn answered(
    asks: &Asks,
    mut response: HttpResponseBuilder,
    (kind, turn): (Kind, Option<Share>),
    produce: impl FnOnce(&App, &Output, Arc<AtomicBool>) -> Result<(), Refusal> + Send + 'static,
) -> Result<HttpResponse, Refusal> {
    let gone = Arc::new(AtomicBool::new(false));
    let waits = Waits(Arc::clone(&gone));
    let (reply, answer) = oneshot::channel();
    let asks = asks.clone();
    // Its end is told by the reply, or by the lack of one.
    drop(tokio::task::spawn_blocking(move || {
        let app = asks.app.clone();
        let out = Output::new(Some(Client { asks, reply, kind, turn }));
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
