//! The server: bound, then running until it is told to stop.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::App as Actix;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::Data;
use anyhow::Context;
use tokio::sync::watch;

use super::connections::allow_descriptors;
use super::door::door;
use super::signals::asked_to_stop;
use super::sources::{Sources, sources};
use super::standing;
use super::timers::{build_search, index_now_and_then, remove_now_and_then};
use super::turns::turns;
use crate::app::App;
use crate::config::Config;
use crate::ingest::Stop;
use crate::ingest::cdr::freeswitch;
use crate::ingest::spool::Spool;
use crate::intake::Intake;
use crate::{api, viewer};

/// Threads of each worker that may block: readers that stream, and the short questions beside them.
const BLOCKING: usize = 64;
/// Connections of each worker; more wait to be accepted. Each has two file descriptors.
const CONNECTIONS: usize = 2_000;
/// For how long files are counted while the server starts.
const MOMENT: Duration = Duration::from_millis(500);
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
    let mut app = App::open(config)?;
    let address = app.config.listen;
    let listener = TcpListener::bind(address).with_context(|| {
        format!(
            "{address} cannot be listened on; another program may use the port: choose another with --listen"
        )
    })?;
    app.listens_at(listener.local_addr()?);
    let stop = Arc::default();
    let (intake, spools) = sources(&app, &stop)?;
    Ok(Server { listener, app: Data::new(app), intake: intake.into(), spools, stop })
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

    /// What is wrong so that recordings are not filed, as of now.
    pub fn urgent(&self) -> Vec<String> {
        standing::urgent(&self.app)
    }

    /// The folders that are watched and there, each with how many files of sound it has; `None` where there are too many
    /// to be counted in a moment.
    pub fn watched(&self) -> Vec<(PathBuf, Option<u64>)> {
        self.spools.iter().filter_map(|spool| spool.counted(MOMENT)).collect()
    }

    /// Serves until `shutdown` is done; then ends the requests in flight.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> std::io::Result<()> {
        let Server { listener, app, intake, spools, stop } = self;
        // Nobody writes or listens yet.
        let before = app.store.written_by_others();
        let indexing = actix_web::rt::spawn(index_now_and_then(app.clone()));
        let building = actix_web::rt::spawn(build_search(app.clone()));
        let sources = Sources::start(&app, &intake, spools, stop)?;
        let removing = actix_web::rt::spawn(remove_now_and_then(app.clone()));
        let hub = Data::new(api::Hub::default());
        let (watched, watched_app) = (hub.clone(), app.clone());
        let watching = actix_web::rt::spawn(async move { watched.watch_others(watched_app, before).await });
        let (listeners, ending) = (hub.clone(), app.clone());
        let (stop_serving, stopping) = watch::channel(false);
        let application = move || {
            let app = Actix::new()
                .app_data(app.clone())
                .app_data(hub.clone())
                .app_data(intake.clone())
                .wrap(Compress::default())
                .wrap(from_fn(api::transport))
                .wrap(from_fn(api::finish_answer))
                .wrap(from_fn(api::http10))
                .wrap(from_fn(api::access_log))
                .wrap(from_fn(turns))
                .configure(api::routes)
                .configure(freeswitch::routes)
                .configure(viewer::routes);
            door(app, stopping.clone())
        };
        let server = actix_web::dev::Server::build()
            .max_concurrent_connections(CONNECTIONS)
            .worker_max_blocking_threads(BLOCKING)
            .shutdown_timeout(FAREWELL)
            .disable_signals()
            .listen("http", listener, application)?
            .run();
        let handle = server.handle();
        let mut server = std::pin::pin!(server);
        tokio::select! {
            ended = &mut server => return ended,
            () = shutdown => {}
        }
        listeners.end();
        stop_serving.send_replace(true);
        let ended = tokio::join!(handle.stop(true), server).1;
        drop(sources);
        // The threads of the connections may keep the application for longer than the process lasts.
        ending.failed_logins.end();
        indexing.abort();
        building.abort();
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
