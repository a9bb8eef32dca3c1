//! How sources are told to stop.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Tells sources to stop.
#[derive(Default)]
pub struct Stop {
    told: Mutex<bool>,
    bell: Condvar,
}

impl Stop {
    /// Tells them.
    pub fn tell(&self) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_all();
    }

    /// Whether they were told.
    pub fn is_told(&self) -> bool {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, or until they are told; then true.
    pub fn wait(&self, duration: Duration) -> bool {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(told, duration, |told| !*told);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
