//! Every way through the indexes gives the rows of a plain scan, whatever another program stored.

mod dice;
mod index;
mod needed;
mod requests;
mod world;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use self::dice::Dice;
use self::requests::Asked;
use self::world::{TAKEN, Table, World};
use rusqlite::params_from_iter;

use super::access::{Access, Choice, Part};
use super::index::*;
use super::plan::json;
use super::query::Query;
use crate::model::{Condition, Cursor, Filter, Page, Sort, Totals};
use crate::store::Reader;

/// What a list gives: the ids, and where the next page begins.
fn listed(reader: &Reader, filter: &Filter, page: &Page) -> (Vec<String>, Option<Cursor>) {
    let rows = Rc::new(RefCell::new(Vec::new()));
    let taken = Rc::clone(&rows);
    let next = reader
        .list(filter, page, move |row| {
            row.text(2, |text| taken.borrow_mut().push(String::from_utf8_lossy(text).into_owned()));
            ControlFlow::Continue(())
        })
        .expect("a list");
    (rows.take(), next)
}

/// All rows, in the order of lists.
const WHOLE: Page = Page { sort: Sort::START, descending: false, limit: 0, offset: 0, after: None };

impl World {
    /// Runs a list's statements by a way that nobody chose.
    fn forced(&mut self, asked: &Asked, parts: &[Part], choice: &Choice) -> Vec<i64> {
        TAKEN.take();
        for part in parts {
            let so_far = i64::try_from(TAKEN.with_borrow(Vec::len)).expect("small");
            let mut query = Query::default();
            query.list(&asked.filter, &asked.page, part, choice, so_far);
            if self.explained.insert(query.sql.clone()) {
                self.assert_that_rows_go_straight_out(&query.sql);
            }
            let mut statement = self.other.prepare_cached(&query.sql).expect("our SQL");
            let mut rows = statement.query(params_from_iter(query.values.iter())).expect("our SQL");
            while rows.next().expect("a row").is_some() {}
        }
        TAKEN.take()
    }

    /// `take` is called where a row is read. A sorter behind it would let rows be taken in another order.
    fn assert_that_rows_go_straight_out(&self, sql: &str) {
        let mut statement = self.other.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("our SQL");
        let lines = statement.raw_query().mapped(|row| Ok((row.get(1)?, row.get(3)?)));
        let plan: Vec<(i64, String)> = lines.map(|line| line.expect("a line")).collect();
        let sorts_ids_first = sql.contains("AS sorted");
        for (parent, line) in &plan {
            let inside = sorts_ids_first && *parent != 0;
            assert!(inside || !line.contains("TEMP B-TREE FOR"), "{sql}\n{plan:#?}");
        }
        assert!(!plan.iter().any(|(_, line)| line.starts_with("SCAN r")), "{sql}\n{plan:#?}");
    }

    /// The ids that the trigram index names, and those that wait for it.
    fn candidates(&self, filter: &Filter) -> Option<String> {
        let reader = self.store.reader().expect("a reader");
        Some(json(&reader.candidates(filter, 1 << 40).expect("an index")?))
    }

    fn names(&self, ids: &[i64]) -> Vec<String> {
        let mut name =
            self.other.prepare_cached("SELECT uniqueid FROM recordings WHERE id = ?").expect("SQL");
        ids.iter().map(|id| name.query_row([id], |row| row.get(0)).expect("a row")).collect()
    }

    fn plain_totals(&self, ids: &[i64]) -> Totals {
        let ids = json(ids);
        let sql =
            "SELECT count(*), CAST(total(totaltime) AS INTEGER), CAST(total(size) AS INTEGER) FROM recordings
                     NOT INDEXED WHERE id IN (SELECT value FROM json_each(?))";
        let totals = |row: &rusqlite::Row<'_>| {
            Ok(Totals { count: row.get(0)?, totaltime: row.get(1)?, size: row.get(2)? })
        };
        self.other.query_row(sql, [ids], totals).expect("plain SQL")
    }

    /// Page by page, each behind the one before.
    fn assert_that_pages_make_the_list(&self, whole: &Asked, dice: &mut Dice) {
        let (sort, descending) = (dice.pick(&Sort::ALL), dice.one_in(2));
        let filter = whole.filter.clone();
        let mut page = Page { sort, descending, ..WHOLE };
        let asked = Asked { filter: filter.clone(), page: page.clone(), words: whole.words.clone() };
        let expected = self.names(&self.plain_scan(&asked));
        page.limit = 1 + i64::try_from(expected.len()).expect("small") / dice.pick(&[1, 4, 9]);
        let reader = self.store.reader().expect("a reader");
        let mut rows = Vec::new();
        for _ in 0..11 {
            let (more, next) = listed(&reader, &filter, &page);
            rows.extend(more);
            page.after = next;
            if page.after.is_none() {
                break;
            }
        }
        assert!(page.after.is_none(), "the last page says that it is: {asked:?}");
        assert_eq!(rows, expected, "{asked:?}");
    }
}

#[test]
fn every_way_gives_the_rows_of_a_plain_scan_in_order() {
    for (seed, table) in [(1, Table::Ours), (2, Table::Adopted)] {
        let mut dice = Dice(seed);
        let mut world = World::new(table, 2_000, 12, &mut dice);
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for turn in 0..ASKED_OF_EACH {
            if turn % 30 == 10 {
                while index_some(&mut world.store.writer(), 300).expect("an index") > 0 {}
            }
            if turn % 30 == 20 {
                world.change(&mut dice);
            }
            if turn == ASKED_OF_EACH / 2 {
                world.run("ANALYZE");
                world.explained.clear();
            }
            let asked = world.ask(&mut dice);
            let expected = asked.page_of(&world.plain_scan(&asked));
            let mut ways = vec![Access::Rows, Access::Index];
            ways.extend(asked.filter.conditions.iter().filter_map(Condition::few).map(Access::Few));
            let candidates = world.candidates(&asked.filter);
            ways.extend(
                candidates
                    .is_some()
                    .then_some([Access::Candidates, Access::IndexOfCandidates])
                    .into_iter()
                    .flatten(),
            );
            for parts in asked.partitions(world.starts, &mut dice) {
                for access in &ways {
                    let choice = Choice {
                        candidates: candidates.clone().unwrap_or_default(),
                        ..Choice::new(*access, "")
                    };
                    let found = world.forced(&asked, &parts, &choice);
                    assert_eq!(found, expected, "{table:?} {turn} {access:?} {parts:?} {asked:?}");
                    if !found.is_empty() {
                        seen.insert(format!("{access:?} of {} parts", parts.len()));
                    }
                }
            }
        }
        assert_eq!(seen.len(), 21, "each way was taken through each number of parts: {seen:?}");
    }
}

/// Requests to each kind of table.
const ASKED_OF_EACH: usize = 300;

#[test]
fn lists_pages_and_totals_are_those_of_a_plain_scan_while_rows_come_and_go() {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for (seed, table) in [(3, Table::Ours), (4, Table::Adopted)] {
        let mut dice = Dice(seed);
        let mut world = World::new(table, 17_500, 300, &mut dice);
        for turn in 0..80 {
            if turn % 20 == 0 {
                world.change(&mut dice);
            }
            if turn % 20 == 7 {
                while index_some(&mut world.store.writer(), 5_000).expect("an index") > 0 {}
            }
            let asked = world.ask(&mut dice);
            let reader = world.store.reader().expect("a reader");
            let all = world.plain_scan(&asked);
            let (rows, next) = listed(&reader, &asked.filter, &asked.page);
            let mut expected = asked.page_of(&all);
            let more =
                asked.page.limit > 0 && expected.len() > usize::try_from(asked.page.limit).expect("small");
            if more {
                expected.pop();
            }
            assert_eq!(rows, world.names(&expected), "{table:?} {turn} {asked:?}");
            assert_eq!(next.is_some(), more, "{table:?} {turn} {asked:?}");
            assert_eq!(next.map(|next| next.id), more.then(|| *expected.last().expect("a row")), "{asked:?}");

            let whole = Asked { page: WHOLE, ..asked };
            let totals = reader.totals(&whole.filter).expect("totals");
            assert_eq!(totals, world.plain_totals(&world.plain_scan(&whole)), "{table:?} {turn} {whole:?}");
            let limit = dice.pick(&[1, 100, 1000]);
            let page = Page { limit, ..WHOLE };
            let choice = if whole.filter.has_text() {
                reader.with_text(&whole.filter, limit, 3, 200_000).expect("a way")
            } else {
                Reader::without_text(&whole.filter, Some(&page))
            };
            taken.insert(choice.access.to_string());
            drop(reader);
            if turn % 6 == 0 {
                world.assert_that_pages_make_the_list(&whole, &mut dice);
            }
        }
    }
    let taken: Vec<String> = taken.into_iter().collect();
    assert_eq!(
        taken,
        ["Candidates", "Hold", "InProgress", "Index", "IndexOfCandidates", "Rows", "Stale"],
        "each way was chosen"
    );
}
