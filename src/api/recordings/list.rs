//! recording/recordings/…

use actix_web::HttpResponse;

use crate::api::wire::cursor;
use crate::api::wire::envelope::{self, RowWriter};
use crate::api::wire::error::{Fault, Refusal};
use crate::api::wire::identity::{Asked, Listener};
use crate::api::wire::params::{Parameter, Params, Reading};
use crate::api::wire::stream;
use crate::app::now;
use crate::model::{Direction, Filter, Page, Person, Privilege, Privileges, Scope, Sort};
use crate::store::{MOST_WORDS, Reader, fold_words};

pub const CUSTOMER: Parameter =
    Parameter::integer("customer", "the caller's", "Every record group of this customer");
pub const RECORDGROUP: Parameter = Parameter::integer("recordgroup", "", "This record group only");
pub const START: Parameter = Parameter::natural("start", "0", "Unix seconds; rows that start at or after it");
pub const END: Parameter = Parameter::natural("end", "now", "Unix seconds; rows that start at or before it");
pub const CALLED: Parameter = Parameter::text("called", "The called number contains it");
pub const CALLER: Parameter = Parameter::text("caller", "The caller id contains it");
pub const COMPLETE: Parameter =
    Parameter::range("complete", -1, 1, "1", "1 completed, 0 in progress, -1 all");
pub const TOTALTIME_MINIMUM: Parameter = Parameter::natural("totaltime_minimum", "0", "Seconds, inclusive");
pub const TOTALTIME_MAXIMUM: Parameter =
    Parameter::range("totaltime_maximum", -1, i64::MAX, "-1", "Seconds, inclusive; -1 no limit");
pub const SORT: Parameter = Parameter::choice(
    "sort",
    &["cnumber", "expires", "snumber", "start", "totaltime"],
    "start",
    "Column to sort by",
);
pub const DESCENDING: Parameter = Parameter::flag("descending", "1: the reverse order");
pub const LIMIT: Parameter = Parameter::natural("limit", "0", "At most this many rows; 0 all");
pub const OFFSET: Parameter = Parameter::natural("offset", "0", "Rows to skip");
const COUNT: Parameter = Parameter::flag("count", "1: how much matches, and no rows");
pub const DIRECTION: Parameter =
    Parameter::choice("direction", &["in", "out", "internal"], "", "Only calls of this direction");
pub const STALE: Parameter = Parameter::flag("stale", "1: only rows whose sound is missing");

const AFTER: Parameter =
    Parameter::text("after", "Continue behind the row that this `next` value stands for");
pub const SEARCH: Parameter = Parameter::text(
    "search",
    "Each of these words is contained in a number or name of the call, whatever its case",
);

/// The parameters of list.
pub const LIST: &[Parameter] = &[
    CUSTOMER,
    RECORDGROUP,
    START,
    END,
    CALLED,
    CALLER,
    COMPLETE,
    TOTALTIME_MINIMUM,
    TOTALTIME_MAXIMUM,
    SORT,
    DESCENDING,
    LIMIT,
    OFFSET,
    COUNT,
    AFTER,
    DIRECTION,
    STALE,
    SEARCH,
];

/// Recordings that match, or how many.
pub async fn list(asked: Asked<Listener>) -> Result<HttpResponse, Refusal> {
    let wanted = Wanted::read(&asked.params, now());
    let (person, strings) = (asked.person.clone(), asked.strings());
    if wanted.count {
        let ask = move |reader: &Reader| Ok(reader.totals(&wanted.filter(reader, &person)?)?);
        return asked.ok(&stream::long_question(&asked.app, ask).await?);
    }
    let takes_long = wanted.takes_long();
    stream::answer(&asked.app, &asked.request, envelope::JSON, takes_long, move |reader, out| {
        let filter = wanted.filter(reader, &person)?;
        let rows = RowWriter::new(strings);
        out.write(|buffer| rows.begin(buffer));
        let (mut each, taken) = (rows.clone(), out.clone());
        let next =
            reader.list(&filter, &wanted.page, move |row| taken.row(|buffer| each.row(row, buffer)))?;
        out.write(|buffer| rows.end(next.as_ref().map(cursor::encode).as_deref(), buffer));
        Ok(())
    })
    .await
}

/// What a list request asks for, before it is known whether the caller may see it.
pub struct Wanted {
    customer: Option<i64>,
    recordgroup: Option<i64>,
    filter: Filter,
    pub page: Page,
    count: bool,
    pub faults: Vec<Fault>,
}

impl Wanted {
    pub fn read(params: &Params, now: i64) -> Wanted {
        let mut reading = Reading::new(params);
        let customer = reading.integer(&CUSTOMER);
        let recordgroup = reading.integer(&RECORDGROUP);
        let (start, end) = (reading.integer(&START), reading.integer(&END));
        let filter = Filter {
            scope: Scope::Customer(0), // until the caller's rights are known
            start: start.unwrap_or(0),
            end: end.unwrap_or(now),
            called: reading.text(&CALLED).unwrap_or_default().into(),
            caller: reading.text(&CALLER).unwrap_or_default().into(),
            search: fold_words(reading.text(&SEARCH).unwrap_or_default()),
            complete: match reading.integer(&COMPLETE) {
                Some(-1) => None,
                Some(0) => Some(false),
                _ => Some(true),
            },
            totaltime_minimum: reading.integer(&TOTALTIME_MINIMUM).unwrap_or(0),
            totaltime_maximum: reading.integer(&TOTALTIME_MAXIMUM).filter(|maximum| *maximum >= 0),
            direction: reading.choice(&DIRECTION).map(|place| Direction::ALL[place]),
            stale: reading.flag(&STALE),
        };
        let page = Page {
            sort: reading.choice(&SORT).map_or(Sort::Start, |place| Sort::ALL[place]),
            descending: reading.flag(&DESCENDING),
            limit: reading.integer(&LIMIT).unwrap_or(0),
            offset: reading.integer(&OFFSET).unwrap_or(0),
            after: None,
        };
        let count = reading.flag(&COUNT);
        let after = reading.text(&AFTER);
        let page = Page { after: after.and_then(cursor::decode), ..page };
        if let (Some(_), Err(message), false) = (after, is_continued(&page), count) {
            reading.fault(AFTER.name, message);
        }
        if filter.search.len() > MOST_WORDS {
            reading.fault(SEARCH.name, format!("search takes at most {MOST_WORDS} words"));
        }
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            reading.fault(END.name, "end must not be before start");
        }
        if params.get(CUSTOMER.name) != Ok(None) && params.get(RECORDGROUP.name) != Ok(None) {
            for key in [CUSTOMER.name, RECORDGROUP.name] {
                reading.fault(key, "Give customer or recordgroup, not both");
            }
        }
        Wanted { customer, recordgroup, filter, page, count, faults: reading.into_faults() }
    }

    /// The same for a function that has these parameters and not all of list's: it ignores the others.
    pub fn among(mut self, parameters: &[Parameter]) -> Wanted {
        self.faults.retain(|fault| parameters.iter().any(|parameter| parameter.name == fault.key));
        self
    }

    /// Whether much is read before something comes out: rows are sorted, or looked through for a text.
    pub fn takes_long(&self) -> bool {
        let Filter { called, caller, search, .. } = &self.filter;
        let has_text = !(called.is_empty() && caller.is_empty() && search.is_empty());
        has_text || self.page.sort != Sort::Start
    }

    /// The filter, once the caller's rights are known; else every fault of the request.
    pub fn filter(&self, reader: &Reader, person: &Person) -> Result<Filter, Refusal> {
        let mut faults = self.faults.clone();
        let mut scope = self.filter.scope;
        match reader.scope(person, self.customer, self.recordgroup)? {
            Ok(seen) => scope = seen,
            Err(key) if faults.iter().any(|fault| fault.key == key) => {}
            Err(key) => {
                faults.insert(0, Fault { key: key.into(), message: format!("There is no such {key}") })
            }
        }
        if faults.is_empty() {
            Ok(Filter { scope, ..self.filter.clone() })
        } else {
            Err(Refusal::Invalid(faults))
        }
    }
}

/// Whether `after` fits the page.
fn is_continued(page: &Page) -> Result<(), &'static str> {
    match &page.after {
        None => Err("after must be a next value of an earlier answer"),
        Some(after) if (after.sort, after.descending) != (page.sort, page.descending) => {
            Err("after belongs to another sort; begin again without it")
        }
        Some(_) if page.offset > 0 => Err("after cannot be combined with offset"),
        Some(_) => Ok(()),
    }
}

/// What the owner of everything would get for this query string, as the way that it takes; for the command line.
pub fn explain(reader: &Reader, query: &str) -> Result<Vec<String>, Refusal> {
    let mut params = Params::default();
    params.take_pairs(query.as_bytes());
    let wanted = Wanted::read(&params, now());
    let everywhere = Privileges::default().with(Privilege::Owner);
    let customer = reader.customers()?.first().map_or(0, |customer| customer.id);
    let owner =
        Person { id: 0, customer, username: String::new(), role: String::new(), privileges: everywhere };
    let filter = wanted.filter(reader, &owner)?;
    Ok(reader.explain(&filter, &wanted.page, wanted.count)?)
}
