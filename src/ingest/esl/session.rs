//! One connection's conversation: who we are, what goes on already, then what happens. Pure: pieces and times in, what is
//! to be said and done out.

use super::calls::Calls;
use super::codec::{Message, Piece};
use super::command::{command, subscription};
use super::going_on::{Asked, Asking};
use super::step::Step;

/// Milliseconds of silence after which the other side is asked whether it is there, and after which it is not.
const ASK_AFTER: i64 = 15_000;
const DEAD_AFTER: i64 = 40_000;
/// Milliseconds that the other side has to let us in.
const WELCOME: i64 = 15_000;
/// A recording that did not come about.
const NOT_OPENED: &str = "FreeSWITCH could not open the file that a conference was to be recorded to, so that nothing of it is \
    recorded: its folder must be there and writable, the name without blanks where a command says it, and its ending a kind \
    of sound that FreeSWITCH knows";

enum State {
    Greeting,
    LoggingIn,
    In,
}

/// A conversation. The calls outlive it: the next connection goes on with them.
pub struct Session<'a> {
    password: &'a str,
    calls: &'a mut Calls,
    state: State,
    begun: i64,
    heard: i64,
    asking: Asking,
}

impl<'a> Session<'a> {
    /// A conversation that begins at `now` (Unix milliseconds).
    pub fn new(password: &'a str, calls: &'a mut Calls, now: i64) -> Session<'a> {
        Session { password, calls, state: State::Greeting, begun: now, heard: now, asking: Asking::default() }
    }

    /// Takes a piece of what FreeSWITCH says.
    pub fn hear(&mut self, piece: Piece, now: i64) -> Vec<Step> {
        self.heard = now;
        let message = match piece {
            Piece::Message(message) => message,
            Piece::TooLong => {
                return vec![Step::Skipped("a message that is longer than any of FreeSWITCH's")];
            }
        };
        match (&self.state, message.kind().as_str()) {
            (_, "text/rude-rejection") => leave(
                "it does not let this machine's address in: add it to the list that apply-inbound-acl names in \
                 event_socket.conf.xml",
                true,
            ),
            (_, "text/disconnect-notice") => leave(&goodbye(&message), false),
            (State::Greeting, "auth/request") => {
                self.state = State::LoggingIn;
                vec![Step::Say(command(&format!("auth {}", self.password)))]
            }
            (State::Greeting, _) => {
                leave("another program answers there, not FreeSWITCH's event socket", true)
            }
            (State::LoggingIn, "command/reply") => self.enter(&message),
            (State::In, "command/reply") => self.answered(&message.reply(), now),
            (State::In, "api/response") => self.answered(&message.body(), now),
            (State::In, "text/event-plain") => self.happen(&message, now),
            (_, "auth/request" | "log/data") => Vec::new(),
            _ => vec![Step::Skipped("bytes that are no message of the event socket")],
        }
    }

    /// Time has passed.
    pub fn wait(&mut self, now: i64) -> Vec<Step> {
        let silent = now.saturating_sub(self.heard);
        if !matches!(self.state, State::In) {
            let late = now.saturating_sub(self.begun) > WELCOME;
            return if late {
                leave("it does not answer as an event socket does", false)
            } else {
                Vec::new()
            };
        }
        if silent > DEAD_AFTER {
            return leave("nothing was heard from it for 40 seconds", false);
        }
        if silent > ASK_AFTER && self.asking.is_idle() {
            self.asking.ask(Asked::Whether, "api status");
        }
        self.asking.say()
    }

    fn enter(&mut self, answer: &Message) -> Vec<Step> {
        let reply = answer.reply();
        if !reply.starts_with("+OK") {
            let why = format!(
                "it does not take the password ({reply}): it is that of event_socket.conf.xml, here event_socket_password \
                 under [freeswitch]"
            );
            return leave(&why, true);
        }
        self.state = State::In;
        for words in subscription() {
            let asked = if words.starts_with("event") { Asked::Events } else { Asked::Filter };
            self.asking.ask(asked, &words);
        }
        self.asking.what_goes_on(self.calls);
        let mut steps = vec![Step::LoggedIn];
        steps.extend(self.asking.say());
        steps
    }

    fn answered(&mut self, answer: &str, now: i64) -> Vec<Step> {
        let mut steps = self.asking.answered(answer, self.calls, now);
        steps.extend(self.asking.say());
        steps
    }

    fn happen(&mut self, message: &Message, now: i64) -> Vec<Step> {
        let Some(event) = message.event() else { return Vec::new() };
        if event.name().is_empty() {
            return vec![Step::Skipped("an event without a name")];
        }
        let heard = self.calls.hear(&event, now).into_iter().map(Box::new).map(Step::Heard);
        let failed = event.text("Action") == "start-recording" && !event.text("Error").is_empty();
        heard.chain(failed.then_some(Step::Concern(NOT_OPENED))).collect()
    }
}

/// Why it ends the connection, in its own words; of a shutdown and of a module that is loaded again they are the same.
fn goodbye(message: &Message) -> String {
    let words = message.body();
    format!("it ended the connection: {}", words.lines().next().unwrap_or_default().trim())
}

fn leave(why: &str, refused: bool) -> Vec<Step> {
    vec![Step::Leave { why: why.into(), refused }]
}
