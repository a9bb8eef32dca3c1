//! The CSV of an export, read back.

use std::path::Path;

use crate::app::{TestApp, spawn};
use crate::office::Office;
use crate::program::sqlite3;

/// Values that spreadsheets, CSV and calendars make something else of.
const HOSTILE: &str = "
    INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, \"end\", snumber_name, cnumber_name, dnumber_name,
        callid, cnumber, expires, complete, path, size) VALUES
      (1, 2, '=1+1', '-2', 1792886400, 1792890000, '''quoted', 'a,b \"c\"', 'line' || char(13, 10) || 'break' || char(10), '@x', '+49-30', 0, 1, 'x/1.wav', -1),
      (1, 2, 'u,v', '1', -5, 9223372036854775807, char(9) || 'tab ', ' blanks ', 'Zoë 前台 ＝', '''', '+49 30 1', 9223372036854775807, 0, 'x/2.wav', 0),
      (1, 2, 'e', 'r', 0, 0, char(13), char(10), '\"', ',', '', 5, 1, '', 0),
      (1, 2, 'copied', '1', 1, 2, '', '', '', '', '', 0, 1, 'x/shared.wav', 7),
      (1, 3, 'apart', '1', 1, 2, 'Acme;=1+1,-2', ';''=1' || char(9) || '@\"x\"', '=\"0012\"', '0012', '-1', 0, 1, 'a;=b', 7),
      (1, 3, 'copied', '1', 1, 2, '', '', '', '', '', 0, 1, 'x/shared.wav', 7);";

/// Every wire column of every row.
fn rows(db: &Path) -> String {
    let names: Vec<String> =
        tapeline::model::WIRE.iter().map(|column| format!("quote(\"{}\")", column.name)).collect();
    sqlite3(
        db,
        &format!("SELECT {} FROM recordings ORDER BY recordgroup, uniqueid, recordid", names.join(", ")),
    )
}

fn exported(app: &TestApp, customer: i64, timezone: &str) -> Vec<u8> {
    exported_as(app, customer, timezone, "")
}

fn exported_as(app: &TestApp, customer: i64, timezone: &str, how: &str) -> Vec<u8> {
    let query = format!("customer={customer};complete=-1;end=99999999999;timezone={timezone};{how}");
    let answer = app.owner().get(&format!("recording/recordings/export?{query}"));
    assert_eq!(answer.status, 200);
    answer.body
}

#[test]
fn an_export_comes_back_exactly_in_any_zone() {
    let app = spawn(|_| {}, |db| drop(sqlite3(db, HOSTILE)));
    for (timezone, how) in [
        ("UTC", ""),
        ("Europe/Berlin", "separator=semicolon"),
        ("Asia/Kolkata", "separator=tab;text=1"),
        ("UTC", "text=1"),
        ("UTC", "separator=semicolon;text=1"),
    ] {
        let office = Office::empty();
        for customer in [1, 2] {
            let file = office.file(&format!("{customer}.csv"), exported_as(&app, customer, timezone, how));
            office.import(&["csv", &file]).ok();
        }
        // Negative starts are not in a list, which begins at 0.
        let expected = sqlite3(&app.db, "DELETE FROM recordings WHERE start < 0; SELECT 1;");
        assert_eq!(expected, "1");
        assert_eq!(rows(&office.folder.file("recordings.db")), rows(&app.db), "{timezone} {how}");
        let before = office.sqlite3(".dump");
        let again = office.import(&["csv", office.folder.file("1.csv").to_str().expect("UTF-8")]).ok();
        assert!(again.contains("0 are new, 0 know more now, 11 were known"), "{again}");
        assert_eq!(office.sqlite3(".dump"), before);
    }
}

#[test]
fn rows_that_a_spreadsheet_has_spoilt_are_told() {
    let app = spawn(|_| {}, |_| {});
    let text = String::from_utf8(exported(&app, 2, "UTC")).expect("UTF-8");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[1] = lines[1].replace("2023-11-14T22:14:10+00:00", "14/11/2023 22:14");
    lines.push("1,2,3".into());
    let office = Office::empty();
    let file = office.file("export.csv", lines.join("\r\n"));
    let report = office.folder.file("report");
    let said = office.import(&["csv", &file, "--report", report.to_str().expect("UTF-8")]).ok();
    assert!(said.starts_with("Of 3 rows, 2 could not be used. Recordings: 1 are new,"), "{said}");
    let expected = format!(
        "{file}:2: its start is not as an export writes it\n{file}:4: it has not 36 fields like the first line\n"
    );
    assert_eq!(std::fs::read_to_string(report).expect("a report"), expected);
}

#[test]
fn a_deleted_recording_does_not_come_back() {
    let app = spawn(
        |_| {},
        |db| drop(sqlite3(db, "UPDATE recordings SET path = 'x/' || id || '.wav', machine = 'tape1'")),
    );
    let office = Office::empty();
    let file = office.file("export.csv", exported(&app, 2, "UTC"));
    office.import(&["csv", &file]).ok();
    office.sqlite3("DELETE FROM recordings WHERE uniqueid = 'f'");
    let said = office.import(&["csv", &file]).ok();
    assert!(said.contains("its recording was deleted and does not come back"), "{said}");
    assert_eq!(office.sqlite3("SELECT uniqueid FROM recordings"), "g");
}

#[test]
fn rows_that_no_export_has_are_refused_with_why() {
    let app = spawn(|_| {}, |_| {});
    let text = String::from_utf8(exported(&app, 2, "UTC")).expect("UTF-8");
    let mut lines = text.lines();
    let (header, row) = (lines.next().expect("a header"), lines.next().expect("a row"));
    let names: Vec<&str> = header.trim_start_matches('\u{feff}').split(',').collect();
    let with = |name: &str, value: &str| {
        let place = names.iter().position(|column| *column == name).expect("a column");
        let mut fields: Vec<&str> = row.split(',').collect();
        fields[place] = value;
        fields.join(",")
    };
    let office = Office::empty();
    let report = office.folder.file("report");
    let cases = [
        ("complete", "7", "its complete is 7, and must be 0 or 1"),
        ("customer", "-4", "its customer is -4, and ids begin with 1"),
        ("recordgroup", "0", "its recordgroup is 0, and ids begin with 1"),
        ("uniqueid", "", "its uniqueid is empty, and a recording is known by it"),
        ("recordid", "", "its recordid is empty, and a recording is known by it"),
        ("path", "../../etc/passwd", "its path ../../etc/passwd does not lead below the media root"),
        ("path", "/etc/passwd", "its path /etc/passwd does not lead below the media root"),
    ];
    let rows: Vec<String> = cases.iter().map(|(name, value, _)| with(name, value)).collect();
    let file = office.file("export.csv", format!("{header}\r\n{}", rows.join("\r\n")));
    office.import(&["csv", &file, "--report", report.to_str().expect("UTF-8")]).ok();
    let expected: Vec<String> =
        (2..).zip(cases).map(|(line, (_, _, why))| format!("{file}:{line}: {why}\n")).collect();
    assert_eq!(std::fs::read_to_string(report).expect("a report"), expected.concat());
    assert_eq!(
        office.sqlite3("SELECT (SELECT count(*) FROM recordings), (SELECT count(*) FROM customers)"),
        "0|0"
    );
}

#[test]
fn a_row_whose_group_is_another_customers_here_is_refused_unless_it_is_filed_elsewhere() {
    let app = spawn(|_| {}, |_| {});
    let office = Office::empty();
    office.sqlite3(
        "INSERT INTO customers (id, name) VALUES (2, 'Two'), (3, 'Three'), (4, 'Four');
         INSERT INTO recordgroups (id, customer, name) VALUES (4, 3, 'Of three'), (9, 3, 'Old calls'), (10, 2, 'Short-lived');
         DELETE FROM customers WHERE id = 4; DELETE FROM recordgroups WHERE id = 10;",
    );
    let text = String::from_utf8(exported(&app, 2, "UTC")).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    // f is in group 4, g in group 5, which is nobody's here yet; one more is of a customer that was removed, one in a group that was.
    let with = |uniqueid: &str, customer: &str, group: &str| {
        lines[2].replacen(",2,5,g,", &format!(",{customer},{group},{uniqueid},"), 1)
    };
    let all = [lines[0], lines[1], lines[2], &with("gone", "4", "11"), &with("late", "2", "10")].join("\r\n");
    let file = office.file("export.csv", all);
    let report = office.folder.file("report");
    let report = report.to_str().expect("UTF-8");
    let groups = "SELECT id, customer FROM recordgroups WHERE id > 1; SELECT id FROM customers;";
    for dry in [true, false] {
        let arguments: &[&str] = if dry { &["--dry-run"] } else { &["--report", report] };
        let said = office.import(&[&["csv", file.as_str()], arguments].concat()).ok();
        assert!(said.starts_with("Of 4 rows, 2 could not be used."), "{said}");
    }
    assert_eq!(
        std::fs::read_to_string(report).expect("a report"),
        format!(
            "{file}:2: its recordgroup 4 is not of its customer 2 here, but of customer 3; file it elsewhere with --recordgroup\n\
             {file}:4: its customer 4 was removed here; file it elsewhere with --recordgroup\n"
        )
    );
    assert_eq!(office.sqlite3(groups), "4|3\n5|2\n9|3\n2\n3");
    let named = "SELECT customer, recordgroup, uniqueid FROM recordings ORDER BY id";
    assert_eq!(office.sqlite3(named), "2|5|g\n2|10|late");
    let refusal = office.import(&["csv", &file, "--recordgroup", "77"]).refusal();
    assert!(refusal.contains("there is no group 77"), "{refusal}");
    office.import(&["csv", &file, "--recordgroup", "9"]).ok();
    assert_eq!(office.sqlite3(&format!("{named} LIMIT -1 OFFSET 2")), "3|9|f\n3|9|g\n3|9|gone\n3|9|late");
}
