//! What each filter is in SQL: a function beside its values.

use std::fmt::Write;

use super::query::Query;
use crate::model::{Condition, Filter, Term};
use crate::store::needles::of_terms;

impl<'a> Query<'a> {
    /// Adds all conditions of a filter. Text comes first, but words: it leaves few rows for the others, which nearly all
    /// rows meet.
    pub(super) fn conditions(&mut self, filter: &'a Filter) {
        let mut conditions: Vec<&Condition> = filter.conditions.iter().collect();
        conditions.sort_by_key(|condition| match condition {
            Condition::Contains(..) => 0,
            Condition::Words(..) => 2,
            _ => 1,
        });
        for condition in conditions {
            self.condition(condition);
        }
    }

    fn condition(&mut self, condition: &'a Condition) {
        match condition {
            Condition::Contains(columns, text) => self.contains(columns, text),
            Condition::Words(columns, words) => self.finds(columns, words),
            Condition::AtLeast(column, number) => self.compare(&format!(" AND r.{column} >= "), number),
            Condition::AtMost(column, number) => self.compare(&format!(" AND r.{column} <= "), number),
            Condition::Is(column, word) => self.compare(&format!(" AND r.{column} = "), word),
            Condition::Flagged(column, _) => self.push(&format!(" AND r.{column} = 1")),
            Condition::Ended(column) => self.push(&format!(" AND r.{column} <> 0")),
            Condition::NotEnded(column, _) => self.push(&format!(" AND r.{column} = 0")),
        }
    }

    fn contains(&mut self, columns: &[&str], text: &'a str) {
        for (index, column) in columns.iter().enumerate() {
            self.push(if index == 0 { " AND (" } else { " OR " });
            self.is_in(text, column);
        }
        self.push(")");
    }

    /// Numbers have no case, and SQLite's own functions are faster than one of ours: its lower() folds ASCII only.
    fn is_in(&mut self, text: &'a str, column: &str) {
        if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            self.compare(&format!("instr(r.{column}, "), text);
            return self.push(") > 0");
        }
        // What has no letters is looked for first: it needs no copy in lower case.
        let runs = text.split(|c: char| c.is_ascii_alphabetic());
        if let Some(run) = runs.max_by_key(|run| run.len()).filter(|run| run.len() > 1) {
            self.compare(&format!("instr(r.{column}, "), run);
            self.push(") > 0 AND ");
        }
        self.compare(&format!("instr(lower(r.{column}), "), text.to_ascii_lowercase());
        self.push(") > 0");
    }

    fn finds(&mut self, columns: &[&str], terms: &[Term]) {
        self.compare(" AND finds(", of_terms(terms));
        for column in columns {
            let _ = write!(self.sql, ", r.{column}");
        }
        self.push(")");
    }
}
