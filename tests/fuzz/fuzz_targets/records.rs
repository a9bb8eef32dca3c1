//! Any bytes as call detail records: of Asterisk's CSV in whatever columns, and of FreeSWITCH's JSON.

#![no_main]
#![allow(missing_docs)]

use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use tapeline::ingest::cdr::asterisk::{Layouts, read};
use tapeline::ingest::cdr::{Caller, Cdr, Clock, Fields, Record, Rows, freeswitch};
use tapeline::intake::About;

fn rows(bytes: &[u8], many: bool) -> Vec<Fields> {
    let mut rows = if many { Rows::of_many_lines(bytes) } else { Rows::of_lines(bytes) };
    let (mut all, mut fields, mut before) = (Vec::new(), Fields::default(), 0);
    while let Ok(Some((line, row))) = rows.next(&mut fields) {
        assert!(line > before, "lines are counted upwards");
        before = line;
        if row.is_ok() {
            fields.mend();
            assert!(fields.iter().all(|field| std::str::from_utf8(field).is_ok()));
            all.push(std::mem::take(&mut fields));
        }
    }
    all
}

fn check(cdr: &Cdr) {
    assert!(cdr.start <= cdr.end && cdr.talked <= cdr.end - cdr.start && cdr.talked >= 0);
    assert!(!cdr.uniqueid.is_empty() || !cdr.file.is_empty());
    cdr.clone().draft("pbx", About::Call);
}

fuzz_target!(|bytes: &[u8]| {
    let clock = Clock::new(TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC));
    Caller::parse(&String::from_utf8_lossy(bytes));
    for record in freeswitch::read_all(bytes).into_iter().flatten() {
        if let Record::Call(cdr) = record {
            check(&cdr);
        }
    }
    rows(bytes, true);
    let rows = rows(bytes, false);
    let Some((mut layouts, _)) = Layouts::of_rows(&rows) else { return };
    for fields in &rows {
        let Some(layout) = layouts.of(fields) else { continue };
        let text = |column| layout.place(column).map_or("", |place| fields.text(place));
        let Ok(cdr) = read(text, &clock) else { continue };
        check(&cdr);
    }
});
