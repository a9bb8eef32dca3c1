//! Which recordings are meant: whose, of which time, and what else they are narrowed by. List, count, summary and export
//! have these parameters in common; all but the first four are made of the filters that the model declares.

use crate::api::wire::error::{Fault, Refusal};
use crate::api::wire::params::{Parameter, Reading, joined};
use crate::model::{self, Condition, Criterion, Filter, MOST_WORDS, Person, Scope, Term, Test, search_terms};
use crate::store::Reader;

const CUSTOMER: Parameter =
    Parameter::integer("customer", "the caller's", "Every record group of this customer").logged();
const RECORDGROUP: Parameter = Parameter::integer("recordgroup", "", "This record group only").logged();
const START: Parameter =
    Parameter::time("start", "0", "Unix seconds; rows that start at or after it").logged();
const END: Parameter =
    Parameter::time("end", "now", "Unix seconds; rows that start at or before it").logged();

/// Whose recordings.
pub const SCOPE: [Parameter; 2] = [CUSTOMER, RECORDGROUP];

/// All of them.
pub const FILTERS: [Parameter; 4 + DECLARED.len()] = joined(&[&SCOPE, &[START, END], &DECLARED]);

const DECLARED: [Parameter; model::FILTERS.len()] = {
    let mut parameters = [CUSTOMER; model::FILTERS.len()];
    let mut place = 0;
    while place < parameters.len() {
        parameters[place] = parameter(&model::FILTERS[place]);
        place += 1;
    }
    parameters
};

/// What is sent for a filter.
const fn parameter(criterion: &Criterion) -> Parameter {
    let Criterion { name, test, about } = *criterion;
    let parameter = match test {
        Test::Contains(_) | Test::Words(_) => Parameter::text(name, about),
        Test::AtLeast(_) => Parameter::natural(name, "0", about),
        Test::AtMost(_) => Parameter::range(name, -1, i64::MAX, "-1", about),
        Test::OneOf(_, words) => Parameter::choice(name, words, "", about),
        Test::Flagged(..) => Parameter::flag(name, about),
        Test::Ended(..) => Parameter::range(name, -1, 1, "1", about),
    };
    parameter.logged()
}

/// What a filter comes to, as it was sent; nothing where it narrows nothing.
fn condition(criterion: &Criterion, reading: &mut Reading<'_>, country: &str) -> Option<Condition> {
    let parameter = parameter(criterion);
    match criterion.test {
        Test::Contains(columns) => {
            reading.text(&parameter).map(|text| Condition::Contains(columns, text.into()))
        }
        Test::Words(columns) => {
            terms(&parameter, reading, country).map(|terms| Condition::Words(columns, terms))
        }
        Test::AtLeast(column) => {
            let least = reading.integer(&parameter).filter(|least| *least > 0);
            least.map(|least| Condition::AtLeast(column, least))
        }
        Test::AtMost(column) => {
            let most = reading.integer(&parameter).filter(|most| *most >= 0);
            most.map(|most| Condition::AtMost(column, most))
        }
        Test::OneOf(column, words) => {
            reading.choice(&parameter).map(|place| Condition::Is(column, words[place]))
        }
        Test::Flagged(column, few) => reading.flag(&parameter).then_some(Condition::Flagged(column, few)),
        Test::Ended(column, few) => match reading.integer(&parameter) {
            Some(-1) => None,
            Some(0) => Some(Condition::NotEnded(column, few)),
            _ => Some(Condition::Ended(column)),
        },
    }
}

fn terms(parameter: &Parameter, reading: &mut Reading<'_>, country: &str) -> Option<Vec<Term>> {
    let terms = search_terms(reading.text(parameter)?, country);
    if terms.is_none() {
        reading.fault(parameter.name, format!("{} takes at most {MOST_WORDS} words", parameter.name));
    }
    terms.filter(|terms| !terms.is_empty())
}

/// Whose recordings are asked for, before it is known whether the caller may see them.
pub struct ScopeRequest {
    customer: Option<i64>,
    recordgroup: Option<i64>,
}

impl ScopeRequest {
    /// Reads [`SCOPE`].
    pub fn read(reading: &mut Reading<'_>) -> ScopeRequest {
        let request =
            ScopeRequest { customer: reading.integer(&CUSTOMER), recordgroup: reading.integer(&RECORDGROUP) };
        if SCOPE.iter().all(|parameter| reading.is_sent(parameter)) {
            for parameter in &SCOPE {
                reading.fault(parameter.name, "Give customer or recordgroup, not both");
            }
        }
        request
    }

    /// Whose recordings the caller sees, else all `faults` of the request.
    pub fn scope(&self, reader: &Reader, person: &Person, faults: &[Fault]) -> Result<Scope, Refusal> {
        let mut faults = faults.to_vec();
        match reader.scope(person, self.customer, self.recordgroup)? {
            Ok(scope) if faults.is_empty() => return Ok(scope),
            Err(key) if !faults.iter().any(|fault| fault.key == key) => {
                faults.insert(0, Fault { key: key.into(), message: format!("There is no such {key}") });
            }
            _ => {}
        }
        Err(Refusal::Invalid(faults))
    }
}

/// Which recordings are asked for, before it is known whether the caller may see them.
pub struct FilterRequest {
    scope: ScopeRequest,
    start: i64,
    end: i64,
    conditions: Vec<Condition>,
}

impl FilterRequest {
    /// Reads [`FILTERS`].
    /// `country`: the office's, for numbers in a search.
    pub fn read(reading: &mut Reading<'_>, now: i64, country: &str) -> FilterRequest {
        let scope = ScopeRequest::read(reading);
        let (start, end) = (reading.integer(&START), reading.integer(&END));
        if start.zip(end).is_some_and(|(start, end)| end < start) {
            reading.fault(END.name, "end must not be before start");
        }
        let conditions =
            model::FILTERS.iter().filter_map(|criterion| condition(criterion, reading, country)).collect();
        FilterRequest { scope, start: start.unwrap_or(0), end: end.unwrap_or(now), conditions }
    }

    /// The filter, once the caller's rights are known; else all `faults` of the request.
    pub fn filter(&self, reader: &Reader, person: &Person, faults: &[Fault]) -> Result<Filter, Refusal> {
        let scope = self.scope.scope(reader, person, faults)?;
        Ok(Filter { scope, start: self.start, end: self.end, conditions: self.conditions.clone() })
    }

    /// Whether rows are looked through for a text.
    pub fn has_text(&self) -> bool {
        self.conditions.iter().any(Condition::is_text)
    }
}
