//! recording/recordings/summary: how many calls there were, hour by hour or month by month.

use std::ops::ControlFlow;

use actix_web::HttpResponse;
use serde::Serialize;

use super::filters::{FILTERS, FilterRequest};
use crate::api::wire::calendar::{self, Calendar, Interval};
use crate::api::wire::error::{Fault, Refusal};
use crate::api::wire::params::{Parameter, Params, Reading, joined};
use crate::api::wire::privilege::MayListen;
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream;
use crate::app::now;
use crate::model::described;
use crate::store::Reader;

/// More than anybody can see.
const MOST: usize = 5000;

const INTERVAL: Parameter = Parameter::choice(
    "interval",
    &["hour", "day", "week", "month"],
    "day",
    "What to count by; weeks begin on Monday. At most 5,000 of them",
)
.logged();

/// The parameters: list's filters, and by what to count.
pub const SUMMARY: &[Parameter] =
    &joined::<{ FILTERS.len() + 2 }>(&[&FILTERS, &[INTERVAL, calendar::TIMEZONE]]);

/// What a summary request asks for.
struct SummaryRequest {
    filter: FilterRequest,
    calendar: Calendar,
    faults: Vec<Fault>,
}

impl SummaryRequest {
    fn read(params: &Params, now: i64, country: &str) -> SummaryRequest {
        let mut reading = Reading::new(params);
        let filter = FilterRequest::read(&mut reading, now, country);
        let interval = reading.choice(&INTERVAL).map_or(Interval::Day, |place| Interval::ALL[place]);
        let zone = calendar::read_zone(&mut reading);
        SummaryRequest { filter, calendar: Calendar { interval, zone }, faults: reading.into_faults() }
    }
}

/// Calls in each interval, from `start` – or the first call where that is absent – to `end`.
pub async fn summary(request: ApiRequest<MayListen>) -> Result<HttpResponse, Refusal> {
    let wanted = SummaryRequest::read(&request.params, now(), request.app.config.country.digits());
    let person = request.person.clone();
    let ask = move |reader: &Reader| {
        let filter = wanted.filter.filter(reader, &person, &wanted.faults)?;
        let mut bars = Bars::new(&wanted.calendar, filter.start, filter.end)?;
        reader.times(&filter, |start, totaltime| bars.add(start, totaltime))?;
        bars.finish()
    };
    request.ok(&stream::long_question(&request.asks(), ask).await?)
}

described! {
    /// An interval and what began in it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
    pub struct Bar {
        /// Where it begins, Unix seconds.
        pub start: i64,
        /// Recordings that began in it.
        pub calls: i64,
        /// Seconds of all of them.
        pub totaltime: i64,
    }
}

/// The intervals, filled call by call in the order of their start.
struct Bars<'a> {
    calendar: &'a Calendar,
    end: i64,
    bars: Vec<Bar>,
    /// The one that the last call fell into.
    at: usize,
    refused: Option<Refusal>,
}

impl Bars<'_> {
    fn new(calendar: &Calendar, start: i64, end: i64) -> Result<Bars<'_>, Refusal> {
        let mut bars = Bars { calendar, end, bars: Vec::new(), at: 0, refused: None };
        // 0 is what an absent start means; the years since 1970 are of no interest.
        if start > 0 && start <= end {
            bars.begin(start)?;
        }
        Ok(bars)
    }

    fn begin(&mut self, first: i64) -> Result<(), Refusal> {
        let begins = self.calendar.intervals(first, self.end, MOST).ok_or_else(|| {
            let message = format!("That makes more than {MOST} intervals: take longer ones, or less time");
            Refusal::invalid(INTERVAL.name, message)
        })?;
        self.bars = begins.into_iter().map(|start| Bar { start, calls: 0, totaltime: 0 }).collect();
        Ok(())
    }

    fn add(&mut self, start: i64, totaltime: i64) -> ControlFlow<()> {
        if self.bars.is_empty()
            && let Err(refusal) = self.begin(start)
        {
            self.refused = Some(refusal);
            return ControlFlow::Break(());
        }
        while self.bars.get(self.at + 1).is_some_and(|next| next.start <= start) {
            self.at += 1;
        }
        if let Some(bar) = self.bars.get_mut(self.at) {
            bar.calls += 1;
            bar.totaltime = bar.totaltime.saturating_add(totaltime);
        }
        ControlFlow::Continue(())
    }

    fn finish(self) -> Result<Vec<Bar>, Refusal> {
        self.refused.map_or(Ok(self.bars), Err)
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// Calls of 10 seconds in each hour, by its beginning.
    fn hours(start: i64, end: i64, calls: &[i64]) -> Result<Vec<(i64, i64, i64)>, Refusal> {
        let calendar = Calendar { interval: Interval::Hour, zone: TimeZone::UTC };
        let mut bars = Bars::new(&calendar, start, end)?;
        for call in calls {
            if bars.add(*call, 10).is_break() {
                break;
            }
        }
        Ok(bars.finish()?.into_iter().map(|bar| (bar.start, bar.calls, bar.totaltime)).collect())
    }

    #[test]
    fn empty_intervals_are_there_from_start_to_end() {
        let found = hours(3601, 14400, &[3601, 7199, 10800]).expect("bars");
        assert_eq!(found, [(3600, 2, 20), (7200, 0, 0), (10800, 1, 10), (14400, 0, 0)]);
        assert_eq!(hours(3600, 7199, &[]).expect("bars"), [(3600, 0, 0)]);
    }

    #[test]
    fn without_a_start_the_first_call_is_where_it_begins() {
        assert_eq!(hours(0, 10799, &[7300]).expect("bars"), [(7200, 1, 10)]);
        assert_eq!(hours(0, 10799, &[]).expect("bars"), []);
        assert_eq!(hours(5000, 4000, &[]).expect("bars"), []);
    }

    #[test]
    fn too_many_intervals_are_refused() {
        for (start, calls) in [(3600, &[][..]), (0, &[3600][..])] {
            assert_eq!(hours(start, 5000 * 3600 + 3599, calls).expect("bars").len(), MOST);
            let refused = hours(start, 5001 * 3600, calls).expect_err("one more");
            assert!(matches!(refused, Refusal::Invalid(faults) if faults[0].key == "interval"));
        }
    }
}
