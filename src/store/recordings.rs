//! Recordings: lists, totals, and the rows that come in.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::rc::Rc;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::fold::Needles;
use super::search::{self, Access, Choice, Part};
use super::{Change, Reader, StoreError};
use crate::model::{Cursor, Direction, Draft, Filter, Kind, Page, Scope, Sort, Stored, Totals, WIRE};

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

impl RecordingRow<'_> {
    /// What a page that ends with this row is continued by.
    fn cursor(&self, sort: Sort, descending: bool) -> Cursor {
        let id = match self.0.get_raw(WIRE.len()) {
            ValueRef::Integer(id) => id,
            _ => 0,
        };
        let value = self.stored(sort.place(), WIRE[sort.place()].kind);
        Cursor { sort, descending, value, start: self.stored(Sort::Start.place(), Kind::Integer), id }
    }

    fn stored(&self, column: usize, kind: Kind) -> Stored {
        match self.0.get_raw(column) {
            ValueRef::Integer(number) => Stored::Integer(number),
            ValueRef::Real(real) => Stored::Real(real),
            ValueRef::Text(text) => Stored::Text(text.into()),
            ValueRef::Blob(bytes) => Stored::Blob(bytes.into()),
            ValueRef::Null if kind == Kind::Integer => Stored::Integer(0),
            ValueRef::Null => Stored::Text(Vec::new()),
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
    /// Calls `each` with every matching row in order, until it breaks. Gives the last row of the page where more
    /// rows match than its limit.
    pub fn list(
        &self,
        filter: &Filter,
        page: &Page,
        each: impl FnMut(&RecordingRow<'_>) -> ControlFlow<()> + 'static,
    ) -> Result<Option<Cursor>, StoreError> {
        let taken = Rc::new(RefCell::new(Taken::default()));
        let _taking = Taking::begin(taker(page, Rc::clone(&taken), each));
        // Several statements must see the same rows.
        let _snapshot = self.0.unchecked_transaction()?;
        let so_far = || taken.borrow().count;
        let parts = match (&page.after, page.sort) {
            (Some(_), Sort::Start) => vec![Part::Tie, Part::Behind],
            _ => vec![Part::Whole],
        };
        for part in parts {
            if taken.borrow().over {
                break;
            }
            self.list_part(filter, page, &part, so_far)?;
        }
        let next = taken.borrow_mut().next.take();
        Ok(next)
    }

    fn list_part(
        &self,
        filter: &Filter,
        page: &Page,
        part: &Part,
        so_far: impl Fn() -> i64,
    ) -> Result<(), StoreError> {
        let by_start = page.sort == Sort::Start;
        if !search::has_text(filter) || matches!(part, Part::Tie) {
            let choice = Reader::without_text(filter, Some(page));
            return self.step_through(filter, page, part, &choice, so_far());
        }
        // Other orders need ids first, which the index has.
        let look_through =
            Choice::new(if by_start { search::look_through(filter) } else { Access::Index }, "");
        let begun = so_far();
        let mut rest = part.clone();
        if search::takes_head(page) {
            let Some(head) = self.head(filter, page, part)? else {
                return self.step_through(filter, page, part, &look_through, begun);
            };
            let behind = matches!(part, Part::Behind);
            self.step_through(filter, page, &Part::Head { to: head, behind }, &look_through, begun)?;
            if so_far() > page.limit {
                return Ok(());
            }
            rest = Part::Rest(head);
        }
        if self.is_short(filter, page, &rest)? {
            return self.step_through(filter, page, &rest, &look_through, so_far());
        }
        let limit = if by_start { page.limit } else { 0 };
        let mut choice = self.with_text(filter, (limit - begun).max(0), so_far() - begun)?;
        if choice.access == Access::Rows {
            choice.access = look_through.access;
        }
        self.step_through(filter, page, &rest, &choice, so_far())
    }

    /// Runs one statement; the taker gets its rows.
    fn step_through(
        &self,
        filter: &Filter,
        page: &Page,
        part: &Part,
        choice: &Choice,
        so_far: i64,
    ) -> Result<(), StoreError> {
        let mut query = Query::default();
        query.list(filter, page, part, choice, so_far);
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
        // What the trigram index names must be counted among the rows that it was asked of.
        let _snapshot = self.0.unchecked_transaction()?;
        let choice = self.way_to_all(filter)?;
        let mut query = Query::default();
        // total() and not sum(): what another program stored as text or beyond 64 bits must not fail the request.
        query.push("SELECT count(*), CAST(total(r.totaltime) AS INTEGER), CAST(total(r.size) AS INTEGER) FROM recordings r");
        query.matching(filter, &choice);
        let mut statement = self.0.prepare_cached(&query.sql)?;
        let totals = statement.query_row(params_from_iter(query.values.iter()), |row| {
            Ok(Totals { count: row.get(0)?, totaltime: row.get(1)?, size: row.get(2)? })
        })?;
        Ok(totals)
    }

    /// The way to all matching rows, in any order.
    pub(super) fn way_to_all(&self, filter: &Filter) -> Result<Choice, StoreError> {
        if !search::has_text(filter) {
            return Ok(Reader::without_text(filter, None));
        }
        if self.is_short(filter, &WHOLE, &Part::Whole)? {
            return Ok(Choice::new(Access::Index, "a short window is looked through whole"));
        }
        let choice = self.with_text(filter, 0, 0)?;
        Ok(if choice.access == Access::Rows { Choice { access: Access::Index, ..choice } } else { choice })
    }
}

/// All rows, in any order.
const WHOLE: Page = Page { sort: Sort::Start, descending: false, limit: 0, offset: 0, after: None };

/// What a list has given so far.
#[derive(Default)]
struct Taken {
    count: i64,
    over: bool,
    last: Option<Cursor>,
    next: Option<Cursor>,
}

/// Counts the rows, hands those of the page to `each`, and notes where the page ends if another row follows.
fn taker(
    page: &Page,
    taken: Rc<RefCell<Taken>>,
    mut each: impl FnMut(&RecordingRow<'_>) -> ControlFlow<()> + 'static,
) -> Taker {
    let (limit, sort, descending) = (page.limit, page.sort, page.descending);
    Box::new(move |row| {
        let mut taken = taken.borrow_mut();
        taken.count += 1;
        if limit > 0 && taken.count > limit {
            taken.next = taken.last.take();
            taken.over = true;
            return ControlFlow::Break(());
        }
        if taken.count == limit {
            taken.last = Some(row.cursor(sort, descending));
        }
        let flow = each(row);
        taken.over = flow.is_break();
        flow
    })
}

/// A statement as it grows, with the values of its parameters in order.
#[derive(Default)]
pub(super) struct Query<'a> {
    pub(super) sql: String,
    pub(super) values: Vec<Box<dyn ToSql + 'a>>,
}

impl<'a> Query<'a> {
    pub(super) fn list(
        &mut self,
        filter: &'a Filter,
        page: &'a Page,
        part: &Part,
        choice: &'a Choice,
        so_far: i64,
    ) {
        let order = if page.descending { " DESC" } else { "" };
        let in_order = page.sort == Sort::Start && choice.access != Access::Candidates;
        self.columns();
        // Where no index has the order, ids are sorted and whole rows fetched afterwards. Without a LIMIT, even -1,
        // SQLite would take the subquery's order for superfluous.
        self.push(if in_order {
            " FROM recordings r"
        } else {
            " FROM (SELECT r.id AS sorted FROM recordings r"
        });
        self.scope(filter, choice);
        self.part(filter, part, page);
        self.conditions(filter);
        if page.sort == Sort::Start {
            let _ = write!(self.sql, " ORDER BY r.start{order}, r.id{order}");
        } else {
            let key = key(page.sort);
            let _ = write!(self.sql, " ORDER BY {key}{order}, r.start{order}, r.id{order}");
        }
        self.limit(page, so_far);
        if !in_order {
            self.push(") CROSS JOIN recordings r ON r.id = sorted");
        }
    }

    pub(super) fn columns(&mut self) {
        for (index, column) in WIRE.iter().enumerate() {
            self.push(if index == 0 { "SELECT take(r.\"" } else { ", r.\"" });
            self.push(column.name);
            self.push("\"");
        }
        self.push(", r.id)");
    }

    pub(super) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    pub(super) fn bind(&mut self, value: impl ToSql + 'a) {
        self.values.push(Box::new(value));
        let _ = write!(self.sql, "?{}", self.values.len());
    }

    /// One row more than the page has: it says that more match.
    fn limit(&mut self, page: &Page, so_far: i64) {
        self.push(" LIMIT ");
        self.bind(if page.limit == 0 { -1 } else { page.limit.saturating_add(1) - so_far });
        if page.offset > 0 {
            self.push(" OFFSET ");
            self.bind(page.offset);
        }
    }

    /// `FROM recordings r` is written; adds all conditions of the filter.
    pub(super) fn matching(&mut self, filter: &'a Filter, choice: &'a Choice) {
        self.scope(filter, choice);
        self.part(filter, &Part::Whole, &WHOLE);
        self.conditions(filter);
    }

    /// The index to walk, and whose recordings.
    pub(super) fn scope(&mut self, filter: &'a Filter, choice: &'a Choice) {
        let (column, by_start, list, id) = search::indexes(filter.scope);
        match choice.access {
            Access::Rows => self.push(&format!(" INDEXED BY {by_start}")),
            Access::InProgress => self.push(&format!(" INDEXED BY recordings_{column}_in_progress")),
            Access::Index | Access::IndexOfCandidates => self.push(&format!(" INDEXED BY {list}")),
            Access::Candidates => self.push(" NOT INDEXED"),
        }
        let _ = write!(self.sql, " WHERE r.{column} = ");
        self.bind(id);
        if matches!(choice.access, Access::Candidates | Access::IndexOfCandidates) {
            self.compare(" AND r.id IN (SELECT value FROM json_each(", &choice.candidates);
            self.push("))");
        }
        if let Scope::Own { customer, person } = filter.scope {
            self.push(" AND r.recordgroup IN (SELECT g.id FROM recordgroups g WHERE g.customer = ");
            self.bind(customer);
            self.push(" AND (g.owner = ");
            self.bind(person);
            self.push(" OR g.id IN (SELECT m.recordgroup FROM recordgroup_members m WHERE m.person = ");
            self.bind(person);
            self.push(")))");
        }
    }

    /// The window, or a part of it; and what is behind the cursor. One lower and one upper bound by start, since
    /// SQLite would walk by the first of two and only look at the second.
    pub(super) fn part(&mut self, filter: &'a Filter, part: &Part, page: &'a Page) {
        let Page { descending, after, .. } = page;
        let (mut from, mut to) = (Bound::with(filter.start), Bound::with(filter.end));
        let (near, far) = if *descending { (&mut to, &mut from) } else { (&mut from, &mut to) };
        match part {
            Part::Head { to: head, .. } => *far = Bound::with(*head),
            Part::Rest(head) => *near = Bound::without(*head),
            Part::Whole | Part::Tie | Part::Behind => {}
        }
        let behind = if *descending { '<' } else { '>' };
        match (part, after) {
            (Part::Tie, Some(after)) => {
                self.compare(" AND r.start = ", &after.start);
                self.compare(&format!(" AND r.id {behind} "), after.id);
            }
            (Part::Behind | Part::Head { behind: true, .. }, Some(after)) => match after.start {
                // A cursor of another window must not widen this one.
                Stored::Integer(start) if *descending && start > near.start => {}
                Stored::Integer(start) if !*descending && start < near.start => {}
                Stored::Integer(start) => *near = Bound::without(start),
                _ => self.compare(&format!(" AND r.start {behind} "), &after.start),
            },
            (Part::Whole, Some(after)) => {
                let _ = write!(self.sql, " AND ({}, r.start, r.id) {behind} (", key(after.sort));
                self.bind(&after.value);
                self.compare(", ", &after.start);
                self.compare(", ", after.id);
                self.push(")");
            }
            _ => {}
        }
        self.compare(if from.included { " AND r.start >= " } else { " AND r.start > " }, from.start);
        self.compare(if to.included { " AND r.start <= " } else { " AND r.start < " }, to.start);
    }

    fn compare(&mut self, sql: &str, value: impl ToSql + 'a) {
        self.push(sql);
        self.bind(value);
    }

    fn conditions(&mut self, filter: &'a Filter) {
        match filter.complete {
            Some(true) => self.push(" AND r.complete <> 0"),
            Some(false) => self.push(" AND r.complete = 0"),
            None => {}
        }
        if filter.totaltime_minimum > 0 {
            self.compare(" AND r.totaltime >= ", filter.totaltime_minimum);
        }
        if let Some(maximum) = filter.totaltime_maximum {
            self.compare(" AND r.totaltime <= ", maximum);
        }
        if let Some(direction) = filter.direction {
            self.compare(" AND r.direction = ", Direction::as_str(direction));
        }
        self.contains("cnumber", &filter.called);
        self.contains("callerid_internal", &filter.caller);
        if !filter.search.is_empty() {
            self.compare(" AND finds(", filter.search.join("\n"));
            for column in SEARCHED {
                self.push(", r.");
                self.push(column);
            }
            self.push(")");
        }
    }

    /// Numbers have no case, and SQLite's own functions are faster than one of ours: its lower() folds ASCII only.
    fn contains(&mut self, column: &str, needle: &'a str) {
        if needle.is_empty() {
            return;
        }
        if needle.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            let _ = write!(self.sql, " AND instr(lower(r.{column}), ");
            self.bind(needle.to_ascii_lowercase());
        } else {
            let _ = write!(self.sql, " AND instr(r.{column}, ");
            self.bind(needle);
        }
        self.push(") > 0");
    }
}

/// The columns that a search looks through.
const SEARCHED: [&str; 10] = [
    "snumber",
    "snumber_name",
    "snumber_display",
    "cnumber",
    "cnumber_name",
    "cnumber_display",
    "dnumber",
    "dnumber_name",
    "dnumber_display",
    "callerid_internal",
];

/// An end of the window.
struct Bound {
    start: i64,
    included: bool,
}

impl Bound {
    fn with(start: i64) -> Bound {
        Bound { start, included: true }
    }

    fn without(start: i64) -> Bound {
        Bound { start, included: false }
    }
}

/// What a list is sorted by; what another program left NULL is shown, and so sorted, as empty or 0.
fn key(sort: Sort) -> &'static str {
    match sort {
        Sort::CalledNumber => "ifnull(r.cnumber, '') COLLATE BINARY",
        Sort::Expires => "ifnull(r.expires, 0)",
        Sort::SourceNumber => "ifnull(r.snumber, '') COLLATE BINARY",
        Sort::Start => "r.start",
        Sort::TotalTime => "ifnull(r.totaltime, 0)",
    }
}

impl ToSql for Stored {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Stored::Integer(number) => ValueRef::Integer(*number),
            Stored::Real(real) => ValueRef::Real(*real),
            Stored::Text(text) => ValueRef::Text(text),
            Stored::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// `take(columns…)` hands a row to this thread's taker and says whether it wants no more. `finds(words, texts…)`:
/// whether each word, on a line of its own, is in one of the texts, whatever its case.
pub(super) fn register_functions(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_scalar_function(c"take", -1, FunctionFlags::SQLITE_UTF8, |context| {
        let row = RecordingRow(context);
        Ok(TAKER.with_borrow_mut(|taker| taker.as_mut().is_none_or(|taker| taker(&row).is_break())))
    })?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(c"finds", -1, flags, |context| {
        let words = context
            .get_or_create_aux(0, |words| Ok::<_, rusqlite::Error>(Needles::new(words.as_bytes()?)))?;
        let texts = (1..context.len()).map(|index| context.get_raw(index));
        // An adopted table may hold numbers as such; they are read as the index and `called` read them.
        Ok(words.all_in(texts.filter_map(|text| match text {
            ValueRef::Text(text) | ValueRef::Blob(text) => Some(Cow::Borrowed(text)),
            ValueRef::Integer(number) => Some(Cow::Owned(number.to_string().into_bytes())),
            ValueRef::Real(real) => Some(Cow::Owned(format!("{real:?}").into_bytes())),
            ValueRef::Null => None,
        })))
    })
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
