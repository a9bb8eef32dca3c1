//! Lists by how calls ended, and of what is on hold: list, count, summary and export take the same filters.

use serde_json::json;
use tapeline::model::OUTCOMES;

use crate::app::{TestApp, spawn_app};

const LIST: &str = "recording/recordings/list";
const SUMMARY: &str = "recording/recordings/summary";
const EXPORT: &str = "recording/recordings/export";

/// Alder's calls, each ended in another way; b and e are on hold besides a.
fn office() -> TestApp {
    let app = spawn_app();
    app.sqlite3(
        "UPDATE recordings SET status = 'noanswer', hold = 1 WHERE uniqueid = 'b';
         UPDATE recordings SET status = 'busy' WHERE uniqueid = 'c';
         UPDATE recordings SET status = 'BUSY' WHERE uniqueid = 'd';
         UPDATE recordings SET hold = 1 WHERE uniqueid IN ('e', 'f');",
    );
    app
}

#[test]
fn calls_are_found_by_how_they_ended() {
    let app = office();
    for (query, rows) in [
        ("status=answer", "a"),
        ("status=noanswer", "b"),
        ("status=busy", "c"),
        ("status=cancel", ""),
        ("status=", "a b c d"),
        ("status=answer;complete=-1", "a"),
        ("status=busy;recordgroup=2", "c"),
        ("status=busy;recordgroup=1", ""),
        ("status=busy;direction=internal;search=102", "c"),
        ("status=noanswer;hold=1;sort=totaltime;limit=1", "b"),
    ] {
        assert_eq!(app.supervisor().get(&format!("{LIST}?{query}")).rows(), rows, "{query}");
    }
    for status in OUTCOMES {
        assert_eq!(app.supervisor().get(&format!("{LIST}?status={status}")).status, 200, "{status}");
    }
}

#[test]
fn what_is_on_hold_is_a_list_of_its_own() {
    let app = office();
    let sara = app.supervisor();
    for (query, rows) in [
        ("hold=1", "a b"),
        ("hold=1;complete=-1", "a b e"),
        ("hold=1;complete=-1;descending=1;limit=2", "e b"),
        ("hold=1;recordgroup=3;complete=-1", "e"),
        ("hold=1;stale=1", "a"),
        ("hold=1;answered=101", "a"),
        ("hold=1;search=anna", "b"),
        ("hold=0", "a b c d"),
        ("hold=", "a b c d"),
    ] {
        assert_eq!(sara.get(&format!("{LIST}?{query}")).rows(), rows, "{query}");
    }
    assert_eq!(app.agent().get(&format!("{LIST}?hold=1;complete=-1")).rows(), "a b");
    assert_eq!(app.owner().get(&format!("{LIST}?hold=1;customer=2")).rows(), "f");
    let change = "recording/recordings/update";
    assert_eq!(sara.post(change, "recordgroup=1;uniqueid=b;recordid=1;hold=0").status, 200);
    assert_eq!(sara.post(change, "recordgroup=2;uniqueid=c;recordid=1;hold=1").status, 200);
    assert_eq!(sara.get(&format!("{LIST}?hold=1")).rows(), "a c", "the next list knows it");
}

#[test]
fn count_summary_and_export_take_outcome_and_hold_too() {
    let app = office();
    let sara = app.supervisor();
    for (filters, count, totaltime, size) in [
        ("status=noanswer", 1, 30, 10),
        ("status=chanunavail", 0, 0, 0),
        ("hold=1;recordgroup=1;start=1700000100", 1, 30, 10),
        ("hold=1;status=noanswer", 1, 30, 10),
    ] {
        let counted = sara.get(&format!("{LIST}?{filters};count=1")).data();
        assert_eq!(counted, json!({"count": count, "totaltime": totaltime, "size": size}), "{filters}");
        let summed = sara.get(&format!("{SUMMARY}?{filters};interval=month;end=1701000000")).data();
        let calls = summed.as_array().expect("rows").iter().filter_map(|bar| bar["calls"].as_i64());
        assert_eq!(calls.sum::<i64>(), count, "{filters}");
        let lines = sara.get(&format!("{EXPORT}?{filters}")).text().matches("\r\n").count();
        assert_eq!(lines, 1 + usize::try_from(count).expect("small"), "{filters}");
    }
}

#[test]
fn a_word_for_an_outcome_that_is_none_and_a_hold_that_is_no_flag_are_named() {
    let app = office();
    let sara = app.supervisor();
    for function in [LIST, SUMMARY, EXPORT] {
        for status in ["ANSWER", "answered", "0", "no answer", "-", "answer,busy", "unknown"] {
            let answer = sara.post(function, &format!("status={}", crate::http::encoded(status)));
            assert_eq!(answer.codes(), "400 status", "{function} {status}");
            assert!(answer.text().contains("noanswer"), "it says which there are: {}", answer.text());
        }
        for hold in ["2", "-1", "yes", "1.0", "99999999999999999999"] {
            assert_eq!(sara.post(function, &format!("hold={hold}")).codes(), "400 hold", "{function} {hold}");
        }
        assert_eq!(sara.get(&format!("{function}?status=busy;status=answer")).codes(), "400 status");
        assert_eq!(sara.get(&format!("{function}?hold=0;hold=1")).codes(), "400 hold");
        assert_eq!(sara.get(&format!("{function}?hold=2;status=x")).codes(), "400 status, 400 hold");
    }
    assert_eq!(app.anon().get(&format!("{LIST}?hold=2")).status, 401);
}
