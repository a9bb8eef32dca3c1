//! Which way a list takes through the indexes, and why.
//!
//! A short window is looked through whole. A long one begins with its first few thousand rows, which are enough for
//! what is common; then the trigram index says whether few rows can match – those are fetched – or many, and the
//! window is walked in order, which stops early at a limit or costs less than its output.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params_from_iter};

use super::access::{Access, Choice, Part, owner};
use super::building::{self, BEFORE, Building, Step};
use super::cost::{
    FETCHED_CANDIDATES, INDEX_ROWS_PER_FETCH, REMEMBERED_CANDIDATES, REMEMBERED_CANDIDATES_IN_ORDER,
    SAMPLED_IDS, SHORT_WINDOW_HEADS, WINDOW_ROWS_PER_CANDIDATE, WINDOW_ROWS_PER_REMEMBERED, walk,
};
use super::query::Query;
use crate::model::{Condition, Filter, Page, Scope, Sort};
use crate::store::{Reader, StoreError};

impl Reader {
    /// The way to rows that no text is looked for in; `page` is none where all of them are counted.
    pub(in crate::store) fn without_text(filter: &Filter, page: Option<&Page>) -> Choice {
        let index = |why: &str| Choice::new(Access::Index, why);
        match (filter.few(), page) {
            (Some(few), _) => Choice::new(Access::Few(few), few.which),
            (None, None) => index("the index has what is counted"),
            (None, Some(page)) if page.sort != Sort::START => index("the index has what is sorted by"),
            (None, Some(_)) if is_selective(filter) => index("the index has what is filtered by"),
            (None, Some(_)) => Choice::new(Access::Rows, "rows by start, in order"),
        }
    }

    /// The start of the row that ends the head of the window, in order; `None` where the window has no more.
    pub(in crate::store) fn head(
        &self,
        filter: &Filter,
        page: &Page,
        part: &Part,
    ) -> Result<Option<i64>, StoreError> {
        self.at(("start", page.descending, walk(filter).head_rows), filter, page, part)
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
        let (column, id) = owner(filter.scope);
        let sql = format!(
            "WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
             SELECT count(*) FROM (SELECT ?2 + ?3 * i AS id FROM n) s CROSS JOIN recordings r ON r.id = s.id
               WHERE r.{column} = ?4 AND r.start >= ?5 AND r.start <= ?6"
        );
        let step = i64::try_from(first.abs_diff(last)).unwrap_or(i64::MAX) / SAMPLED_IDS + 1;
        let mut statement = self.0.prepare_cached(&sql)?;
        let values = (SAMPLED_IDS, first, step, id, filter.start, filter.end);
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
        // The index by start has no more than a customer's rows need to be told from others.
        let is_whole = matches!(filter.scope, Scope::Customer(_));
        let by_start = Choice::new(if is_whole { Access::Rows } else { Access::Index }, "");
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
        let through = look_through(filter);
        if is_short(filter, rows) {
            return Ok(Choice::new(
                through,
                format!("a short window, of about {rows} rows, is looked through whole"),
            ));
        }
        if limit > 0 && found * walk(filter).heads_per_page >= limit {
            return Ok(Choice::new(through, format!("common: the head has {found} of {limit} rows")));
        }
        let most = candidates_worth_knowing(filter, limit, rows);
        if building::step(&self.0)? == Some(Step::Looking) {
            return Ok(Choice::new(
                through,
                "a new trigram index is begun: what the old one lacks is being looked for",
            ));
        }
        let candidates = match self.candidates(filter, most) {
            Err(StoreError::Other(error)) => {
                tracing::error!(%error, "the search index is damaged: it is made anew at the next start");
                return Ok(Choice::new(through, "the trigram index is damaged"));
            }
            candidates => candidates?,
        };
        let Some(candidates) = candidates else {
            return Ok(Choice::new(through, "the trigram index needs three characters without a blank"));
        };
        let count = candidates.len();
        if count > most {
            return Ok(Choice::new(through, format!("more than {most} candidates")));
        }
        let fetching = INDEX_ROWS_PER_FETCH * i64::try_from(count).unwrap_or(0);
        let walk_is_shorter =
            count > FETCHED_CANDIDATES && limit > 0 && walked(limit, found, rows, filter) < fetching;
        let access = if walk_is_shorter { Access::IndexOfCandidates } else { Access::Candidates };
        Ok(Choice { access, candidates: json(&candidates), why: format!("{count} candidates") })
    }

    /// The rows that the trigram index names, and those that it may not know yet; one more than `most` at most.
    /// `None` where it cannot help.
    pub(super) fn candidates(&self, filter: &Filter, most: usize) -> Result<Option<Vec<i64>>, StoreError> {
        let Some(asked) = self.asked(filter)? else { return Ok(None) };
        let most = i64::try_from(most).unwrap_or(i64::MAX - 1);
        let of_before = if building::step(&self.0)? == Some(Step::Moving) {
            format!(" UNION ALL SELECT rowid FROM {BEFORE} WHERE {BEFORE} MATCH ?1")
        } else {
            String::new()
        };
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT id FROM recordings_unindexed UNION ALL
               SELECT rowid FROM recordings_search WHERE recordings_search MATCH ?1{of_before} LIMIT ?2"
        ))?;
        let ids = statement.query_map((asked, most + 1), |row| row.get(0))?;
        Ok(Some(ids.collect::<rusqlite::Result<_>>()?))
    }

    /// How far the search index is; `None` where it is whole.
    pub fn search_building(&self) -> Result<Option<Building>, StoreError> {
        Ok(building::building(&self.0)?)
    }

    /// Which way a list takes and why, a line each.
    pub fn explain(&self, filter: &Filter, page: &Page, count: bool) -> Result<Vec<String>, StoreError> {
        let line = |choice: &Choice| format!("{}: {}", choice.access, choice.why);
        if !filter.has_text() {
            return Ok(vec![line(&Reader::without_text(filter, (!count).then_some(page)))]);
        }
        let rows = self.rows_in(filter, page, &Part::Whole)?;
        let begins = !count && takes_head(page) && !is_short(filter, rows);
        let head = if begins { self.head(filter, page, &Part::Whole)? } else { None };
        let limit = if count || page.sort != Sort::START { 0 } else { page.limit };
        let mut lines: Vec<String> = filter.terms().map(|term| format!("looked for: {term}")).collect();
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
    if found == 0 { rows } else { (limit - found).saturating_mul(walk(filter).head_rows) / found }
}

/// So many candidates are fetched, or remembered: where whole rows are looked at otherwise, more are worth it.
fn candidates_worth_knowing(filter: &Filter, limit: i64, rows: i64) -> usize {
    let at_most = |most: usize, of_rows: i64| usize::try_from(of_rows).unwrap_or(most).min(most);
    match (filter.has_words(), limit) {
        (false, _) => at_most(FETCHED_CANDIDATES, rows / WINDOW_ROWS_PER_CANDIDATE),
        (true, 0) => at_most(REMEMBERED_CANDIDATES, rows / WINDOW_ROWS_PER_REMEMBERED),
        (true, _) => REMEMBERED_CANDIDATES_IN_ORDER,
    }
}

/// Whether conditions besides texts leave out many rows, as the index can tell. That calls have ended does not: nearly
/// all have.
fn is_selective(filter: &Filter) -> bool {
    filter
        .conditions
        .iter()
        .any(|condition| !condition.is_text() && !matches!(condition, Condition::Ended(_)))
}

/// Whether a window of about so many rows is looked through whole.
pub(in crate::store) fn is_short(filter: &Filter, rows: i64) -> bool {
    rows <= SHORT_WINDOW_HEADS * walk(filter).head_rows
}

/// How a window is looked through whole: names are only in the rows.
pub(in crate::store) fn look_through(filter: &Filter) -> Access {
    if filter.has_words() { Access::Rows } else { Access::Index }
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
    page.limit > 0 && page.offset == 0 && page.sort == Sort::START
}
