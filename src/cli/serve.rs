//! `tapeline serve`.

use anyhow::Context;

use super::terminal::{in_thousands, say, say_red};
use crate::config::Config;
use crate::server;

pub(super) fn serve(config: Config) -> anyhow::Result<()> {
    make_default_folder(&config)?;
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
    let (watched, urgent) = (server.watched(), server.urgent());
    server.run(|| {
        say(&format!("Tapeline listens on http://{address}"))?;
        for (folder, files) in watched {
            let many = files.map_or_else(
                || "whose files are being counted".into(),
                |files| format!("{} files", in_thousands(files)),
            );
            say(&format!("Tapeline is watching {}, {many}", folder.display()))?;
        }
        urgent.iter().try_for_each(|alert| say_red(alert))?;
        if nobody {
            say(&format!(
                "Nobody can log in yet. Next:  tapeline init --customer \"My office\" --user admin --db {}",
                db.display()
            ))?;
        }
        Ok(())
    })
}

/// Makes the media root where nobody named one. One that was named is a disk that may come late, or a mistake.
pub(super) fn make_default_folder(config: &Config) -> anyhow::Result<()> {
    let root = &config.media_root;
    if !is_default_folder(config) {
        return Ok(());
    }
    std::fs::create_dir_all(root).with_context(|| {
        format!("the folder {} cannot be made; name another with --media-root", root.display())
    })
}

/// Whether nobody named the media root.
pub(super) fn is_default_folder(config: &Config) -> bool {
    config.media_root == Config::default().media_root
}
