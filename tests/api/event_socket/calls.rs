//! What the events of each call say of its recordings, against what the call was, field by field.

use tapeline::ingest::pbx::Report;
use tapeline::model::Direction;

use super::{events, replay};

/// What a recording really was.
#[derive(Debug, PartialEq)]
struct Truth<'a> {
    file: &'a str,
    /// Milliseconds of the epoch, without what all have in common.
    start: i64,
    end: i64,
    caller: (&'a str, &'a str),
    called: &'a str,
    answerer: (&'a str, &'a str),
    status: &'a str,
    direction: &'a str,
    /// The number was withheld; the queue; a conference; and what else people should know.
    withheld: bool,
    queue: &'a str,
    conference: bool,
    note: &'a str,
}

const EPOCH: i64 = 1_795_900_000_000;

fn known(report: &Report) -> Truth<'_> {
    Truth {
        file: report.file.rsplit('/').next().unwrap_or_default(),
        start: report.start - EPOCH,
        end: report.end.expect("it is over") - EPOCH,
        caller: (&report.caller, &report.caller_name),
        called: &report.called,
        answerer: (&report.answerer, &report.answerer_name),
        status: report.status,
        direction: report.direction.map_or("", Direction::as_str),
        withheld: report.withheld,
        queue: &report.queue,
        conference: report.conference,
        note: &report.note,
    }
}

/// A call from outside that 102 answered.
const IN: Truth<'_> = Truth {
    file: "",
    start: 0,
    end: 0,
    caller: ("", ""),
    called: "5550102",
    answerer: ("102", "Bob Support"),
    status: "answer",
    direction: "in",
    withheld: false,
    queue: "",
    conference: false,
    note: "",
};

/// The recordings that the calls of a file made, in the order in which they began.
#[track_caller]
fn holds(name: &str, truths: &[Truth<'_>]) {
    let reports = replay(&events(name));
    let known: Vec<Truth<'_>> = reports.iter().map(known).collect();
    assert_eq!(known, truths, "{name}");
    for report in &reports {
        // The same row as that of the record of its channel, which comes later.
        let own = ["6a7b559d", "40af34d3", "c04c6dcf"].iter().any(|id| report.uniqueid.starts_with(id));
        assert!(own || report.file.contains(&report.uniqueid), "{report:?}");
        assert_eq!(report.callid, report.uniqueid);
        assert!(!report.nobody || report.answerer.is_empty());
    }
}

#[test]
fn answered_cancelled_and_busy_calls() {
    let answered = Truth {
        file: "80e4ef82-ffe8-4855-a12d-53b9b20fca0f.wav",
        start: 15_110_580,
        end: 15_115_140,
        caller: ("+15551230001", "E1 answered"),
        ..IN
    };
    holds("esl-E1.txt", &[answered]);
    let cancelled = Truth {
        file: "669c2059-5fcf-4faf-bc07-021881e9b990.wav",
        start: 15_117_600,
        end: 15_119_600,
        caller: ("+15551230002", "E2 cancelled"),
        called: "5550104",
        answerer: ("", ""),
        status: "cancel",
        ..IN
    };
    holds("esl-E2.txt", &[cancelled]);
    let busy = Truth {
        file: "87540b62-6b53-4d3c-8a78-bfed550c0d9d.wav",
        start: 15_136_120,
        end: 15_136_120,
        caller: ("+15551230005", "E5 busy"),
        called: "5550103",
        answerer: ("", ""),
        status: "busy",
        ..IN
    };
    holds("esl-E5.txt", &[busy]);
}

#[test]
fn transfers_of_every_kind_stay_one_recording_of_who_had_the_call_first() {
    let blind = Truth {
        file: "e9d28462-82e3-4594-801a-3b60e12e85ed.wav",
        start: 15_120_600,
        end: 15_128_120,
        caller: ("+15551230003", "E3 transferred"),
        called: "5550101",
        answerer: ("101", "Alice Example"),
        note: "transferred to 102",
        ..IN
    };
    holds("esl-E3.txt", &[blind]);
    let refer = Truth {
        file: "40808482-483f-4c7c-87d8-dbe37ff41b2d.wav",
        start: 18_659_910,
        end: 18_666_930,
        caller: ("+15551231001", "E10 REFER"),
        called: "5550109",
        answerer: ("109", "Tina Transfer"),
        note: "transferred to 101",
        ..IN
    };
    holds("esl-E10-refer.txt", &[refer]);
    // The consult's recording goes over to another channel, and ends there.
    let attended = Truth {
        file: "959387fb-c3e8-4d57-b33e-09a29a21a35a.wav",
        start: 18_680_090,
        end: 18_687_130,
        caller: ("+15551231101", "E11 attended"),
        called: "5550101",
        answerer: ("101", "Alice Example"),
        note: "transferred to 110",
        ..IN
    };
    let consult = Truth {
        file: "6a7b559d-e2ef-4853-af63-2400d465f36a.wav",
        start: 18_682_590,
        end: 18_687_130,
        caller: ("101", "Alice Example"),
        called: "110",
        answerer: ("110", "Zoë “Z” Müller"),
        direction: "internal",
        ..IN
    };
    holds("esl-E11-attended.txt", &[attended, consult]);
    let att_xfer = Truth {
        file: "97fbce40-18f9-46b2-84f8-722b88ea2fe0.wav",
        start: 18_691_250,
        end: 18_698_270,
        caller: ("+15551231102", "E11b att_xfer"),
        called: "5550101",
        answerer: ("101", "Alice Example"),
        note: "transferred to 102",
        ..IN
    };
    holds("esl-E11b-att_xfer.txt", &[att_xfer]);
}

#[test]
fn calls_to_the_outside_are_answered_by_the_carrier_that_took_them() {
    let out = Truth {
        file: "fde15e39-d31b-4e4a-a053-937edfb638aa.wav",
        start: 18_701_250,
        end: 18_707_270,
        caller: ("101", "Alice Example"),
        called: "+15551234567",
        answerer: ("+15551234567", ""),
        direction: "out",
        ..IN
    };
    holds("esl-E12-outbound.txt", &[out]);
    let click = Truth {
        file: "1eef1aac-58a8-4120-b81c-64335cf9aa0b.wav",
        start: 18_709_590,
        end: 18_715_570,
        caller: ("101", "Alice Example"),
        called: "+15551234568",
        answerer: ("+15551234568", ""),
        direction: "out",
        ..IN
    };
    holds("esl-E13-click-to-call.txt", &[click]);
    for (name, shown) in
        [("esl-E12-outbound.txt", "5550100"), ("esl-E13-click-to-call.txt", "5550100"), ("esl-E1.txt", "")]
    {
        assert_eq!(replay(&events(name))[0].shown, shown);
    }
}

#[test]
fn who_picks_a_call_up_has_it() {
    let picked_up = Truth {
        file: "d708f566-1c7e-462b-805b-5cb8df9ac82b.wav",
        start: 18_716_830,
        end: 18_723_030,
        caller: ("+15551231401", "E14 picked up"),
        called: "5550104",
        ..IN
    };
    holds("esl-E14-intercept.txt", &[picked_up]);
}

#[test]
fn numbers_are_withheld_in_every_form() {
    for (name, file, start, end, caller) in [
        ("", "641c3d4f-a312-41e6-94d2-05a9ab7d8d76", 18_734_710, 18_739_250, ("+15551231501", "Real Name")),
        (
            "-rpid",
            "28c3d4e5-11f7-48d3-92a5-7d79a7838eeb",
            18_740_390,
            18_745_430,
            ("+15551231502", "Hidden H"),
        ),
        (
            "-from-anonymous",
            "5db37343-6a5e-4864-a8d4-46c59b7bfe22",
            18_746_550,
            18_751_110,
            ("anonymous", "Anonymous"),
        ),
    ] {
        let number = match name {
            "-rpid" => "b",
            "-from-anonymous" => "c",
            _ => "",
        };
        let file = format!("{file}.wav");
        let truth = Truth { file: &file, start, end, caller, withheld: true, ..IN };
        holds(&format!("esl-E15{number}-withheld{name}.txt"), &[truth]);
    }
}

#[test]
fn a_call_in_a_queue_is_talked_from_when_an_agent_has_it() {
    let queue = Truth { called: "5550400", answerer: ("111", "Agent Ada"), queue: "400", ..IN };
    let by_agent = Truth {
        file: "1494abbb-30fa-4694-aa78-d05e3902bcf1.wav",
        start: 18_612_430,
        end: 18_617_330,
        caller: ("+15551230701", "E7 queue"),
        ..queue
    };
    holds("esl-E7-queue.txt", &[by_agent]);
    let by_caller = Truth {
        file: "95d1153d-030c-4392-bfa7-378d296b0915.wav",
        start: 18_624_150,
        end: 18_629_050,
        caller: ("+15551230702", "E7b queue"),
        called: "5550400",
        answerer: ("111", "Agent Ada"),
        queue: "400",
        ..IN
    };
    holds("esl-E7b-queue-caller-hangs-up.txt", &[by_caller]);
    for name in ["esl-E7-queue.txt", "esl-E7b-queue-caller-hangs-up.txt"] {
        assert_eq!(replay(&events(name))[0].talktime, Some(4), "the four seconds before it are not talk");
    }
    assert!(replay(&events("esl-E8-queue-abandoned.txt")).is_empty(), "nothing of it was recorded");
}

#[test]
fn conferences_are_recorded_under_who_came_first() {
    let first = Truth {
        file: "E9_1.wav",
        start: 18_642_750,
        end: 18_645_770,
        caller: ("+15551230901", "E9 conference one"),
        called: "5550501",
        answerer: ("501", ""),
        conference: true,
        note: "conference 501-office.example; with E9 conference two +15551230902; with E9 conference three +15551230903",
        ..IN
    };
    let second = Truth {
        file: "E9_2.wav",
        start: 18_646_770,
        end: 18_650_790,
        caller: ("+15551230901", "E9 conference one"),
        called: "5550501",
        answerer: ("501", ""),
        conference: true,
        note: "conference 501-office.example; with E9 conference two +15551230902; with E9 conference three +15551230903; muted \
               for 1 s",
        ..IN
    };
    holds("esl-E9-conference.txt", &[first, second]);
}

#[test]
fn a_switch_that_shuts_down_ends_what_it_records() {
    let call = Truth {
        file: "9e1fff2d-c86a-4088-9e8e-f3fa4333f10c.wav",
        start: 18_936_845,
        end: 18_940_865,
        caller: ("+15551231601", "E16 shut down"),
        called: "5550101",
        answerer: ("101", "Alice Example"),
        ..IN
    };
    let queue = Truth {
        file: "abe9a33e-5812-414c-9080-2417226d95ce.wav",
        start: 18_937_905,
        end: 18_940_865,
        caller: ("+15551231603", "E16 queue"),
        called: "5550400",
        answerer: ("111", "Agent Ada"),
        queue: "400",
        ..IN
    };
    let conference = Truth {
        file: "E16_1.wav",
        start: 18_938_345,
        end: 18_940_865,
        caller: ("+15551231602", "E16 conference"),
        called: "5550501",
        answerer: ("501", ""),
        conference: true,
        note: "conference 501-office.example",
        ..IN
    };
    holds("esl-E16-shutdown.txt", &[call, queue, conference]);
}

/// Whatever is lost of the events, nothing panics, and no recording that was heard of stays in progress for ever.
#[test]
fn where_the_beginning_was_not_heard_the_end_still_is() {
    for name in super::all("esl-E") {
        let events = events(&name);
        for from in 0..events.len() {
            let mut calls = tapeline::ingest::esl::Calls::default();
            for event in &events[from..] {
                for report in calls.hear(event, 0) {
                    assert!(report.file.starts_with("/srv/fs-lab/rec/"), "{report:?}");
                }
            }
            assert!(calls.running().is_empty(), "{name} from {from}: {:?}", calls.running());
        }
    }
}

#[test]
fn whom_only_the_end_of_a_leg_names_the_other_legs_recording_names_too() {
    let call = Truth {
        file: "cb1dd576-6376-4a8d-91d0-a801db8909a6.wav",
        start: 71_803_191,
        end: 71_807_488,
        caller: ("+15550003770", "Carla Caller"),
        called: "5554102",
        direction: "",
        ..IN
    };
    holds("esl-E17-named-at-the-end.txt", &[call]);
}

#[test]
fn a_file_that_could_not_be_opened_is_no_recording() {
    holds("esl-E18-conference-not-opened.txt", &[]);
}
