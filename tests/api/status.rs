//! status/get: how intake is doing.

use serde_json::{Value, json};

use crate::app::{Caller, spawn_app};

/// The status without what is another one on each machine and at each moment, and without what is wrong (alerts.rs).
#[track_caller]
fn status(caller: &Caller) -> Value {
    let mut data = caller.get("status/get").data();
    assert!(data["time"].as_i64().is_some_and(|time| time > 1_700_000_000));
    for disk in data["disks"].as_array_mut().expect("disks") {
        let (size, free) = (disk["size"].as_u64().expect("bytes"), disk["free"].as_u64().expect("bytes"));
        assert!(size >= free);
        *disk = disk["name"].clone();
    }
    let descriptors = data["descriptors"].take();
    let number = |name: &str| descriptors[name].as_u64().expect("a number");
    assert!((4..number("limit")).contains(&number("open")), "{descriptors}");
    data.as_object_mut()
        .expect("an object")
        .retain(|name, _| !["time", "alerts", "descriptors"].contains(&name.as_str()));
    data
}

fn expected(calls_today: i64, in_progress: i64, rows_without_files: i64, reasons: Value) -> Value {
    json!({
        "sources": [], "calls_today": calls_today, "in_progress": in_progress,
        "rows_without_files": rows_without_files, "rows_without_groups": 0, "waiting": [], "files_without_rows": reasons, "disks": ["database", "sound"], "jobs": [],
    })
}

#[test]
fn an_administrator_sees_the_own_customer_and_an_owner_all() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO intake_files (path, excluded) VALUES ('a', 'too short'), ('b', 'too short'), ('c', 'other');
         UPDATE recordings SET stale = 1 WHERE id IN (12, 17);
         UPDATE recordings SET start = unixepoch() WHERE id = 12;",
    );
    // Row 11 is stale from the start; 18 begins in a hundred years, which is not today.
    assert_eq!(status(&app.administrator()), expected(1, 1, 2, json!([])));
    let reasons = json!([{"reason": "too short", "count": 2}, {"reason": "other", "count": 1}]);
    assert_eq!(status(&app.owner()), expected(1, 1, 3, reasons.clone()));
    // What nobody's customer is counts as well.
    app.sqlite3(
        "INSERT INTO recordings (customer, uniqueid, start, stale) VALUES ('x', 'y', unixepoch(), 1), (99, 'z', unixepoch(), 1);",
    );
    assert_eq!(status(&app.administrator()), expected(1, 1, 2, json!([])));
    let mut of_all = expected(3, 3, 5, reasons);
    of_all["rows_without_groups"] = json!(2);
    assert_eq!(status(&app.owner()), of_all);
}

#[test]
fn only_administrators_see_it() {
    let app = spawn_app();
    for caller in [app.user(), app.agent(), app.supervisor(), app.stranger()] {
        assert_eq!(caller.get("status/get").codes(), "402");
    }
}
