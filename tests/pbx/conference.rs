//! A conference that Asterisk records, with whoever takes part.

use serde_json::Value;

use crate::ami::Ami;
use crate::lab::{Lab, Root};
use crate::on_both;
use crate::shared::Office;

on_both!(
    a_conference_is_one_row_from_its_first_to_its_last_member_whatever_becomes_of_tapeline,
    a_conference_as_freepbx_names_it_is_one_row_too
);

fn is_it(row: &Value) {
    assert_eq!((&row["cnumber"], &row["ctype"]), (&"board".into(), &"conference".into()), "{row:#}");
    assert_eq!((&row["snumber"], &row["snumber_name"]), (&"102".into(), &"Bob Support".into()), "{row:#}");
    assert_eq!((&row["status"], &row["direction"]), (&"answer".into(), &"internal".into()), "{row:#}");
    assert!(row["path"].as_str().is_some_and(|path| path.starts_with("board-")), "{row:#}");
}

fn until_joined(pbx: &Ami, who: &str) {
    pbx.wait("who takes part", |event| event.event() == "ConfbridgeJoin" && event.text("CallerIDNum") == who);
}

fn a_conference_is_one_row_from_its_first_to_its_last_member_whatever_becomes_of_tapeline(
    root: &'static Root,
) {
    let lab = Lab::start(root, "UTC", "");
    let mut office = Office::open(&lab);
    let (pbx, peer) = (Ami::connect(&lab.pbx), Ami::connect(&lab.peer));
    peer.calls("102", "708", 8, &[]);
    let rows = office.list_once("it is there", |rows| rows.len() == 1 && rows[0]["cnumber"] == "board");
    is_it(&rows[0]);
    assert_eq!(rows[0]["complete"], 0);
    peer.calls("101", "708", 3, &[]);
    until_joined(&pbx, "101");
    // Whoever starts in the middle of it learns of it from who takes part.
    office.kill();
    office.listen();
    let rows = office.list();
    assert_eq!((rows.len(), &rows[0]["complete"]), (1, &0.into()), "{rows:#?}");
    let rows = office.list_once("it is over", |rows| rows.iter().all(|row| row["complete"] == 1));
    assert_eq!(rows.len(), 1, "{rows:#?}");
    is_it(&rows[0]);
    let seconds = rows[0]["totaltime"].as_i64().expect("seconds");
    assert!((7..=10).contains(&seconds), "{:#}", rows[0]);
    assert_eq!(office.note(), "with Bob Support 102; with Alice Agent 101");
}

fn a_conference_as_freepbx_names_it_is_one_row_too(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    let (pbx, peer) = (Ami::connect(&lab.pbx), Ami::connect(&lab.peer));
    peer.calls("102", "709", 6, &[]);
    until_joined(&pbx, "102");
    peer.calls("101", "709", 3, &[]);
    let rows = office.list_once("it is over", |rows| rows.iter().any(|row| row["complete"] == 1));
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let row = &rows[0];
    assert_eq!((&row["cnumber"], &row["ctype"]), (&"709".into(), &"conference".into()), "{row:#}");
    assert_eq!((&row["status"], &row["direction"]), (&"answer".into(), &"internal".into()), "{row:#}");
    let seconds = row["totaltime"].as_i64().expect("seconds");
    assert!((5..=7).contains(&seconds) && row["path"].to_string().contains("709-709-always-"), "{row:#}");
    let both = ["with Bob Support 102", "with Alice Agent 101"];
    assert!(both.iter().all(|one| office.note().contains(one)), "{}", office.note());
}
