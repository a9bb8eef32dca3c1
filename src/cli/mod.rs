//! Words typed by a person: the command tree. Each command is one call.
//!
//! To add a command: a variant of `Command`, whose comment is its help, a file of its own beside this one, and a line in `run`.

mod asterisk;
mod database;
mod freeswitch;
mod help;
mod import;
mod init;
mod manage;
mod rules;
mod sample;
mod search_plan;
mod serve;
mod settings;
mod shared;
mod terminal;
mod tidy;

use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use manage::{Customer, Group, Role, User};
use settings::SettingsArgs;

/// Call recordings of a small office: found, heard, kept.
#[derive(Parser)]
#[command(name = "tapeline", version, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the viewer until told to stop
    #[command(after_long_help = help::SERVE)]
    Serve,
    /// Make the database; with --customer and --user, also the first ones
    Init(init::Init),
    /// Tenants of the PBX
    #[command(subcommand)]
    Customer(Customer),
    /// Record groups: the folders that recordings are filed under
    #[command(subcommand)]
    Group(Group),
    /// People who may log in
    #[command(subcommand)]
    User(User),
    /// What people may do
    #[command(subcommand)]
    Role(Role),
    /// Where new recordings are filed
    #[command(subcommand)]
    Rules(rules::Rules),
    /// Bring in old recordings and what call detail records know of them; may be repeated, and goes on where it ended
    #[command(subcommand, after_long_help = help::IMPORT)]
    Import(import::Import),
    /// Put together recordings that are one: an MP3 and the WAV that it was made of, a call and its sides
    #[command(after_long_help = help::TIDY)]
    Tidy(tidy::Tidy),
    /// The Asterisk that is listened to
    #[command(subcommand)]
    Asterisk(asterisk::Asterisk),
    /// The FreeSWITCH that is listened to
    #[command(subcommand)]
    Freeswitch(freeswitch::FreeSwitch),
    /// Fill an empty database with a made-up office, with sound
    Demo,
    /// Say which way through the indexes a list request takes, and why
    SearchPlan {
        /// The request's parameters, as in: customer=1;called=201;limit=100
        query: String,
    },
    /// Print the configuration file with every setting explained, and with those that are given here in force
    Config {
        /// Write it to this file instead, readable by its owner only
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Reads the command line and does what it says.
pub fn run() -> anyhow::Result<()> {
    let matches = help::command(Cli::command()).get_matches();
    let Cli { settings, command } = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    if let Command::Config { output } = command {
        return sample::config(output, settings.file()?, settings.given());
    }
    let settled = settings.settle()?;
    let file = settled.file.clone();
    let config = match command {
        Command::Serve | Command::Asterisk(_) | Command::Freeswitch(_) => settled.tell(),
        _ => settled.config,
    };
    match command {
        Command::Serve => serve::serve(config),
        Command::Init(init) => init::init(&config, init),
        Command::Customer(customer) => manage::customer(&config, file.as_deref(), customer),
        Command::Group(group) => manage::group(&config, file.as_deref(), group),
        Command::User(user) => manage::user(&config, user),
        Command::Role(role) => manage::role(&config, &role),
        Command::Rules(rules) => rules::run(&config, &rules),
        Command::Import(import) => import::run(&config, import),
        Command::Asterisk(asterisk) => asterisk::run(&config, &asterisk),
        Command::Freeswitch(freeswitch) => freeswitch::run(&config, &freeswitch),
        Command::Tidy(tidy) => tidy::tidy(&config, &tidy),
        Command::Demo => init::demo(&config),
        Command::SearchPlan { query } => search_plan::search_plan(&config, &query),
        Command::Config { .. } => Ok(()),
    }
}
