//! Where new recordings come from.

use std::sync::Arc;
use std::thread::JoinHandle;

use actix_web::web::Data;

use crate::app::App;
use crate::ingest::cdr::freeswitch;
use crate::ingest::spool::{self, Spool};
use crate::ingest::{Stop, ami};
use crate::intake::{Intake, Rules};

/// The door for new recordings, and the folders that are watched for them. Customers and groups that the settings name
/// must be there.
pub(super) fn sources(app: &App, stop: &Arc<Stop>) -> anyhow::Result<(Arc<Intake>, Vec<Spool>)> {
    let (config, reader) = (&app.config, app.store.reader()?);
    match Rules::new(&config.rules, &reader.customers()?, &reader.all_groups(None)?) {
        Ok(rules) => {
            let intake = Arc::new(Intake::new(rules));
            let spool = |folder| Spool::new(folder, &config.media_root, &app.store, &intake, stop);
            let spools = config.folders.iter().filter(|_| config.watch).map(spool).collect::<Result<_, _>>();
            let spools = spools.map_err(anyhow::Error::msg)?;
            Ok((intake, spools))
        }
        // Nobody asked for it, and whose the recordings are must not be guessed.
        Err(why) if config.rules.is_empty() && config.asterisk.is_none() => {
            tracing::info!("new recordings are not filed: {why}");
            Ok((Arc::default(), Vec::new()))
        }
        Err(why) => Err(anyhow::Error::msg(why)),
    }
}

/// The threads that new recordings come from.
pub(super) struct Sources {
    stop: Arc<Stop>,
    threads: Vec<JoinHandle<()>>,
}

impl Sources {
    pub(super) fn start(
        app: &Data<App>,
        intake: &Data<Intake>,
        spools: Vec<Spool>,
        stop: Arc<Stop>,
    ) -> std::io::Result<Sources> {
        let mut sources = Sources { stop, threads: Vec::new() };
        if let Some(pause) = spools.iter().map(Spool::rescan).min() {
            let (app, intake) = (app.clone(), intake.clone());
            sources.spawn("rows", move |stop| {
                spool::look_for_files(&app.config.media_root, &app.store, &intake, pause, stop);
            })?;
        }
        for mut spool in spools {
            sources.spawn(&spool.name(), move |_| spool.run())?;
        }
        if let Some(asterisk) = app.config.asterisk.clone() {
            let (app, intake) = (app.clone(), intake.clone());
            sources.spawn("asterisk", move |stop| ami::listen(&app, &intake, &asterisk, stop))?;
        }
        if app.config.freeswitch.is_some() {
            freeswitch::open(intake);
        }
        Ok(sources)
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce(&Stop) + Send + 'static) -> std::io::Result<()> {
        let stop = Arc::clone(&self.stop);
        let thread = std::thread::Builder::new().name(name.into());
        self.threads.push(thread.spawn(move || work(&stop))?);
        Ok(())
    }
}

impl Drop for Sources {
    fn drop(&mut self) {
        self.stop.tell();
        for thread in self.threads.drain(..) {
            // It panicked: the log has it.
            let _ = thread.join();
        }
    }
}
