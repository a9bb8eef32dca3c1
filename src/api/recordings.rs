//! recording/recordings/…

use actix_web::HttpResponse;

use super::envelope::{self, RowWriter};
use super::error::{Fault, Refusal};
use super::identity::{Asked, Listener};
use super::params::{Parameter, Params, Reading};
use super::stream;
use crate::app::now;
use crate::model::{Direction, Filter, Page, Person, Scope, Sort};
use crate::store::Reader;

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
const SORT: Parameter = Parameter::choice(
    "sort",
    &["cnumber", "expires", "snumber", "start", "totaltime"],
    "start",
    "Column to sort by",
);
const DESCENDING: Parameter = Parameter::flag("descending", "1: the reverse order");
const LIMIT: Parameter = Parameter::natural("limit", "0", "At most this many rows; 0 all");
const OFFSET: Parameter = Parameter::natural("offset", "0", "Rows to skip");
const COUNT: Parameter = Parameter::flag("count", "1: how much matches, and no rows");
pub const DIRECTION: Parameter =
    Parameter::choice("direction", &["in", "out", "internal"], "", "Only calls of this direction");

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
    DIRECTION,
];

/// Recordings that match, or how many.
pub async fn list(asked: Asked<Listener>) -> Result<HttpResponse, Refusal> {
    let wanted = Wanted::read(&asked.params, now());
    let (person, strings) = (asked.person.clone(), asked.strings());
    if wanted.count {
        let ask = move |reader: &Reader| Ok(reader.totals(&wanted.filter(reader, &person)?)?);
        return asked.ok(&stream::question(&asked.app, ask).await?);
    }
    let sorts = wanted.page.sort != Sort::Start;
    stream::answer(&asked.app, &asked.request, envelope::JSON, sorts, move |reader, out| {
        let filter = wanted.filter(reader, &person)?;
        let rows = RowWriter::new(strings);
        out.write(|buffer| rows.begin(buffer));
        let (mut each, taken) = (rows.clone(), out.clone());
        reader.list(&filter, &wanted.page, move |row| taken.row(|buffer| each.row(row, buffer)))?;
        out.write(|buffer| rows.end(buffer));
        Ok(())
    })
    .await
}

/// What a list request asks for, before it is known whether the caller may see it.
pub struct Wanted {
    customer: Option<i64>,
    recordgroup: Option<i64>,
    filter: Filter,
    page: Page,
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
            complete: match reading.integer(&COMPLETE) {
                Some(-1) => None,
                Some(0) => Some(false),
                _ => Some(true),
            },
            totaltime_minimum: reading.integer(&TOTALTIME_MINIMUM).unwrap_or(0),
            totaltime_maximum: reading.integer(&TOTALTIME_MAXIMUM).filter(|maximum| *maximum >= 0),
            direction: reading.choice(&DIRECTION).map(|place| Direction::ALL[place]),
        };
        let page = Page {
            sort: reading.choice(&SORT).map_or(Sort::Start, |place| Sort::ALL[place]),
            descending: reading.flag(&DESCENDING),
            limit: reading.integer(&LIMIT).unwrap_or(0),
            offset: reading.integer(&OFFSET).unwrap_or(0),
        };
        let count = reading.flag(&COUNT);
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
