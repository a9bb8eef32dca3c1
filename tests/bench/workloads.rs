//! The questions: who asks for which rows, and how fast the answer has to be.

use crate::data::{DAY, MONTH, World, YEARS};
use crate::database::{PASSWORD, USERNAME};
use crate::load;
use crate::report::Bar;

/// The rows of an answer, and their order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The limit program gives the same order.
    Same,
    /// The limit program leaves the order of equals to chance; they are alike in this number.
    Totaltime,
    /// The same for this text.
    Cnumber,
}

/// A list that is measured.
pub struct List {
    /// Its name in the design notes.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// The filters and the order, as a client sends them.
    pub query: String,
    /// How its rows compare.
    pub order: Order,
    /// What it has to keep.
    pub bar: Bar,
    /// What its first byte has to keep.
    pub first_byte: Option<Bar>,
}

/// W3: all of a customer's recordings.
pub fn all_time() -> String {
    format!("customer=1;start=0;end={}", YEARS.end)
}

/// A customer's month.
fn month() -> String {
    format!("customer=1;start={};end={}", MONTH.start, MONTH.end - 1)
}

/// W1. The first of the month is a Saturday, the eleventh a Tuesday.
pub fn one_day() -> String {
    day(10)
}

/// A group's day, counted from the month's first.
fn day(index: i64) -> String {
    let start = MONTH.start + index * DAY;
    format!("recordgroup=1;start={start};end={}", start + DAY - 1)
}

/// W1 to W5b.
pub fn lists(world: &World) -> Vec<List> {
    let list = |name, about, query, order, bar| List { name, about, query, order, bar, first_byte: None };
    vec![
        list("W1", "one group, one working day", one_day(), Order::Same, Bar::Times(1.5)),
        list("W2", "one customer, one month", month(), Order::Same, Bar::Times(1.3)),
        List {
            first_byte: Some(Bar::AtMost(2.0)),
            ..list("W3", "one customer, all time", all_time(), Order::Same, Bar::Times(1.3))
        },
        list("W4a", "called has 7 rare digits", rare(world), Order::Same, Bar::AtMost(2.0)),
        list("W4b", "called has 3 common digits, newest 100", common(), Order::Same, Bar::Times(1.3)),
        list("W4c", "caller has 5 digits, one month", familiar(world), Order::Same, Bar::Times(1.0)),
        list(
            "W4d",
            "called has what no number has",
            format!("{};called=%2399", all_time()),
            Order::Same,
            Bar::AtMost(2.0),
        ),
        list(
            "W5",
            "W2 by totaltime, longest first",
            format!("{};sort=totaltime;descending=1", month()),
            Order::Totaltime,
            Bar::Times(1.3),
        ),
        list(
            "W5b",
            "W3 by called number",
            format!("{};sort=cnumber", all_time()),
            Order::Cnumber,
            Bar::Times(1.3),
        ),
    ]
}

fn rare(world: &World) -> String {
    format!("{};called={}", all_time(), world.rare_digits())
}

fn familiar(world: &World) -> String {
    format!("{};caller={}", month(), world.familiar_digits())
}

/// W4b, which W7 repeats at other counts of rows.
pub fn common() -> String {
    format!("{};descending=1;limit=100;called={}", all_time(), crate::data::COMMON_DIGITS)
}

/// The beginning of a long list.
pub fn beginning() -> String {
    format!("{};limit=150", all_time())
}

/// One page of a long list, by called digits or not.
pub fn page(called: &str, limit: u32, after: &str) -> String {
    let called = if called.is_empty() { String::new() } else { format!(";called={called}") };
    let after = if after.is_empty() { String::new() } else { format!(";after={}", escape(after)) };
    format!("{}{called};limit={limit}{after}", all_time())
}

/// W1 on the twenty working days of the month.
pub fn working_days() -> Vec<String> {
    (0..30).filter(|index| index % 7 > 1).map(day).collect()
}

/// The request of a list, with the password in it. `complete=-1` makes both programs see the same rows.
pub fn request(query: &str) -> Vec<u8> {
    load::request(&format!("{LIST}?auth_username={USERNAME};auth_password={PASSWORD};complete=-1;{query}"))
}

/// The same with a token.
pub fn request_by_token(query: &str, token: &str) -> Vec<u8> {
    load::request(&format!("{LIST}?auth_token={};complete=-1;{query}", escape(token)))
}

/// The request that asks for a token.
pub fn login() -> Vec<u8> {
    load::request(&format!("/api/json/user/login?auth_username={USERNAME};auth_password={PASSWORD};token=1"))
}

const LIST: &str = "/api/json/recording/recordings/list";

fn escape(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() { char::from(byte).into() } else { format!("%{byte:02X}") }
            },
        )
        .collect()
}
