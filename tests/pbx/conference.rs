//! A conference that Asterisk records, with whoever takes part.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::alone;
use crate::ami::Ami;
use crate::lab::Lab;
use crate::office::Office;

fn is_it(row: &Value) {
    assert_eq!((&row["cnumber"], &row["ctype"]), (&"board".into(), &"conference".into()), "{row:#}");
    assert_eq!((&row["snumber"], &row["snumber_name"]), (&"102".into(), &"Bob Support".into()), "{row:#}");
    assert_eq!((&row["status"], &row["direction"]), (&"answer".into(), &"internal".into()), "{row:#}");
    assert!(row["path"].as_str().is_some_and(|path| path.starts_with("board-")), "{row:#}");
}

#[test]
fn a_conference_is_one_row_from_its_first_to_its_last_member_whatever_becomes_of_tapeline() {
    let _alone = alone();
    let _lab = Lab::start("UTC", "");
    let mut office = Office::open("UTC");
    let peer = Ami::connect(5039);
    peer.calls("102", "708", 12, &[]);
    let rows = office.list_once("it is there", |rows| rows.len() == 1 && rows[0]["cnumber"] == "board");
    is_it(&rows[0]);
    assert_eq!(rows[0]["complete"], 0);
    thread::sleep(Duration::from_secs(2));
    peer.calls("101", "708", 3, &[]);
    thread::sleep(Duration::from_secs(2));
    // Whoever starts in the middle of it learns of it from who takes part.
    office.kill();
    office.start();
    thread::sleep(Duration::from_secs(1));
    let rows = office.list();
    assert_eq!((rows.len(), &rows[0]["complete"]), (1, &0.into()), "{rows:#?}");
    let rows = office.list_once("it is over", |rows| rows.iter().all(|row| row["complete"] == 1));
    assert_eq!(rows.len(), 1, "{rows:#?}");
    is_it(&rows[0]);
    let seconds = rows[0]["totaltime"].as_i64().expect("seconds");
    assert!((10..=14).contains(&seconds), "{:#}", rows[0]);
    assert_eq!(office.note(), "with Bob Support 102; with Alice Agent 101");
}

#[test]
fn a_conference_as_freepbx_names_it_is_one_row_too() {
    let _alone = alone();
    let _lab = Lab::start("UTC", "");
    let office = Office::open("UTC");
    let peer = Ami::connect(5039);
    peer.calls("102", "709", 8, &[]);
    thread::sleep(Duration::from_secs(2));
    peer.calls("101", "709", 3, &[]);
    let rows = office.list_once("it is over", |rows| rows.iter().any(|row| row["complete"] == 1));
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let row = &rows[0];
    assert_eq!((&row["cnumber"], &row["ctype"]), (&"709".into(), &"conference".into()), "{row:#}");
    assert_eq!((&row["status"], &row["direction"]), (&"answer".into(), &"internal".into()), "{row:#}");
    let seconds = row["totaltime"].as_i64().expect("seconds");
    assert!((7..=9).contains(&seconds) && row["path"].to_string().contains("709-709-always-"), "{row:#}");
    let both = ["with Bob Support 102", "with Alice Agent 101"];
    assert!(both.iter().all(|one| office.note().contains(one)), "{}", office.note());
}
