//! Settings from flags, environment and file.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::config::{self, Config, Given, GivenAsterisk, GivenFreeSwitch, Secret};

#[derive(Args)]
#[command(next_help_heading = "Settings")]
pub(super) struct SettingsArgs {
    /// The database file
    #[arg(long, global = true, env = "TAPELINE_DB", value_name = "FILE")]
    db: Option<PathBuf>,
    /// The folder below which all sound lies
    #[arg(long, global = true, env = "TAPELINE_MEDIA_ROOT", value_name = "DIR")]
    media_root: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "TAPELINE_LISTEN", value_name = "ADDR", value_parser = address)]
    listen: Option<SocketAddr>,
    /// Answer as Enswitch itself does: HTTP 200 always, numbers in rows as strings
    #[arg(long, global = true, env = "TAPELINE_COMPAT", value_name = "SERVER")]
    compat: Option<CompatArg>,
    /// Whether the media root is watched for new recordings [default: true]
    #[arg(long, global = true, env = "TAPELINE_WATCH", value_name = "true|false", hide_short_help = true)]
    watch: Option<bool>,
    /// Settings as a TOML file; see: tapeline config
    #[arg(long, global = true, env = "TAPELINE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Cost of new password hashes
    #[arg(long, global = true, env = "TAPELINE_BCRYPT_COST", value_name = "N", hide_short_help = true)]
    bcrypt_cost: Option<u32>,
    /// Hours that a token lasts
    #[arg(long, global = true, env = "TAPELINE_TOKEN_HOURS", value_name = "N", hide_short_help = true)]
    token_hours: Option<u32>,
    /// Hours that a browser's session lasts without use
    #[arg(
        long,
        global = true,
        env = "TAPELINE_SESSION_IDLE_HOURS",
        value_name = "N",
        hide_short_help = true
    )]
    session_idle_hours: Option<u32>,
    /// Days that a browser's session lasts at most
    #[arg(long, global = true, env = "TAPELINE_SESSION_DAYS", value_name = "N", hide_short_help = true)]
    session_days: Option<u32>,
    /// Database connections that answer requests
    #[arg(long, global = true, env = "TAPELINE_READERS", value_name = "N", hide_short_help = true)]
    readers: Option<u32>,
    /// Long answers under way at once
    #[arg(long, global = true, env = "TAPELINE_STREAMS", value_name = "N", hide_short_help = true)]
    streams: Option<u32>,
    /// Seconds in which a long answer must move 64 KiB
    #[arg(
        long,
        global = true,
        env = "TAPELINE_STREAM_STALL_SECONDS",
        value_name = "N",
        hide_short_help = true
    )]
    stream_stall_seconds: Option<u32>,
    /// Minutes that a long answer may take
    #[arg(long, global = true, env = "TAPELINE_STREAM_MINUTES", value_name = "N", hide_short_help = true)]
    stream_minutes: Option<u32>,
    /// Manager interface of the Asterisk to listen to
    #[arg(long, global = true, env = "TAPELINE_ASTERISK", value_name = "HOST[:PORT]")]
    asterisk: Option<String>,
    /// User of the manager interface; its secret comes from TAPELINE_ASTERISK_SECRET or the file [default: tapeline]
    #[arg(
        long,
        global = true,
        env = "TAPELINE_ASTERISK_USERNAME",
        value_name = "NAME",
        hide_short_help = true
    )]
    asterisk_username: Option<String>,
    /// How that connection is protected: off, system, a certificate's file, or sha256:…
    #[arg(long, global = true, env = "TAPELINE_ASTERISK_TLS", value_name = "HOW", hide_short_help = true)]
    asterisk_tls: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum CompatArg {
    None,
    Enswitch,
}

impl SettingsArgs {
    /// What flags and environment say, else the file, else the defaults.
    pub(super) fn config(self) -> anyhow::Result<Config> {
        let from_file = match &self.config {
            Some(path) => {
                if let Some(warning) = crate::store::wide_mode(path) {
                    tracing::warn!("{warning}");
                }
                Given::from_file(path)?
            }
            None => Given::default(),
        };
        Ok(self.given().or(from_file).settle()?)
    }

    fn given(self) -> Given {
        Given {
            db: self.db,
            media_root: self.media_root,
            listen: self.listen,
            compat: self.compat.map(|compat| match compat {
                CompatArg::None => config::Compat::None,
                CompatArg::Enswitch => config::Compat::Enswitch,
            }),
            bcrypt_cost: self.bcrypt_cost,
            token_hours: self.token_hours,
            session_idle_hours: self.session_idle_hours,
            session_days: self.session_days,
            readers: self.readers,
            streams: self.streams,
            stream_stall_seconds: self.stream_stall_seconds,
            stream_minutes: self.stream_minutes,
            watch: self.watch,
            asterisk: Some(GivenAsterisk {
                address: self.asterisk,
                username: self.asterisk_username,
                // Not by a flag: everybody on this machine may see those.
                secret: std::env::var("TAPELINE_ASTERISK_SECRET").ok().map(Secret::new),
                tls: self.asterisk_tls,
            }),
            freeswitch: std::env::var("TAPELINE_FREESWITCH_SECRET")
                .ok()
                .map(|secret| GivenFreeSwitch { secret: Some(Secret::new(secret)), machine: None }),
            ..Given::default()
        }
    }
}

/// An address and a port; a name such as localhost stands for its first address.
fn address(text: &str) -> Result<SocketAddr, String> {
    let why = |why: &str| format!("{why}; give an address and a port, as in 127.0.0.1:8080");
    let mut found = text.to_socket_addrs().map_err(|error| why(&error.to_string()))?;
    found.next().ok_or_else(|| why("it has no address"))
}

/// 0 or 1, as on the wire.
pub(super) fn flag(text: &str) -> Result<bool, &'static str> {
    match text {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err("give 0 or 1"),
    }
}
