//! Settings from flags, environment and file.

use std::io::ErrorKind;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use clap::builder::ValueParser;

use crate::config::{
    Compat, Config, Country, Formats, Given, GivenAsterisk, GivenFreeSwitch, Networks, PublicUrl, Secret,
    general_settings,
};

macro_rules! flags {
    ($($name:ident: $type:ty = $default:expr, $(in $range:expr,)? $variable:literal, $value:literal, hide: $hide:literal,
        $flag:literal, $about:literal;)*) => {
        #[derive(Args)]
        #[command(next_help_heading = "Settings")]
        pub(super) struct SettingsArgs {
            $(
                #[doc = $flag]
                #[arg(
                    long,
                    global = true,
                    env = $variable,
                    value_name = $value,
                    hide_short_help = $hide,
                    value_parser = <$type as Flag>::parser()
                )]
                $name: Option<$type>,
            )*
            /// Settings as a TOML file [default: /etc/tapeline.toml, if it is there]; see: tapeline config
            #[arg(long, global = true, env = "TAPELINE_CONFIG", value_name = "FILE")]
            config: Option<PathBuf>,
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
            /// Event socket of the FreeSWITCH to listen to; its password comes from TAPELINE_FREESWITCH_PASSWORD or the file
            #[arg(long, global = true, env = "TAPELINE_FREESWITCH", value_name = "HOST[:PORT]")]
            freeswitch: Option<String>,
        }

        impl SettingsArgs {
            pub(super) fn given(self) -> Given {
                Given {
                    $($name: self.$name,)*
                    asterisk: Some(GivenAsterisk {
                        address: self.asterisk,
                        username: self.asterisk_username,
                        // Not by a flag: everybody on this machine may see those.
                        secret: secret("TAPELINE_ASTERISK_SECRET"),
                        tls: self.asterisk_tls,
                    }),
                    freeswitch: Some(GivenFreeSwitch {
                        secret: secret("TAPELINE_FREESWITCH_SECRET"),
                        machine: None,
                        event_socket: self.freeswitch,
                        event_socket_password: secret("TAPELINE_FREESWITCH_PASSWORD"),
                    }),
                    folders: None,
                    rules: None,
                }
            }
        }
    };
}
general_settings!(flags);

/// Where the settings are, unless --config or TAPELINE_CONFIG names another file.
pub(in crate::cli) const USUAL_PLACE: &str = "/etc/tapeline.toml";
/// Names another usual place; empty: none.
const PLACE: &str = "TAPELINE_USUAL_CONFIG";

/// What the program is to believe, and where it has that from.
pub(super) struct Settled {
    pub(super) config: Config,
    /// The file, if there is one.
    pub(super) file: Option<PathBuf>,
    /// Whether there are secrets in it.
    has_secrets: bool,
}

impl SettingsArgs {
    /// What flags and environment say, else the file, else the defaults.
    pub(super) fn settle(self) -> anyhow::Result<Settled> {
        let file = match &self.config {
            Some(path) => Some(path.clone()),
            None => usual_place()?,
        };
        let from_file = file.as_deref().map(Given::from_file).transpose()?.unwrap_or_default();
        let has_secrets = from_file.has_secrets();
        Ok(Settled { config: self.given().or(from_file).settle()?, file, has_secrets })
    }

    /// The file that the settings are in, if there is one.
    pub(super) fn file(&self) -> anyhow::Result<Option<PathBuf>> {
        self.config.clone().map_or_else(usual_place, |path| Ok(Some(path)))
    }
}

impl Settled {
    /// Says where the settings are from, and where others can read the secrets in them.
    pub(super) fn tell(self) -> Config {
        if let Some(file) = &self.file {
            tracing::info!("settings are from {}", file.display());
            if let Some(warning) = crate::store::wide_mode(file).filter(|_| self.has_secrets) {
                tracing::warn!("{warning}: it holds secrets");
            }
        }
        self.config
    }
}

/// The file in the usual place, if there is one. One that cannot be read is no absent one: without it another database
/// would be served than the office's.
fn usual_place() -> anyhow::Result<Option<PathBuf>> {
    let place = std::env::var_os(PLACE).map_or_else(|| USUAL_PLACE.into(), PathBuf::from);
    if place.as_os_str().is_empty() {
        return Ok(None);
    }
    match std::fs::File::open(&place) {
        Ok(_) => Ok(Some(place)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => bail!(
            "the settings in {} cannot be read ({error}), and they say which database it is; run this as a user who may read \
             them, as with sudo, or name other settings with --config FILE (/dev/null: none)",
            place.display()
        ),
    }
}

fn secret(variable: &str) -> Option<Secret> {
    std::env::var(variable).ok().map(Secret::new)
}

/// How a setting's flag and variable are read.
trait Flag: Clone + Send + Sync + Sized + 'static {
    fn parser() -> ValueParser;
}

impl Flag for PathBuf {
    fn parser() -> ValueParser {
        ValueParser::path_buf()
    }
}

impl Flag for bool {
    fn parser() -> ValueParser {
        ValueParser::bool()
    }
}

impl Flag for u32 {
    fn parser() -> ValueParser {
        clap::value_parser!(u32).into()
    }
}

impl Flag for SocketAddr {
    fn parser() -> ValueParser {
        ValueParser::new(address)
    }
}

impl Flag for Networks {
    fn parser() -> ValueParser {
        ValueParser::new(|text: &str| text.parse::<Networks>())
    }
}

impl Flag for PublicUrl {
    fn parser() -> ValueParser {
        ValueParser::new(|text: &str| text.parse::<PublicUrl>())
    }
}

impl Flag for Country {
    fn parser() -> ValueParser {
        ValueParser::new(|text: &str| text.parse::<Country>())
    }
}

impl Flag for Formats {
    fn parser() -> ValueParser {
        ValueParser::new(|text: &str| text.parse::<Formats>())
    }
}

impl Flag for Compat {
    fn parser() -> ValueParser {
        ValueParser::new(|text: &str| match text {
            "none" => Ok(Compat::None),
            "enswitch" => Ok(Compat::Enswitch),
            _ => Err("give none or enswitch"),
        })
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
