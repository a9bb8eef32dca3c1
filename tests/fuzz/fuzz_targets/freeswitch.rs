//! Any bytes as what FreeSWITCH posts. The corpus is `tests/data/freeswitch`; `make test` does the same with a few edits of
//! what is there (`documents.rs`).

#![no_main]
#![allow(missing_docs)]

use libfuzzer_sys::fuzz_target;
use tapeline::ingest::cdr::{Record, freeswitch};

fuzz_target!(|bytes: &[u8]| {
    for record in freeswitch::read(bytes).unwrap_or_default() {
        if let Record::Call(cdr) = &record {
            assert!(!cdr.uniqueid.is_empty() && cdr.end.is_some_and(|end| end >= cdr.start));
        }
        record.drafts("fs1", |_| None);
    }
    freeswitch::read_all(bytes);
});
