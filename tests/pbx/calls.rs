//! Calls of every kind, and what becomes of them.

use std::thread;
use std::time::Duration;

use crate::ami::Ami;
use crate::compare::Expected;
use crate::lab::{Lab, Root};
use crate::shared::Office;
use crate::waiting::take;
use crate::{compare, on_both};

on_both!(
    calls_of_every_kind_are_what_the_pbx_itself_says,
    a_pbx_with_a_system_name_in_another_time_zone_is_understood_too
);

/// Something that happens to a call, seconds after it was answered.
#[derive(Clone, Copy)]
pub enum Act {
    Hangup,
    Blind(&'static str),
    Attended(&'static str),
    HangupAnswerer,
    Record,
    Mute(bool),
    Stop,
}

/// A call to be made.
#[derive(Clone)]
pub struct Call {
    /// The peer's end: an extension or the trunk.
    pub from: &'static str,
    /// What it dials.
    pub to: &'static str,
    /// Seconds that it speaks.
    pub talk: f32,
    /// Name and number of a caller from outside.
    pub caller: &'static str,
    /// Format of the recording, or "none".
    pub format: &'static str,
    /// The file is named by the uniqueid alone.
    pub plain: bool,
    /// Both ends are Local channels of the PBX.
    pub local: bool,
    /// Transfers by REFER to there.
    pub refer: &'static str,
    /// Seconds until it gives up.
    pub patience: f32,
    pub acts: &'static [(f32, Act)],
    pub expected: Expected,
}

const CALL: Call = Call {
    from: "101",
    to: "",
    talk: 3.0,
    caller: "",
    format: "",
    plain: false,
    local: false,
    refer: "",
    patience: 30.0,
    acts: &[],
    expected: Expected::NOTHING,
};

const fn out(from: &'static str, to: &'static str, expected: Expected) -> Call {
    Call { from, to, expected, ..CALL }
}

const fn inward(caller: &'static str, to: &'static str, expected: Expected) -> Call {
    Call { from: "trunk", to, caller, expected, ..CALL }
}

/// `status, direction, called, answered by, name of who answered`.
const fn is(
    status: &'static str,
    direction: &'static str,
    called: &'static str,
    by: &'static str,
    name: &'static str,
) -> Expected {
    Expected { status, direction, called, by, name, ..Expected::NOTHING }
}

/// A dozen and more, made by every test.
fn usual() -> Vec<Call> {
    let alice = |called| is("answer", "in", called, "101", "Alice Agent");
    let bob = |called| is("answer", "in", called, "102", "Bob Support");
    vec![
        out("101", "5551234567", is("answer", "out", "5551234567", "5551234567", "")),
        inward("Maria Lopez <5551230004>", "5550100", alice("5550100")),
        out("101", "102", is("answer", "internal", "102", "102", "Bob Support")),
        inward("Queue Caller <5551230008>", "5550400", Expected { kind: "queue", ..bob("5550400") }),
        Call { format: "WAV", ..inward("Ring Group <5551230010>", "5550600", bob("5550600")) }.either(),
        Call {
            format: "ulaw",
            ..out("102", "5559876543", is("answer", "out", "5559876543", "5559876543", ""))
        },
        inward("No Luck <5551230014>", "5550199", is("noanswer", "in", "5550199", "", "")),
        inward("Zoë O'Brien, Ltd <+15551230020>", "5550102", bob("5550102")),
        inward("Anonymous <anonymous>", "5550100", Expected { withheld: true, ..alice("5550100") }),
        out("101", "198", is("busy", "internal", "198", "", "")),
        Call { patience: 2.0, ..out("101", "199", is("cancel", "internal", "199", "", "")) },
        Call {
            talk: 8.0,
            acts: &[(2.0, Act::Attended("103")), (4.5, Act::HangupAnswerer)],
            ..inward("Attended <5551230033>", "5550100", alice("5550100"))
        },
        Call {
            talk: 7.0,
            format: "none",
            acts: &[(1.0, Act::Record), (2.0, Act::Mute(true)), (3.0, Act::Mute(false)), (5.0, Act::Stop)],
            expected: alice("5550100"),
            ..inward("On Demand <5551230034>", "5550100", Expected::NOTHING)
        },
        Call { talk: 12.0, ..out("101", "702", is("answer", "internal", "702", "", "")) },
        Call {
            talk: 6.0,
            acts: &[(1.5, Act::Blind("103"))],
            ..inward("Xfer <5551230032>", "5550100", alice("5550100"))
        },
        Call {
            talk: 4.0,
            ..out("102", "708", Expected { kind: "conference", ..is("answer", "internal", "board", "", "") })
        },
    ]
}

/// The rest.
fn more() -> Vec<Call> {
    let alice = |called| is("answer", "in", called, "101", "Alice Agent");
    vec![
        // What follows the transfer is a call, and a recording, of its own.
        Call {
            refer: "102",
            ..out(
                "101",
                "5551230101",
                Expected { files: 1, ..is("answer", "out", "5551230101", "5551230101", "") },
            )
        },
        Call { talk: 0.3, ..out("101", "5551110000", is("answer", "out", "5551110000", "5551110000", "")) },
        Call {
            format: "wav49",
            ..out("102", "103", is("answer", "internal", "103", "103", "Chloé Dupré, Sales"))
        },
        Call {
            format: "gsm",
            ..out("101", "5551230102", is("answer", "out", "5551230102", "5551230102", ""))
        },
        Call {
            format: "alaw",
            ..out("101", "5551230103", is("answer", "out", "5551230103", "5551230103", ""))
        },
        Call {
            format: "sln",
            ..out("101", "5551230104", is("answer", "out", "5551230104", "5551230104", ""))
        },
        Call {
            format: "wav16",
            ..out("101", "5551230105", is("answer", "out", "5551230105", "5551230105", ""))
        },
        inward(
            "A \"quoted\" back\\slash; semi=1, 100% <5551230037>",
            "5550102",
            Expected { unlike: true, ..is("answer", "in", "5550102", "102", "Bob Support") },
        ),
        Call {
            talk: 20.0,
            acts: &[(2.0, Act::Hangup)],
            ..inward("Hung Up <5551230031>", "5550100", alice("5550100"))
        },
        out("102", "700", is("answer", "internal", "700", "", "")),
        Call { talk: 12.0, ..out("101", "703", is("answer", "internal", "703", "", "")) },
        Call {
            talk: 5.0, ..out("101", "704", is("answer", "internal", "704", "103", "Chloé Dupré, Sales"))
        },
        Call {
            talk: 9.0,
            ..out("101", "705", Expected { missing: true, ..is("answer", "internal", "705", "", "") })
        },
        Call { talk: 12.0, ..out("101", "706", is("answer", "internal", "706", "", "")) },
        Call {
            talk: 9.0,
            ..out("101", "707", Expected { recordings: 2, ..is("answer", "internal", "707", "", "") })
        },
    ]
}

/// The same between Local channels, and names without a scheme. A Local channel does not say whose phone it stands for, so
/// who answered has a number and no name.
fn local() -> Vec<Call> {
    let out = |from, to| out(from, to, is("answer", "out", to, to, ""));
    let pbx = |from, to| self::out(from, to, is("answer", "internal", to, "", ""));
    let alice = |caller| inward(caller, "5550100", is("answer", "in", "5550100", "101", ""));
    let mut calls = vec![
        out("101", "5551230201"),
        alice("Maria Local <5551230202>"),
        self::out("103", "102", is("answer", "internal", "102", "102", "")),
        Call {
            format: "wav49",
            ..inward(
                "Queue Local <5551230203>",
                "5550400",
                Expected { kind: "queue", ..is("answer", "in", "5550400", "102", "Bob Support") },
            )
        },
        Call {
            format: "gsm",
            ..inward("Ring Local <5551230204>", "5550600", is("answer", "in", "5550600", "", ""))
        }
        .either(),
        Call { plain: true, ..out("101", "5551230205") },
        inward("No Local <5551230206>", "5550199", is("noanswer", "in", "5550199", "", "")),
        Call { talk: 1.4, ..out("101", "5551230207") },
        Call { talk: 20.0, acts: &[(2.0, Act::Hangup)], ..alice("Hung Local <5551230208>") },
        Call { talk: 6.0, acts: &[(1.5, Act::Blind("103"))], ..alice("Xfer Local <5551230209>") },
        Call { talk: 12.0, ..pbx("103", "702") },
        Call { talk: 12.0, ..pbx("103", "703") },
        Call { format: "alaw", ..pbx("103", "700") },
        Call { format: "sln", ..pbx("103", "701") },
        Call {
            talk: 7.0,
            format: "none",
            acts: &[(1.0, Act::Record), (2.0, Act::Mute(true)), (3.0, Act::Mute(false)), (5.0, Act::Stop)],
            ..alice("Demand Local <5551230210>")
        },
        Call { format: "wav16", ..out("101", "5551230211") },
    ];
    calls.iter_mut().for_each(|call| call.local = true);
    calls.push(Call { plain: true, format: "ulaw", ..out("102", "5551230212") });
    calls
}

impl Call {
    /// Whoever of the ring group is quicker.
    fn either(mut self) -> Call {
        (self.expected.by, self.expected.name) = ("10", "");
        self
    }

    /// The number that the PBX sees.
    pub fn number(&self) -> &'static str {
        match self.caller.split_once('<') {
            Some((_, number)) => number.trim_end_matches('>'),
            None => self.from,
        }
    }

    /// Makes it, and does to it what is to be done.
    pub fn make(&self, pbx: &Ami, peer: &Ami) {
        let fields = if self.local { self.locally() } else { self.by_sip() };
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let who = if self.local { pbx } else { peer };
        assert_eq!(who.ask("Originate", &fields).text("Response"), "Success");
        if !self.acts.is_empty() {
            self.act(pbx);
        }
    }

    /// A telephone, or the trunk, calls the PBX.
    fn by_sip(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("Channel", format!("PJSIP/{}@{}", self.to, self.from)),
            ("Context", "calling".into()),
            ("Exten", if self.refer.is_empty() { "talk" } else { "refer" }.into()),
            ("Priority", "1".into()),
            ("Timeout", ((self.patience * 1000.0) as u32).to_string()),
            ("Async", "true".into()),
            ("Variable", format!("SECONDS_TO_TALK={}", self.talk)),
            ("Variable", format!("REFER={}", self.refer)),
        ];
        if !self.format.is_empty() {
            fields.push(("Variable", format!("PJSIP_HEADER(add,X-Format)={}", self.format)));
        }
        if self.plain {
            fields.push(("Variable", "PJSIP_HEADER(add,X-Plain)=1".into()));
        }
        if let Some((name, number)) = self.caller.split_once(" <") {
            let name = name.replace('\\', "\\\\").replace('"', "\\\"");
            fields.push(("CallerID", format!("\"{name}\" <{number}")));
        }
        fields
    }

    /// The PBX makes both ends itself.
    fn locally(&self) -> Vec<(&'static str, String)> {
        let (context, caller) = match self.from {
            "trunk" => ("from-trunk", self.caller),
            "101" => ("from-internal", "Alice Agent <101>"),
            _ => ("from-internal", "Chloé Dupré, Sales <103>"),
        };
        let (name, number) = caller.split_once(" <").expect("a name and a number");
        vec![
            ("Channel", "Local/900@calling/n".into()),
            ("Context", context.into()),
            ("Exten", self.to.into()),
            ("Priority", "1".into()),
            ("Async", "true".into()),
            ("CallerID", format!("\"{name}\" <{number}")),
            ("Variable", format!("SECONDS_TO_TALK={}", self.talk)),
            ("Variable", "__ACTORS=local".into()),
            ("Variable", format!("FORMAT={}", self.format)),
            ("Variable", format!("PLAIN={}", if self.plain { "1" } else { "" })),
        ]
    }

    fn act(&self, pbx: &Ami) {
        let number = self.number();
        let answered = pbx.wait("an answer", |event| {
            event.event() == "DialEnd"
                && event.text("DialStatus") == "ANSWER"
                && event.text("CallerIDNum") == number
        });
        let (caller, answerer) = (answered.text("Channel"), answered.text("DestChannel"));
        let mut passed = 0.0;
        for (at, act) in self.acts {
            take(Duration::from_secs_f32(at - passed));
            passed = *at;
            let file = format!("auto-{}.wav", answered.text("Uniqueid"));
            let state = |on: &bool| if *on { "1" } else { "0" };
            let answer = match act {
                Act::Hangup => pbx.ask("Hangup", &[("Channel", &*caller)]),
                Act::HangupAnswerer => pbx.ask("Hangup", &[("Channel", &*answerer)]),
                Act::Blind(to) => pbx.ask(
                    "BlindTransfer",
                    &[("Channel", &*answerer), ("Context", "from-internal-quiet"), ("Exten", to)],
                ),
                Act::Attended(to) => pbx.ask(
                    "Atxfer",
                    &[("Channel", &*answerer), ("Context", "from-internal-quiet"), ("Exten", to)],
                ),
                Act::Record => pbx.ask("MixMonitor", &[("Channel", &*caller), ("File", file.as_str())]),
                Act::Mute(on) => pbx.ask(
                    "MixMonitorMute",
                    &[("Channel", &*caller), ("Direction", "both"), ("State", state(on))],
                ),
                Act::Stop => pbx.ask("StopMixMonitor", &[("Channel", &*caller)]),
            };
            assert_eq!(answer.text("Response"), "Success", "{answer:?}");
        }
    }
}

/// Makes them, `apart` from one another, and waits until all are over.
pub fn make_all(calls: &[Call], lab: &Lab, apart: Duration) -> Ami {
    let (pbx, peer) = (Ami::connect(&lab.pbx), Ami::connect(&lab.peer));
    thread::scope(|scope| {
        for call in calls {
            scope.spawn(|| call.make(&pbx, &peer));
            take(apart);
        }
    });
    lab.pbx.until_all_calls_are_over();
    pbx
}

fn calls_of_every_kind_are_what_the_pbx_itself_says(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    let mut calls = usual();
    if std::env::var_os("TAPELINE_TORTURE").is_some() {
        calls.extend(more());
        calls.extend(local());
    }
    make_all(&calls, &lab, Duration::from_millis(700));
    compare::everything(&lab, &office, &calls);
}

fn a_pbx_with_a_system_name_in_another_time_zone_is_understood_too(root: &'static Root) {
    let lab = Lab::start(root, "America/New_York", "pbx1");
    let office = Office::open(&lab);
    let calls: Vec<Call> = usual().into_iter().take(5).collect();
    make_all(&calls, &lab, Duration::from_millis(500));
    let rows = compare::everything(&lab, &office, &calls);
    for row in rows {
        assert!(row["uniqueid"].as_str().is_some_and(|uniqueid| uniqueid.starts_with("pbx1-")), "{row}");
        assert_eq!(row["asteriskid"], "pbx1");
    }
}
