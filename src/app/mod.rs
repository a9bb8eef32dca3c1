//! What the doors share: the settings, the database, the sound files, and who is who. Opened once.

mod alerts;
mod failed_logins;
mod listening;
mod removals;
mod shares;
mod space;
mod time;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use tokio::sync::watch;

use crate::auth::{self, Auth, SessionRules};
use crate::config::Config;
use crate::media::{Media, Peaks};
use crate::store::Store;

pub use alerts::{Alert, Alerts, Wrong};
pub use failed_logins::FailedLogins;
pub use listening::Listening;
pub use shares::{Holder, Share, Shares};
pub use space::{Descriptors, Space};
pub use time::now;

/// The application, without any door to it.
pub struct App {
    /// The settings.
    pub config: Config,
    /// What tells this server from others that browsers see as one host: 8 hexadecimal digits, the same at each start.
    pub instance: String,
    /// The database.
    pub store: Arc<Store>,
    /// What is wrong at the moment.
    pub alerts: Arc<Alerts>,
    /// Who hears what, on its way to the audit log.
    pub listening: Listening,
    /// Failed logins, on their way to the audit log.
    pub failed_logins: FailedLogins,
    /// Passwords, tokens and sessions.
    pub auth: Auth,
    /// The sound files.
    pub media: Media,
    /// The outlines of sound, kept beside the database.
    pub peaks: Peaks,
    /// Shares of the questions that read much before they answer: of the readers that long lists leave, but for some, so
    /// that short questions get theirs.
    pub searches: Arc<Shares>,
    /// Shares of copying rows out of the database.
    pub copies: Arc<Shares>,
    /// Shares of the answers that are too long to be gathered first.
    pub streams: Arc<Shares>,
    /// Shares of the files on their way: sound, archives, and rows that were copied.
    pub sounds: Arc<Shares>,
    /// Shares of making a waveform.
    pub waveforms: Arc<Shares>,
    /// Counts up whenever who may do what has changed, once that is so.
    pub rights: watch::Sender<u64>,
    /// Shares of the long bodies, until it is known who sent it.
    pub bodies: Arc<Shares>,
}

/// Copies of rows that are made at once; each takes a connection of the database.
const COPIES: usize = 2;
/// Connections of the database for short questions alone.
const SHORT: usize = 1;
/// Files on their way at once. Each keeps a thread, but no connection of the database.
const SOUNDS: usize = 32;
/// Waveforms that are made at once: each takes a processor for up to a second or so.
const WAVEFORMS: usize = 2;
/// Long bodies in memory at once, each three times at most: as it came, and as it is read.
const BODIES: usize = 8;

impl App {
    /// Opens the database and starts the threads that hash.
    pub fn open(config: Config) -> anyhow::Result<App> {
        let store = Arc::new(Store::open(&config.db, config.readers)?);
        let listening = Listening::new(&store).context("the audit log cannot be written to")?;
        let failed_logins = FailedLogins::new(&store).context("the audit log cannot be written to")?;
        let auth = Auth::new(config.bcrypt_cost).context("the login cannot be started")?;
        let searches = Shares::of_work(searches(&config));
        let copies = Shares::of_work(COPIES);
        let streams = Shares::of_clients(config.streams as usize);
        let media = Media::new(&config.media_root).with(&config.folders);
        let peaks = Peaks::new(beside(&config.db, "-peaks"));
        let sounds = Shares::of_clients(SOUNDS);
        let waveforms = Shares::of_clients(WAVEFORMS);
        let bodies = Shares::of_clients(BODIES);
        let instance = instance(&config);
        Ok(App {
            config,
            instance,
            store,
            alerts: Arc::default(),
            listening,
            failed_logins,
            auth,
            media,
            peaks,
            searches,
            copies,
            streams,
            sounds,
            waveforms,
            rights: watch::Sender::new(0),
            bodies,
        })
    }

    /// Notes where it listens, once that is known.
    pub fn listens_at(&mut self, address: SocketAddr) {
        self.config.listen = address;
        self.instance = instance(&self.config);
    }

    /// Tells whoever listens that they have to be looked at again, if the last change has touched that.
    pub fn tell_of_rights(&self) {
        let now = self.store.rights();
        self.rights.send_if_modified(|told| std::mem::replace(told, now) != now);
    }

    /// How long tokens and sessions last.
    pub fn session_rules(&self) -> SessionRules {
        let hours = |hours: u32| i64::from(hours) * 3600;
        SessionRules {
            token: hours(self.config.token_hours),
            session_idle: hours(self.config.session_idle_hours),
            session: hours(self.config.session_days) * 24,
        }
    }
}

/// How many questions may read much at once.
fn searches(config: &Config) -> usize {
    let left = config.readers.saturating_sub(config.streams) as usize;
    left.saturating_sub(COPIES + SHORT).clamp(1, (config.readers as usize / 2).max(1))
}

/// A digest of the machine, the database's file and the port: of two servers that a browser sees as one host, one of them
/// differs.
fn instance(config: &Config) -> String {
    let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let file = std::fs::canonicalize(&config.db).unwrap_or_else(|_| config.db.clone());
    let digest = auth::hash_secret(&format!("{machine}\n{}\n{}", file.display(), config.listen.port()));
    digest[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `recordings.db` with `-peaks` behind it.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Runs what blocks (SQLite, hashing) on a thread where it may. A panic in there is the caller's error, not its end.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, tokio::task::JoinError> {
    tokio::task::spawn_blocking(work).await
}
