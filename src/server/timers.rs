//! What is done now and then beside the requests.

use std::time::{Duration, Instant};

use actix_web::web::Data;

use crate::app::{App, blocking};
use crate::store::{Building, Step};

/// How often the server looks whether many rows wait to be indexed.
const BETWEEN_INDEXING: Duration = Duration::from_millis(500);
/// How often the log says how far the search index is.
const BETWEEN_TELLING: Duration = Duration::from_secs(5);
/// Between two parts of it.
const LEAST_PAUSE: Duration = Duration::from_millis(10);
/// How often the server tries again to remove sound that it could not remove.
const BETWEEN_REMOVALS: Duration = Duration::from_secs(60);

/// Moves new rows into the search index, a few thousand at a time, so that nobody's write waits for long.
pub(super) async fn index_now_and_then(app: Data<App>) {
    loop {
        let here = app.clone();
        match blocking(move || here.store.index_waiting()).await {
            // There may be more.
            Ok(Ok(1..)) => continue,
            Ok(Err(error)) => tracing::warn!(%error, "new recordings could not be indexed; trying again"),
            Ok(Ok(0)) | Err(_) => {}
        }
        tokio::time::sleep(BETWEEN_INDEXING).await;
    }
}

/// Makes a search index beside an older one, as long as there is something to do; others write between two parts of it.
pub(super) async fn build_search(app: Data<App>) {
    let mut told: Option<(Step, Instant)> = None;
    loop {
        let (here, begun) = (app.clone(), Instant::now());
        match blocking(move || here.store.build_search()).await {
            Ok(Ok(Some(Building { step, percent }))) => {
                if told.is_none_or(|(last, when)| last != step || when.elapsed() >= BETWEEN_TELLING) {
                    told = Some((step, Instant::now()));
                    tracing::info!(
                        "the search index is made anew, and searches find everything meanwhile: {}, {percent} %",
                        step.as_str()
                    );
                }
                tokio::time::sleep(begun.elapsed().max(LEAST_PAUSE)).await;
            }
            Ok(Ok(None)) => {
                if told.is_some() {
                    tracing::info!("the search index is whole");
                }
                return;
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the search index could not be made further; trying again");
                tokio::time::sleep(BETWEEN_INDEXING).await;
            }
            Err(_) => tokio::time::sleep(BETWEEN_INDEXING).await,
        }
    }
}

/// Removes the sound that a crash, a read-only folder or a busy database left behind its deleted recording.
pub(super) async fn remove_now_and_then(app: Data<App>) {
    loop {
        let here = app.clone();
        if let Ok(Err(error)) = blocking(move || here.remove_sounds()).await {
            tracing::warn!(%error, "sound of deleted recordings could not be removed; trying again");
        }
        tokio::time::sleep(BETWEEN_REMOVALS).await;
    }
}
