//! What a recording is: on the wire, in the table, and before it is stored.

/// The JSON type of a wire column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number of up to 64 bits.
    Integer,
    /// UTF-8 text.
    Text,
}

/// A column of `recordings` as clients see it.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The name on the wire and in the table.
    pub name: &'static str,
    /// Its JSON type.
    pub kind: Kind,
    /// What it holds, with its unit.
    pub about: &'static str,
}

const fn int(name: &'static str, about: &'static str) -> Column {
    Column { name, kind: Kind::Integer, about }
}

const fn text(name: &'static str, about: &'static str) -> Column {
    Column { name, kind: Kind::Text, about }
}

/// How many columns a recording has on the wire.
pub const WIRE_COLUMNS: usize = 36;

/// The wire columns in wire order, which is the order of `schema.sql`.
pub const WIRE: [Column; WIRE_COLUMNS] = [
    int("customer", "Customer that the recording belongs to"),
    int("recordgroup", "Record group that it was filed under"),
    text("uniqueid", "The PBX's identifier of the recorded channel"),
    text("recordid", "Which recording of that channel: 1, 2, …"),
    text("callid", "Identifier that all legs of the call share"),
    text("asteriskid", "System name of the PBX"),
    text("machine", "Machine that wrote the sound"),
    int("start", "Start of the recording, Unix seconds"),
    int("end", "End of the recording, Unix seconds; 0 while in progress"),
    int("talktime", "Seconds after the answer; 0 while in progress"),
    int("totaltime", "Seconds from start to end; 0 while in progress"),
    text("status", "How the call ended: answer, cancel, busy, …"),
    text("stype", "Kind of source: external, extension, …"),
    text("snumber", "Source number"),
    text("snumber_name", "Name of the source"),
    text("snumber_display", "Source number as people write it"),
    int("scustomer", "Customer of the source; 0 outside the office"),
    text("ctype", "Kind of the called number"),
    text("cnumber", "Called number"),
    text("cnumber_name", "Name of the called number"),
    text("cnumber_display", "Called number as people write it"),
    text("dtype", "Kind of the destination"),
    text("dnumber", "Number where the call was answered"),
    text("dnumber_name", "Name of who answered"),
    text("dnumber_display", "Destination number as people write it"),
    int("dcustomer", "Customer of the destination; 0 outside the office"),
    text("callerid_internal", "Caller id that the callee saw"),
    int("spresent", "1: the caller id may be shown; 0: it was withheld"),
    int("complete", "1: the call has ended; 0: in progress"),
    int("expires", "When the recording may be deleted, Unix seconds; 0 never"),
    int("stale", "1: its sound is missing"),
    text("mimetype", "Media type of the sound"),
    int("size", "Bytes of sound"),
    text("path", "The sound file, relative to the media root"),
    text("direction", "in, out or internal; empty where it is not known"),
    int("hold", "1: kept whatever its expiry says, and not deletable"),
];

/// Which way a call went, seen from the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From outside.
    In,
    /// To outside.
    Out,
    /// Between extensions.
    Internal,
}

impl Direction {
    /// Every direction.
    pub const ALL: [Direction; 3] = [Direction::In, Direction::Out, Direction::Internal];

    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
            Direction::Internal => "internal",
        }
    }
}

/// A value as the database holds it: another program may have stored any kind in any column.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "SQLite's storage classes")]
pub enum Stored {
    Integer(i64),
    Real(f64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

/// A recording about to be stored. Field for field the wire columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the wire columns, described in WIRE")]
pub struct NewRecording {
    pub customer: i64,
    pub recordgroup: i64,
    pub uniqueid: String,
    pub recordid: String,
    pub callid: String,
    pub asteriskid: String,
    pub machine: String,
    pub start: i64,
    pub end: i64,
    pub talktime: i64,
    pub totaltime: i64,
    pub status: String,
    pub stype: String,
    pub snumber: String,
    pub snumber_name: String,
    pub snumber_display: String,
    pub scustomer: i64,
    pub ctype: String,
    pub cnumber: String,
    pub cnumber_name: String,
    pub cnumber_display: String,
    pub dtype: String,
    pub dnumber: String,
    pub dnumber_name: String,
    pub dnumber_display: String,
    pub dcustomer: i64,
    pub callerid_internal: String,
    pub spresent: i64,
    pub complete: i64,
    pub expires: i64,
    pub stale: i64,
    pub mimetype: String,
    pub size: i64,
    pub path: String,
    pub direction: String,
    pub hold: i64,
}

/// What intake knows of a file or an announced recording: the columns of `intake_files`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "described in schema.sql")]
pub struct Known {
    pub id: i64,
    pub path: String,
    pub machine: String,
    pub uniqueid: String,
    pub recordid: String,
    pub recording: i64,
    pub excluded: String,
    pub customer: i64,
    pub recordgroup: i64,
    pub days: i64,
    pub state: i64,
    pub over: i64,
    pub device: i64,
    pub inode: i64,
    pub created: i64,
    pub modified: i64,
    pub closed: i64,
    pub size: i64,
    pub duration: i64,
    pub digest: Option<Vec<u8>>,
    pub answer: i64,
    pub ended: i64,
    pub talktime: i64,
    pub totaltime: i64,
    pub context: String,
    pub account: String,
    pub queue: String,
    pub note: String,
    pub ranks: String,
    pub written: Option<i64>,
    pub first_seen: i64,
}
