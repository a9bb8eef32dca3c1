//! Call detail records: what a PBX wrote down when a channel hung up.
//!
//! ```text
//! a file ── parser ── fields ── adapter ── Record ── draft ── what intake takes
//!            rows              clid, clock
//! ```
//!
//! Each PBX has a folder with the parsers of its formats and an adapter that makes a [`Record`] of what they found; the
//! files beside them know no PBX. A call has several records: one for each member that a ring group rang, one for each
//! stretch of a transferred call, in any order. Each becomes a draft of its own; [`crate::intake`] puts them
//! together.

pub mod asterisk;
mod clid;
mod clock;
mod dialect;
mod disposition;
mod draft;
mod fields;
mod format;
pub mod freeswitch;
mod record;
mod rows;
mod unicode;

pub use clid::Caller;
pub use clock::{Clock, epoch};
pub use dialect::{Dialect, Quotes};
pub use disposition::Disposition;
pub use fields::Fields;
pub use format::Format;
pub use record::{Answerer, Cdr, Record};
pub use rows::{Damage, Rows};

pub(super) use format::Options;

/// The formats that `tapeline import` reads, in the order in which its help names them.
///
/// # To add a CDR format
///
/// 1. A file in the PBX's folder, or a new folder, with a function `open`: it gives the entries of a file as
///    [`Record`]s, or why one is of no use. [`Rows`] takes CSV apart, [`Clock`] reads times, [`Caller`] caller ids.
/// 2. A line here.
/// 3. A folder `tests/data/cdr/NAME` with what a real PBX wrote, and in `expected.txt` what recordings of those calls
///    know then. The test that walks the formats (`tests/api/import/formats.rs`) imports it, and fails without it.
///
/// The subcommand with its help, reading ahead, batches, the check of the zone, and the report follow from this.
pub const FORMATS: [Format; 6] = [
    Format {
        name: "asterisk-csv",
        help: "Call detail records in Asterisk's Master.csv, or any table of them that a database, FreePBX's report or a spreadsheet wrote",
        unit: "row",
        columns: true,
        open: asterisk::open_csv,
    },
    Format {
        name: "asterisk-sqlite",
        help: "Call detail records in Asterisk's master.db, of cdr_sqlite3_custom, or MikoPBX's cdr.db; the PBX may be running",
        unit: "row",
        columns: true,
        open: asterisk::open_sqlite,
    },
    Format {
        name: "asterisk-sql",
        help: "Call detail records of FreePBX and others as mysqldump writes them",
        unit: "row",
        columns: true,
        open: asterisk::open_sql,
    },
    Format {
        name: "freeswitch-json",
        help: "Call detail records of FreeSWITCH's mod_json_cdr: a file, or a folder of .json files",
        unit: "record",
        columns: false,
        open: freeswitch::open_json,
    },
    Format {
        name: "freeswitch-xml",
        help: "Call detail records of FreeSWITCH's mod_xml_cdr, as FusionPBX has them: a file, or a folder of .xml files",
        unit: "record",
        columns: false,
        open: freeswitch::open_xml,
    },
    Format {
        name: "freeswitch-csv",
        help: "Call detail records of FreeSWITCH's mod_cdr_csv, in any of the templates that it comes with",
        unit: "row",
        columns: false,
        open: freeswitch::open_csv,
    },
];
