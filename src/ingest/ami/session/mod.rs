//! One connection's conversation: who we are, what goes on already, then what happens. Pure: pieces and times in, what
//! is to be said and done out.

mod going_on;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::DateTime;

use super::action::{action, challenge_key};
use super::calls::{Calls, Report};
use super::codec::{Message, Piece};

/// Milliseconds of silence after which the other side is asked whether it is there, and after which it is not.
const ASK_AFTER: i64 = 15_000;
const DEAD_AFTER: i64 = 40_000;
/// Milliseconds that the other side has to let us in.
const WELCOME: i64 = 15_000;
/// Milliseconds that a challenge is waited for: not every server and proxy knows it, and some say nothing then.
const CHALLENGE: i64 = 3_000;
/// Milliseconds between questions for the time, and how many there are: a PBX that starts lets us in before it can tell.
const CLOCK_AGAIN: i64 = 500;
const CLOCK_TRIES: u32 = 120;
/// The PBX's local time, as its own function formats it.
const CLOCK: &str = "STRFTIME(,,%Y-%m-%d %H:%M:%S)";

/// What is wrong with the user in manager.conf, and what to do.
const NOT_RECONCILED: &str = "Asterisk may not be asked which calls go on, so that those that end while the connection is \
    lost are noticed late: add reporting to write of the user in manager.conf";
const NO_NAMES: &str = "Asterisk says that a call is recorded, but not to which file: add dialplan to read of the user in \
    manager.conf, and to its eventfilter, if it has any: Variable: MIXMONITOR_FILENAME";

/// Who we are, and whether nobody can read along.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    /// The user in manager.conf.
    pub username: &'a str,
    /// Its secret.
    pub secret: &'a str,
    /// The connection is TLS, or stays on this machine.
    pub private: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send these bytes.
    Say(Vec<u8>),
    /// We are in.
    LoggedIn,
    /// Something is known of a recording.
    Heard(Box<Report>),
    /// All is known that went on before. Recordings of other channels than these are over.
    Reconciled {
        /// Uniqueids of the channels that are up.
        up: BTreeSet<String>,
        /// When the PBX started, Unix seconds; 0 where it may not be asked.
        started: i64,
    },
    /// A call detail record of a channel that is not known, or not any more.
    Detail(Message),
    /// Something came that nothing can be made of, for this reason.
    Skipped(&'static str),
    /// It works, but not all of it: what is missing, and what to do.
    Concern(&'static str),
    /// Give up this connection, for this reason; it is no use trying again soon if `refused`.
    Leave {
        /// Why, in words.
        why: String,
        /// It is not the network: somebody must change a setting.
        refused: bool,
    },
}

enum State {
    Greeting,
    Challenged,
    LoggingIn,
    In,
}

/// What records a conference, as far as the PBX said it.
#[derive(Default)]
struct Recorder {
    member: String,
    file: String,
    uniqueid: String,
}

/// A conversation. The calls outlive it: the next connection goes on with them.
pub struct Session<'a> {
    account: Account<'a>,
    calls: &'a mut Calls,
    state: State,
    begun: i64,
    /// When the challenge was asked for.
    challenged: i64,
    heard: i64,
    asked: bool,
    /// Channels known to be up when the list of channels was asked for, those that it names, and those of them whose
    /// file was asked for and not said yet.
    before: BTreeSet<String>,
    listed: BTreeMap<String, Message>,
    waiting: BTreeSet<String>,
    /// By name, what records conferences: who takes part, the file, and the uniqueid once it is known.
    recorders: HashMap<String, Recorder>,
    complete: bool,
    started: Option<DateTime>,
    local: Option<(DateTime, i64)>,
    /// When to ask for the time again, and how often it was asked.
    clock_again: Option<i64>,
    clock_tries: u32,
    system: String,
}

impl<'a> Session<'a> {
    /// A conversation that begins at `now` (Unix milliseconds).
    pub fn new(account: Account<'a>, calls: &'a mut Calls, now: i64) -> Session<'a> {
        Session {
            account,
            calls,
            state: State::Greeting,
            begun: now,
            challenged: now,
            heard: now,
            asked: false,
            before: BTreeSet::new(),
            listed: BTreeMap::new(),
            waiting: BTreeSet::new(),
            recorders: HashMap::new(),
            complete: false,
            started: None,
            local: None,
            clock_again: None,
            clock_tries: 0,
            system: String::new(),
        }
    }

    /// The PBX's system name, once it said it.
    pub fn system(&self) -> &str {
        &self.system
    }

    /// Takes a piece of what the PBX says.
    pub fn hear(&mut self, piece: Piece, now: i64) -> Vec<Step> {
        (self.heard, self.asked) = (now, false);
        match (&self.state, piece) {
            (_, Piece::TooLong) => vec![Step::Skipped("a message of more than 256 KiB")],
            (State::Greeting, Piece::Banner(banner)) => self.greet(&banner, now),
            (_, Piece::Banner(_)) => Vec::new(),
            (_, Piece::Message(message)) if !is_message(&message) => {
                vec![Step::Skipped("bytes that are no message of the manager interface")]
            }
            (State::Greeting, Piece::Message(_)) => Vec::new(),
            (State::Challenged, Piece::Message(answer)) if is_answer(&answer, "challenge") => {
                self.log_in(&answer)
            }
            (State::LoggingIn, Piece::Message(answer)) if is_answer(&answer, "login") => self.enter(&answer),
            (State::In, Piece::Message(message)) => self.listen(&message, now),
            (_, Piece::Message(_)) => Vec::new(),
        }
    }

    /// Time has passed.
    pub fn wait(&mut self, now: i64) -> Vec<Step> {
        let silent = now.saturating_sub(self.heard);
        if !matches!(self.state, State::In) && now.saturating_sub(self.begun) > WELCOME {
            return leave("it does not answer as a manager interface does", false);
        }
        if matches!(self.state, State::Challenged) && now.saturating_sub(self.challenged) > CHALLENGE {
            return self.log_in_plainly("it does not answer when asked for a challenge to log in with");
        }
        if silent > DEAD_AFTER {
            return leave("nothing was heard from it for 40 seconds", false);
        }
        if self.clock_again.is_some_and(|at| at <= now) {
            self.clock_again = Some(now + ASK_AFTER);
            return vec![Step::Say(action("Getvar", "clock", &[("Variable", CLOCK)]))];
        }
        if silent > ASK_AFTER && !self.asked && matches!(self.state, State::In) {
            self.asked = true;
            return vec![Step::Say(action("Ping", "ping", &[]))];
        }
        Vec::new()
    }

    fn greet(&mut self, banner: &str, now: i64) -> Vec<Step> {
        if !banner.starts_with("Asterisk Call Manager") {
            return leave("another program listens there, not Asterisk's manager interface", true);
        }
        (self.state, self.challenged) = (State::Challenged, now);
        vec![Step::Say(action("Challenge", "challenge", &[("AuthType", "MD5")]))]
    }

    fn log_in(&mut self, answer: &Message) -> Vec<Step> {
        let challenge = answer.text("Challenge");
        if challenge.is_empty() {
            let why = format!("it gives no challenge to log in with ({})", answer.text("Message"));
            return self.log_in_plainly(&why);
        }
        self.state = State::LoggingIn;
        let key = challenge_key(&challenge, self.account.secret);
        let fields =
            [("AuthType", "MD5"), ("Username", self.account.username), ("Key", &key), ("Events", "on")];
        vec![Step::Say(action("Login", "login", &fields))]
    }

    /// With the secret itself, where nobody else can read it.
    fn log_in_plainly(&mut self, why: &str) -> Vec<Step> {
        if !self.account.private {
            let why = format!("{why}, and the secret itself is only sent over TLS: set tls under [asterisk]");
            return leave(&why, true);
        }
        self.state = State::LoggingIn;
        let fields = [("Username", self.account.username), ("Secret", self.account.secret), ("Events", "on")];
        vec![Step::Say(action("Login", "login", &fields))]
    }

    /// What goes on already is asked for in this order, so that the list of channels comes last.
    fn enter(&mut self, answer: &Message) -> Vec<Step> {
        if answer.text("Response") != "Success" {
            let why = format!("it does not let {} in: {}", self.account.username, answer.text("Message"));
            return leave(&why, true);
        }
        self.state = State::In;
        self.before = self.calls.up();
        vec![
            Step::LoggedIn,
            Step::Say(action("CoreSettings", "settings", &[])),
            Step::Say(action("CoreStatus", "status", &[])),
            Step::Say(action("Getvar", "clock", &[("Variable", CLOCK)])),
            Step::Say(action("CoreShowChannels", "channels", &[])),
        ]
    }

    fn listen(&mut self, message: &Message, now: i64) -> Vec<Step> {
        match (&*message.text("ActionID"), &*message.event()) {
            ("channels", "CoreShowChannel") => self.list(message),
            ("channels", "CoreShowChannelsComplete") => {
                self.complete = true;
                self.reconcile()
            }
            ("channels", _) if message.text("Response") == "Error" => vec![Step::Concern(NOT_RECONCILED)],
            ("settings", _) => {
                self.system = message.text("SystemName").into_owned();
                Vec::new()
            }
            ("status", _) => {
                let (date, time) = (message.text("CoreStartupDate"), message.text("CoreStartupTime"));
                self.started = format!("{date} {time}").parse().ok();
                Vec::new()
            }
            ("clock", _) => self.clock(message, now),
            (_, "VarSet") if message.text("Variable") == "BRIDGEPEER" => {
                self.look_for_recorder(&message.text("Uniqueid"), &message.text("Value"))
            }
            (id, "") => match id.split_once(' ') {
                Some((what, of)) => self.answered(id, what, of, message),
                None => Vec::new(),
            },
            (_, event) => self.happen(event, message, now),
        }
    }

    fn happen(&mut self, event: &str, message: &Message, now: i64) -> Vec<Step> {
        let uniqueid = message.text("Uniqueid");
        match event {
            "Cdr" if !self.calls.knows(&uniqueid) => return vec![Step::Detail(message.clone())],
            // The file's name comes before it.
            "MixMonitorStart" if !self.calls.runs(&uniqueid) => return vec![Step::Concern(NO_NAMES)],
            _ => {}
        }
        self.calls.hear(message, now).into_iter().map(Box::new).map(Step::Heard).collect()
    }
}

fn is_message(message: &Message) -> bool {
    message.get("Event").is_some() || message.get("Response").is_some()
}

/// Whether this answers what was asked last, by its id; where it has none, there is nothing else that it could answer,
/// but for a challenge that comes too late.
fn is_answer(message: &Message, id: &str) -> bool {
    let given = message.text("ActionID");
    let late = id == "login" && message.get("Challenge").is_some();
    message.get("Response").is_some() && (given == id || given.is_empty() && !late)
}

fn leave(why: &str, refused: bool) -> Vec<Step> {
    vec![Step::Leave { why: why.into(), refused }]
}

#[cfg(test)]
mod tests;
