//! recording/recordings/summary: calls over time.

use serde_json::{Value, json};

use crate::app::{TestApp, spawn_app};
use crate::http::{Answer, encoded};

const SUMMARY: &str = "recording/recordings/summary";
/// A Wednesday in Europe: 2023-11-15 00:00 UTC.
const MIDNIGHT: i64 = 1_700_006_400;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// `start calls totaltime` of each interval.
fn bars(answer: &Answer) -> Vec<(i64, i64, i64)> {
    let data = answer.data();
    let number = |value: &Value| value.as_i64().expect("a number");
    let bar = |bar: &Value| {
        assert_eq!(bar.as_object().expect("an object").len(), 3);
        (number(&bar["start"]), number(&bar["calls"]), number(&bar["totaltime"]))
    };
    data.as_array().expect("rows").iter().map(bar).collect()
}

#[test]
fn hours_between_start_and_end_are_all_there() {
    let app = spawn_app();
    let (start, end) = (MIDNIGHT - 3 * HOUR, MIDNIGHT + HOUR - 1);
    let sara = app.supervisor();
    let answer = sara.get(&format!("{SUMMARY}?start={start};end={end};interval=hour"));
    // All of Alder's calls are between 22:13:20 and 22:18:20 of the day before; one of them is in progress.
    let expected = [(start, 0, 0), (start + HOUR, 4, 190), (start + 2 * HOUR, 0, 0), (MIDNIGHT, 0, 0)];
    assert_eq!(bars(&answer), expected);
    assert_eq!(
        answer.text().get(..98),
        Some(
            r#"{"responses":[{"code":"200","key":"","message":"OK"}],"data":[{"start":1699995600,"calls":0,"total"#
        )
    );
    let all = bars(&sara.get(&format!("{SUMMARY}?start={start};end={end};interval=hour;complete=-1")));
    assert_eq!(all[1], (start + HOUR, 5, 190));
}

#[test]
fn it_begins_with_the_first_call_and_ends_with_now() {
    let app = spawn_app();
    let days = bars(&app.supervisor().get(&format!("{SUMMARY}?interval=day")));
    assert_eq!(days[0], (MIDNIGHT - DAY, 4, 190));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_secs();
    let last = days.last().expect("a day").0;
    assert!(
        last <= i64::try_from(now).expect("a time") && last + DAY > i64::try_from(now).expect("a time") - 9
    );
    assert!(days.windows(2).all(|pair| pair[1].0 - pair[0].0 == DAY));
    assert_eq!(bars(&app.supervisor().get(&format!("{SUMMARY}?called=none-such"))), []);
}

#[test]
fn its_filters_are_those_of_list() {
    let app = spawn_app();
    let whole = format!("start={};end={}", MIDNIGHT - DAY, MIDNIGHT - 1);
    for (query, calls) in [
        ("", 4),
        ("recordgroup=1", 2),
        ("recordgroup=3;complete=0", 1),
        ("complete=-1", 5),
        ("caller=anna", 2),
        ("called=00", 2),
        ("answered=1-01", 1),
        ("direction=in", 1),
        ("search=zo%C3%AB", 1),
        ("totaltime_minimum=30", 3),
        ("totaltime_maximum=30", 2),
        ("limit=1;offset=3;sort=cnumber;descending=1;count=1", 4),
    ] {
        let answer = app.supervisor().post(SUMMARY, &format!("{whole};{query}"));
        let found = bars(&answer);
        assert_eq!((found.len(), found[0].1), (1, calls), "{query}");
    }
}

#[test]
fn days_are_those_of_the_zone() {
    let app = spawn_app();
    let answer = |zone: &str| {
        let zone = encoded(zone);
        app.supervisor().get(&format!("{SUMMARY}?end={};timezone={zone}", MIDNIGHT + DAY))
    };
    // 22:13 in London and 23:13 in Berlin are the day before; 03:43 in Kolkata is the next one.
    assert_eq!(bars(&answer("UTC"))[0].0, MIDNIGHT - DAY);
    assert_eq!(bars(&answer("Europe/Berlin"))[0].0, MIDNIGHT - DAY - HOUR);
    assert_eq!(bars(&answer("Asia/Kolkata"))[0].0, MIDNIGHT - 5 * HOUR - HOUR / 2);
    assert_eq!(answer("Asia/Calcutta").text(), answer("Asia/Kolkata").text());
    assert_eq!(answer("asia/calcutta").text(), answer("Asia/Kolkata").text());
    for zone in ["Mars/Olympus", "../etc/passwd", "+01:00", "UTC\n", "🦀"] {
        assert_eq!(answer(zone).codes(), "400 timezone", "{zone}");
    }
}

#[test]
fn every_call_is_in_the_interval_that_it_began_in() {
    let app = spawn_app();
    // One call of a second at each full hour of the days around the change of clocks in Amsterdam, in UTC.
    let first = 1_774_569_600; // 2026-03-27 00:00 UTC
    app.sqlite3(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 95)
         INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, totaltime, complete)
         SELECT 1, 3, 'hour' || i, '1', {first} + i * 3600, 1, 1 FROM n;"
    ));
    let ask = |query: &str| {
        let range = format!("start={first};end={};timezone=Europe/Amsterdam", first + 95 * HOUR);
        bars(&app.supervisor().get(&format!("{SUMMARY}?{range};{query}")))
    };
    let calls = |bars: Vec<(i64, i64, i64)>| bars.into_iter().map(|bar| bar.1).collect::<Vec<_>>();
    assert_eq!(calls(ask("interval=day")), [23, 24, 23, 24, 2]);
    assert_eq!(calls(ask("interval=week")), [70, 26]);
    assert_eq!(calls(ask("interval=month")), [96]);
    assert!(calls(ask("interval=hour")).iter().all(|calls| *calls == 1));
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let app = spawn_app();
    for (query, codes) in [
        ("interval=minute", "400 interval"),
        (
            "interval=minute;timezone=x;start=x;recordgroup=99",
            "400 recordgroup, 400 start, 400 interval, 400 timezone",
        ),
        ("start=5;end=4", "400 end"),
        ("customer=2", "400 customer"),
        ("recordgroup=4", "400 recordgroup"),
        ("start=1;interval=day", "400 interval"),
        ("start=1;interval=hour;end=99999999999", "400 interval"),
        ("interval=hour;end=99999999999;start=99999999999", "200"),
        ("interval=month;start=1;end=1000000000", "200"),
        ("interval=month;sort=x;descending=2;limit=x;offset=-1;count=x;after=x", "200"),
        ("start=3600;end=17999999;interval=hour", "200"),
        ("start=3600;end=18003600;interval=hour", "400 interval"),
    ] {
        assert_eq!(app.supervisor().get(&format!("{SUMMARY}?{query}")).codes(), codes, "{query}");
    }
    // Rows that are too many, found while they are read.
    app.sqlite3("UPDATE recordings SET start = 1 WHERE id = 11;");
    assert_eq!(app.supervisor().get(SUMMARY).codes(), "400 interval");
}

#[test]
fn nobody_counts_what_is_not_theirs() {
    let app = spawn_app();
    let ask = |app: &TestApp, name: &str, query: &str| {
        let range = format!("start={};end={};complete=-1", MIDNIGHT - DAY, MIDNIGHT - 1);
        app.person(name).get(&format!("{SUMMARY}?{range};{query}"))
    };
    for (name, calls) in [("anna", 3), ("sara", 5), ("boris", 2), ("bea", 1), ("olga", 5)] {
        assert_eq!(bars(&ask(&app, name, ""))[0].1, calls, "{name}");
    }
    assert_eq!(bars(&ask(&app, "olga", "customer=2"))[0].1, 2);
    assert_eq!(ask(&app, "anna", "recordgroup=3").codes(), "400 recordgroup");
    assert_eq!(ask(&app, "boris", "recordgroup=1").codes(), "400 recordgroup");
    assert_eq!(ask(&app, "uwe", "").codes(), "402");
}

#[test]
fn what_another_program_stored_is_counted_somehow() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, totaltime, complete) VALUES
           (1, 1, 'p', '1', 1700000000.5, 'ten', 1), (1, 1, 'q', '1', 'never', 1, 1),
           (1, 1, 'r', '1', 1700000001, 9223372036854775807, 1), (1, 1, 's', '1', 1700000001, '7', 1);",
    );
    let found = bars(&app.supervisor().get(&format!("{SUMMARY}?end={}", MIDNIGHT - 1)));
    assert_eq!(found, [(MIDNIGHT - DAY, 7, i64::MAX)]);
}

#[test]
fn a_summary_is_json_for_every_way_of_asking() {
    let app = spawn_app();
    let query = format!("start={};end={}", MIDNIGHT - DAY, MIDNIGHT - 1);
    let expected = json!([{ "start": MIDNIGHT - DAY, "calls": 4, "totaltime": 190 }]);
    assert_eq!(app.supervisor().get(&format!("{SUMMARY}/?{query}")).data(), expected);
    assert_eq!(app.viewer("sara").post(SUMMARY, &query).data(), expected);
    let json = format!(r#"{{"start": {}, "end": {}}}"#, MIDNIGHT - DAY, MIDNIGHT - 1);
    assert_eq!(app.supervisor().post_json(SUMMARY, &json).data(), expected);
}
