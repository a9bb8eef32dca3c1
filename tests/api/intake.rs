//! The door for new recordings: one row a recording, whatever the order in which the sources come.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use tapeline::config::Folder as Settings;
use tapeline::ingest::cdr::asterisk::{Layouts, read};
use tapeline::ingest::cdr::{Clock, Fields, Rows};
use tapeline::ingest::names::Names;
use tapeline::intake::{About, Draft, Facts, FileState, Intake, Outcome, Source, What};
use tapeline::store::Store;

use crate::program::{Folder, sqlite3};

const NOW: i64 = 1_795_500_000;
const PATH: &str = "2026/11/24/in-5550100-5551230002-20261124-055328-1795499608.28.wav";
const UNIQUEID: &str = "1795499608.28";
const SECOND: i64 = 1_000_000_000;

/// A new database with the customer Alder and its groups Sales (1) and Support (2).
struct House {
    folder: Folder,
    store: Store,
    intake: Intake,
}

impl House {
    fn new() -> House {
        let folder = Folder::new();
        let store = Store::open(&folder.file("recordings.db"), 2).expect("a database");
        let house = House { folder, store, intake: Intake::default() };
        house.sqlite3(
            "INSERT INTO customers VALUES (1, 'Alder');
             INSERT INTO recordgroups (id, customer, name, expires) VALUES (1, 1, 'Sales', 30), (2, 1, 'Support', 30);",
        );
        house
    }

    fn sqlite3(&self, script: &str) -> String {
        sqlite3(&self.folder.file("recordings.db"), script)
    }

    #[track_caller]
    fn accept(&self, draft: &Draft) -> Outcome {
        self.intake.accept(&self.store, draft, NOW).expect("the door is open")
    }

    /// Every row in full, without its id.
    fn rows(&self) -> String {
        let columns: Vec<_> = tapeline::model::WIRE.iter().map(|c| format!("\"{}\"", c.name)).collect();
        self.sqlite3(&format!(
            "SELECT {} FROM recordings ORDER BY path, uniqueid, recordid",
            columns.join(", ")
        ))
    }
}

fn file(seconds: i64, closed: bool) -> FileState {
    FileState {
        device: 1,
        inode: 77,
        created: 1_795_499_608 * SECOND,
        modified: (1_795_499_608 + seconds) * SECOND,
        size: if closed { 44 + seconds * 16_000 } else { 44 },
        duration: Some(if closed { seconds * 1_000 } else { 0 }),
        mimetype: "audio/wav".into(),
        closed,
        continues: true,
        digest: None,
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.into())
}

#[test]
fn of_a_file_of_unknown_length_the_pbx_says_how_long_it_was() {
    let unknown = Draft { file: Some(FileState { duration: None, ..file(6, true) }), ..from_folder(true) };
    let told = from_cdr("answer", "101", 9);
    const LENGTHS: &str = "SELECT r.totaltime, r.talktime, f.duration FROM recordings r JOIN intake_files f ON f.recording = r.id";
    for drafts in [[&unknown, &told], [&told, &unknown]] {
        let house = House::new();
        drafts.into_iter().for_each(|draft| drop(house.accept(draft)));
        assert_eq!(house.sqlite3(LENGTHS), "12|9|-1");
    }
}

/// What the folder knows.
fn from_folder(closed: bool) -> Draft {
    Draft {
        machine: "pbx1".into(),
        path: text(PATH),
        uniqueid: text(UNIQUEID),
        facts: Facts {
            start: Some(1_795_499_608),
            snumber: text("5551230002"),
            cnumber: text("5550100"),
            direction: text("in"),
            ..Facts::default()
        },
        file: Some(file(6, closed)),
        ..Draft::default()
    }
}

/// What Asterisk's manager interface knows.
fn from_pbx() -> Draft {
    Draft {
        source: Source::Pbx,
        machine: "pbx1".into(),
        path: text(PATH),
        uniqueid: text(UNIQUEID),
        facts: Facts {
            callid: text("1795499608.28"),
            start: Some(1_795_499_609),
            end: Some(1_795_499_614),
            snumber: text("+15551230002"),
            snumber_name: text("O'Brien"),
            account: text("sales"),
            ..Facts::default()
        },
        over: true,
        ..Draft::default()
    }
}

/// What a row of Master.csv knows: one for each leg of the call.
fn from_cdr(status: &str, dnumber: &str, talktime: i64) -> Draft {
    Draft {
        source: Source::Cdr,
        about: About::CallToCome,
        machine: "pbx1".into(),
        uniqueid: text(UNIQUEID),
        facts: Facts {
            start: Some(1_795_499_607),
            end: Some(1_795_499_620),
            snumber: text("5551230002"),
            snumber_name: text("OBRIEN"),
            dnumber: text(dnumber),
            status: text(status),
            talktime: Some(talktime),
            ..Facts::default()
        },
        over: true,
        ..Draft::default()
    }
}

fn everything() -> Vec<Draft> {
    vec![
        from_folder(true),
        from_pbx(),
        from_cdr("answer", "101", 4),
        from_cdr("answer", "104", 3),
        from_cdr("noanswer", "102", 0),
        from_cdr("noanswer", "103", 0),
    ]
}

#[test]
fn a_file_becomes_a_row_while_it_is_written_and_is_completed_when_it_is_closed() {
    let house = House::new();
    let mut events = house.intake.live().listen();
    assert_eq!(house.accept(&from_folder(false)), Outcome::Inserted);
    assert_eq!(
        house.rows(),
        format!(
            "1|1|{UNIQUEID}|1|{UNIQUEID}||pbx1|1795499608|0|0|0|||5551230002||5551230002|0||5550100||5550100|||||0|5551230002|1|0|1798091608|0|audio/wav|44|{PATH}|in|0"
        )
    );
    assert_eq!(house.accept(&from_folder(false)), Outcome::Unchanged);
    assert_eq!(house.accept(&from_folder(true)), Outcome::Completed);
    assert_eq!(house.accept(&from_folder(true)), Outcome::Unchanged);
    assert_eq!(
        house.rows(),
        format!(
            "1|1|{UNIQUEID}|1|{UNIQUEID}||pbx1|1795499608|1795499614|6|6|||5551230002||5551230002|0||5550100||5550100|||||0|5551230002|1|1|1798091608|0|audio/wav|96044|{PATH}|in|0"
        )
    );
    let told: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).map(|event| event.what).collect();
    assert_eq!(told, [What::Added, What::Completed]);
}

#[test]
fn all_that_is_known_of_a_call_comes_together_in_its_row() {
    let house = House::new();
    for draft in everything() {
        house.accept(&draft);
    }
    assert_eq!(
        house.rows(),
        format!(
            "1|1|{UNIQUEID}|1|{UNIQUEID}||pbx1|1795499609|1795499614|4|5|answer||+15551230002|O'Brien|+15551230002|0||5550100||5550100||101||101|0|+15551230002|1|1|1798091609|0|audio/wav|96044|{PATH}|in|0"
        )
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each draft at least once, some twice, in any order: always the row of the straight order.
    #[test]
    fn any_order_and_repetition_of_drafts_gives_the_same_row(
        order in Just((0..6).chain(0..6).collect::<Vec<usize>>()).prop_shuffle(),
        cut in 0..6_usize,
        one_by_one in any::<bool>(),
    ) {
        let straight = House::new();
        everything().iter().for_each(|draft| drop(straight.accept(draft)));
        let house = House::new();
        let mut drafts: Vec<Draft> = order.iter().map(|place| everything()[*place].clone()).collect();
        // Away with some of the repetitions.
        for place in 0..cut {
            let last = drafts.iter().rposition(|draft| *draft == everything()[place]).expect("it is there");
            drafts.remove(last);
        }
        if one_by_one {
            drafts.iter().for_each(|draft| drop(house.accept(draft)));
        } else {
            house.intake.accept_all(&house.store, &drafts, NOW).expect("the door is open");
        }
        prop_assert_eq!(house.rows(), straight.rows());
    }

    #[test]
    fn what_waited_has_the_row_that_it_would_have_had_at_once(
        order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
        mended in 0..=6_usize,
    ) {
        let straight = House::new();
        order.iter().for_each(|place| drop(straight.accept(&everything()[*place])));
        let house = House::new();
        let groups = house.sqlite3(".dump recordgroups --data-only");
        house.sqlite3("DELETE FROM recordgroups");
        for (count, place) in order.iter().enumerate() {
            if count == mended {
                house.sqlite3(&groups);
            }
            let outcome = house.accept(&everything()[*place]);
            prop_assert!(count >= mended || matches!(outcome, Outcome::Waits(_) | Outcome::Kept), "{:?}", outcome);
        }
        if mended == 6 {
            prop_assert_eq!(house.rows(), "");
            house.sqlite3(&groups);
        }
        house.intake.look_after_waiting(&house.store, false, NOW + 600).expect("a look");
        prop_assert_eq!(house.rows(), straight.rows());
        prop_assert_eq!(house.sqlite3("SELECT count(*) FROM intake_waiting"), "0");
    }
}

/// With rules, in a house that has another customer: Birch, with the group Yard (3).
fn house_with_rules(rules: &str) -> House {
    #[derive(serde::Deserialize)]
    struct Rules {
        rules: Vec<tapeline::config::Rule>,
    }
    let mut house = House::new();
    house.sqlite3(
        "INSERT INTO customers (id, name) VALUES (2, 'Birch');
         INSERT INTO recordgroups (id, customer, name) VALUES (3, 2, 'Yard');",
    );
    let Rules { rules } = toml::from_str(rules).expect("rules");
    house.intake = Intake::new(tapeline::intake::Rules::new(&rules).with_pbx(true));
    house
}

const SALES_IS_BIRCHS: &str = "[[rules]]\naccount = 'sales'\ngroup = 'Yard'\n[[rules]]\ngroup = 'Sales'";

#[test]
fn a_call_is_nobodys_until_the_pbx_tells_whose_it_is() {
    let house = house_with_rules(SALES_IS_BIRCHS);
    let mut events = house.intake.live().listen();
    let of_now = |closed: bool| {
        let mut draft = from_folder(closed);
        draft.file = Some(FileState { modified: NOW * SECOND, ..file(6, closed) });
        draft
    };
    let why = "rule 1 asks for its account, which is not known yet";
    for draft in [of_now(false), of_now(true)] {
        assert_eq!(house.accept(&draft), Outcome::Waits(why.into()));
        house.intake.look_after_waiting(&house.store, false, NOW).expect("a look");
    }
    assert_eq!(house.accept(&from_pbx()), Outcome::Inserted);
    assert_eq!(house.sqlite3("SELECT customer, recordgroup, complete FROM recordings"), "2|3|1");
    while let Ok(event) = events.try_recv() {
        assert_eq!(event.customer, 2, "nobody else heard of it");
    }
}

#[test]
fn what_the_pbx_never_tells_is_not_waited_for() {
    let house = house_with_rules(SALES_IS_BIRCHS);
    // A file of long ago.
    assert_eq!(house.accept(&from_folder(true)), Outcome::Inserted);
    assert_eq!(house.sqlite3("SELECT customer FROM recordings"), "1");
    // One of now, of which nobody speaks within a minute.
    let mut draft = Draft { path: text("b.wav"), uniqueid: text("7.7"), ..from_folder(true) };
    draft.file = Some(FileState { modified: NOW * SECOND, ..file(6, true) });
    assert!(matches!(house.accept(&draft), Outcome::Waits(_)));
    house.intake.look_after_waiting(&house.store, false, NOW + 59).expect("a look");
    assert_eq!(house.sqlite3("SELECT count(*) FROM recordings"), "1");
    house.intake.look_after_waiting(&house.store, false, NOW + 61).expect("a look");
    assert_eq!(house.sqlite3("SELECT count(*) FROM recordings WHERE customer = 1"), "2");
    // Within one customer it is in the list while it rings, and filed anew once more is known.
    let within =
        house_with_rules("[[rules]]\naccount = 'sales'\ngroup = 'Support'\n[[rules]]\ngroup = 'Sales'");
    assert_eq!(within.accept(&from_folder(false)), Outcome::Inserted);
    within.accept(&from_pbx());
    assert_eq!(within.sqlite3("SELECT recordgroup FROM recordings"), "2");
}

#[test]
fn a_call_in_progress_that_is_another_ones_after_all_waits_where_that_one_has_no_group() {
    let house = house_with_rules(SALES_IS_BIRCHS);
    house.intake.note_rules(&house.store, true, NOW).expect("what rules name");
    house.sqlite3("DELETE FROM recordgroups WHERE id = 3");
    let spoken = Draft { facts: Facts { account: None, ..from_pbx().facts }, over: false, ..from_pbx() };
    house.accept(&from_folder(false));
    assert_eq!(house.accept(&spoken), Outcome::Inserted);
    assert!(matches!(house.accept(&from_pbx()), Outcome::Waits(_)));
    assert_eq!(house.rows(), "");
    house.accept(&from_folder(true));
    house.sqlite3("INSERT INTO recordgroups (id, customer, name) VALUES (9, 1, 'Yard'), (10, 2, 'Yard')");
    house.intake.look_after_waiting(&house.store, false, NOW).expect("a look");
    let row = "SELECT customer, recordgroup, snumber_name, complete, totaltime, recordid FROM recordings";
    assert_eq!(house.sqlite3(row), "2|10|O'Brien|1|5|1");
}

#[test]
fn a_number_that_the_caller_withheld_is_told_from_one_that_the_network_does_not_know() {
    for (number, presented) in [
        ("anonymous", "0"),
        ("Restricted", "0"),
        ("PRIVATE", "0"),
        ("withheld", "0"),
        ("unknown", "1"),
        ("unavailable", "1"),
        ("5551230002", "1"),
    ] {
        let house = House::new();
        let mut draft = from_folder(true);
        draft.facts.snumber = text(number);
        house.accept(&draft);
        assert_eq!(house.sqlite3("SELECT spresent FROM recordings"), presented, "{number}");
        let mut pbx = from_pbx();
        (pbx.facts.snumber, pbx.facts.spresent) = (text(number), Some(0));
        house.accept(&pbx);
        assert_eq!(house.sqlite3("SELECT spresent FROM recordings"), "0", "{number}: the PBX knows");
    }
}

#[test]
fn a_recording_that_is_announced_without_a_file_gets_its_path_later() {
    let house = House::new();
    let mut announced = from_pbx();
    announced.path = None;
    announced.over = false;
    assert_eq!(house.accept(&announced), Outcome::Inserted);
    assert_eq!(house.accept(&announced), Outcome::Unchanged);
    assert_eq!(house.sqlite3("SELECT complete, path FROM recordings"), "0|");
    assert_eq!(house.accept(&from_folder(true)), Outcome::Completed);
    assert_eq!(house.sqlite3("SELECT complete, path, recordid FROM recordings"), format!("1|{PATH}|1"));
}

#[test]
fn recordings_of_a_channel_are_counted_also_across_sources_and_deletions() {
    let house = House::new();
    let numbered = |path: &str| Draft { path: text(path), ..from_folder(true) };
    assert_eq!(house.accept(&numbered("a.wav")), Outcome::Inserted);
    house.sqlite3("DELETE FROM recordings");
    assert_eq!(house.accept(&numbered("b.wav")), Outcome::Inserted);
    assert_eq!(house.accept(&Draft { file: None, ..numbered("c.wav") }), Outcome::Inserted);
    assert_eq!(house.sqlite3("SELECT recordid, path FROM recordings ORDER BY id"), "2|b.wav\n3|c.wav");
    assert_eq!(house.accept(&from_cdr("answer", "101", 3)), Outcome::Completed);
    assert_eq!(house.sqlite3("SELECT dnumber, start FROM recordings"), "101|1795499608\n101|1795499608");
}

#[test]
fn a_deleted_recording_does_not_come_back_but_a_new_file_in_its_place_is_a_new_one() {
    let house = House::new();
    house.accept(&from_folder(true));
    house.sqlite3("DELETE FROM recordings");
    assert_eq!(house.accept(&from_folder(true)), Outcome::Deleted);
    assert_eq!(house.accept(&from_pbx()), Outcome::Deleted);
    let restored = Draft { file: Some(FileState { inode: 99, ..file(6, true) }), ..from_folder(true) };
    assert_eq!(house.accept(&restored), Outcome::Deleted);
    let another = Draft { file: Some(FileState { inode: 100, ..file(60, true) }), ..from_folder(true) };
    assert_eq!(house.accept(&another), Outcome::Inserted);
    assert_eq!(house.sqlite3("SELECT recordid FROM recordings"), "2");
}

#[test]
fn a_new_file_in_a_deleted_ones_place_is_a_new_one_also_if_the_clock_was_put_back_meanwhile() {
    let house = House::new();
    let recorded = |digest: u8, file: FileState| Draft {
        file: Some(FileState { digest: Some(vec![digest]), ..file }),
        ..from_folder(true)
    };
    house.accept(&recorded(1, file(6, true)));
    house.sqlite3("DELETE FROM recordings");
    let an_hour_before =
        |file: FileState, inode| FileState { inode, modified: file.modified - 3_600 * SECOND, ..file };
    let restored = recorded(1, an_hour_before(file(6, true), 100));
    assert_eq!(house.accept(&restored), Outcome::Deleted, "the same sound");
    assert_eq!(house.accept(&recorded(2, an_hour_before(file(9, true), 101))), Outcome::Inserted);
    assert_eq!(house.sqlite3("SELECT recordid, totaltime >= 0 FROM recordings"), "2|1");
}

#[test]
fn a_pbx_whose_clock_is_put_during_a_call_is_not_believed_about_its_length() {
    for end in [1_795_499_608 - 3_600, 1_795_499_614 + 86_400, i64::MIN, i64::MAX] {
        let house = House::new();
        house.accept(&from_folder(true));
        let mut pbx = from_pbx();
        (pbx.facts.start, pbx.facts.end, pbx.facts.answer) = (Some(1_795_499_608), Some(end), Some(end));
        pbx.facts.totaltime = Some(end.saturating_sub(1_795_499_608));
        house.accept(&pbx);
        assert_eq!(house.sqlite3("SELECT \"end\" - start, totaltime FROM recordings"), "6|6", "{end}");
    }
}

#[test]
fn times_without_reason_break_nothing() {
    for start in [i64::MIN, -1, 0, i64::MAX - 1, i64::MAX] {
        let house = House::new();
        house.sqlite3(&format!(
            "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, path, start, complete)
               VALUES (1, 1, '{UNIQUEID}', '1', '{PATH}', {start}, 0)"
        ));
        for draft in everything() {
            house.accept(&draft);
        }
        let mut odd = from_cdr("answer", "104", i64::MAX);
        (odd.facts.start, odd.facts.end, odd.facts.totaltime) =
            (Some(i64::MIN), Some(i64::MAX), Some(i64::MAX));
        house.accept(&odd);
        assert_eq!(
            house.sqlite3("SELECT complete, \"end\" >= start, totaltime >= 0, talktime >= 0 FROM recordings"),
            "1|1|1|1",
            "{start}"
        );
    }
}

#[test]
fn a_machine_that_does_not_know_the_time_sets_no_day_to_expire() {
    let house = House::new();
    let began = Draft {
        facts: Facts { start: None, ..from_folder(false).facts },
        uniqueid: text("meeting"),
        path: text("meeting.wav"),
        file: Some(FileState { created: 40 * SECOND, modified: 41 * SECOND, ..file(0, false) }),
        ..from_folder(false)
    };
    house.intake.accept(&house.store, &began, 41).expect("the door is open");
    assert_eq!(house.sqlite3("SELECT start, expires FROM recordings"), "40|0");
    // It has asked somebody meanwhile.
    let over = Draft {
        file: Some(FileState { created: 40 * SECOND, modified: NOW * SECOND, ..file(6, true) }),
        ..began
    };
    assert_eq!(house.accept(&over), Outcome::Completed);
    assert_eq!(
        house.sqlite3("SELECT start, \"end\" - start, expires - start FROM recordings"),
        format!("{NOW}|6|{}", 30 * 86_400)
    );
}

#[test]
fn a_file_that_is_finished_after_all_takes_back_that_it_was_interrupted() {
    let house = House::new();
    let mut given_up = from_folder(true);
    (given_up.facts.status, given_up.facts.note) = (text("interrupted"), text("never finished"));
    assert_eq!(house.accept(&given_up), Outcome::Inserted);
    assert_eq!(
        house.sqlite3("SELECT status, (SELECT note FROM intake_files) FROM recordings"),
        "interrupted|never finished"
    );
    let finished = Draft { file: Some(file(9, true)), ..from_folder(true) };
    assert_eq!(house.accept(&finished), Outcome::Enriched);
    assert_eq!(
        house.sqlite3("SELECT status, (SELECT note FROM intake_files), talktime FROM recordings"),
        "||9"
    );
}

#[test]
fn what_people_and_other_programs_change_stays() {
    let house = House::new();
    house.accept(&from_folder(false));
    house.sqlite3("UPDATE recordings SET snumber_name = 'Mum', expires = 5, hold = 1, recordgroup = 2");
    assert_eq!(house.accept(&from_folder(true)), Outcome::Completed);
    house.accept(&from_pbx());
    house.accept(&from_cdr("answer", "101", 3));
    assert_eq!(
        house.sqlite3("SELECT snumber, snumber_name, expires, hold, recordgroup, complete, dnumber, status FROM recordings"),
        "5551230002|Mum|5|1|2|1|101|answer"
    );
}

#[test]
fn a_row_of_another_program_is_known_by_its_path() {
    let house = House::new();
    house.sqlite3(&format!(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, path, start, complete)
           VALUES (1, 2, 'theirs', '1', '{PATH}', 7, 1)"
    ));
    house.accept(&from_folder(true));
    house.accept(&from_pbx());
    assert_eq!(
        house.sqlite3("SELECT recordgroup, uniqueid, start, snumber, size, expires FROM recordings"),
        "2|theirs|7|+15551230002|96044|0"
    );
    house.sqlite3("REPLACE INTO recordings (customer, recordgroup, uniqueid, recordid, path) SELECT customer, recordgroup, uniqueid, recordid, path FROM recordings");
    house.accept(&from_folder(true));
    assert_eq!(house.sqlite3("SELECT count(*), max(complete) FROM recordings"), "1|1");
    house.sqlite3("DELETE FROM recordings");
    assert_eq!(house.accept(&from_folder(true)), Outcome::Deleted);
}

#[test]
fn a_row_of_another_program_without_an_end_gets_it_with_the_first_detail_record() {
    for (theirs, ours) in
        [("0, 0, 0", "13|4|13"), ("0, 0, 9", "13|4|9"), ("0, 2, 0", "13|2|13"), ("17, 5, 6", "10|5|6")]
    {
        let house = House::new();
        house.sqlite3(&format!(
            "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, machine, path, start, complete, \"end\", talktime, totaltime)
               VALUES (1, 2, '{UNIQUEID}', '1', 'pbx1', 'theirs.wav', 1795499607, 1, {theirs})"
        ));
        house.sqlite3("UPDATE recordings SET \"end\" = start + 10 WHERE \"end\" <> 0");
        let times = || house.sqlite3("SELECT \"end\" - start, talktime, totaltime FROM recordings");
        assert_eq!(house.accept(&from_cdr("answer", "101", 4)), Outcome::Enriched);
        assert_eq!(times(), ours, "{theirs}");
        house.accept(&from_cdr("answer", "101", 4));
        assert_eq!(times(), ours, "{theirs}, and once more");
    }
}

#[test]
fn the_file_of_another_programs_row_stays_known_whatever_becomes_of_the_row() {
    let row = format!(
        "(customer, recordgroup, uniqueid, recordid, machine, path, complete) VALUES (1, 1, '{UNIQUEID}', '1', 'pbx1', '{PATH}', 1)"
    );
    for (change, rows) in [
        ("SELECT 1", 1),
        ("DELETE FROM recordings", 0),
        ("UPDATE recordings SET path = 'elsewhere.wav'", 1),
        ("UPDATE recordings SET path = ''", 1),
        ("UPDATE recordings SET machine = 'pbx2'", 1),
        ("UPDATE recordings SET uniqueid = '1.1'", 1),
        ("UPDATE recordings SET customer = 2, recordgroup = 3", 1),
        (
            "REPLACE INTO recordings (customer, recordgroup, uniqueid, recordid, path)
               SELECT customer, recordgroup, uniqueid, recordid, 'elsewhere.wav' FROM recordings",
            1,
        ),
        (
            "REPLACE INTO recordings (id, recordgroup, uniqueid, recordid, path)
               SELECT id, 2, '2.2', '1', 'elsewhere.wav' FROM recordings",
            1,
        ),
        (
            "DELETE FROM recordings; INSERT INTO recordings (path, machine) SELECT path, machine FROM intake_files",
            1,
        ),
        (
            "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, machine, path)
               SELECT customer, 2, uniqueid, recordid, machine, path FROM recordings;
             DELETE FROM recordings WHERE recordgroup = 1",
            1,
        ),
    ] {
        let house = House::new();
        house.sqlite3(&format!("INSERT INTO recordings {row}"));
        assert_eq!(house.sqlite3("SELECT count(*) FROM intake_files"), "0", "the row tells it itself");
        house.sqlite3(change);
        let about = About::Recording;
        for draft in [from_folder(true), from_pbx(), Draft { about, ..from_cdr("answer", "101", 4) }] {
            house.accept(&draft);
            assert_eq!(house.sqlite3("SELECT count(*) FROM recordings"), rows.to_string(), "{change}");
        }
    }
}

#[test]
fn the_calls_of_another_programs_rows_are_known_by_their_uniqueid() {
    let house = House::new();
    house.sqlite3(&format!(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, machine, path, complete)
           VALUES (1, 1, '{UNIQUEID}', '1', 'pbx1', 'a.wav', 1), (1, 2, '{UNIQUEID}', '1', 'pbx1', 'a.wav', 1),
                  (1, 2, '{UNIQUEID}', '2', '', 'b.wav', 1), (1, 1, '{UNIQUEID}', '3', 'pbx2', 'c.wav', 1)"
    ));
    assert_eq!(house.accept(&from_cdr("answer", "101", 4)), Outcome::Enriched);
    // Not the copy, and not that of another machine.
    assert_eq!(
        house.sqlite3("SELECT group_concat(dnumber) FROM (SELECT dnumber FROM recordings ORDER BY id)"),
        "101,,101,"
    );
    assert_eq!(house.accept(&from_cdr("answer", "101", 4)), Outcome::Unchanged);
    house.accept(&Draft { path: text("d.wav"), ..from_folder(true) });
    assert_eq!(house.sqlite3("SELECT recordid FROM recordings WHERE path = 'd.wav'"), "4");
}

#[test]
fn a_file_that_was_moved_leaves_its_place_to_another_one() {
    let house = House::new();
    house.sqlite3(&format!(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, machine, path, complete)
           VALUES (1, 1, '{UNIQUEID}', '1', 'pbx1', '{PATH}', 1)"
    ));
    let moved = Draft { path: text("moved.wav"), moved_from: text(PATH), ..from_folder(true) };
    assert_eq!(house.accept(&moved), Outcome::Enriched);
    assert_eq!(house.accept(&Draft { uniqueid: text("3.3"), ..from_folder(true) }), Outcome::Inserted);
    assert_eq!(house.sqlite3("SELECT path FROM recordings ORDER BY id"), format!("moved.wav\n{PATH}"));
}

#[test]
fn the_settings_of_the_group_say_what_is_kept() {
    for (settings, why) in [
        ("expires = 0", "group 1 (Sales) keeps no recordings (expires 0)"),
        ("record_in = 0", "group 1 (Sales) keeps no incoming calls (record_in 0)"),
        ("fraction = 0", "group 1 (Sales) keeps 0 percent of the calls"),
    ] {
        let house = House::new();
        house.sqlite3(&format!("UPDATE recordgroups SET {settings}"));
        assert_eq!(house.accept(&from_folder(true)), Outcome::Excluded(why.into()));
        house.sqlite3("UPDATE recordgroups SET expires = 1, record_in = 1, fraction = 100");
        assert_eq!(house.accept(&from_folder(true)), Outcome::Excluded(why.into()), "once known, for good");
        assert_eq!(house.rows(), "");
        assert_eq!(house.sqlite3("SELECT excluded, path FROM intake_files"), format!("{why}|{PATH}"));
        let reasons = house.store.reader().and_then(|reader| reader.excluded_files()).expect("a reader");
        assert_eq!(reasons, [(why.to_owned(), 1)]);
    }
}

#[test]
fn half_of_the_calls_are_the_same_half_for_every_source() {
    let house = House::new();
    house.sqlite3("UPDATE recordgroups SET fraction = 50");
    let mut kept = 0;
    for number in 0..400 {
        let uniqueid = format!("17954996{number:02}.{number}");
        let folder =
            Draft { path: text(&format!("{number}.wav")), uniqueid: text(&uniqueid), ..from_folder(true) };
        let pbx = Draft { path: None, uniqueid: text(&uniqueid), machine: "other".into(), ..from_pbx() };
        let (folder, pbx) = (house.accept(&folder), house.accept(&pbx));
        assert_eq!(folder == Outcome::Inserted, pbx == Outcome::Inserted);
        kept += usize::from(folder == Outcome::Inserted);
    }
    assert!((150..=250).contains(&kept), "{kept}");
}

#[test]
fn a_call_in_progress_moves_to_where_the_rules_want_it_once_more_is_known() {
    let house = House::new();
    house.sqlite3("UPDATE recordgroups SET record_out = 0");
    let mut unsure = from_folder(false);
    unsure.facts.direction = None;
    assert_eq!(house.accept(&unsure), Outcome::Inserted);
    let mut sure = from_pbx();
    sure.facts.direction = text("out");
    assert!(matches!(house.accept(&sure), Outcome::Excluded(_)));
    assert_eq!(house.rows(), "");
    assert!(matches!(house.accept(&from_folder(true)), Outcome::Inserted), "its name says that it came in");
}

#[test]
fn what_somebody_holds_stays_whatever_the_rules_say() {
    let house = House::new();
    house.sqlite3("UPDATE recordgroups SET record_out = 0");
    let mut unsure = from_folder(false);
    unsure.facts.direction = None;
    house.accept(&unsure);
    house.sqlite3("UPDATE recordings SET hold = 1");
    let mut sure = from_pbx();
    sure.facts.direction = text("out");
    assert_eq!(house.accept(&sure), Outcome::Enriched);
    assert_eq!(house.accept(&from_folder(true)), Outcome::Completed);
    assert_eq!(house.sqlite3("SELECT recordgroup, hold, complete FROM recordings"), "1|1|1");
}

#[test]
fn copies_follow_a_file_that_was_moved() {
    let house = House::new();
    house.accept(&from_folder(true));
    let rows = |group: i64, uniqueid: &str, path: &str| {
        house.sqlite3(&format!(
            "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, complete, machine, path)
               VALUES (1, {group}, '{uniqueid}', '1', 1, 'pbx1', '{path}')"
        ));
    };
    rows(2, UNIQUEID, PATH);
    rows(2, "otherwise written", &format!("./{}", PATH.replace('/', "//")));
    rows(2, "another", "2026/11/24/another.wav");
    let moved = Draft { path: text("old/a.wav"), moved_from: text(PATH), ..from_folder(true) };
    assert_eq!(house.accept(&moved), Outcome::Enriched);
    assert_eq!(
        house.sqlite3("SELECT recordgroup, uniqueid, path FROM recordings ORDER BY id"),
        format!(
            "1|{UNIQUEID}|old/a.wav\n2|{UNIQUEID}|old/a.wav\n2|otherwise written|old/a.wav\n2|another|2026/11/24/another.wav"
        )
    );
    assert_eq!(house.accept(&moved), Outcome::Unchanged);
}

#[test]
fn a_rehearsal_stores_nothing() {
    let house = House::new();
    let drafts = [from_folder(true), from_pbx()];
    let outcomes = house.intake.rehearse(&house.store, &drafts, NOW).expect("the door is open");
    assert_eq!(outcomes, [Outcome::Inserted, Outcome::Enriched]);
    assert_eq!(house.rows(), "");
    assert_eq!(house.accept(&from_folder(true)), Outcome::Inserted);
}

#[test]
fn old_recordings_that_are_brought_in_have_their_days_from_then_on() {
    let house = House::new();
    let old =
        Draft { facts: Facts { start: Some(1_600_000_000), ..from_folder(true).facts }, ..from_folder(true) };
    house.accept(&old);
    let expires = house.sqlite3("SELECT expires FROM recordings");
    assert_eq!(expires, (NOW + 30 * 86_400).to_string());
    house.accept(&from_cdr("answer", "101", 4));
    assert_eq!(house.sqlite3("SELECT expires FROM recordings"), expires);
}

/// Rows of a real Master.csv: transferred twice by the manager interface, transferred after a word, and hung up by the
/// dialplan after nobody answered.
const RECORDS: [&str; 9] = [
    r#""","5551230018","103","from-internal","""Xfer Ami"" <5551230018>","Local/900@sim-caller-00000013;1","Local/101@sim-phone-00000014;1","Dial","Local/101@sim-phone/n,10,tT","2026-11-24 05:53:46","2026-11-24 05:53:46","2026-11-24 05:53:50",3,3,"ANSWERED","DOCUMENTATION","1795499626.513","","","1795499626.513",59"#,
    r#""","5551230018","103","from-internal","""Xfer Ami"" <5551230018>","Local/900@sim-caller-00000013;1","Local/103@sim-phone-00000015;1","Dial","Local/103@sim-phone/n,0,tT","2026-11-24 05:53:50","2026-11-24 05:53:50","2026-11-24 05:53:56",6,6,"ANSWERED","DOCUMENTATION","1795499626.513","","","1795499626.513",69"#,
    r#""","5551230033","5550100","from-trunk","""Attended"" <5551230033>","PJSIP/trunk-00000022","PJSIP/101-00000023","Dial","PJSIP/101,10,tT","2026-11-24 05:54:04","2026-11-24 05:54:05","2026-11-24 05:54:10",6,5,"ANSWERED","DOCUMENTATION","1795499644.875","","","1795499644.875",101"#,
    r#""","5551230033","5550100","from-trunk","""Attended"" <5551230033>","PJSIP/trunk-00000022","Local/103@from-internal-0000001f;1","Dial","PJSIP/101,10,tT","2026-11-24 05:54:10","2026-11-24 05:54:10","2026-11-24 05:54:12",2,2,"ANSWERED","DOCUMENTATION","1795499644.875","","","1795499644.875",123"#,
    r#""","5551230033","5550100","from-trunk","""Attended"" <5551230033>","PJSIP/trunk-00000022","PJSIP/103-0000002d","Dial","PJSIP/101,10,tT","2026-11-24 05:54:12","2026-11-24 05:54:12","2026-11-24 05:54:19",6,6,"ANSWERED","DOCUMENTATION","1795499644.875","","","1795499644.875",124"#,
    r#""","5551230013","5550199","from-trunk","""No Luck"" <5551230013>","Local/900@sim-caller-0000000d;1","Local/199@sim-phone-0000000e;1","Dial","Local/199@sim-phone/n,4,tT","2026-11-24 05:53:40","2026-11-24 05:53:40","2026-11-24 05:53:44",4,4,"NO ANSWER","DOCUMENTATION","1795499620.301","","","1795499620.301",41"#,
    r#""","5551230013","5550199","from-trunk","""No Luck"" <5551230013>","Local/900@sim-caller-0000000d;1","","Hangup","","2026-11-24 05:53:44","2026-11-24 05:53:44","2026-11-24 05:53:44",0,0,"ANSWERED","DOCUMENTATION","1795499620.301","","","1795499620.301",53"#,
    r#""","101","704","from-internal","""Alice Agent"" <101>","PJSIP/101-0000002b","Local/103@from-internal-0000001e;1","Dial","Local/103@from-internal,20","2026-11-24 05:54:10","2026-11-24 05:54:11","2026-11-24 05:54:12",1,0,"ANSWERED","DOCUMENTATION","1795499650.971","","","1795499650.971",111"#,
    r#""","101","704","from-internal","""Alice Agent"" <101>","PJSIP/101-0000002b","PJSIP/103-0000002c","Dial","Local/103@from-internal,20","2026-11-24 05:54:12","2026-11-24 05:54:12","2026-11-24 05:54:17",5,5,"ANSWERED","DOCUMENTATION","1795499650.971","","","1795499650.971",121"#,
];

/// Their recordings.
const RECORDED: [(&str, &str); 4] = [
    ("1795499626.513", "in-5550100-5551230018-20261124-055346-1795499626.513.wav"),
    ("1795499644.875", "in-5550100-5551230033-20261124-055404-1795499644.875.wav"),
    ("1795499620.301", "in-5550199-5551230013-20261124-055340-1795499620.301.wav"),
    ("1795499650.971", "internal-704-101-20261124-055410-1795499650.971.wav"),
];

fn record(row: &str) -> Draft {
    let mut rows = Rows::of_lines(row.as_bytes());
    let mut fields = Fields::default();
    rows.next(&mut fields).expect("a row").expect("a row").1.expect("a row");
    let mut layouts = Layouts::asterisk();
    let layout = layouts.of(&fields).expect("a layout");
    let clock = Clock::new(TimeZone::UTC);
    let text = |column| layout.place(column).map_or("", |place| fields.text(place));
    read(text, &clock).expect("a record").draft("pbx1", About::CallToCome)
}

fn recorded(uniqueid: &str, path: &str) -> Draft {
    let named = Names::new(&Settings::default()).expect("settings").read(path, NOW);
    let start: i64 = uniqueid[..10].parse().expect("a time");
    let file = FileState { created: start * SECOND, modified: (start + 6) * SECOND, ..file(6, true) };
    let start = Some(start);
    let facts = Facts { start, ..named.facts };
    Draft { path: text(path), uniqueid: text(uniqueid), facts, file: Some(file), ..from_folder(true) }
}

#[test]
fn who_answered_first_and_what_was_called_stay_when_a_call_is_transferred() {
    let house = House::new();
    RECORDED.iter().for_each(|(uniqueid, path)| drop(house.accept(&recorded(uniqueid, path))));
    RECORDS.iter().for_each(|row| drop(house.accept(&record(row))));
    assert_eq!(
        house.sqlite3(
            "SELECT uniqueid, ctype, cnumber, dnumber, status, talktime FROM recordings ORDER BY uniqueid"
        ),
        "1795499620.301|did|5550199||answer|2\n\
         1795499626.513|did|5550100|101|answer|6\n\
         1795499644.875|did|5550100|101|answer|5\n\
         1795499650.971|extension|704|103|answer|4"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Records and recordings in any order, a batch at a time, records of one call together or apart.
    #[test]
    fn however_records_are_split_the_rows_are_the_same(
        order in Just((0..13).chain(4..13).collect::<Vec<usize>>()).prop_shuffle(),
        batch in 1..9_usize,
        together in any::<bool>(),
    ) {
        let straight = House::new();
        let all: Vec<Draft> = RECORDED.iter().map(|(uniqueid, path)| recorded(uniqueid, path))
            .chain(RECORDS.iter().map(|row| record(row))).collect();
        straight.intake.accept_all(&straight.store, &all, NOW).expect("the door is open");
        let house = House::new();
        for places in order.chunks(batch) {
            let mut drafts: Vec<Draft> = Vec::new();
            for draft in places.iter().map(|place| &all[*place]) {
                let same = |other: &&mut Draft| {
                    together && draft.source == Source::Cdr && other.source == Source::Cdr && other.uniqueid == draft.uniqueid
                };
                match drafts.iter_mut().find(same) {
                    Some(other) => other.records.push(draft.facts.clone()),
                    None => drafts.push(draft.clone()),
                }
            }
            house.intake.accept_all(&house.store, &drafts, NOW).expect("the door is open");
        }
        prop_assert_eq!(house.rows(), straight.rows());
    }
}

#[test]
fn records_of_calls_without_a_recording_are_forgotten_in_time() {
    let house = House::new();
    let take = |place: usize, now: i64| {
        house.intake.accept(&house.store, &record(RECORDS[place]), now).expect("the door is open")
    };
    let kept = || house.sqlite3("SELECT uniqueid FROM intake_records ORDER BY id");
    assert_eq!(take(0, NOW), Outcome::Kept);
    take(0, NOW + 60);
    take(2, NOW + 29 * 86_400);
    assert_eq!(kept(), "1795499626.513\n1795499644.875");
    take(5, NOW + 31 * 86_400);
    assert_eq!(kept(), "1795499644.875\n1795499620.301");
}
