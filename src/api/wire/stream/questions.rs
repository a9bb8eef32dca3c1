//! Questions to the database: short ones on the thread of the connection, others on one that may block, in their turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::web::Data;

use super::asks::Asks;
use super::body::{RETRY, Waits};
use crate::api::wire::error::Refusal;
use crate::app::{App, Holder, Share, Shares, blocking};
use crate::store::Reader;

/// How long a question may keep an async thread, which serves other connections too.
const AT_ONCE: Duration = Duration::from_millis(2);
/// How long a question that reads much waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

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
    asks: &Asks,
    ask: impl FnOnce(&Reader) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let turn = turn(&asks.app.searches, asks.holder()).await?;
    let ask = move |reader: &Reader| {
        // It lasts as long as the question, also when nobody waits for the answer any more.
        let _turn = turn;
        ask(reader)
    };
    elsewhere(&asks.app, ask).await
}

/// A share of what takes much, once it is the holder's turn.
pub async fn turn(shares: &Arc<Shares>, holder: Holder) -> Result<Share, Refusal> {
    shares.turn(holder, PATIENCE).await.ok_or(Refusal::Busy(RETRY))
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

/// Tries to answer on this very thread, where most answers take less time than moving to another one and back.
/// `None` where that would wait for a lock or a connection, or takes longer than [`AT_ONCE`].
pub(super) fn here_and_now<T>(
    app: &App,
    ask: impl Fn(&Reader) -> Result<T, Refusal>,
) -> Option<Result<T, Refusal>> {
    let reader = app.store.reader_at_hand()?;
    let until = Instant::now() + AT_ONCE;
    reader.end_when(move || Instant::now() > until).ok()?;
    match ask(&reader) {
        Err(Refusal::Busy(_) | Refusal::Locked(_) | Refusal::TakesLong) => None,
        answer => Some(answer),
    }
}
