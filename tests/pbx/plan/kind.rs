//! A kind of call.

use std::time::Duration;

use tapeline::ingest::ami::Message;

use crate::ami::Ami;
use crate::waiting::{take, until};

/// Names of the lab's phones.
const NAMES: [(&str, &str); 8] = [
    ("101", "Alice Agent"),
    ("102", "Bob Support"),
    // Members of queues have no comma in their names.
    ("103", "Chloé Dupré"),
    ("104", "Dana Declines"),
    ("106", "Dave Diverts"),
    ("108", "Rita Refers"),
    ("109", "Ray Refers"),
    ("", ""),
];

/// The name of a phone, or how it begins.
pub fn name_of(number: &str) -> &'static str {
    NAMES.iter().find(|(of, _)| *of == number).map_or("", |(_, name)| name)
}

/// What is done to a call, some time after it began.
#[derive(Clone, Copy)]
pub enum Act {
    /// Somebody else calls: from, to, seconds.
    Call(&'static str, &'static str, u32),
    /// The same caller calls a second time.
    Again,
    /// Action and fields of the manager interface. `{caller}`, `{answerer}` and `{id}` are the call's.
    Ask(&'static str, &'static [(&'static str, &'static str)]),
}

/// How long people spoke.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Talk {
    /// As the PBX counts it in the records of the channel.
    Billed,
    /// For some of the time.
    Partly,
    Never,
}

/// A row that it makes.
#[derive(Clone, Copy)]
pub struct Row {
    /// Part of its path, and of no other call's.
    pub path: &'static str,
    pub from: &'static str,
    /// "" for the caller's own; "?" where nobody could know.
    pub from_name: &'static str,
    pub to: &'static str,
    /// Kind of the called number, where it must be this one.
    pub kind: &'static str,
    pub by: &'static str,
    pub direction: &'static str,
    /// "?" where nobody could know.
    pub status: &'static str,
    pub talk: Talk,
    /// How many such rows.
    pub times: usize,
    /// It goes on to the end of its channel, whatever stops are heard of.
    pub whole: bool,
}

pub struct Kind {
    pub name: &'static str,
    /// A phone of the peer, its trunk, or the PBX itself, which calls the phone 102 first.
    pub from: &'static str,
    pub to: &'static str,
    pub talk: u32,
    /// Name and number of who calls from outside.
    pub caller: String,
    /// What the caller does: an extension of the peer.
    pub does: &'static str,
    pub keys: &'static str,
    pub patience: u32,
    pub acts: &'static [(f32, Act)],
    pub rows: Vec<Row>,
    /// It is made by every `make test`.
    pub short: bool,
}

impl Row {
    pub const fn new(path: &'static str) -> Row {
        let (direction, status, talk) = ("in", "answer", Talk::Billed);
        let (from, from_name, to, kind, by) = ("", "", "", "", "");
        Row { path, from, from_name, to, kind, by, direction, status, talk, times: 1, whole: false }
    }
}

/// From outside to a number 5556xxx, whose row names it; answered by `by`.
pub fn inward(name: &'static str, to: &'static str, by: &'static str) -> Kind {
    let number = to.replace("5556", "5559000");
    let row = Row { to, kind: "did", by, ..Row::new(to) };
    let caller = format!("Caller {} <{number}>", &to[4..]);
    Kind { caller, rows: vec![row], ..outward(name, "trunk", to, "") }
}

/// From a phone. A row's path is to be said.
pub fn outward(name: &'static str, from: &'static str, to: &'static str, path: &'static str) -> Kind {
    let row = Row { from, from_name: name_of(from), to, direction: "internal", ..Row::new(path) };
    Kind {
        name,
        from,
        to,
        talk: 5,
        caller: String::new(),
        does: "talk",
        keys: "",
        patience: 30,
        acts: &[],
        rows: vec![row],
        short: false,
    }
}

impl Kind {
    /// Changes its only row.
    pub fn row(mut self, change: impl FnOnce(Row) -> Row) -> Kind {
        self.rows[0] = change(self.rows[0]);
        self
    }

    pub fn short(self) -> Kind {
        Kind { short: true, ..self }
    }

    /// The number that the PBX sees.
    pub fn number(&self) -> &str {
        self.caller.split_once('<').map_or(self.from, |(_, number)| number.trim_end_matches('>'))
    }

    /// Whether this is the PBX's channel of the caller.
    pub fn began(&self, event: &Message) -> bool {
        event.event() == "Newchannel"
            && event.text("CallerIDNum") == self.number()
            && event.text("Exten") == self.to
    }

    /// Makes it, and does to it what is to be done.
    pub fn make(&self, pbx: &Ami, peer: &Ami) {
        self.call(pbx, peer);
        let (mut passed, mut began) = (0.0, None);
        for (at, act) in self.acts {
            let began = began.get_or_insert_with(|| pbx.wait(self.name, |event| self.began(event))).clone();
            take(Duration::from_secs_f32(at - passed));
            passed = *at;
            match act {
                Act::Again => self.call(pbx, peer),
                Act::Call(from, to, seconds) => peer.calls(from, to, *seconds, &[]),
                Act::Ask(action, fields) => self.ask(pbx, &began, action, fields),
            }
        }
    }

    fn ask(&self, pbx: &Ami, began: &Message, action: &str, fields: &[(&str, &str)]) {
        let answered = || {
            let answer = pbx.wait(self.name, |event| {
                event.event() == "DialEnd"
                    && event.text("DialStatus") == "ANSWER"
                    && event.text("Linkedid") == began.text("Linkedid")
            });
            answer.text("DestChannel").into_owned()
        };
        let fill = |(name, value): &(&str, &str)| -> (String, String) {
            let value =
                value.replace("{caller}", &began.text("Channel")).replace("{id}", &began.text("Uniqueid"));
            let value = if value.contains('{') { value.replace("{answerer}", &answered()) } else { value };
            ((*name).to_owned(), value)
        };
        let filled: Vec<(String, String)> = fields.iter().map(fill).collect();
        let fields: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (&**name, &**value)).collect();
        // What it is about may come a little later.
        until(self.name, || pbx.ask(action, &fields).text("Response") == "Success");
    }

    fn call(&self, pbx: &Ami, peer: &Ami) {
        let (channel, patience) = (self.channel(), (self.patience * 1000).to_string());
        let (talk, keys) = (format!("SECONDS_TO_TALK={}", self.talk), format!("KEYS={}", self.keys));
        let itself = self.from == "pbx";
        let (context, does) = if itself { ("from-internal", self.to) } else { ("calling", self.does) };
        let mut fields = vec![
            ("Channel", &*channel),
            ("Context", context),
            ("Exten", does),
            ("Priority", "1"),
            ("Async", "true"),
            ("Timeout", &*patience),
            ("Variable", &*talk),
            ("Variable", &*keys),
        ];
        let quoted = self.caller.split_once(" <").map(|(name, number)| format!("\"{name}\" <{number}"));
        fields.extend(quoted.as_deref().map(|caller| ("CallerID", caller)));
        let who = if itself { pbx } else { peer };
        assert_eq!(who.ask("Originate", &fields).text("Response"), "Success");
    }

    fn channel(&self) -> String {
        match self.from {
            "pbx" => "PJSIP/102".into(),
            // A name that no text of ours could be.
            "odd" => format!("Local/odd{}@calling/n", self.to),
            phone => format!("PJSIP/{}@{phone}", self.to),
        }
    }
}
