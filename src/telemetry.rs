//! The log: to standard error, one line an event, never with a secret in it.

use std::env;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What is logged unless said: our own events, and what goes wrong in libraries, but for what one says of requests that
/// it cannot read: we say the same with their address.
const USUAL: &str = "warn,tapeline=info,actix_http::h1::dispatcher=off";

/// Starts the log. `TAPELINE_LOG` sets what is logged, as in `warn` or `tapeline=debug`; `info` unless said.
pub fn start() {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    // A second start, as in tests, keeps the first one's settings.
    let _ = tracing_subscriber::registry()
        .with(targets(env::var("TAPELINE_LOG").ok().as_deref()))
        .with(lines)
        .try_init();
}

/// A setting that cannot be read counts as none: a mistake in it must not keep calls from being recorded.
fn targets(asked: Option<&str>) -> Targets {
    let read = |text: &str| text.parse::<Targets>().ok();
    asked.and_then(read).or_else(|| read(USUAL)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn what_is_logged_is_what_was_asked_for() {
        let logs = |asked, target, level| targets(asked).would_enable(target, &level);
        assert!(logs(None, "tapeline::server", Level::INFO) && !logs(None, "tapeline::server", Level::DEBUG));
        assert!(logs(None, "actix_server", Level::WARN) && !logs(None, "actix_server", Level::INFO));
        assert!(logs(Some("tapeline=debug"), "tapeline::store", Level::DEBUG));
        assert!(!logs(Some("warn"), "tapeline", Level::INFO) && logs(Some("warn"), "rustls", Level::WARN));
        assert!(logs(Some("tapeline=loud"), "tapeline", Level::INFO), "as if nothing had been said");
    }
}
