//! Any bytes as call detail records: of Asterisk's CSV in whatever columns, and of FreeSWITCH's JSON.

#![no_main]
#![allow(missing_docs)]

use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use tapeline::ingest::cdr::asterisk::{Layouts, read};
use tapeline::ingest::cdr::{Caller, Cdr, Clock, Dialect, Fields, Quotes, Record, Rows, freeswitch};
use tapeline::intake::About;

fn rows(bytes: &[u8], many: bool, dialect: Dialect) -> Vec<Fields> {
    let rows = if many { Rows::of_many_lines(bytes) } else { Rows::of_lines(bytes) };
    let mut rows = rows.in_dialect(dialect);
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
    assert!(cdr.end.is_none_or(|end| end >= cdr.start) && cdr.talked.is_none_or(|talked| talked >= 0));
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
    rows(bytes, true, Dialect::CSV);
    for quotes in [Quotes::Escaped, Quotes::Bare] {
        rows(bytes, false, Dialect { separator: b'\t', mark: b'"', quotes, nulls: true });
    }
    let rows = rows(bytes, false, Dialect::CSV);
    let Ok(Some(mut found)) = Layouts::of_rows(&rows) else { return };
    for fields in &rows {
        let Some(layout) = found.layouts.of(fields) else { continue };
        let text = |column| layout.text(column, |place| fields.text(place));
        let Ok(cdr) = read(text, &clock) else { continue };
        check(&cdr);
    }
});
