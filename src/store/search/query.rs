//! The statement of a list as it grows: whose recordings, which part of the window, which conditions, what order.

use std::fmt::Write;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

use super::access::{Access, Choice, Part, owner};
use crate::model::{Filter, Kind, Page, Scope, Sort, Stored, WIRE};

/// All rows, in any order.
pub(in crate::store) const WHOLE: Page =
    Page { sort: Sort::START, descending: false, limit: 0, offset: 0, after: None };

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
        let in_order = page.sort == Sort::START && choice.access != Access::Candidates;
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
        if page.sort == Sort::START {
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
        let (column, id) = owner(filter.scope);
        let index = match choice.access {
            Access::Candidates => None,
            Access::Rows => Some("start"),
            Access::Few(few) => Some(few.index),
            Access::Index | Access::IndexOfCandidates => Some("list"),
        };
        let _ = match index {
            Some(index) => write!(self.sql, " INDEXED BY recordings_{column}_{index}"),
            None => write!(self.sql, " NOT INDEXED"),
        };
        let _ = write!(self.sql, " WHERE r.{column} = ");
        self.bind(id);
        if let Scope::Group { customer, .. } = filter.scope {
            self.compare(" AND r.customer = ", customer);
        }
        match choice.access {
            Access::Candidates => {
                self.compare(" AND r.id IN (SELECT value FROM json_each(", &choice.candidates);
                self.push("))");
            }
            Access::IndexOfCandidates => {
                self.compare(" AND is_candidate(", &choice.candidates);
                self.push(", r.id)");
            }
            Access::Rows | Access::Index | Access::Few(_) => {}
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
            Part::Tail(head) => *near = Bound::without(*head),
            Part::Whole | Part::SameStart | Part::AfterCursor => {}
        }
        let behind = if *descending { '<' } else { '>' };
        match (part, after) {
            (Part::SameStart, Some(after)) => {
                self.compare(" AND r.start = ", &after.start);
                self.compare(&format!(" AND r.id {behind} "), after.id);
            }
            (Part::AfterCursor | Part::Head { after_cursor: true, .. }, Some(after)) => match after.start {
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

    pub(super) fn compare(&mut self, sql: &str, value: impl ToSql + 'a) {
        self.push(sql);
        self.bind(value);
    }
}

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
fn key(sort: Sort) -> String {
    let column = sort.column();
    match WIRE[sort.place()].kind {
        _ if sort == Sort::START => "r.start".into(),
        Kind::Text => format!("ifnull(r.{column}, '') COLLATE BINARY"),
        _ => format!("ifnull(r.{column}, 0)"),
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
