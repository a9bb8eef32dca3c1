//! The order of a list, its pages, and what it sums up to.

use super::columns::WIRE;
use super::described::described;
use super::recordings::Stored;

/// A column that lists are sorted by; ties go by start, then by id. Texts go by their bytes.
///
/// **To add one**, put it behind the others in [`Sort::ALL`], and its column into both `recordings_…_list` indexes of
/// schema.sql, where a test misses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort(&'static str);

impl Sort {
    /// Start of the recording.
    pub const START: Sort = Sort("start");
    /// Every sort. A `next` of the API names it by its place.
    pub const ALL: [Sort; 5] =
        [Sort("cnumber"), Sort("expires"), Sort("snumber"), Sort::START, Sort("totaltime")];
    /// Their columns.
    pub const COLUMNS: [&'static str; Sort::ALL.len()] = {
        let mut columns = [""; Sort::ALL.len()];
        let mut place = 0;
        while place < columns.len() {
            columns[place] = Sort::ALL[place].column();
            place += 1;
        }
        columns
    };

    /// The column, on the wire and in the table.
    pub const fn column(self) -> &'static str {
        self.0
    }

    /// Where the column stands in [`WIRE`].
    pub fn place(self) -> usize {
        WIRE.iter().position(|column| column.name == self.0).unwrap_or_default()
    }
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

described! {
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
}
