//! Requests by chance, and the rows that a plain scan gives for them.

use std::fmt::Write;

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, ToSql, params_from_iter};

use super::super::access::Part;
use super::dice::Dice;
use super::world::{NAMES, START, World, folded};
use crate::model::{Condition, Cursor, FILTERS, Filter, Page, Scope, Sort, Stored, Test, search_terms};

/// A request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) filter: Filter,
    pub(super) page: Page,
    /// The words of the search as they were typed.
    pub(super) words: Vec<String>,
}

impl Asked {
    /// Of all rows in order, those of the page and the one that says that more match.
    pub(super) fn page_of(&self, all: &[i64]) -> Vec<i64> {
        let limit = if self.page.limit == 0 { i64::MAX } else { self.page.limit + 1 };
        let (offset, limit) = (usize::try_from(self.page.offset), usize::try_from(limit));
        all.iter().copied().skip(offset.expect("small")).take(limit.expect("small")).collect()
    }

    /// The parts that a list may be made of.
    pub(super) fn partitions(&self, starts: i64, dice: &mut Dice) -> Vec<Vec<Part>> {
        let mut all = vec![vec![Part::Whole]];
        if self.page.sort != Sort::START || self.page.offset > 0 {
            return all;
        }
        let begin = self.page.after.as_ref().map(|after| &after.start);
        let to = START + dice.number(starts + 2) - 1;
        let within = (self.filter.start..=self.filter.end).contains(&to);
        let behind = match begin {
            None => true,
            Some(Stored::Integer(start)) if self.page.descending => to < *start,
            Some(Stored::Integer(start)) => to > *start,
            Some(Stored::Real(start)) if self.page.descending => (to as f64) < *start,
            Some(Stored::Real(start)) => to as f64 > *start,
            Some(_) => false,
        };
        let headed = [Part::Head { to, after_cursor: begin.is_some() }, Part::Tail(to)];
        if begin.is_some() {
            all.push(vec![Part::SameStart, Part::AfterCursor]);
        }
        if behind && within {
            let tie = begin.map(|_| Part::SameStart);
            all.push(tie.into_iter().chain(headed).collect());
        }
        all
    }
}

impl World {
    /// The rows of a list, by a plain scan; without its limit and offset.
    pub(super) fn plain_scan(&self, asked: &Asked) -> Vec<i64> {
        let Asked { filter, page, words } = asked;
        let mut sql =
            "SELECT r.id FROM recordings r NOT INDEXED CROSS JOIN plain p ON p.id = r.id WHERE 1".to_owned();
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let _ = match filter.scope {
            Scope::Customer(id) => write!(sql, " AND r.customer = {id}"),
            Scope::Group { id, customer } => {
                write!(sql, " AND r.recordgroup = {id} AND r.customer = {customer}")
            }
            Scope::Own { .. } => write!(sql, " AND r.customer = 1 AND r.recordgroup IN (1, 2)"),
        };
        let _ = write!(sql, " AND r.start >= {} AND r.start <= {}", filter.start, filter.end);
        for condition in &filter.conditions {
            plainly(condition, words, &mut sql, &mut values);
        }
        let null = if is_text(page.sort) { "''" } else { "0" };
        let key = format!("ifnull(r.{}, {null})", page.sort.column());
        let (behind, order) = if page.descending { ("<", "DESC") } else { (">", "ASC") };
        if let Some(after) = &page.after {
            let Cursor { value, start, id, .. } = after.clone();
            let at = values.len();
            values.extend([Box::new(value) as Box<dyn ToSql>, Box::new(start), Box::new(id)]);
            let (value, start, id) = (at + 1, at + 2, at + 3);
            let _ = write!(
                sql,
                " AND ({key} {behind} ?{value} OR {key} = ?{value} AND
                   (r.start {behind} ?{start} OR r.start = ?{start} AND r.id {behind} ?{id}))"
            );
        }
        let _ = write!(sql, " ORDER BY {key} {order}, r.start {order}, r.id {order}");
        let mut statement = self.other.prepare_cached(&sql).expect("plain SQL");
        let rows = statement.query_map(params_from_iter(values.iter()), |row| row.get(0));
        rows.expect("plain SQL").map(|id| id.expect("an id")).collect()
    }

    pub(super) fn cursor(&self, sort: Sort, descending: bool, dice: &mut Dice) -> Option<Cursor> {
        let null = if is_text(sort) { "''" } else { "0" };
        let sql = format!(
            "SELECT ifnull({}, {null}), start, id FROM recordings WHERE typeof(start) IN ('integer', 'real') AND id >= ?
               ORDER BY id LIMIT 1",
            sort.column()
        );
        let highest: i64 =
            self.other.query_row("SELECT max(id) FROM plain", [], |row| row.get(0)).expect("ids");
        let of = |value: ValueRef<'_>| match value {
            ValueRef::Null => Stored::Integer(0),
            ValueRef::Integer(number) => Stored::Integer(number),
            ValueRef::Real(real) => Stored::Real(real),
            ValueRef::Text(text) => Stored::Text(text.into()),
            ValueRef::Blob(bytes) => Stored::Blob(bytes.into()),
        };
        let from = dice.number(highest.min(20_000));
        // The row that a page ended with may be gone.
        let aside = if dice.one_in(4) { 1 } else { 0 };
        self.other
            .query_row(&sql, [from], |row| {
                let (value, start) = (of(row.get_ref(0)?), of(row.get_ref(1)?));
                Ok(Cursor { sort, descending, value, start, id: row.get::<_, i64>(2)? + aside })
            })
            .optional()
            .expect("a row")
    }

    /// Something that a row has, in another case perhaps; or something that none has.
    pub(super) fn needle(&self, most: usize, dice: &mut Dice) -> String {
        if dice.one_in(6) {
            return dice
                .pick(&["nowhere", "OR", "\"", "qqq", "*", "x\0y", "日本", "\u{fffd}1", "%_%"])
                .into();
        }
        let column = dice.pick(&NAMES);
        let sql = format!(
            "SELECT CAST({column} AS TEXT) FROM recordings WHERE id >= ? AND length({column}) > 3 LIMIT 1"
        );
        let from = dice.number(20_000);
        let text = self
            .other
            .query_row(&sql, [from], |row| {
                Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned())
            })
            .optional()
            .expect("plain SQL")
            .unwrap_or_else(|| "201".into());
        let characters: Vec<char> = text.chars().collect();
        let begin = dice.below(characters.len().max(1));
        let end = (begin + 1 + dice.below(most)).min(characters.len());
        let other_case = dice.below(3);
        let cased = |c: &char| match other_case {
            0 => single(*c, c.to_uppercase()),
            1 => single(*c, c.to_lowercase()),
            _ => *c,
        };
        characters.get(begin..end).unwrap_or_default().iter().map(cased).collect()
    }

    /// What a filter may be asked for; `words` are those of a search, as they are typed.
    fn condition(&self, test: &Test, words: &mut Vec<String>, dice: &mut Dice) -> Option<Condition> {
        match test {
            Test::Contains(columns) => {
                let text = if dice.one_in(4) { self.needle(5, dice) } else { String::new() };
                (!text.is_empty()).then_some(Condition::Contains(columns, text))
            }
            Test::Words(columns) => {
                let search = match dice.below(4) {
                    0 => String::new(),
                    1 => format!("{} {}", self.needle(4, dice), self.needle(3, dice)),
                    _ => self.needle(9, dice),
                };
                // Numbers have ways of their own.
                let digits = search.bytes().filter(u8::is_ascii_digit).count();
                let search = if digits < 6 { search } else { String::new() };
                words.extend(search.split_whitespace().map(str::to_owned));
                let terms = search_terms(&search, "").expect("few words");
                (!terms.is_empty()).then_some(Condition::Words(columns, terms))
            }
            Test::AtLeast(column) => dice.one_in(5).then(|| Condition::AtLeast(column, dice.number(5))),
            Test::AtMost(column) => dice.one_in(5).then(|| Condition::AtMost(column, dice.number(6))),
            Test::OneOf(column, words) => dice.one_in(6).then(|| Condition::Is(column, dice.pick(words))),
            Test::Flagged(column, few) => dice.one_in(4).then_some(Condition::Flagged(column, *few)),
            Test::Ended(column, few) => dice
                .pick(&[
                    None,
                    None,
                    Some(&Condition::Ended(column)),
                    Some(&Condition::NotEnded(column, *few)),
                ])
                .cloned(),
        }
    }

    pub(super) fn ask(&self, dice: &mut Dice) -> Asked {
        let scope = match dice.below(5) {
            0 => {
                let id = 1 + dice.number(4);
                Scope::Group { id, customer: if id == 4 { 2 } else { 1 } }
            }
            1 => Scope::Own { customer: 1, person: 4 },
            _ => Scope::Customer(if dice.one_in(6) { 2 } else { 1 }),
        };
        let start = if dice.one_in(3) { START + dice.number(self.starts) } else { 0 };
        let end = if dice.one_in(3) { start.max(START) + dice.number(self.starts) } else { 1_800_000_000 };
        let mut words = Vec::new();
        let conditions =
            FILTERS.iter().filter_map(|filter| self.condition(&filter.test, &mut words, dice)).collect();
        let filter = Filter { scope, start, end, conditions };
        let sort = if dice.one_in(2) { Sort::START } else { dice.pick(&Sort::ALL) };
        let descending = dice.one_in(2);
        let after = if dice.one_in(2) { self.cursor(sort, descending, dice) } else { None };
        let limit = dice.pick(&[0, 1, 7, 30, 1000]);
        let offset = if after.is_none() && dice.one_in(4) { dice.number(40) } else { 0 };
        Asked { filter, page: Page { sort, descending, limit, offset, after }, words }
    }
}

/// What a condition is in plain SQL, of a row and of its folded texts.
fn plainly(condition: &Condition, words: &[String], sql: &mut String, values: &mut Vec<Box<dyn ToSql>>) {
    let mut contains = |columns: &[&str], needle: Vec<u8>| {
        values.push(Box::new(needle));
        let place = values.len();
        let each: Vec<String> =
            columns.iter().map(|column| format!("instr(p.{column}, ?{place}) > 0")).collect();
        format!(" AND ({})", each.join(" OR "))
    };
    let added = match condition {
        Condition::Contains(columns, text) => contains(columns, text.to_ascii_lowercase().into_bytes()),
        Condition::Words(..) => {
            words.iter().map(|word| contains(&["every"], folded(word).into_bytes())).collect()
        }
        Condition::AtLeast(column, least) => format!(" AND r.{column} >= {least}"),
        Condition::AtMost(column, most) => format!(" AND NOT r.{column} > {most}"),
        Condition::Is(column, word) => format!(" AND r.{column} = '{word}'"),
        Condition::Flagged(column, _) => format!(" AND r.{column} IS 1"),
        Condition::Ended(column) => format!(" AND NOT r.{column} = 0"),
        Condition::NotEnded(column, _) => format!(" AND r.{column} IS 0"),
    };
    sql.push_str(&added);
}

fn is_text(sort: Sort) -> bool {
    ["cnumber", "snumber"].contains(&sort.column())
}

pub(super) fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}
