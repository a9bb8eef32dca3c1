//! The nouns: what a recording, a person and a list request are, on every floor of the house.

use std::fmt;

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

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Called number, by its bytes.
    CalledNumber,
    /// Expiry; 0 (never) is the number 0.
    Expires,
    /// Source number, by its bytes.
    SourceNumber,
    /// Start of the recording.
    Start,
    /// Seconds from start to end.
    TotalTime,
}

impl Sort {
    /// Every sort.
    pub const ALL: [Sort; 5] =
        [Sort::CalledNumber, Sort::Expires, Sort::SourceNumber, Sort::Start, Sort::TotalTime];

    /// Where the column stands in [`WIRE`].
    pub fn place(self) -> usize {
        WIRE.iter().position(|column| column.name == self.column()).unwrap_or_default()
    }

    /// The column, on the wire and in the table.
    pub const fn column(self) -> &'static str {
        match self {
            Sort::CalledNumber => "cnumber",
            Sort::Expires => "expires",
            Sort::SourceNumber => "snumber",
            Sort::Start => "start",
            Sort::TotalTime => "totaltime",
        }
    }
}

/// Whose recordings a list may show. Made by the store once the caller's rights are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of a customer.
    Customer(i64),
    /// One record group.
    Group(i64),
    /// The groups of a customer that a person owns or is a member of.
    Own {
        /// The customer.
        customer: i64,
        /// The person's id.
        person: i64,
    },
}

/// What a list request asks for; every field narrows it.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Whose recordings.
    pub scope: Scope,
    /// Unix seconds; rows with `start` at or after it.
    pub start: i64,
    /// Unix seconds; rows with `start` at or before it.
    pub end: i64,
    /// The called number contains it; empty: any.
    pub called: String,
    /// The caller id contains it; empty: any.
    pub caller: String,
    /// Each of these is contained in a number or name of the call, whatever its case; folded by the store's
    /// `fold_words`.
    pub search: Vec<String>,
    /// Completed calls only, calls in progress only, or both.
    pub complete: Option<bool>,
    /// Seconds, inclusive.
    pub totaltime_minimum: i64,
    /// Seconds, inclusive.
    pub totaltime_maximum: Option<i64>,
    /// Only this direction.
    pub direction: Option<Direction>,
}

/// The order of a list and the part of it that is wanted.
#[derive(Clone, Debug)]
pub struct Page {
    /// The column; ties go by start, then by id.
    pub sort: Sort,
    /// The exact reverse.
    pub descending: bool,
    /// At most so many rows; 0: all.
    pub limit: i64,
    /// Rows to skip.
    pub offset: i64,
    /// Continue behind this row.
    pub after: Option<Cursor>,
}

/// The row that a page ended with.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// What the list is sorted by.
    pub sort: Sort,
    /// In which direction.
    pub descending: bool,
    /// The row's value in that column.
    pub value: Stored,
    /// Its start.
    pub start: Stored,
    /// Its id.
    pub id: i64,
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

/// How much matches a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// Recordings.
    pub count: i64,
    /// Seconds of all of them.
    pub totaltime: i64,
    /// Bytes of sound.
    pub size: i64,
}

/// A right that a role gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privilege {
    /// Everything, for every customer.
    Owner,
    /// Groups, people and the audit log of the home customer.
    Administrator,
    /// Every record group of the home customer.
    Record,
    /// Reading in one's own groups.
    RecordOwn,
}

impl Privilege {
    /// Every privilege, strongest first.
    pub const ALL: [Privilege; 4] =
        [Privilege::Owner, Privilege::Administrator, Privilege::Record, Privilege::RecordOwn];

    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Privilege::Owner => "owner",
            Privilege::Administrator => "administrator",
            Privilege::Record => "record",
            Privilege::RecordOwn => "record_own",
        }
    }
}

/// The set of privileges of a role.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Privileges(u8);

impl Privileges {
    /// The set with one more.
    #[must_use]
    pub const fn with(self, privilege: Privilege) -> Privileges {
        Privileges(self.0 | 1 << privilege as u8)
    }

    /// Whether the role gives exactly this one.
    pub const fn has(self, privilege: Privilege) -> bool {
        self.0 & 1 << privilege as u8 != 0
    }

    /// The words that a comma-separated list holds; others are not ours to act on and are skipped.
    pub fn parse(list: &str) -> Privileges {
        list.split(',')
            .filter_map(|word| Privilege::ALL.into_iter().find(|privilege| privilege.as_str() == word))
            .fold(Privileges::default(), Privileges::with)
    }

    /// The words, strongest first.
    pub fn words(self) -> Vec<&'static str> {
        Privilege::ALL.into_iter().filter(|privilege| self.has(*privilege)).map(Privilege::as_str).collect()
    }

    /// `owner`: every customer.
    pub const fn everywhere(self) -> bool {
        self.has(Privilege::Owner)
    }

    /// May read and change every recording of the customer.
    pub const fn record(self) -> bool {
        self.has(Privilege::Record) || self.everywhere()
    }

    /// May read some recordings.
    pub const fn listen(self) -> bool {
        self.record() || self.has(Privilege::RecordOwn)
    }

    /// May manage the customer's groups and people.
    pub const fn administrator(self) -> bool {
        self.has(Privilege::Administrator) || self.everywhere()
    }
}

impl fmt::Debug for Privileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.words()).finish()
    }
}

/// Someone who may log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Row id.
    pub id: i64,
    /// Home customer.
    pub customer: i64,
    /// The name to log in with.
    pub username: String,
    /// The role's name.
    pub role: String,
    /// What the role allows.
    pub privileges: Privileges,
}

/// Whether somebody can log in with this name: HTTP Basic ends it at a colon.
pub fn is_username(name: &str) -> bool {
    !name.is_empty() && !name.contains(':') && !name.chars().any(char::is_control)
}

/// Who changes something, for the audit log.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The person's id; `None` on the command line, where the machine's own permissions decide.
    pub person: Option<i64>,
    /// The name to show.
    pub name: String,
    /// Where the request came from; empty on the command line.
    pub address: String,
}

impl Actor {
    /// The person at the machine's shell.
    pub fn command_line() -> Actor {
        Actor { person: None, name: "command line".into(), address: String::new() }
    }

    /// What files new recordings.
    pub fn intake() -> Actor {
        Actor { person: None, name: "intake".into(), address: String::new() }
    }
}

/// A customer: a tenant of the PBX.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Customer {
    /// Row id.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// A record group: the folder that a customer's recordings are filed under.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Group {
    /// Row id.
    pub id: i64,
    /// The customer that it belongs to.
    pub customer: i64,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Address for notices.
    pub email: String,
    /// Days that recordings are kept; 0 not to save.
    pub expires: i64,
    /// Percent of the calls that are recorded.
    pub fraction: i64,
    /// 1: callers hear a beep.
    pub beep: i64,
    /// Person who owns it; 0 nobody.
    pub owner: i64,
    /// 1: incoming calls are recorded.
    pub record_in: i64,
    /// 1: outgoing calls are recorded.
    pub record_out: i64,
    /// 1: recordings are transcribed.
    pub transcribe: i64,
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

/// A person about to be stored; the password is already hashed.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Home customer.
    pub customer: i64,
    /// The name to log in with.
    pub username: String,
    /// The name that people know.
    pub name: String,
    /// The role's name.
    pub role: String,
    /// bcrypt hash of the password.
    pub hash: String,
}
