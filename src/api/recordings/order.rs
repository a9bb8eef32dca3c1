//! In which order recordings come, and which part of them: what list and export have in common.

use crate::api::wire::params::{Parameter, Reading};
use crate::model::{Page, Sort};

const SORT: Parameter =
    Parameter::choice("sort", &Sort::COLUMNS, Sort::START.column(), "Column to sort by").logged();
const DESCENDING: Parameter = Parameter::flag("descending", "1: the reverse order").logged();
const LIMIT: Parameter = Parameter::natural("limit", "0", "At most this many rows; 0 all").logged();
const OFFSET: Parameter = Parameter::natural("offset", "0", "Rows to skip").logged();

/// The parameters.
pub const ORDER: [Parameter; 4] = [SORT, DESCENDING, LIMIT, OFFSET];

/// Reads [`ORDER`].
pub fn read_page(reading: &mut Reading<'_>) -> Page {
    Page {
        sort: reading.choice(&SORT).map_or(Sort::START, |place| Sort::ALL[place]),
        descending: reading.flag(&DESCENDING),
        limit: reading.integer(&LIMIT).unwrap_or(0),
        offset: reading.integer(&OFFSET).unwrap_or(0),
        after: None,
    }
}
