//! Recordings: lists, totals, and the rows that come in.

use std::cell::RefCell;
use std::fmt::Write;
use std::ops::ControlFlow;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSql, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::{Change, Reader, StoreError};
use crate::model::{Direction, Draft, Filter, Page, Scope, Sort, Totals, WIRE};

/// A row of a list, read in place: its texts are SQLite's own buffers.
///
/// It is handed over inside the statement, by a function that is called with all columns of a row: a third of the
/// calls into SQLite that reading them one by one from outside would take.
pub struct RecordingRow<'a>(&'a Context<'a>);

impl RecordingRow<'_> {
    /// A wire column as a number. What another program stored as something else is read the way SQLite casts it.
    #[inline]
    pub fn integer(&self, column: usize) -> i64 {
        as_integer(self.0.get_raw(column))
    }

    /// Calls `use_` with a wire column as text: bytes that are nearly always UTF-8, but another program may have
    /// stored anything.
    #[inline]
    pub fn text(&self, column: usize, use_: impl FnOnce(&[u8])) {
        match self.0.get_raw(column) {
            ValueRef::Text(text) | ValueRef::Blob(text) => use_(text),
            ValueRef::Integer(number) => use_(number.to_string().as_bytes()),
            ValueRef::Real(real) => use_(real.to_string().as_bytes()),
            ValueRef::Null => use_(b""),
        }
    }
}

/// Whoever gets the rows of the list that this thread is stepping through.
pub(super) type Taker = Box<dyn FnMut(&RecordingRow<'_>) -> ControlFlow<()>>;

thread_local! {
    static TAKER: RefCell<Option<Taker>> = const { RefCell::new(None) };
}

/// Takes the taker away again, however the list ends.
pub(super) struct Taking;

impl Taking {
    pub(super) fn begin(taker: Taker) -> Taking {
        TAKER.set(Some(taker));
        Taking
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        drop(TAKER.take());
    }
}

/// A value as a number, the way SQLite casts it.
#[inline]
pub(super) fn as_integer(value: ValueRef<'_>) -> i64 {
    match value {
        ValueRef::Integer(number) => number,
        ValueRef::Real(real) => real as i64,
        ValueRef::Text(text) | ValueRef::Blob(text) => leading_integer(text),
        ValueRef::Null => 0,
    }
}

/// The number that a text begins with, else 0; too large ones stop at the end of the range.
fn leading_integer(text: &[u8]) -> i64 {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let size = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0_i64, |size, byte| size.saturating_mul(10).saturating_add(i64::from(byte - b'0')));
    if negative { -size } else { size }
}

impl Reader {
    /// Calls `each` with every matching row in order, until it breaks.
    pub fn list(
        &self,
        filter: &Filter,
        page: &Page,
        each: impl FnMut(&RecordingRow<'_>) -> ControlFlow<()> + 'static,
    ) -> Result<(), StoreError> {
        let mut query = Query::default();
        query.list(filter, page);
        let _taking = Taking::begin(Box::new(each));
        let mut statement = self.0.prepare_cached(&query.sql)?;
        let mut rows = statement.query(params_from_iter(query.values.iter()))?;
        while let Some(row) = rows.next()? {
            let over: bool = row.get(0)?;
            if over {
                break;
            }
        }
        Ok(())
    }

    /// How much matches.
    pub fn totals(&self, filter: &Filter) -> Result<Totals, StoreError> {
        let mut query = Query::default();
        // total() and not sum(): what another program stored as text or beyond 64 bits must not fail the request.
        query.sql.push_str(
            "SELECT count(*), CAST(total(totaltime) AS INTEGER), CAST(total(size) AS INTEGER) FROM recordings r",
        );
        query.matching(filter);
        let mut statement = self.0.prepare_cached(&query.sql)?;
        let totals = statement.query_row(params_from_iter(query.values.iter()), |row| {
            Ok(Totals { count: row.get(0)?, totaltime: row.get(1)?, size: row.get(2)? })
        })?;
        Ok(totals)
    }
}

/// A statement as it grows, with the values of its parameters in order.
#[derive(Default)]
pub(super) struct Query<'a> {
    pub sql: String,
    pub values: Vec<Box<dyn ToSql + 'a>>,
}

impl<'a> Query<'a> {
    fn list(&mut self, filter: &'a Filter, page: &Page) {
        let order = if page.descending { " DESC" } else { "" };
        if page.sort == Sort::Start {
            self.columns();
            self.sql.push_str(" FROM recordings r");
            self.matching(filter);
            let _ = write!(self.sql, " ORDER BY r.start{order}, r.id{order}");
            self.limit(page);
        } else {
            // Ids are sorted and whole rows fetched afterwards. Without a LIMIT, even -1, SQLite would take the
            // subquery's order for superfluous.
            self.columns();
            self.sql.push_str(" FROM (SELECT r.id AS sorted FROM recordings r");
            self.matching(filter);
            let column = page.sort.column();
            let _ =
                write!(self.sql, " ORDER BY r.{column} COLLATE BINARY{order}, r.start{order}, r.id{order}");
            self.limit(page);
            self.sql.push_str(") CROSS JOIN recordings r ON r.id = sorted");
        }
    }

    pub(super) fn columns(&mut self) {
        for (index, column) in WIRE.iter().enumerate() {
            self.sql.push_str(if index == 0 { "SELECT take(r.\"" } else { ", r.\"" });
            self.sql.push_str(column.name);
            self.sql.push('"');
        }
        self.sql.push(')');
    }

    pub(super) fn bind(&mut self, value: impl ToSql + 'a) {
        self.values.push(Box::new(value));
        let _ = write!(self.sql, "?{}", self.values.len());
    }

    fn limit(&mut self, page: &Page) {
        self.sql.push_str(" LIMIT ");
        self.bind(if page.limit == 0 { -1 } else { page.limit });
        if page.offset > 0 {
            self.sql.push_str(" OFFSET ");
            self.bind(page.offset);
        }
    }

    /// FROM is written; adds the index to walk and WHERE.
    pub(super) fn matching(&mut self, filter: &'a Filter) {
        let (index, column, value) = match filter.scope {
            Scope::Customer(id) | Scope::Own { customer: id, .. } => {
                ("recordings_customer_start", "customer", id)
            }
            Scope::Group(id) => ("recordings_recordgroup_start", "recordgroup", id),
        };
        let _ = write!(self.sql, " INDEXED BY {index} WHERE r.{column} = ");
        self.bind(value);
        self.sql.push_str(" AND r.start >= ");
        self.bind(filter.start);
        self.sql.push_str(" AND r.start <= ");
        self.bind(filter.end);
        if let Scope::Own { customer, person } = filter.scope {
            self.sql.push_str(" AND r.recordgroup IN (SELECT g.id FROM recordgroups g WHERE g.customer = ");
            self.bind(customer);
            self.sql.push_str(" AND (g.owner = ");
            self.bind(person);
            self.sql
                .push_str(" OR g.id IN (SELECT m.recordgroup FROM recordgroup_members m WHERE m.person = ");
            self.bind(person);
            self.sql.push_str(")))");
        }
        self.conditions(filter);
    }

    fn conditions(&mut self, filter: &'a Filter) {
        match filter.complete {
            Some(true) => self.sql.push_str(" AND r.complete <> 0"),
            Some(false) => self.sql.push_str(" AND r.complete = 0"),
            None => {}
        }
        if filter.totaltime_minimum > 0 {
            self.sql.push_str(" AND r.totaltime >= ");
            self.bind(filter.totaltime_minimum);
        }
        if let Some(maximum) = filter.totaltime_maximum {
            self.sql.push_str(" AND r.totaltime <= ");
            self.bind(maximum);
        }
        if let Some(direction) = filter.direction {
            self.sql.push_str(" AND r.direction = ");
            self.bind(Direction::as_str(direction));
        }
        self.contains("cnumber", &filter.called);
        self.contains("callerid_internal", &filter.caller);
    }

    fn contains(&mut self, column: &str, needle: &'a str) {
        if needle.is_empty() {
            return;
        }
        let _ = write!(self.sql, " AND contains(r.{column}, ");
        self.bind(needle);
        self.sql.push(')');
    }
}

/// `take(columns…)` hands a row to this thread's taker and says whether it wants no more. `contains(text, needle)`:
/// whether the text has the needle in it; ASCII letters match in either case.
pub(super) fn register_functions(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_scalar_function(c"take", -1, FunctionFlags::SQLITE_UTF8, |context| {
        let row = RecordingRow(context);
        Ok(TAKER.with_borrow_mut(|taker| taker.as_mut().is_none_or(|taker| taker(&row).is_break())))
    })?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(c"contains", 2, flags, |context| {
        let needle = context.get_raw(1).as_bytes().unwrap_or_default();
        Ok(match context.get_raw(0) {
            ValueRef::Text(text) | ValueRef::Blob(text) => contains(text, needle),
            ValueRef::Integer(number) => contains(number.to_string().as_bytes(), needle),
            ValueRef::Real(real) => contains(real.to_string().as_bytes(), needle),
            ValueRef::Null => false,
        })
    })
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    needle.is_empty() || text.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle))
}

impl Change<'_> {
    /// Stores a recording. Gives its id.
    pub fn add_recording(&self, draft: &Draft) -> Result<i64, StoreError> {
        let names: Vec<String> = WIRE.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let marks = vec!["?"; WIRE.len()].join(", ");
        let sql = format!("INSERT INTO recordings ({}) VALUES ({marks})", names.join(", "));
        let mut statement = self.transaction.prepare_cached(&sql)?;
        Ok(statement.insert(params_from_iter(values(draft)))?)
    }
}

/// The values of a draft in wire order.
fn values(d: &Draft) -> [&dyn ToSql; WIRE.len()] {
    [
        &d.customer,
        &d.recordgroup,
        &d.uniqueid,
        &d.recordid,
        &d.callid,
        &d.asteriskid,
        &d.machine,
        &d.start,
        &d.end,
        &d.talktime,
        &d.totaltime,
        &d.status,
        &d.stype,
        &d.snumber,
        &d.snumber_name,
        &d.snumber_display,
        &d.scustomer,
        &d.ctype,
        &d.cnumber,
        &d.cnumber_name,
        &d.cnumber_display,
        &d.dtype,
        &d.dnumber,
        &d.dnumber_name,
        &d.dnumber_display,
        &d.dcustomer,
        &d.callerid_internal,
        &d.spresent,
        &d.complete,
        &d.expires,
        &d.stale,
        &d.mimetype,
        &d.size,
        &d.path,
        &d.direction,
        &d.hold,
    ]
}
