//! How every connection is set.

use std::time::Duration;

/// How long a statement waits for another program's lock.
pub(in crate::store) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a running query looks whether anyone still wants its answer, in virtual-machine steps: about 10 µs.
pub(in crate::store) const STEPS_BETWEEN_LOOKS: i32 = 2_000;
/// Statements that a connection keeps prepared.
pub(in crate::store) const PREPARED: usize = 64;
/// Statements that the writer keeps prepared during an import: records that say different things change different columns.
pub(in crate::store) const PREPARED_FOR_MANY: usize = 256;
