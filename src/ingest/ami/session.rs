//! One connection's conversation: who we are, what goes on already, then what happens. Pure: pieces and times in, what
//! is to be said and done out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;

use super::action::{action, challenge_key};
use super::calls::{Calls, Report};
use super::codec::{Message, Piece};

/// Milliseconds of silence after which the other side is asked whether it is there, and after which it is not.
const ASK_AFTER: i64 = 15_000;
const DEAD_AFTER: i64 = 40_000;
/// Milliseconds that the other side has to let us in.
const WELCOME: i64 = 15_000;
/// The PBX's local time, as its own function formats it.
const CLOCK: &str = "STRFTIME(,,%Y-%m-%d %H:%M:%S)";

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
    /// The PBX may not be asked what goes on, for this reason.
    NotReconciled(String),
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

/// A conversation. The calls outlive it: the next connection goes on with them.
pub struct Session<'a> {
    username: &'a str,
    secret: &'a str,
    calls: &'a mut Calls,
    state: State,
    begun: i64,
    heard: i64,
    asked: bool,
    /// Channels known to be up when the list of channels was asked for, those that it names, and those of them whose
    /// file was asked for and not said yet.
    before: BTreeSet<String>,
    listed: BTreeMap<String, Message>,
    waiting: BTreeSet<String>,
    complete: bool,
    started: Option<DateTime>,
    local: Option<(DateTime, i64)>,
    system: String,
}

impl<'a> Session<'a> {
    /// A conversation that begins at `now` (Unix milliseconds).
    pub fn new(username: &'a str, secret: &'a str, calls: &'a mut Calls, now: i64) -> Session<'a> {
        Session {
            username,
            secret,
            calls,
            state: State::Greeting,
            begun: now,
            heard: now,
            asked: false,
            before: BTreeSet::new(),
            listed: BTreeMap::new(),
            waiting: BTreeSet::new(),
            complete: false,
            started: None,
            local: None,
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
            (_, Piece::TooLong) => Vec::new(),
            (State::Greeting, Piece::Banner(banner)) => self.greet(&banner),
            (_, Piece::Banner(_)) => Vec::new(),
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
        if silent > DEAD_AFTER {
            return leave("nothing was heard from it for 40 seconds", false);
        }
        if silent > ASK_AFTER && !self.asked && matches!(self.state, State::In) {
            self.asked = true;
            return vec![Step::Say(action("Ping", "ping", &[]))];
        }
        Vec::new()
    }

    fn greet(&mut self, banner: &str) -> Vec<Step> {
        if !banner.starts_with("Asterisk Call Manager") {
            return leave("another program listens there, not Asterisk's manager interface", true);
        }
        self.state = State::Challenged;
        vec![Step::Say(action("Challenge", "challenge", &[("AuthType", "MD5")]))]
    }

    fn log_in(&mut self, answer: &Message) -> Vec<Step> {
        let challenge = answer.text("Challenge");
        if challenge.is_empty() {
            return leave(&format!("it gives no challenge to log in with: {}", answer.text("Message")), true);
        }
        self.state = State::LoggingIn;
        let key = challenge_key(&challenge, self.secret);
        let fields = [("AuthType", "MD5"), ("Username", self.username), ("Key", &key), ("Events", "on")];
        vec![Step::Say(action("Login", "login", &fields))]
    }

    /// What goes on already is asked for in this order, so that the list of channels comes last.
    fn enter(&mut self, answer: &Message) -> Vec<Step> {
        if answer.text("Response") != "Success" {
            let why = format!("it does not let {} in: {}", self.username, answer.text("Message"));
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
            ("channels", _) if message.text("Response") == "Error" => {
                vec![Step::NotReconciled(message.text("Message").into_owned())]
            }
            ("settings", _) => {
                self.system = message.text("SystemName").into_owned();
                Vec::new()
            }
            ("status", _) => {
                let (date, time) = (message.text("CoreStartupDate"), message.text("CoreStartupTime"));
                self.started = format!("{date} {time}").parse().ok();
                Vec::new()
            }
            ("clock", _) => {
                self.local = message.text("Value").parse().ok().map(|local| (local, now / 1000));
                Vec::new()
            }
            (id, "") => match id.strip_prefix("file ") {
                Some(uniqueid) => self.found(uniqueid, message),
                None => Vec::new(),
            },
            _ => self.calls.hear(message, now).into_iter().map(Box::new).map(Step::Heard).collect(),
        }
    }

    /// A channel that is up. Only the PBX can say whether it is recorded.
    fn list(&mut self, message: &Message) -> Vec<Step> {
        let uniqueid = message.text("Uniqueid").into_owned();
        let id = format!("file {uniqueid}");
        let fields = [("Channel", &*message.text("Channel")), ("Variable", "MIXMONITOR_FILENAME")];
        let ask = Step::Say(action("Getvar", &id, &fields));
        self.waiting.insert(uniqueid.clone());
        self.listed.insert(uniqueid, message.clone());
        vec![ask]
    }

    /// The answer to that. A channel that is gone by now gives an error, and its events came already.
    fn found(&mut self, uniqueid: &str, answer: &Message) -> Vec<Step> {
        let mut steps = Vec::new();
        self.waiting.remove(uniqueid);
        if let Some(listed) = self.listed.get(uniqueid)
            && answer.text("Response") == "Success"
        {
            let reports = self.calls.found_up(listed, &answer.text("Value"));
            steps.extend(reports.into_iter().map(Box::new).map(Step::Heard));
        }
        steps.extend(self.reconcile());
        steps
    }

    fn reconcile(&mut self) -> Vec<Step> {
        if !self.complete || !self.waiting.is_empty() {
            return Vec::new();
        }
        self.complete = false;
        let up: BTreeSet<String> = self.listed.keys().cloned().collect();
        let gone = self.before.difference(&up).cloned().collect();
        let started = self.started();
        let lost = self.calls.lose(&gone, started);
        let mut steps: Vec<Step> = lost.into_iter().map(Box::new).map(Step::Heard).collect();
        self.listed.clear();
        steps.push(Step::Reconciled { up, started });
        steps
    }

    /// Two times of the PBX's own zone: whatever that is, they tell how long it runs.
    fn started(&self) -> i64 {
        let (Some(started), Some((local, now))) = (self.started, self.local) else { return 0 };
        now - local.duration_since(started).as_secs()
    }
}

fn is_answer(message: &Message, id: &str) -> bool {
    message.get("Response").is_some() && message.text("ActionID") == id
}

fn leave(why: &str, refused: bool) -> Vec<Step> {
    vec![Step::Leave { why: why.into(), refused }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(lines: &str) -> Piece {
        Piece::Message(Message::new(lines.replace('\n', "\r\n").as_bytes()))
    }

    fn banner() -> Piece {
        Piece::Banner("Asterisk Call Manager/5.0.4".into())
    }

    /// What is said, without the action's fields.
    fn said(steps: &[Step]) -> Vec<String> {
        let name = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().replace("Action: ", "")
        };
        steps
            .iter()
            .filter_map(|step| if let Step::Say(bytes) = step { Some(name(bytes)) } else { None })
            .collect()
    }

    fn logged_in<'a>(calls: &'a mut Calls) -> Session<'a> {
        let mut session = Session::new("tapeline", "secret", calls, 0);
        assert_eq!(said(&session.hear(banner(), 1)), ["Challenge"]);
        let steps = session.hear(message("Response: Success\nActionID: challenge\nChallenge: 840415273"), 2);
        assert_eq!(said(&steps), ["Login"]);
        let Step::Say(bytes) = &steps[0] else { panic!("something is said") };
        let text = String::from_utf8_lossy(bytes);
        assert!(
            text.contains("Key: 81c3ab5534a432bec402f6d988ee45b4\r\n") && !text.contains("secret"),
            "{text}"
        );
        let steps =
            session.hear(message("Response: Success\nActionID: login\nMessage: Authentication accepted"), 3);
        assert_eq!(steps[0], Step::LoggedIn);
        assert_eq!(said(&steps), ["CoreSettings", "CoreStatus", "Getvar", "CoreShowChannels"]);
        session
    }

    #[test]
    fn whoever_is_not_asterisk_or_lets_us_not_in_is_left() {
        let mut calls = Calls::default();
        let mut session = Session::new("tapeline", "secret", &mut calls, 0);
        let steps = session.hear(Piece::Banner("SSH-2.0-OpenSSH_9.2".into()), 1);
        assert!(matches!(&steps[..], [Step::Leave { refused: true, .. }]), "{steps:?}");
        let mut session = Session::new("tapeline", "secret", &mut calls, 0);
        session.hear(banner(), 1);
        session.hear(message("Response: Success\nActionID: challenge\nChallenge: 1"), 2);
        let steps =
            session.hear(message("Response: Error\nActionID: login\nMessage: Authentication failed"), 3);
        let why = "it does not let tapeline in: Authentication failed".into();
        assert_eq!(steps, [Step::Leave { why, refused: true }]);
    }

    #[test]
    fn silence_is_asked_about_once_and_then_is_an_end() {
        let mut calls = Calls::default();
        let mut session = logged_in(&mut calls);
        assert!(session.wait(14_000).is_empty());
        assert_eq!(said(&session.wait(16_000)), ["Ping"]);
        assert!(session.wait(20_000).is_empty());
        session.hear(message("Response: Success\nActionID: ping\nPing: Pong"), 21_000);
        assert_eq!(said(&session.wait(37_000)), ["Ping"]);
        assert!(matches!(&session.wait(62_000)[..], [Step::Leave { refused: false, .. }]));
    }

    #[test]
    fn a_greeting_that_never_comes_is_an_end() {
        let mut calls = Calls::default();
        let mut session = Session::new("tapeline", "secret", &mut calls, 0);
        assert!(session.wait(15_000).is_empty());
        assert!(matches!(&session.wait(15_001)[..], [Step::Leave { .. }]));
    }

    #[test]
    fn what_goes_on_already_is_asked_for_channel_by_channel() {
        let mut calls = Calls::default();
        // One channel is known from an earlier connection and gone by now.
        calls.hear(
            &Message::new(b"Event: Newchannel\r\nChannel: PJSIP/101-1\r\nUniqueid: 1.1\r\nExten: 102"),
            0,
        );
        let mut session = logged_in(&mut calls);
        session.hear(
            message(
                "Response: Success\nActionID: status\nCoreStartupDate: 2026-11-24\nCoreStartupTime: 00:59:30",
            ),
            4,
        );
        session.hear(message("Response: Success\nActionID: clock\nValue: 2026-11-24 01:59:30"), 4_000_000);
        let listed = "Event: CoreShowChannel\nActionID: channels\nChannel: PJSIP/101-2\nUniqueid: 2.2\nLinkedid: 2.2\n\
            CallerIDNum: 101\nExten: s\nContext: macro-dial\nChannelState: 6\nBridgeId: b\nConnectedLineNum: 102\n\
            ConnectedLineName: Bob O\\'Brien";
        assert_eq!(said(&session.hear(message(listed), 5)), ["Getvar"]);
        assert!(session.hear(message("Event: CoreShowChannelsComplete\nActionID: channels"), 6).is_empty());
        let steps =
            session.hear(message("Response: Success\nActionID: file 2.2\nVariable: x\nValue: /m/a.wav"), 7);
        let [Step::Heard(report), Step::Reconciled { up, started }] = &steps[..] else { panic!("{steps:?}") };
        assert_eq!(
            (report.file.as_str(), report.start, report.end, report.lost),
            ("/m/a.wav", 0, None, false)
        );
        assert_eq!((report.answerer.as_str(), report.answerer_name.as_str()), ("102", "Bob O'Brien"));
        assert_eq!((report.called.as_str(), report.status), ("", "answer"));
        assert_eq!((up.len(), *started), (1, 400));
        assert!(!calls.is_up("1.1"));
    }

    #[test]
    fn a_recording_that_was_stopped_is_not_begun_again_by_asking() {
        let mut calls = Calls::default();
        let channel = "Channel: PJSIP/101-2\r\nUniqueid: 2.2\r\nExten: 102";
        let event = |event: &str| Message::new(format!("Event: {event}\r\n{channel}").as_bytes());
        calls.hear(&event("Newchannel"), 0);
        calls.hear(&event("VarSet\r\nVariable: MIXMONITOR_FILENAME\r\nValue: /m/a.wav"), 1_000);
        assert_eq!(calls.hear(&event("MixMonitorStop"), 2_000)[0].end, Some(2_000));
        assert!(calls.found_up(&event("CoreShowChannel"), "/m/a.wav").is_empty());
    }

    #[test]
    fn where_the_list_is_refused_the_rest_goes_on() {
        let mut calls = Calls::default();
        let mut session = logged_in(&mut calls);
        let steps =
            session.hear(message("Response: Error\nActionID: channels\nMessage: Permission denied"), 4);
        assert_eq!(steps, [Step::NotReconciled("Permission denied".into())]);
        let event =
            "Event: VarSet\nVariable: MIXMONITOR_FILENAME\nValue: /m/a.wav\nUniqueid: 1.2\nChannel: x";
        assert!(matches!(&session.hear(message(event), 5)[..], [Step::Heard(_)]));
    }
}
