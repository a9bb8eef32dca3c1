//! recording/recordings/list: recordings that match, or how many.

use actix_web::HttpResponse;

use super::filters::{FILTERS, FilterRequest};
use super::order::{ORDER, read_page};
use crate::api::events;
use crate::api::wire::cursor;
use crate::api::wire::envelope::{self, RowWriter};
use crate::api::wire::error::{Fault, Refusal};
use crate::api::wire::params::{Parameter, Params, Reading, joined};
use crate::api::wire::privilege::MayListen;
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream;
use crate::app::now;
use crate::model::{Filter, Page, Person, Privilege, Privileges, Sort};
use crate::store::Reader;

const COUNT: Parameter = Parameter::flag("count", "1: how much matches, and no rows").logged();
const AFTER: Parameter =
    Parameter::text("after", "Continue behind the row that this `next` value stands for").logged();

/// What a client should know of list.
pub const ABOUT: &str = "Paging: with `limit`, an answer whose list goes on has `next` beside `data`: send it as `after` with \
    the same filters and sort. No row is skipped or comes twice, whatever is added meanwhile.\n\nPolling: a call appears in a \
    list of completed calls when it ends, and is sorted by when it began. Ask for `complete=1` with a `start` that overlaps \
    the last answer by your longest call (an hour, say), and skip what you know by `recordgroup`, `uniqueid` and `recordid`.";
/// The parameters of list.
pub const LIST: &[Parameter] =
    &joined::<{ FILTERS.len() + ORDER.len() + 2 }>(&[&FILTERS, &ORDER, &[COUNT, AFTER]]);

/// Recordings that match, or how many; and of which moment that is.
pub async fn list(request: ApiRequest<MayListen>) -> Result<HttpResponse, Refusal> {
    let moment = events::moment(&request);
    let mut answer = found(request).await?;
    if let Some(moment) = moment {
        answer.headers_mut().insert(events::MOMENT, moment);
    }
    Ok(answer)
}

async fn found(request: ApiRequest<MayListen>) -> Result<HttpResponse, Refusal> {
    let wanted = ListRequest::read(&request.params, now(), request.app.config.country.digits());
    let (person, strings) = (request.person.clone(), request.strings());
    if wanted.count {
        let ask = move |reader: &Reader| Ok(reader.totals(&wanted.filter(reader, &person)?)?);
        return request.ok(&stream::long_question(&request.asks(), ask).await?);
    }
    let takes_long = wanted.takes_long();
    stream::answer(&request.asks(), envelope::JSON, takes_long, move |reader, out| {
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
struct ListRequest {
    filter: FilterRequest,
    page: Page,
    count: bool,
    faults: Vec<Fault>,
}

impl ListRequest {
    fn read(params: &Params, now: i64, country: &str) -> ListRequest {
        let mut reading = Reading::new(params);
        let filter = FilterRequest::read(&mut reading, now, country);
        let page = read_page(&mut reading);
        let count = reading.flag(&COUNT);
        let after = reading.text(&AFTER);
        let page = Page { after: after.and_then(cursor::decode), ..page };
        if let (Some(_), Err(message), false) = (after, is_continued(&page), count) {
            reading.fault(AFTER.name, message);
        }
        ListRequest { filter, page, count, faults: reading.into_faults() }
    }

    /// Whether much is read before something comes out: rows are sorted, or looked through for a text.
    fn takes_long(&self) -> bool {
        self.filter.has_text() || self.page.sort != Sort::START
    }

    /// The filter, once the caller's rights are known; else every fault of the request.
    fn filter(&self, reader: &Reader, person: &Person) -> Result<Filter, Refusal> {
        self.filter.filter(reader, person, &self.faults)
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
/// `country`: its code.
pub fn explain(reader: &Reader, query: &str, country: &str) -> Result<Vec<String>, Refusal> {
    let mut params = Params::default();
    params.take_pairs(query.as_bytes());
    let wanted = ListRequest::read(&params, now(), country);
    let everywhere = Privileges::default().with(Privilege::Owner);
    let customer = reader.customers()?.first().map_or(0, |customer| customer.id);
    let owner =
        Person { id: 0, customer, username: String::new(), role: String::new(), privileges: everywhere };
    let filter = wanted.filter(reader, &owner)?;
    Ok(reader.explain(&filter, &wanted.page, wanted.count)?)
}
