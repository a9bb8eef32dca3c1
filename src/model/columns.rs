//! The columns of a recording, declared once: `recording_columns!` is the only list of them in the program.
//!
//! # To add a column
//!
//! 1. A line at the end of `recording_columns!`: its name on the wire and in the table, its [`Kind`], its [`Origin`], and
//!    what it holds. The order of the lines is that of the wire.
//! 2. Its line in `schema.sql`, at the same place; raise `VERSION` in `store/database/open.rs`. Databases that lack the
//!    column get it when they are opened.
//! 3. Where it comes from. An `Origin::Fact` takes a line in `facts!` (`intake/facts.rs`), with what each source is
//!    believed; sources set it in their drafts. Any other takes a line in `intake/facts_to_row.rs`. Neither compiles
//!    without.
//!
//! From that follow the struct [`RecordingRow`], every statement that reads or writes whole rows, JSON, CSV out and in,
//! OpenAPI and, for facts, how what intake knows becomes a row and is read back from it. Tests name what is written down
//! elsewhere and lacks it: `schema.sql`, `static/js/types.js`, `tests/bench/limit.c`, and the answers that tests spell out.
//! Lists sort and filter by it only once `model/lists.rs` says so. An export of an older version has none of it, and
//! `tapeline import csv` refuses that until `ingest/import/own_csv.rs` takes columns after [`FIRST_COLUMNS`] for empty.

/// What a wire column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number of up to 64 bits.
    Number,
    /// 0 or 1.
    Flag,
    /// Unix seconds; 0 where there is none. Files for people have it as ISO 8601.
    Time,
    /// UTF-8 text.
    Text,
}

impl Kind {
    /// Whether it is a text in JSON and in the table; everything else is a number.
    pub const fn is_text(self) -> bool {
        matches!(self, Kind::Text)
    }
}

/// Who says what a column of a new recording holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A source: a file's name, a detail record or the PBX. Intake's `Facts` have a field of its name.
    Fact,
    /// Intake works it out of all that it knows.
    Intake,
    /// Where and for how long the recording is kept. People and other programs may change it, and intake goes on to keep
    /// the rest of the row up to date.
    Filing,
}

/// A column of `recordings` as clients see it.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The name on the wire and in the table.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Who says it.
    pub origin: Origin,
    /// What it holds, with its unit, for people.
    pub about: &'static str,
}

/// Hands the columns of a recording, in wire order, to a macro.
macro_rules! recording_columns {
    ($to:ident) => {
        $to! {
            customer: Number, Filing, "Customer that the recording belongs to";
            recordgroup: Number, Filing, "Record group that it was filed under";
            uniqueid: Text, Intake, "The PBX's identifier of the recorded channel";
            recordid: Text, Filing, "Which recording of that channel: 1, 2, …";
            callid: Text, Fact, "Identifier that all legs of the call share";
            asteriskid: Text, Fact, "System name of the PBX";
            machine: Text, Intake, "Machine that wrote the sound";
            start: Time, Fact, "Start of the recording, Unix seconds";
            end: Time, Intake, "End of the recording, Unix seconds; 0 while in progress";
            talktime: Number, Intake, "Seconds after the answer; 0 while in progress";
            totaltime: Number, Intake, "Seconds from start to end; 0 while in progress";
            status: Text, Fact, "How the call ended: answer, cancel, busy, …";
            stype: Text, Fact, "Kind of source: external, extension, …";
            snumber: Text, Fact, "Source number";
            snumber_name: Text, Fact, "Name of the source";
            snumber_display: Text, Fact, "Source number as people write it";
            scustomer: Number, Fact, "Customer of the source; 0 outside the office";
            ctype: Text, Fact, "Kind of the called number";
            cnumber: Text, Fact, "Called number";
            cnumber_name: Text, Fact, "Name of the called number";
            cnumber_display: Text, Fact, "Called number as people write it";
            dtype: Text, Fact, "Kind of the destination";
            dnumber: Text, Fact, "Number where the call was answered";
            dnumber_name: Text, Fact, "Name of who answered";
            dnumber_display: Text, Fact, "Destination number as people write it";
            dcustomer: Number, Fact, "Customer of the destination; 0 outside the office";
            callerid_internal: Text, Fact, "Caller id that the callee saw";
            spresent: Flag, Fact, "1: the caller id may be shown; 0: it was withheld";
            complete: Flag, Intake, "1: the call has ended; 0: in progress";
            expires: Time, Filing, "When the recording may be deleted, Unix seconds; 0 never";
            stale: Flag, Filing, "1: its sound is missing";
            mimetype: Text, Fact, "Media type of the sound";
            size: Number, Intake, "Bytes of sound";
            path: Text, Intake, "The sound file, relative to the media root";
            direction: Text, Fact, "in, out or internal; empty where it is not known";
            hold: Flag, Filing, "1: kept whatever its expiry says, and not deletable";
        }
    };
}
pub(crate) use recording_columns;

/// The columns that the first version of this table had. What an older version has written, a digest or an export, speaks
/// of these alone.
pub const FIRST_COLUMNS: usize = 36;

/// A value that a row gives or takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing is known.
    Null,
    /// A number.
    Integer(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

impl From<&i64> for Value<'static> {
    fn from(number: &i64) -> Value<'static> {
        Value::Integer(*number)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Value<'a> {
        Value::Text(text)
    }
}

impl From<&Option<i64>> for Value<'static> {
    fn from(number: &Option<i64>) -> Value<'static> {
        number.map_or(Value::Null, Value::Integer)
    }
}

impl<'a> From<&'a Option<Vec<u8>>> for Value<'a> {
    fn from(bytes: &'a Option<Vec<u8>>) -> Value<'a> {
        bytes.as_deref().map_or(Value::Null, Value::Blob)
    }
}

/// Where a row is read from, one column after the other.
pub trait RowSource {
    /// Why a value can't be read.
    type Error;
}

/// A source that has values of this type.
pub trait ReadValue<T>: RowSource {
    /// The value of the next column.
    fn next(&mut self) -> Result<T, Self::Error>;
}

/// A struct with a field for each column of a table, and what depends on their order.
macro_rules! row_of_columns {
    ($(#[$about:meta])* $row:ident { $($(#[$doc:meta])* $name:ident: $type:ty,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $row { $($(#[$doc])* pub $name: $type,)+ }

        impl $row {
            /// How many columns it has.
            pub const COLUMNS: usize = Self::NAMES.len();
            /// Their names in the table, in order.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];

            /// Its values, in the order of the columns.
            pub fn values(&self) -> [$crate::model::Value<'_>; Self::COLUMNS] {
                [$($crate::model::Value::from(&self.$name)),+]
            }

            /// Reads one, column after column.
            pub fn read<S>(source: &mut S) -> Result<Self, S::Error>
            where
                S: $crate::model::RowSource,
                $(S: $crate::model::ReadValue<$type>,)+
            {
                Ok(Self { $($name: $crate::model::ReadValue::<$type>::next(source)?,)+ })
            }
        }
    };
}
pub(crate) use row_of_columns;

/// The Rust type of a [`Kind`].
macro_rules! type_of {
    (Text) => {
        String
    };
    ($number:ident) => {
        i64
    };
}

macro_rules! recording_row {
    ($($name:ident: $kind:ident, $origin:ident, $about:literal;)+) => {
        row_of_columns! {
            /// A recording's row in full, to be stored or read back: a field for each wire column.
            RecordingRow { $(#[doc = $about] $name: type_of!($kind),)+ }
        }

        /// The wire columns in wire order, which is the order of `schema.sql`.
        pub const WIRE: [Column; RecordingRow::COLUMNS] = [
            $(Column { name: stringify!($name), kind: Kind::$kind, origin: Origin::$origin, about: $about },)+
        ];
    };
}
recording_columns!(recording_row);
