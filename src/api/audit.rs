//! audit/list: who did what, and who heard what.

use std::ops::ControlFlow;

use actix_web::HttpResponse;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::api::wire::changing::note;
use crate::api::wire::error::{Fault, Refusal};
use crate::api::wire::params::{Parameter, Params, Reading};
use crate::api::wire::privilege::MayAdminister;
use crate::api::wire::request::ApiRequest;
use crate::api::wire::{envelope, stream};
use crate::app::now;
use crate::model::Person;
use crate::store::{ACTIONS, LogFilter, Reader, ways_to_write};

const CUSTOMER: Parameter = Parameter::integer(
    "customer",
    "the caller's; an owner's: every one",
    "Entries about data of this customer",
)
.logged();
const START: Parameter = Parameter::time("start", "0", "Unix seconds; entries at or after it").logged();
const END: Parameter = Parameter::time("end", "now", "Unix seconds; entries at or before it").logged();
const PERSON: Parameter = Parameter::integer("person", "", "Entries of this person only").logged();
const ACTION: Parameter =
    Parameter::text("action", "This action only, as in recordings/listen or groups/update").logged();
const EXCEPT: Parameter =
    Parameter::text("except", "None of these actions, as in user/login,user/logout; at most 50").logged();
const NUMBER: Parameter = Parameter::text(
    "number",
    "About calls in which a number that contains it takes part: the source, the called one, or who answered. Blanks, \
     `()-./` and +, 00 or a 0 in front do not matter",
);
const RECORDGROUP: Parameter = Parameter::integer("recordgroup", "", "About this record group only").logged();
const UNIQUEID: Parameter =
    Parameter::text("uniqueid", "About recordings with this uniqueid, dot and all").logged();
const RECORDID: Parameter = Parameter::text("recordid", "About recordings with this recordid").logged();
const LIMIT: Parameter = Parameter::natural("limit", "0", "At most this many rows; 0 all").logged();
const AFTER: Parameter =
    Parameter::text("after", "Continue behind the entry that this `next` value stands for").logged();

/// What a client should know of list.
pub const ABOUT: &str = "There is one entry for each change, with what changed, one for each export, and one for each person \
    who hears a recording within ten minutes (recordings/listen). Wrong passwords are summed: one entry for a person, address and \
    hour (user/login/failed), whose count grows. Those for names that are nobody's have no name, and only owners see them. Ids are \
    those of the whole log, so that they have gaps. `start`, numbers and names of an entry are those of the call that it is about, \
    also of one that is deleted by now; they are empty where nobody knows them any more. Actions are called like the functions. Who heard a recording: \
    `recordgroup`, `uniqueid`, `recordid` and `action=recordings/listen`.";
/// The parameters of list.
pub const LIST: &[Parameter] =
    &[CUSTOMER, START, END, PERSON, ACTION, EXCEPT, NUMBER, RECORDGROUP, UNIQUEID, RECORDID, LIMIT, AFTER];

/// Actions that may be left out.
const MOST_EXCEPT: usize = 50;
/// The form of `next`; another one is not read.
const VERSION: u8 = b'a';

/// What a request asks for, before it is known whether the caller may see it.
struct AuditRequest {
    filter: LogFilter,
    limit: i64,
    faults: Vec<Fault>,
}

impl AuditRequest {
    fn read(params: &Params, now: i64) -> AuditRequest {
        let mut reading = Reading::new(params);
        let text = |text: Option<&str>| text.map(str::to_owned);
        let customer = reading.integer(&CUSTOMER);
        let (start, end) = (reading.integer(&START), reading.integer(&END));
        let after = reading.text(&AFTER);
        let filter = LogFilter {
            customer,
            start: start.unwrap_or(0),
            end: end.unwrap_or(now),
            person: reading.integer(&PERSON),
            action: text(reading.text(&ACTION)),
            except: except(&mut reading),
            number: number(&mut reading),
            recordgroup: reading.integer(&RECORDGROUP),
            uniqueid: text(reading.text(&UNIQUEID)),
            recordid: text(reading.text(&RECORDID)),
            after: after.and_then(decode),
        };
        let limit = reading.integer(&LIMIT).unwrap_or(0);
        if after.is_some() && filter.after.is_none() {
            reading.fault(AFTER.name, "after must be a next value of an earlier answer");
        }
        if start.zip(end).is_some_and(|(start, end)| end < start) {
            reading.fault(END.name, "end must not be before start");
        }
        AuditRequest { filter, limit, faults: reading.into_faults() }
    }

    /// The filter, once it is known what the caller may see.
    fn filter(&self, reader: &Reader, person: &Person) -> Result<LogFilter, Refusal> {
        let mut faults = self.faults.clone();
        let mut filter = self.filter.clone();
        match filter.customer {
            Some(customer) if !reader.sees_customer(person, customer)? => {
                note(&mut faults, CUSTOMER.name, "There is no such customer");
            }
            None if !person.privileges.everywhere() => filter.customer = Some(person.customer),
            _ => {}
        }
        let asked = [(&ACTION, filter.action.as_slice()), (&EXCEPT, &filter.except)];
        for (parameter, actions) in asked {
            if let Some(action) = unknown(reader, actions)? {
                note(&mut faults, parameter.name, &no_action(action));
            }
        }
        Refusal::if_any(faults)?;
        Ok(filter)
    }
}

/// The first that is no action: none of ours, and no other program's that is in the log.
fn unknown<'a>(reader: &Reader, actions: &'a [String]) -> Result<Option<&'a str>, Refusal> {
    for action in actions {
        if !ACTIONS.contains(&action.as_str()) && !reader.is_in_log(action)? {
            return Ok(Some(action));
        }
    }
    Ok(None)
}

fn no_action(action: &str) -> String {
    format!("there is no action {action} in the log; actions are {}", ACTIONS.join(", "))
}

fn except(reading: &mut Reading<'_>) -> Vec<String> {
    let actions = reading.text(&EXCEPT).unwrap_or_default().split(',').map(str::trim);
    let actions: Vec<String> = actions.filter(|action| !action.is_empty()).map(str::to_owned).collect();
    if actions.len() > MOST_EXCEPT {
        reading.fault(EXCEPT.name, format!("except must have at most {MOST_EXCEPT} actions"));
    }
    actions
}

fn number(reading: &mut Reading<'_>) -> Option<String> {
    let number = reading.text(&NUMBER)?;
    let ways = ways_to_write(number);
    if ways.is_none() {
        reading.fault(NUMBER.name, "number must have a digit or a letter in it");
    }
    ways
}

/// The entries that match, newest first.
pub async fn list(request: ApiRequest<MayAdminister>) -> Result<HttpResponse, Refusal> {
    let wanted = AuditRequest::read(&request.params, now());
    let (person, strings) = (request.person.clone(), request.strings());
    stream::answer(&request.asks(), envelope::JSON, true, move |reader, out| {
        let filter = wanted.filter(reader, &person)?;
        let (mut count, mut last, mut next) = (0, None, None);
        out.write(envelope::begin_rows);
        reader.log(&filter, |entry| {
            if wanted.limit > 0 && count == wanted.limit {
                next = last;
                return ControlFlow::Break(());
            }
            let comma = if count > 0 { "," } else { "" };
            count += 1;
            last = Some((entry.time, entry.id));
            out.row(|buffer| {
                buffer.extend_from_slice(comma.as_bytes());
                buffer.extend_from_slice(envelope::row(entry, strings).as_bytes());
            })
        })?;
        out.write(|buffer| envelope::end_rows(next.map(encode).as_deref(), buffer));
        Ok(())
    })
    .await
}

/// The text of the entry that a page ended with.
fn encode((time, id): (i64, i64)) -> String {
    URL_SAFE_NO_PAD.encode([&[VERSION][..], &time.to_be_bytes(), &id.to_be_bytes()].concat())
}

fn decode(text: &str) -> Option<(i64, i64)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (&[VERSION], rest) = bytes.split_first_chunk::<1>()? else { return None };
    let (time, rest) = rest.split_first_chunk::<8>()?;
    let id = rest.try_into().ok()?;
    Some((i64::from_be_bytes(*time), i64::from_be_bytes(id)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_entry_comes_back_and_nothing_else_is_one(time: i64, id: i64, text in ".*") {
            prop_assert_eq!(decode(&encode((time, id))), Some((time, id)));
            if let Some(entry) = decode(&text) {
                prop_assert_eq!(encode(entry), text);
            }
        }
    }
}
