//! One connection's conversation: who we are, what goes on already, then what happens. Pure: pieces and times in, what
//! is to be said and done out.

use super::going_on::GoingOn;
use super::step::{Account, Step};
use super::trial::Trial;
use crate::ingest::ami::action::{action, challenge_key};
use crate::ingest::ami::calls::Calls;
use crate::ingest::ami::codec::{Message, Piece};

/// Milliseconds of silence after which the other side is asked whether it is there, and after which it is not.
const ASK_AFTER: i64 = 15_000;
const DEAD_AFTER: i64 = 40_000;
/// Milliseconds that the other side has to let us in.
const WELCOME: i64 = 15_000;
/// Milliseconds that a challenge is waited for: not every server and proxy knows it, and some say nothing then.
const CHALLENGE: i64 = 3_000;
/// What is wrong with the user in manager.conf, and what to do.
pub(super) const NOT_RECONCILED: &str = "Asterisk may not be asked which calls go on, so that those that end while the connection is \
    lost are noticed late: add reporting to write of the user in manager.conf";
pub(super) const NO_NAMES: &str = "Asterisk says that a call is recorded, but not to which file: add dialplan to read of the user in \
    manager.conf, and to its eventfilter, if it has any: Variable: MIXMONITOR_FILENAME";

enum State {
    Greeting,
    Challenged,
    LoggingIn,
    In,
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
    going_on: GoingOn,
    trial: Trial,
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
            going_on: GoingOn::default(),
            trial: Trial::default(),
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
        if let Some(concern) = self.trial.wait(now) {
            return vec![concern];
        }
        if self.going_on.wants_clock(now) {
            self.going_on.clock_asked(now + ASK_AFTER);
            return vec![GoingOn::ask_clock()];
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
        self.going_on.begin(self.calls);
        vec![
            Step::LoggedIn,
            Step::Say(action("CoreSettings", "settings", &[])),
            Step::Say(action("CoreStatus", "status", &[])),
            GoingOn::ask_clock(),
            Step::Say(action("CoreShowChannels", "channels", &[])),
        ]
    }

    fn listen(&mut self, message: &Message, now: i64) -> Vec<Step> {
        match (&*message.text("ActionID"), &*message.event()) {
            ("channels", "CoreShowChannel") => self.going_on.list(message),
            ("channels", "CoreShowChannelsComplete") => self.going_on.listed_all(self.calls),
            ("channels", _) if message.text("Response") == "Error" => vec![Step::Concern(NOT_RECONCILED)],
            ("settings", _) => {
                self.system = message.text("SystemName").into_owned();
                vec![Trial::begin()]
            }
            ("status", _) => {
                self.going_on.started(message);
                Vec::new()
            }
            ("trial", _) => self.trial.answered(message, now),
            ("clock", _) => self.going_on.clock(message, now, self.calls),
            (_, "VarSet") if message.text("Variable") == "BRIDGEPEER" => {
                self.going_on.look_for_recorder(&message.text("Uniqueid"), &message.text("Value"))
            }
            (id, "") => match id.split_once(' ') {
                Some((what, of)) => self.going_on.answered(id, what, of, message, self.calls),
                None => Vec::new(),
            },
            (_, event) => self.happen(event, message, now),
        }
    }

    fn happen(&mut self, event: &str, message: &Message, now: i64) -> Vec<Step> {
        self.trial.hear(message);
        let uniqueid = message.text("Uniqueid");
        match event {
            // Something else may have recorded it: the application Record(), or who controls the PBX from outside.
            "Cdr" | "Hangup" if !self.calls.records(&uniqueid) => return self.end(event, message, now),
            // The file's name comes before it.
            "MixMonitorStart" if !self.calls.runs(&uniqueid) => return vec![Step::Concern(NO_NAMES)],
            _ => {}
        }
        self.calls.hear(message, now).into_iter().map(Box::new).map(Step::Heard).collect()
    }

    /// A call that the PBX does not say to record is over.
    fn end(&mut self, event: &str, message: &Message, now: i64) -> Vec<Step> {
        self.calls.hear(message, now);
        let uniqueid = message.text("Uniqueid");
        if let Some(report) = self.calls.told_of(&uniqueid) {
            return vec![Step::Call(Box::new(report))];
        }
        // Of a call that was heard all is said at its end.
        let will_be_told = event != "Cdr" || self.calls.is_heard(&uniqueid);
        if will_be_told { Vec::new() } else { vec![Step::Detail(message.clone())] }
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
