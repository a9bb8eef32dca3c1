//! What an export request asks for.

use super::ids::{IDS, read_ids};
use super::selection::Selected;
use crate::api::recordings::filters::{FILTERS, FilterRequest};
use crate::api::recordings::order::{ORDER, read_page};
use crate::api::wire::calendar::TIMEZONE;
use crate::api::wire::csv::{Dialect, SEPARATOR, TEXT};
use crate::api::wire::error::{Fault, Refusal};
use crate::api::wire::params::{Parameter, Params, Reading, joined};
use crate::model::{Page, Person};
use crate::store::{Identity, Reader};

const FORMAT: Parameter = Parameter::choice(
    "format",
    &["csv", "zip"],
    "csv",
    "csv: the rows; zip: the sound as it is stored, and the rows in index.csv",
)
.logged();

/// List's filters and order.
const MATCHING: [Parameter; FILTERS.len() + ORDER.len()] = joined(&[&FILTERS, &ORDER]);
/// What a client should know of export.
pub const ABOUT: &str = "The CSV (RFC 4180, UTF-8 with a byte order mark) has all columns of a list under their names, what \
    people look for first. Times are ISO 8601 with the offset of `timezone`, empty for 0. A text that a spreadsheet could take \
    for a formula, or that begins with an apostrophe, has an apostrophe before it, which whoever reads it back takes off; so \
    has what stands behind a comma, semicolon, tab or line break in it, since a file may be opened by another `separator` than \
    it has. + with digits and blanks stays as it is. With `text=1` a text with digits, of letters, blanks and `+-./:()_#*%` \
    alone, is written as =\"0012\". `tapeline import csv` reads all of it back exactly.\n\nThe ZIP holds the files as they are \
    stored, named \"2026-08-20 14-03-05 caller - called.wav\" by the clocks of `timezone`, other forms and sides of a \
    recording beside the one that plays, and last index.csv: the same rows with the `file` that plays of each and why it is \
    `missing`. It may take as long as it moves, needs no memory for what it holds (some twenty bytes a file, for its name), \
    and keeps no row from changing: rows are copied at the start, to an unnamed temporary file beside the database if they \
    are many (below a kilobyte a recording).";
/// The parameters: what matches, or names of recordings; and what to make of them.
pub const EXPORT: &[Parameter] =
    &joined::<{ MATCHING.len() + 5 }>(&[&MATCHING, &[IDS, FORMAT, TIMEZONE, SEPARATOR, TEXT]]);

/// Characters of the filters that the audit log keeps.
const LONGEST_DETAIL: usize = 1000;

/// What a request asks for, before it is known whether the caller may see it.
pub struct ExportRequest {
    chosen: Chosen,
    /// How rows are written.
    pub dialect: Dialect,
    /// Whether sound is wanted too.
    pub is_zip: bool,
    /// What was sent of the parameters that choose recordings, with %20 for a blank.
    pub chosen_by: String,
    faults: Vec<Fault>,
}

enum Chosen {
    /// What matches.
    Matching(Box<FilterRequest>, Page),
    /// What is named.
    Named(Vec<Identity>),
}

impl ExportRequest {
    /// Reads [`EXPORT`].
    pub fn read(params: &Params, now: i64, country: &str) -> ExportRequest {
        let mut reading = Reading::new(params);
        let chosen = match read_ids(&mut reading) {
            Some(ids) => {
                not_both(&mut reading);
                Chosen::Named(ids)
            }
            None => {
                let filter = FilterRequest::read(&mut reading, now, country);
                Chosen::Matching(Box::new(filter), read_page(&mut reading))
            }
        };
        let is_zip = reading.choice(&FORMAT) == Some(1);
        let dialect = Dialect::read(&mut reading);
        ExportRequest { chosen, dialect, is_zip, chosen_by: chosen_by(params), faults: reading.into_faults() }
    }

    /// How the file's name ends.
    pub fn format(&self) -> &'static str {
        if self.is_zip { "zip" } else { "csv" }
    }

    /// The recordings, once the caller's rights are known; else every fault of the request.
    pub fn select(&self, reader: &Reader, person: &Person) -> Result<Selected, Refusal> {
        match &self.chosen {
            Chosen::Matching(filter, page) => {
                let filter = filter.filter(reader, person, &self.faults)?;
                Ok(Selected::matching(filter, page.clone()))
            }
            Chosen::Named(ids) => {
                Refusal::if_any(self.faults.clone())?;
                Selected::named(reader, person, ids)
            }
        }
    }
}

/// Filters beside names would be ignored, or not.
fn not_both(reading: &mut Reading<'_>) {
    let sent: Vec<&Parameter> = MATCHING.iter().filter(|parameter| reading.is_sent(parameter)).collect();
    for parameter in sent.iter().copied().chain((!sent.is_empty()).then_some(&IDS)) {
        reading.fault(parameter.name, "Give ids or filters, not both");
    }
}

fn chosen_by(params: &Params) -> String {
    let choosing = MATCHING.iter().chain([&IDS]);
    let sent = choosing.filter_map(|one| Some((one.name, params.get(one.name).ok()??)));
    // A search for "a customer=1" is no filter by customer.
    let encoded = |value: &str| value.replace('%', "%25").replace(' ', "%20");
    let all = sent.map(|(name, value)| format!(" {name}={}", encoded(value))).collect::<String>();
    let all = if all.is_empty() { all } else { format!(":{all}") };
    match all.char_indices().nth(LONGEST_DETAIL) {
        Some((end, _)) => format!("{}…", &all[..end]),
        None => all,
    }
}
