//! Lists of recordings, and their totals.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use rusqlite::params_from_iter;

use super::row::{ListRow, Taker, Taking};
use crate::model::{Cursor, Filter, Page, Sort, Totals};
use crate::store::search::{self, Access, Choice, Part, Query, WHOLE};
use crate::store::{Reader, StoreError};

impl Reader {
    /// Calls `each` with every matching row in order, until it breaks. Gives the last row of the page where more
    /// rows match than its limit.
    pub fn list(
        &self,
        filter: &Filter,
        page: &Page,
        each: impl FnMut(&ListRow<'_>) -> ControlFlow<()> + 'static,
    ) -> Result<Option<Cursor>, StoreError> {
        let taken = Rc::new(RefCell::new(Taken::default()));
        let _taking = Taking::begin(taker(page, Rc::clone(&taken), each));
        // Several statements must see the same rows; one does anyway.
        let several = filter.has_text() || page.after.is_some();
        let _snapshot = several.then(|| self.snapshot()).transpose()?;
        let so_far = || taken.borrow().count;
        let parts = match (&page.after, page.sort) {
            (Some(_), Sort::START) => vec![Part::SameStart, Part::AfterCursor],
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
        let by_start = page.sort == Sort::START;
        if !filter.has_text() || matches!(part, Part::SameStart) {
            let choice = Reader::without_text(filter, Some(page));
            return self.step_through(filter, page, part, &choice, so_far());
        }
        // Other orders need ids first, which the index has.
        let look_through =
            Choice::new(if by_start { search::look_through(filter) } else { Access::Index }, "");
        let begun = so_far();
        let mut rest = part.clone();
        let rows = self.rows_in(filter, page, part)?;
        if search::takes_head(page) && !search::is_short(filter, rows) {
            let Some(head) = self.head(filter, page, part)? else {
                return self.step_through(filter, page, part, &look_through, begun);
            };
            let after_cursor = matches!(part, Part::AfterCursor);
            self.step_through(filter, page, &Part::Head { to: head, after_cursor }, &look_through, begun)?;
            if so_far() > page.limit {
                return Ok(());
            }
            rest = Part::Tail(head);
        }
        let limit = if by_start { page.limit } else { 0 };
        let mut choice = self.with_text(filter, (limit - begun).max(0), so_far() - begun, rows)?;
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
        let _snapshot = self.snapshot()?;
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
    pub(in crate::store) fn way_to_all(&self, filter: &Filter) -> Result<Choice, StoreError> {
        if !filter.has_text() {
            return Ok(Reader::without_text(filter, None));
        }
        let rows = self.rows_in(filter, &WHOLE, &Part::Whole)?;
        let choice = self.with_text(filter, 0, 0, rows)?;
        Ok(if choice.access == Access::Rows { Choice { access: Access::Index, ..choice } } else { choice })
    }
}

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
    mut each: impl FnMut(&ListRow<'_>) -> ControlFlow<()> + 'static,
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
