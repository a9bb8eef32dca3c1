//! The log: to standard error, one line an event, never with a secret in it.

use tracing_subscriber::EnvFilter;

/// Starts the log. `TAPELINE_LOG` sets what is logged, as in `warn` or `tapeline=debug`; `info` unless said.
pub fn start() {
    let filter =
        EnvFilter::try_from_env("TAPELINE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,tapeline=info"));
    // A second start, as in tests, keeps the first one's settings.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .try_init();
}
