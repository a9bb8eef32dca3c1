//! Calls in whose middle Tapeline starts: it was dead when they began, or died in the meantime. Their rows must be those of calls
//! that were heard from beginning to end.

use std::thread;
use std::time::Duration;

use super::kind::{Act, Kind, Row, Talk, inward, outward};
use super::verdict;
use crate::ami::Ami;
use crate::lab::{Lab, Root, Settings};
use crate::shared::Office;
use crate::waiting::take;

/// Seconds after the last of them began.
const UNTIL_THERE: f32 = 6.0;

/// `dead`: nobody heard how they began.
fn kinds(dead: bool, settings: Settings) -> Vec<Kind> {
    let mut all = vec![
        inward("found: a number that goes on to an extension", "5556001", "101"),
        inward("found: recorded at the beginning only", "5556027", "")
            .row(|row| Row { talk: Talk::Partly, ..row }),
        inward("found: follow-me", "5556004", "103"),
        inward("found: nobody is told who is connected", "5556009", "102"),
        inward("found: a queue's member is a Local channel", "5556031", "102").row(|row| Row {
            path: "q-454-",
            kind: "queue",
            ..row
        }),
        outward("found: recorded where a phone answers", "102", "864", "answered-864-").row(|row| Row {
            by: "103",
            talk: Talk::Partly,
            ..row
        }),
        outward("found: the same, and nobody is told who is connected", "102", "844", "answered-844-")
            .row(|row| Row { by: "103", talk: Talk::Partly, ..row }),
        outward("found: to the outside", "101", "5558880030", "out-5558880030").row(|row| Row {
            by: "5558880030",
            direction: "out",
            ..row
        }),
        Kind {
            acts: &[
                (
                    2.0,
                    Act::Ask(
                        "MixMonitor",
                        &[("Channel", "{caller}"), ("File", "demand-{id}.wav"), ("Options", "a")],
                    ),
                ),
                (11.0, Act::Ask("StopMixMonitor", &[("Channel", "{caller}")])),
                (
                    12.0,
                    Act::Ask(
                        "MixMonitor",
                        &[("Channel", "{caller}"), ("File", "demand-{id}.wav"), ("Options", "a")],
                    ),
                ),
            ],
            ..outward("found: stopped and started again", "102", "870", "demand-").row(|row| Row {
                by: "103",
                talk: Talk::Partly,
                ..row
            })
        },
    ];
    all.iter_mut().for_each(|kind| kind.talk = 18);
    all.push(Kind { patience: 3, ..inward("found: given up before", "5556017", "") }.row(|row| Row {
        path: "rg-601-",
        status: "?",
        talk: Talk::Never,
        ..row
    }));
    if dead {
        // Nobody says what was dialled before the queue, unless call detail records do.
        let queue = all.iter_mut().find(|kind| kind.to == "5556031").expect("it is there");
        if settings == Settings::Printed {
            queue.rows[0].to = "454";
        }
        // Only the file's name tells of it.
        let given_up = all.last_mut().expect("it is the last");
        given_up.rows[0] = Row { to: "601", kind: "ringgroup", from_name: "?", ..given_up.rows[0] };
    }
    all
}

pub fn found_and_listed(root: &'static Root, settings: Settings) {
    for dead in [true, false] {
        let lab = Lab::set_to(settings, root, "UTC", "");
        let mut office = Office::open(&lab);
        let (kinds, (pbx, peer)) = (kinds(dead, settings), (Ami::connect(&lab.pbx), Ami::connect(&lab.peer)));
        if dead {
            office.kill();
        }
        thread::scope(|scope| {
            for kind in &kinds {
                scope.spawn(|| kind.make(&pbx, &peer));
                take(Duration::from_millis(300));
            }
            take(Duration::from_secs_f32(UNTIL_THERE));
            if !dead {
                office.kill();
            }
            office.listen();
        });
        lab.pbx.until_all_calls_are_over();
        println!("{settings:?}, {}", if dead { "dead at first" } else { "killed in the middle" });
        verdict::is_as_planned(&lab, &office, &pbx, &kinds);
    }
}
