//! bcrypt, in its own few threads: it takes a quarter of a second a password, and nobody else may wait for it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::cache::Key;
use super::queue::Queue;
use super::work::{Itself, Work};

/// bcrypt looks at so many bytes and no more.
const LONGEST: usize = 72;
/// Checks that may wait; beyond it whoever has the most of them is told to come back.
const QUEUE: usize = 64;
/// The weakest priority that Linux knows: requests with a known password go first.
const NICE: i32 = 19;

/// Why a password cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PasswordError {
    /// Empty.
    #[error("the password is empty; choose one of at least {minimum} characters")]
    Empty {
        /// Characters that it needs.
        minimum: usize,
    },
    /// Shorter than the setting says.
    #[error("the password has {characters} character{}; choose one of at least {minimum}", if *characters == 1 { "" } else { "s" })]
    TooShort {
        /// Characters that it has.
        characters: usize,
        /// Characters that it needs.
        minimum: usize,
    },
    /// Longer than bcrypt looks at.
    #[error(
        "the password has {0} bytes; choose one of at most 72 (a letter with an accent has two, others more)"
    )]
    TooLong(usize),
    /// The name to log in with.
    #[error("the password is the name to log in with; choose another one")]
    Name,
    /// One of those that are tried first.
    #[error("the password is one of the commonest, which are tried first; choose another one")]
    Common,
    /// bcrypt's own complaint, or a thread that did not start.
    #[error("passwords cannot be hashed: {0}")]
    Hashing(String),
}

/// Refuses what bcrypt would cut off or what is no password.
pub(super) fn fits(password: &str) -> Result<(), PasswordError> {
    match password.len() {
        0 => Err(PasswordError::Empty { minimum: 1 }),
        1..=LONGEST => Ok(()),
        length => Err(PasswordError::TooLong(length)),
    }
}

/// A new password's hash. Takes a quarter of a second at the usual cost of 12: not for an async thread.
pub fn hash_password(password: &str, cost: u32) -> Result<String, PasswordError> {
    fits(password)?;
    bcrypt::hash(password, cost).map_err(|error| PasswordError::Hashing(error.to_string()))
}

/// The threads that check passwords.
pub(super) struct Hasher {
    queue: Arc<Queue<Job>>,
    waiting: Waiting,
    work: Arc<Work>,
    /// Microseconds that the latest wrong password took, its waiting included.
    lately: Arc<AtomicU64>,
}

/// The answer to come.
pub(super) enum Verdict {
    /// A thread's.
    Pending(oneshot::Receiver<bool>),
    /// Wrong, as it was before; after so long.
    Wrong(Duration),
}

struct Job {
    since: Instant,
    key: Key,
    password: String,
    /// `None` for an unknown name.
    hash: Option<String>,
}

/// Who waits for which check: a client's many connections share one.
type Waiting = Arc<Mutex<HashMap<Key, Vec<oneshot::Sender<bool>>>>>;

impl Hasher {
    /// Starts half as many threads as there are cores.
    pub(super) fn new(cost: u32) -> Result<Hasher, PasswordError> {
        let queue = Arc::new(Queue::new(QUEUE));
        let waiting = Waiting::default();
        let (effort, lately) = (Arc::new(Work::new(cost)), Arc::default());
        let hasher = Hasher {
            queue: Arc::clone(&queue),
            waiting: Arc::clone(&waiting),
            work: Arc::clone(&effort),
            lately: Arc::clone(&lately),
        };
        let threads = std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1));
        for number in 0..threads {
            let (queue, waiting) = (Arc::clone(&queue), Arc::clone(&waiting));
            let (effort, lately) = (Arc::clone(&effort), Arc::clone(&lately));
            std::thread::Builder::new()
                .name(format!("bcrypt-{number}"))
                .spawn(move || work(&effort, &queue, &waiting, &lately))
                .map_err(|error| PasswordError::Hashing(error.to_string()))?;
        }
        Ok(hasher)
    }

    /// Says what the highest cost of a stored hash is now.
    pub(super) fn expect(&self, cost: u32) {
        self.work.expect(cost);
    }

    /// The answer to a password that is known to be wrong. It costs no work, so that a program which goes on with an old
    /// password is no burden; but it takes as long as the latest wrong one did, so that the time does not tell others at that
    /// address that somebody tried it before.
    pub(super) fn wrong_again(&self) -> Verdict {
        Verdict::Wrong(Duration::from_micros(self.lately.load(Ordering::Relaxed)))
    }

    /// The answer to a check that is under way for somebody else.
    pub(super) fn join(&self, key: &Key) -> Option<Verdict> {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.get_mut(key)?.push(sender);
        Some(Verdict::Pending(receiver))
    }

    /// Queues a check; `None` when the queue is full of others. `hash` is `None` for an unknown name, which is never
    /// right. `urgent`: before all others.
    pub(super) fn verify(
        &self,
        key: Key,
        password: &str,
        hash: Option<&str>,
        from: IpAddr,
        urgent: bool,
    ) -> Option<Verdict> {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let job =
            Job { since: Instant::now(), key, password: password.to_owned(), hash: hash.map(str::to_owned) };
        let pushed_out = if urgent { self.queue.first(job) } else { self.queue.push(from, job).ok()? };
        if let Some(job) = pushed_out {
            // Whoever waits for it is told to come back.
            waiting.remove(&job.key);
        }
        waiting.entry(key).or_default().push(sender);
        Some(Verdict::Pending(receiver))
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl Verdict {
    /// Whether it is right; `None` if nobody came to look.
    pub(super) async fn wait(self) -> Option<bool> {
        match self {
            Verdict::Pending(receiver) => receiver.await.ok(),
            Verdict::Wrong(after) => {
                tokio::time::sleep(after).await;
                Some(false)
            }
        }
    }
}

fn work(effort: &Work, queue: &Queue<Job>, waiting: &Waiting, lately: &AtomicU64) {
    // Where this is not allowed, the threads just keep their priority.
    let _ = rustix::process::setpriority_process(None, NICE);
    while let Some(job) = queue.next() {
        let same = effort.check(&job.password, job.hash.as_deref(), &mut Itself);
        // A longer password than bcrypt looks at is wrong even if its beginning is right.
        let right = same && fits(&job.password).is_ok();
        if !right {
            let took = u64::try_from(job.since.elapsed().as_micros()).unwrap_or(u64::MAX);
            lately.store(took, Ordering::Relaxed);
        }
        let waiters = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&job.key);
        for waiter in waiters.into_iter().flatten() {
            // Whoever went away meanwhile does not need to know.
            let _ = waiter.send(right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_refused_empty_and_beyond_72_bytes() {
        assert!(hash_password("", 4).is_err() && hash_password("x", 4).is_ok());
        assert_eq!(fits(&"é".repeat(36)), Ok(()));
        assert_eq!(fits(&"x".repeat(73)), Err(PasswordError::TooLong(73)));
    }
}
