//! Where new recordings come from.

use std::sync::Arc;
use std::thread::JoinHandle;

use actix_web::web::Data;

use super::standing;
use super::waiting::{WaitingRoom, tell_faults};
use crate::app::{App, now};
use crate::ingest::cdr::freeswitch;
use crate::ingest::spool::{Rows, Spool};
use crate::ingest::{Stop, ami, esl};
use crate::intake::{FormOrder, Intake, Rules};

/// The door for new recordings, and the folders that are watched for them. Whatever is wrong with the rules, recordings
/// are heard of, and wait.
pub(super) fn sources(app: &App, stop: &Arc<Stop>) -> anyhow::Result<(Arc<Intake>, Vec<Spool>)> {
    let config = &app.config;
    let pbx_tells = config.hears_of_calls();
    let order = FormOrder::new(config.prefer_formats.endings());
    let intake = Arc::new(Intake::new(Rules::new(&config.rules).with_pbx(pbx_tells)).with_order(order));
    let spool = |folder| Spool::new(folder, &config.media_root, &app.store, &intake, stop);
    let spools = config.folders.iter().filter(|_| config.watch).map(spool).collect::<Result<Vec<_>, _>>();
    let spools = spools.map_err(anyhow::Error::msg)?;
    let mut spools: Vec<Spool> = spools.into_iter().map(|spool| spool.telling(&app.alerts)).collect();
    spools.iter_mut().for_each(Spool::look_for_folder);
    standing::look(app);
    if !spools.is_empty() || pbx_tells {
        // Where the database is busy, it is told later.
        let faults = intake.faults(&app.store, now()).unwrap_or_default();
        tell_faults(&app.alerts, &faults, &[]);
    }
    Ok((intake, spools))
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
        let hears = !spools.is_empty() || app.config.hears_of_calls();
        let waiting = WaitingRoom::new(app, intake, hears);
        let here = app.clone();
        sources.spawn("standing", move |stop| standing::look_after(&here, stop))?;
        sources.spawn("rules", move |stop| waiting.look_after(stop))?;
        if let Some(pause) = spools.iter().map(Spool::rescan).min() {
            let (app, intake) = (app.clone(), intake.clone());
            sources.spawn("rows", move |stop| {
                let App { config, store, alerts, .. } = &**app;
                let (root, folders) = (&config.media_root, &config.folders[..]);
                Rows { root, folders, store, intake: &intake, alerts }.look_after(pause, stop);
            })?;
        }
        for mut spool in spools {
            sources.spawn(&spool.name(), move |_| spool.run())?;
        }
        if let Some(asterisk) = app.config.asterisk.clone() {
            let (app, intake) = (app.clone(), intake.clone());
            sources.spawn("asterisk", move |stop| ami::listen(&app, &intake, &asterisk, stop))?;
        }
        if let Some(socket) = app.config.event_socket.clone() {
            let (app, intake) = (app.clone(), intake.clone());
            sources.spawn("event socket", move |stop| esl::listen(&app, &intake, &socket, stop))?;
        }
        if let Some(settings) = &app.config.freeswitch {
            freeswitch::open(intake, settings);
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
