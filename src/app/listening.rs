//! Who listens to what, on its way to the audit log.
//!
//! The entry is written before the sound begins, by a thread of its own. When the database is busy for longer than
//! anybody wants to wait for sound, the sound begins, and the thread goes on trying: the log on standard error has the
//! entry meanwhile.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::store::{Heard, ONE_LISTENING, Store};

/// How long the sound waits for the entry.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long the writer rests when the database did not take an entry.
const REST: Duration = Duration::from_secs(1);
/// Entries that may wait.
const WAITING: usize = 4096;
/// Entries that are written in one transaction.
const TOGETHER: usize = 64;
/// Listenings that are remembered at most, to ask the writer less.
const REMEMBERED: usize = 10_000;

/// Who, and the recording.
type Key = (Option<i64>, i64, String, String);

/// The way of listenings to the audit log.
pub struct Listening {
    recent: Mutex<HashMap<Key, i64>>,
    queue: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
    ending: Arc<AtomicBool>,
}

struct Job {
    heard: Heard,
    written: oneshot::Sender<()>,
}

impl Listening {
    /// Starts the thread that writes.
    pub fn new(store: &Arc<Store>) -> std::io::Result<Listening> {
        let (queue, jobs) = sync_channel(WAITING);
        let ending = Arc::new(AtomicBool::new(false));
        let (store, told) = (Arc::clone(store), Arc::clone(&ending));
        let writer = std::thread::Builder::new()
            .name("listening".into())
            .spawn(move || write(&store, &jobs, &told))?;
        Ok(Listening { recent: Mutex::default(), queue: Some(queue), writer: Some(writer), ending })
    }

    /// Notes that somebody is about to hear a recording; comes back when that is written, or takes long.
    pub async fn note(&self, heard: Heard) {
        if !self.is_new(&heard) {
            return;
        }
        let (written, done) = oneshot::channel();
        let job = Job { heard: heard.clone(), written };
        let queued = self.queue.as_ref().is_some_and(|queue| queue.try_send(job).is_ok());
        if !queued {
            lament(&heard, "too many wait for the database");
            self.recent().remove(&key(&heard));
        } else if tokio::time::timeout(PATIENCE, done).await.is_err() {
            let Heard { actor, identity, time, .. } = &heard;
            tracing::warn!(username = %actor.name, address = %actor.address, ?identity, time,
                "the database is busy; a recording is heard before the audit log says so");
        }
    }

    /// Whether the writer has to be asked; the table has the last word.
    fn is_new(&self, heard: &Heard) -> bool {
        let is_recent = |since: &i64| (0..ONE_LISTENING).contains(&(heard.time - since));
        let mut recent = self.recent();
        if recent.get(&key(heard)).is_some_and(is_recent) {
            return false;
        }
        if recent.len() >= REMEMBERED {
            recent.retain(|_, since| is_recent(since));
        }
        if recent.len() >= REMEMBERED {
            recent.clear();
        }
        recent.insert(key(heard), heard.time);
        true
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, HashMap<Key, i64>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        drop(self.queue.take());
        // It writes what waits first.
        drop(self.writer.take().map(JoinHandle::join));
    }
}

fn key(heard: &Heard) -> Key {
    let identity = &heard.identity;
    (heard.actor.person, identity.recordgroup, identity.uniqueid.clone(), identity.recordid.clone())
}

fn write(store: &Store, jobs: &Receiver<Job>, ending: &AtomicBool) {
    while let Ok(first) = jobs.recv() {
        let jobs: Vec<Job> = std::iter::once(first).chain(jobs.try_iter().take(TOGETHER - 1)).collect();
        let (heard, waiters): (Vec<Heard>, Vec<_>) =
            jobs.into_iter().map(|job| (job.heard, job.written)).unzip();
        while let Err(error) = store.note_listening(&heard) {
            if ending.load(Ordering::Relaxed) {
                heard.iter().for_each(|one| lament(one, &error.to_string()));
                break;
            }
            tracing::warn!(%error, "{} listenings wait for the audit log; trying again", heard.len());
            std::thread::sleep(REST);
        }
        for waiter in waiters {
            // Whoever was too impatient does not need to know.
            let _ = waiter.send(());
        }
    }
}

/// What the audit log lacks, for this one.
fn lament(heard: &Heard, why: &str) {
    let Heard { actor, customer, identity, time } = heard;
    tracing::error!(username = %actor.name, address = %actor.address, customer, ?identity, time,
        "the audit log lacks that somebody listened: {why}");
}
