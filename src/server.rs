//! The only place that starts things: binds the port, serves until told to stop.

use std::any::Any;
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::Data;
use actix_web::{App as Actix, HttpServer};
use anyhow::Context;

use crate::app::{App, blocking};
use crate::config::Config;
use crate::ingest::cdr::freeswitch;
use crate::ingest::spool::{self, Spool};
use crate::ingest::{Stop, ami};
use crate::intake::{Intake, Rules};
use crate::{api, viewer};

/// Threads of each worker that may block: readers that stream, and the short questions beside them.
const BLOCKING: usize = 64;
/// Connections of each worker; more wait to be accepted. Each has two file descriptors.
const CONNECTIONS: usize = 2_000;
/// File descriptors that the process asks for.
const DESCRIPTORS: u64 = 16_384;
/// How long a connection may lie idle between two requests.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long sent bytes may go unacknowledged, or the client's window stay shut, before the connection ends.
const UNACKNOWLEDGED: Duration = Duration::from_secs(60);
/// How often the server looks whether many rows wait to be indexed.
const BETWEEN_INDEXING: Duration = Duration::from_millis(500);
/// How often the server tries again to remove sound that it could not remove.
const BETWEEN_REMOVALS: Duration = Duration::from_secs(60);
/// How long requests in flight may take once the server was told to stop, in seconds.
const FAREWELL: u64 = 30;

/// A server that is bound and not yet running.
pub struct Server {
    listener: TcpListener,
    app: Data<App>,
    intake: Data<Intake>,
    spools: Vec<Spool>,
    stop: Arc<Stop>,
}

/// Opens the database and binds the port; port 0 takes a free one.
pub fn build(config: Config) -> anyhow::Result<Server> {
    allow_descriptors();
    let app = App::open(config)?;
    let address = app.config.listen;
    let listener = TcpListener::bind(address).with_context(|| {
        format!(
            "{address} cannot be listened on; another program may use the port: choose another with --listen"
        )
    })?;
    let stop = Arc::default();
    let (intake, spools) = sources(&app, &stop)?;
    Ok(Server { listener, app: Data::new(app), intake: intake.into(), spools, stop })
}

/// The door for new recordings, and the folders that are watched for them. Customers and groups that the settings name
/// must be there.
fn sources(app: &App, stop: &Arc<Stop>) -> anyhow::Result<(Arc<Intake>, Vec<Spool>)> {
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

/// The usual limit of 1,024 descriptors is for programs that use select(); as far as the system lets us, raise it.
fn allow_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(DESCRIPTORS, |maximum| maximum.min(DESCRIPTORS));
    if current.is_some_and(|current| current < wanted) {
        // Where it fails, fewer clients are served at once.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The application behind it.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Serves until `shutdown` is done; then ends the requests in flight.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> std::io::Result<()> {
        let Server { listener, app, intake, spools, stop } = self;
        let indexing = actix_web::rt::spawn(index_now_and_then(app.clone()));
        let sources = Sources::start(&app, &intake, spools, stop)?;
        let removing = actix_web::rt::spawn(remove_now_and_then(app.clone()));
        let hub = Data::new(api::Hub::default());
        let (watched, watched_app) = (hub.clone(), app.clone());
        let watching = actix_web::rt::spawn(async move { watched.watch_others(watched_app).await });
        let listeners = hub.clone();
        let server = HttpServer::new(move || {
            Actix::new()
                .app_data(app.clone())
                .app_data(hub.clone())
                .app_data(intake.clone())
                .wrap(Compress::default())
                .wrap(from_fn(api::finish_answer))
                .wrap(from_fn(api::access_log))
                .configure(api::routes)
                .configure(freeswitch::routes)
                .configure(viewer::routes)
        })
        // Before listen(), which takes what is set by then.
        .on_connect(know_connection)
        .max_connections(CONNECTIONS)
        .listen(listener)?
        .h1_allow_half_closed(false)
        .tcp_nodelay(true)
        .worker_max_blocking_threads(BLOCKING)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(FAREWELL)
        .disable_signals()
        .run();
        let handle = server.handle();
        let mut server = std::pin::pin!(server);
        tokio::select! {
            ended = &mut server => return ended,
            () = shutdown => {}
        }
        listeners.end();
        let ended = tokio::join!(handle.stop(true), server).1;
        drop(sources);
        indexing.abort();
        removing.abort();
        watching.abort();
        ended
    }
}

impl Server {
    /// Serves on a runtime of its own until the process is asked to stop; `ready` is called once that is heeded.
    pub fn run(self, ready: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
        actix_web::rt::System::new().block_on(async {
            let asked_to_stop = asked_to_stop()?;
            ready()?;
            self.run_until(asked_to_stop).await.context("the server ended")
        })
    }
}

/// The threads that new recordings come from.
struct Sources {
    stop: Arc<Stop>,
    threads: Vec<JoinHandle<()>>,
}

impl Sources {
    fn start(
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

/// Moves new rows into the search index, a few thousand at a time, so that nobody's write waits for long.
async fn index_now_and_then(app: Data<App>) {
    loop {
        let here = app.clone();
        match blocking(move || here.store.index_waiting()).await {
            // There may be more.
            Ok(Ok(1..)) => continue,
            Ok(Err(error)) => tracing::warn!(%error, "new recordings could not be indexed; trying again"),
            Ok(Ok(0)) | Err(_) => {}
        }
        tokio::time::sleep(BETWEEN_INDEXING).await;
    }
}

/// Removes the sound that a crash, a read-only folder or a busy database left behind its deleted recording.
async fn remove_now_and_then(app: Data<App>) {
    loop {
        let here = app.clone();
        if let Ok(Err(error)) = blocking(move || here.remove_sounds()).await {
            tracing::warn!(%error, "sound of deleted recordings could not be removed; trying again");
        }
        tokio::time::sleep(BETWEEN_REMOVALS).await;
    }
}

/// Notes what ends a connection whose client neither reads nor goes away.
fn know_connection(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() else { return };
    // Where the system does not know it, such a client is left to the keep-alive of TCP.
    let _ = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    if let Ok(handle) = stream.as_fd().try_clone_to_owned() {
        data.insert(api::Hangup::new(handle.into()));
    }
}

/// Done once the process is asked to stop, by SIGTERM or Ctrl-C; from now on neither ends it at once.
fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be listened for")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("Ctrl-C cannot be listened for")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
