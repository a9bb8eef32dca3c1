//! The statement of a list as it grows: whose recordings, which part of the window, which conditions, what order.

use std::fmt::Write;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

use super::plan::{self, Access, Choice, Part};
use crate::model::{Direction, Filter, Page, Scope, Sort, Stored, WIRE};

/// All rows, in any order.
pub(in crate::store) const WHOLE: Page =
    Page { sort: Sort::Start, descending: false, limit: 0, offset: 0, after: None };

/// A statement as it grows, with the values of its parameters in order.
#[derive(Default)]
pub(in crate::store) struct Query<'a> {
    pub(in crate::store) sql: String,
    pub(in crate::store) values: Vec<Box<dyn ToSql + 'a>>,
}

impl<'a> Query<'a> {
    pub(in crate::store) fn list(
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

    pub(in crate::store) fn columns(&mut self) {
        for (index, column) in WIRE.iter().enumerate() {
            self.push(if index == 0 { "SELECT take(r.\"" } else { ", r.\"" });
            self.push(column.name);
            self.push("\"");
        }
        self.push(", r.id)");
    }

    pub(in crate::store) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    pub(in crate::store) fn bind(&mut self, value: impl ToSql + 'a) {
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
    pub(in crate::store) fn matching(&mut self, filter: &'a Filter, choice: &'a Choice) {
        self.scope(filter, choice);
        self.part(filter, &Part::Whole, &WHOLE);
        self.conditions(filter);
    }

    /// The index to walk, and whose recordings.
    pub(in crate::store) fn scope(&mut self, filter: &'a Filter, choice: &'a Choice) {
        let (column, by_start, list, id) = plan::indexes(filter.scope);
        match choice.access {
            Access::Rows => self.push(&format!(" INDEXED BY {by_start}")),
            Access::InProgress => self.push(&format!(" INDEXED BY recordings_{column}_in_progress")),
            Access::Stale => self.push(&format!(" INDEXED BY recordings_{column}_stale")),
            Access::Index | Access::IndexOfCandidates => self.push(&format!(" INDEXED BY {list}")),
            Access::Candidates => self.push(" NOT INDEXED"),
        }
        let _ = write!(self.sql, " WHERE r.{column} = ");
        self.bind(id);
        match choice.access {
            Access::Candidates => {
                self.compare(" AND r.id IN (SELECT value FROM json_each(", &choice.candidates);
                self.push("))");
            }
            Access::IndexOfCandidates => {
                self.compare(" AND among(", &choice.candidates);
                self.push(", r.id)");
            }
            Access::Rows | Access::Index | Access::InProgress | Access::Stale => {}
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
    pub(in crate::store) fn part(&mut self, filter: &'a Filter, part: &Part, page: &'a Page) {
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

    /// Text first, but names: it leaves few rows for the other conditions, which nearly all rows meet.
    fn conditions(&mut self, filter: &'a Filter) {
        self.contains("cnumber", &filter.called);
        self.contains("callerid_internal", &filter.caller);
        match filter.complete {
            Some(true) => self.push(" AND r.complete <> 0"),
            Some(false) => self.push(" AND r.complete = 0"),
            None => {}
        }
        if filter.stale {
            self.push(" AND r.stale = 1");
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
            // What has no letters is looked for first: it needs no copy in lower case.
            let runs = needle.split(|c: char| c.is_ascii_alphabetic());
            if let Some(run) = runs.max_by_key(|run| run.len()).filter(|run| run.len() > 1) {
                let _ = write!(self.sql, " AND instr(r.{column}, ");
                self.bind(run);
                self.push(") > 0");
            }
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
