//! How far a long start is, on the log: nobody is served meanwhile, and nobody should wonder whether it hangs.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often it is told.
const BETWEEN: Duration = Duration::from_secs(3);

/// Tells every few seconds how far the work on a database file is.
#[derive(Clone)]
pub(in crate::store) struct Telling(Arc<Mutex<Told>>);

struct Told {
    file: String,
    step: String,
    begun: Instant,
    last: Instant,
}

impl Telling {
    pub(super) fn new(path: &Path) -> Telling {
        let now = Instant::now();
        Telling(Arc::new(Mutex::new(Told {
            file: path.display().to_string(),
            step: "looking at the file".into(),
            begun: now,
            last: now,
        })))
    }

    /// What is done from now on.
    pub(in crate::store) fn step(&self, step: &str) {
        let mut told = self.told();
        (told.step, told.begun) = (step.into(), Instant::now());
    }

    /// So many of all `things` are done.
    pub(in crate::store) fn so_far(&self, step: &str, things: &str, done: u64, all: u64) {
        let file = self.told().file.clone();
        if self.is_time() {
            let percent = 100 * done.min(all) / all.max(1);
            tracing::info!("{file}: {step}: {done} of {all} {things}, {percent} %");
        }
    }

    /// The step is still going on. False, so that it does.
    pub(in crate::store) fn goes_on(&self) -> bool {
        if self.is_time() {
            let told = self.told();
            tracing::info!("{}: {} (for {} s)", told.file, told.step, told.begun.elapsed().as_secs());
        }
        false
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_time(&self) -> bool {
        let mut told = self.told();
        let is_time = told.last.elapsed() >= BETWEEN;
        if is_time {
            told.last = Instant::now();
        }
        is_time
    }
}
