//! `tapeline serve`.

use anyhow::Context;

use super::terminal::say;
use crate::config::Config;
use crate::server;

pub(super) fn serve(config: Config) -> anyhow::Result<()> {
    std::fs::create_dir_all(&config.media_root).with_context(|| {
        format!("the folder {} cannot be made; name another with --media-root", config.media_root.display())
    })?;
    let db = config.db.clone();
    let server = server::build(config)?;
    let address = server.address()?;
    if !address.ip().is_loopback() {
        tracing::warn!(
            "passwords travel as they are over plain HTTP on {address}: put a proxy with TLS in front, \
             or let only a trusted network reach it"
        );
    }
    let nobody = !server.app().store.reader()?.has_people()?;
    server.run(|| {
        say(&format!("Tapeline listens on http://{address}"))?;
        if nobody {
            say(&format!(
                "Nobody can log in yet. Next:  tapeline init --customer \"My office\" --user admin --db {}",
                db.display()
            ))?;
        }
        Ok(())
    })
}
