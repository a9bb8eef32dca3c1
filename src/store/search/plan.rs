//! Which way a list takes through the indexes, and why.
//!
//! A short window is looked through whole. A long one begins with its first few thousand rows, which are enough for
//! what is common; then the trigram index says whether few rows can match – those are fetched – or many, and the
//! window is walked in order, which stops early at a limit or costs less than its output.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params_from_iter};

use super::query::Query;
use crate::model::{Filter, Page, Scope, Sort};
use crate::store::{Reader, StoreError};

/// Rows of the head, where numbers are looked for: 0.3 ms.
const HEAD: i64 = 4096;
/// The same where names are looked for too, which takes whole rows: 1 ms.
const HEAD_OF_ROWS: i64 = 1024;
/// Where so many times the head's matches make a page, walking on is faster than asking the trigram index.
const PAGES: i64 = 15;
/// The same where names are looked for too.
const PAGES_OF_ROWS: i64 = 7;
/// A window of at most so many times the head's rows is looked through whole. (The unit tests have few rows.)
const SHORT: i64 = if cfg!(test) { 1 } else { 16 };
/// Rows of a window whose scan takes as long as to find one candidate: asking must stay cheap beside looking.
const CHEAP: i64 = 100;
/// Rows that are looked at to judge how long a window is.
const SAMPLED: i64 = 32;
/// So many candidates are fetched at once; beyond it a walk in order is faster.
const FEW: usize = 2_000;
/// So many candidates are worth remembering where all matching rows are wanted.
const MANY: usize = 50_000;
/// So many are while the index of a list is walked in order.
const MANY_IN_ORDER: usize = 200_000;
/// To fetch and look at a row takes as long as to pass so many in the index.
const DEAR: i64 = 24;

/// A way to the matching rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The index by start, then each row.
    Rows,
    /// The index of all that a list filters by, and whole rows only of what matches.
    Index,
    /// The index of the calls in progress.
    InProgress,
    /// The index of the rows whose sound is missing.
    Stale,
    /// The rows that the trigram index names.
    Candidates,
    /// The index in order, but only rows that the trigram index names.
    IndexOfCandidates,
}

/// A way and why it is taken.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The way.
    pub access: Access,
    /// What the trigram index named, as a JSON array of ids.
    pub(in crate::store) candidates: String,
    /// Why, for people.
    pub why: String,
}

impl Choice {
    pub(in crate::store) fn new(access: Access, why: impl Into<String>) -> Choice {
        Choice { access, candidates: String::new(), why: why.into() }
    }
}

/// A part of the window, by start.
#[derive(Clone, Debug)]
pub(in crate::store) enum Part {
    /// All of it.
    Whole,
    /// The rows at this start and the ids behind (or, descending, before) this one.
    Tie,
    /// What is behind the cursor's start.
    Behind,
    /// The first rows in order, up to and with this start; of all, or of what is behind the cursor.
    Head {
        /// The start.
        to: i64,
        /// Behind the cursor.
        behind: bool,
    },
    /// The rest of them.
    Rest(i64),
}

pub(in crate::store) fn has_text(filter: &Filter) -> bool {
    !(filter.called.is_empty() && filter.caller.is_empty() && filter.search.is_empty())
}

impl Reader {
    /// The way to rows that no text is looked for in.
    pub(in crate::store) fn without_text(filter: &Filter, page: Option<&Page>) -> Choice {
        let selective =
            filter.totaltime_minimum > 0 || filter.totaltime_maximum.is_some() || filter.direction.is_some();
        match page {
            _ if filter.stale => Choice::new(Access::Stale, "only rows whose sound is missing"),
            _ if filter.complete == Some(false) => Choice::new(Access::InProgress, "only calls in progress"),
            None => Choice::new(Access::Index, "the index has what is counted"),
            Some(page) if page.sort != Sort::Start => {
                Choice::new(Access::Index, "the index has what is sorted by")
            }
            Some(_) if selective => Choice::new(Access::Index, "the index has what is filtered by"),
            Some(_) => Choice::new(Access::Rows, "rows by start, in order"),
        }
    }

    /// The start of the row that ends the head of the window, in order; `None` where the window has no more.
    pub(in crate::store) fn head(
        &self,
        filter: &Filter,
        page: &Page,
        part: &Part,
    ) -> Result<Option<i64>, StoreError> {
        self.at(("start", page.descending, head_rows(filter)), filter, page, part)
    }

    /// About how many rows the window has: the ids between its first and last row, or all ids where rows came in
    /// another order, times the share of a few among them that are in the window. Takes 0.1 ms, where counting a
    /// third of a million takes 5. It decides about the way, never about the answer.
    pub(in crate::store) fn rows_in(
        &self,
        filter: &Filter,
        page: &Page,
        part: &Part,
    ) -> Result<i64, StoreError> {
        let end = |descending| self.at(("id", descending, 0), filter, page, part);
        let (Some(first), Some(last)) = (end(false)?, end(true)?) else { return Ok(0) };
        let mut ids = self
            .0
            .prepare_cached("SELECT (SELECT min(id) FROM recordings), (SELECT max(id) FROM recordings)")?;
        let all: (i64, i64) = ids.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let between = self.share_of((first.min(last), first.max(last)), filter)?;
        Ok(between.max(self.share_of(all, filter)?).max(1))
    }

    /// About how many of these ids are in the filter's window.
    fn share_of(&self, (first, last): (i64, i64), filter: &Filter) -> Result<i64, StoreError> {
        let (column, _, _, id) = indexes(filter.scope);
        let sql = format!(
            "WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
             SELECT count(*) FROM (SELECT ?2 + ?3 * i AS id FROM n) s CROSS JOIN recordings r ON r.id = s.id
               WHERE r.{column} = ?4 AND r.start >= ?5 AND r.start <= ?6"
        );
        let step = i64::try_from(first.abs_diff(last)).unwrap_or(i64::MAX) / SAMPLED + 1;
        let mut statement = self.0.prepare_cached(&sql)?;
        let values = (SAMPLED, first, step, id, filter.start, filter.end);
        let hits: i64 = statement.query_row(values, |row| row.get(0))?;
        Ok(step.saturating_mul(hits))
    }

    /// A column of the row at a place of the window; `None` where the window has no such row.
    fn at(
        &self,
        (column, descending, place): (&str, bool, i64),
        filter: &Filter,
        page: &Page,
        part: &Part,
    ) -> Result<Option<i64>, StoreError> {
        let by_start = Choice::new(Access::Rows, "");
        let mut query = Query::default();
        query.push(&format!("SELECT r.{column} FROM recordings r"));
        query.scope(filter, &by_start);
        query.part(filter, part, page);
        let order = if descending { " DESC" } else { "" };
        query.push(&format!(" ORDER BY r.start{order}, r.id{order} LIMIT 1 OFFSET {place}"));
        let mut statement = self.0.prepare_cached(&query.sql)?;
        let found = statement
            .query_row(params_from_iter(query.values.iter()), |row| row.get::<_, Value>(0))
            .optional()?;
        Ok(match found {
            Some(Value::Integer(number)) => Some(number),
            // A start that is no whole number cannot part a window; then it is looked through whole.
            _ => None,
        })
    }

    /// The way through a window of about `rows` rows, once its head gave `found` of the `limit` rows (0: no limit).
    pub(in crate::store) fn with_text(
        &self,
        filter: &Filter,
        limit: i64,
        found: i64,
        rows: i64,
    ) -> Result<Choice, StoreError> {
        let walk = look_through(filter);
        if is_short(filter, rows) {
            return Ok(Choice::new(
                walk,
                format!("a short window, of about {rows} rows, is looked through whole"),
            ));
        }
        let pages = if filter.search.is_empty() { PAGES } else { PAGES_OF_ROWS };
        if limit > 0 && found * pages >= limit {
            return Ok(Choice::new(walk, format!("common: the head has {found} of {limit} rows")));
        }
        // Whole rows are dear: then it is worth knowing of more candidates, and remembering them.
        let most = match (filter.search.is_empty(), limit) {
            (true, _) => FEW.min(usize::try_from(rows / CHEAP).unwrap_or(FEW)),
            (false, 0) => MANY.min(usize::try_from(rows / 3).unwrap_or(MANY)),
            (false, _) => MANY_IN_ORDER,
        };
        let candidates = match self.candidates(filter, most) {
            Err(StoreError::Other(error)) => {
                tracing::error!(%error, "the search index is damaged: it is made anew at the next start");
                return Ok(Choice::new(walk, "the trigram index is damaged"));
            }
            candidates => candidates?,
        };
        let Some(candidates) = candidates else {
            return Ok(Choice::new(walk, "the trigram index needs three characters without a blank"));
        };
        let count = candidates.len();
        if count > most {
            return Ok(Choice::new(walk, format!("more than {most} candidates")));
        }
        let walk_is_shorter = count > FEW
            && limit > 0
            && walked(limit, found, rows, filter) < DEAR * i64::try_from(count).unwrap_or(0);
        let access = if walk_is_shorter { Access::IndexOfCandidates } else { Access::Candidates };
        Ok(Choice { access, candidates: json(&candidates), why: format!("{count} candidates") })
    }

    /// The rows that the trigram index names, and those that it may not know yet; one more than `most` at most.
    /// `None` where it cannot help.
    pub(super) fn candidates(&self, filter: &Filter, most: usize) -> Result<Option<Vec<i64>>, StoreError> {
        let Some(asked) = self.asked(filter)? else { return Ok(None) };
        let most = i64::try_from(most).unwrap_or(i64::MAX - 1);
        let mut statement = self.0.prepare_cached(
            "SELECT id FROM recordings_unindexed UNION ALL
               SELECT rowid FROM recordings_search WHERE recordings_search MATCH ?1 LIMIT ?2",
        )?;
        let ids = statement.query_map((asked, most + 1), |row| row.get(0))?;
        Ok(Some(ids.collect::<rusqlite::Result<_>>()?))
    }

    /// Which way a list takes and why, a line each.
    pub fn explain(&self, filter: &Filter, page: &Page, count: bool) -> Result<Vec<String>, StoreError> {
        let line = |choice: &Choice| format!("{:?}: {}", choice.access, choice.why);
        if !has_text(filter) {
            return Ok(vec![line(&Reader::without_text(filter, (!count).then_some(page)))]);
        }
        let rows = self.rows_in(filter, page, &Part::Whole)?;
        let begins = !count && takes_head(page) && !is_short(filter, rows);
        let head = if begins { self.head(filter, page, &Part::Whole)? } else { None };
        let limit = if count || page.sort != Sort::Start { 0 } else { page.limit };
        let mut lines = Vec::new();
        if let Some(start) = head {
            lines.push(format!(
                "the head of the window first, up to start {start}; where that is not enough:"
            ));
        }
        lines.push(line(&self.with_text(filter, limit, 0, rows)?));
        if let Some(asked) = self.asked(filter)? {
            lines.push(format!("the trigram index is asked for {asked}"));
        }
        Ok(lines)
    }
}

/// Rows of the index that a walk passes before the page is full, to judge by the head: all, where it had none.
fn walked(limit: i64, found: i64, rows: i64, filter: &Filter) -> i64 {
    if found == 0 { rows } else { (limit - found).saturating_mul(head_rows(filter)) / found }
}

/// Whether a window of about so many rows is looked through whole.
pub(in crate::store) fn is_short(filter: &Filter, rows: i64) -> bool {
    rows <= SHORT * head_rows(filter)
}

fn head_rows(filter: &Filter) -> i64 {
    if filter.search.is_empty() { HEAD } else { HEAD_OF_ROWS }
}

/// How a window is looked through whole: names are only in the rows.
pub(in crate::store) fn look_through(filter: &Filter) -> Access {
    if filter.search.is_empty() { Access::Index } else { Access::Rows }
}

pub(super) fn json(ids: &[i64]) -> String {
    let mut text = String::with_capacity(2 + 8 * ids.len());
    text.push('[');
    let mut number = itoa::Buffer::new();
    for (index, id) in ids.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(number.format(*id));
    }
    text.push(']');
    text
}

/// Whether the first rows of the window are looked through before anything else.
pub(in crate::store) fn takes_head(page: &Page) -> bool {
    page.limit > 0 && page.offset == 0 && page.sort == Sort::Start
}

/// The column and the two indexes of a scope: by start, and of all that a list filters by.
pub(in crate::store) fn indexes(scope: Scope) -> (&'static str, &'static str, &'static str, i64) {
    match scope {
        Scope::Customer(id) | Scope::Own { customer: id, .. } => {
            ("customer", "recordings_customer_start", "recordings_customer_list", id)
        }
        Scope::Group(id) => {
            ("recordgroup", "recordings_recordgroup_start", "recordings_recordgroup_list", id)
        }
    }
}
