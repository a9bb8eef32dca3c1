//! Words typed by a person: the command tree. Each command is one call.

mod asterisk;
mod commands;
mod help;
mod import;
mod rules;
mod settings;
mod terminal;

use clap::{Args, Parser, Subcommand};

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
    Init(Init),
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
    Rules(Rules),
    /// Bring in old recordings and what call detail records know of them; may be repeated, and goes on where it ended
    #[command(subcommand, after_long_help = help::IMPORT)]
    Import(import::Import),
    /// The Asterisk that is listened to
    #[command(subcommand)]
    Asterisk(Asterisk),
    /// Fill an empty database with a made-up office, with sound
    Demo,
    /// Say which way through the indexes a list request takes, and why
    SearchPlan {
        /// The request's parameters, as in: customer=1;called=201;limit=100
        query: String,
    },
    /// Print the configuration file with every setting explained
    Config {
        /// Write it to this file instead, readable by its owner only
        #[arg(long, value_name = "FILE")]
        output: Option<std::path::PathBuf>,
    },
}

#[derive(Args)]
struct Init {
    /// Name of the first customer
    #[arg(long, value_name = "NAME", requires = "user")]
    customer: Option<String>,
    /// Name that the owner logs in with; asks for the password
    #[arg(long, value_name = "NAME", requires = "customer")]
    user: Option<String>,
    #[command(flatten)]
    password: PasswordArgs,
}

#[derive(Args)]
struct PasswordArgs {
    /// Read the password from standing input, up to the end of the line
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args)]
struct Output {
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Customer {
    /// Add a customer; prints its id
    Add {
        /// Its name
        name: String,
        /// Its id; the next free one unless given
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
        id: Option<i64>,
        #[command(flatten)]
        output: Output,
    },
    /// List the customers
    List(Output),
    /// Rename a customer
    Edit {
        /// Its id
        id: i64,
        /// Its new name
        #[arg(long)]
        name: String,
    },
    /// Remove a customer that has no groups, people or recordings
    Remove {
        /// Its id
        id: i64,
    },
}

#[derive(Subcommand)]
enum Group {
    /// Add a group; prints its id
    Add {
        /// Its name
        name: String,
        /// The customer that it belongs to
        #[arg(long, value_name = "ID")]
        customer: i64,
        /// Its id; the next free one unless given
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
        id: Option<i64>,
        #[command(flatten)]
        fields: GroupArgs,
        #[command(flatten)]
        output: Output,
    },
    /// List the groups
    List {
        /// Only those of this customer
        #[arg(long, value_name = "ID")]
        customer: Option<i64>,
        #[command(flatten)]
        output: Output,
    },
    /// Change a group; what is not given stays
    Edit {
        /// Its id
        id: i64,
        /// Its new name
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        fields: GroupArgs,
    },
    /// Remove a group that has no recordings
    Remove {
        /// Its id
        id: i64,
    },
}

#[derive(Args)]
struct GroupArgs {
    /// What it is for
    #[arg(long)]
    description: Option<String>,
    /// Address for notices
    #[arg(long)]
    email: Option<String>,
    /// Days that recordings are kept; 0 not to save
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(0..))]
    expires: Option<i64>,
    /// Percent of the calls that are recorded
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(i64).range(0..=100))]
    fraction: Option<i64>,
    /// Whether callers hear a beep
    #[arg(long, value_name = "0|1", value_parser = settings::flag)]
    beep: Option<bool>,
    /// Name of the user who owns it; empty for nobody
    #[arg(long, value_name = "USER")]
    owner: Option<String>,
    /// Whether incoming calls are recorded
    #[arg(long, value_name = "0|1", value_parser = settings::flag)]
    record_in: Option<bool>,
    /// Whether outgoing calls are recorded
    #[arg(long, value_name = "0|1", value_parser = settings::flag)]
    record_out: Option<bool>,
    /// Whether recordings are transcribed
    #[arg(long, value_name = "0|1", value_parser = settings::flag)]
    transcribe: Option<bool>,
    /// Let this user hear its recordings; may be given several times
    #[arg(long, value_name = "USER")]
    add_member: Vec<String>,
    /// End that; may be given several times
    #[arg(long, value_name = "USER")]
    remove_member: Vec<String>,
}

#[derive(Subcommand)]
enum User {
    /// Add someone who may log in; asks for the password
    Add {
        /// The name to log in with
        name: String,
        /// Home customer
        #[arg(long, value_name = "ID")]
        customer: i64,
        /// What they may do; see: tapeline role list
        #[arg(long)]
        role: String,
        /// The name that people know
        #[arg(long, value_name = "TEXT", default_value = "")]
        full_name: String,
        #[command(flatten)]
        password: PasswordArgs,
        #[command(flatten)]
        output: Output,
    },
    /// List who may log in
    List {
        /// Only those of this customer
        #[arg(long, value_name = "ID")]
        customer: Option<i64>,
        #[command(flatten)]
        output: Output,
    },
    /// Change someone; a new role or customer logs them out
    Edit {
        /// The name to log in with
        name: String,
        /// Another name to log in with
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// The name that people know
        #[arg(long, value_name = "TEXT")]
        full_name: Option<String>,
        /// Home customer
        #[arg(long, value_name = "ID")]
        customer: Option<i64>,
        /// What they may do
        #[arg(long)]
        role: Option<String>,
    },
    /// Set a new password, which logs them out; asks for it
    Passwd {
        /// The name to log in with
        name: String,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Remove someone
    Remove {
        /// The name to log in with
        name: String,
    },
}

#[derive(Subcommand)]
enum Rules {
    /// Say which rule takes a file, why, and what would become of it; nothing is stored
    Test(RulesTest),
}

#[derive(Args)]
struct RulesTest {
    /// Files: full paths, or relative to the media root; they need not exist
    #[arg(required = true)]
    file: Vec<String>,
    /// As if it were a call of this direction: in, out or internal
    #[arg(long, value_name = "WORD", value_parser = ["in", "out", "internal"])]
    direction: Option<String>,
    /// As if the channel had this account code
    #[arg(long, value_name = "CODE")]
    account: Option<String>,
    /// As if the call had begun in this context of the dialplan
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// As if it had gone through this queue
    #[arg(long, value_name = "NUMBER")]
    queue: Option<String>,
    /// As if this number had answered
    #[arg(long, value_name = "NUMBER")]
    answered: Option<String>,
}

#[derive(Subcommand)]
enum Asterisk {
    /// Test connection, login, rights, paths, clock and zone; say what is missing and how to add it
    #[command(after_long_help = help::ASTERISK)]
    Check,
}

#[derive(Subcommand)]
enum Role {
    /// List the roles and what they allow
    List(Output),
}

/// Reads the command line and does what it says.
pub fn run() -> anyhow::Result<()> {
    let Cli { settings, command } = Cli::parse();
    if let Command::Config { output } = command {
        return commands::config(output);
    }
    let config = settings.config()?;
    match command {
        Command::Serve => commands::serve(config),
        Command::Init(init) => commands::init(&config, init),
        Command::Customer(customer) => commands::customer(&config, customer),
        Command::Group(group) => commands::group(&config, group),
        Command::User(user) => commands::user(&config, user),
        Command::Role(Role::List(output)) => commands::roles(&config, &output),
        Command::Rules(Rules::Test(test)) => rules::test(&config, &test),
        Command::Import(import) => import::run(&config, import),
        Command::Asterisk(Asterisk::Check) => asterisk::check(&config),
        Command::Demo => commands::demo(&config),
        Command::SearchPlan { query } => commands::search_plan(&config, &query),
        Command::Config { .. } => Ok(()),
    }
}
