//! What the trigram index is asked: of each text its rarest trigram, and more only while too many rows would be left,
//! since the index takes its time for each. Where a number may be written in one way or another, of each way its own.

use std::collections::HashMap;

use super::cost::{COMPARED_TRIGRAMS, FEW_MATCHES, FURTHER_TRIGRAMS, SAMPLED_MATCHES};
use crate::model::{Condition, Filter, Needle, SEARCHED, Term, fold, parts_on_their_own};
use crate::store::needles::trigrams;
use crate::store::{Reader, StoreError};

/// The trigrams of a text.
type Trigrams = Vec<String>;

/// Which part of the rows has a trigram, once it was looked at.
struct Shares {
    last: i64,
    known: HashMap<String, f64>,
}

impl Reader {
    /// The question to the trigram index; `None` where it cannot help.
    pub(super) fn asked(&self, filter: &Filter) -> Result<Option<String>, StoreError> {
        let (texts, terms) = looked_for(filter);
        let several = texts.iter().map(Vec::len).sum::<usize>() > 1 + FURTHER_TRIGRAMS;
        let mut shares = Shares { last: 0, known: HashMap::new() };
        let mut asked = if several { self.rarest(texts, &mut shares)? } else { texts.concat() };
        for Term(ways) in terms {
            let mut either = Vec::new();
            for way in ways {
                either.push(self.rarest(of_way(way), &mut shares)?.join(" AND "));
            }
            // What one of the ways says nothing of, no other can leave out.
            if either.iter().all(|way| !way.is_empty()) {
                asked.push(format!("({})", either.join(") OR (")));
            }
        }
        let several = asked.len() > 1;
        let part = |part: String| if several && part.contains(" OR ") { format!("({part})") } else { part };
        let asked: Vec<String> = asked.into_iter().map(part).collect();
        Ok((!asked.is_empty()).then(|| asked.join(" AND ")))
    }

    /// Of each text the rarest, and more as long as that leaves many rows.
    fn rarest(&self, texts: Vec<Trigrams>, shares: &mut Shares) -> Result<Trigrams, StoreError> {
        if shares.last == 0 {
            shares.last = self
                .0
                .prepare_cached("SELECT ifnull(max(id), 1) FROM recordings")?
                .query_row([], |row| row.get(0))?;
        }
        let mut expected = shares.last as f64;
        let (mut chosen, mut others) = (Vec::new(), Vec::new());
        for text in texts {
            let mut rated = Vec::with_capacity(text.len());
            for trigram in text {
                rated.push((self.share(&trigram, shares)?, trigram));
            }
            rated.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut rated = rated.into_iter();
            if let Some((share, rarest)) = rated.next() {
                expected *= share;
                chosen.push(rarest);
            }
            others.extend(rated);
        }
        others.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (share, trigram) in others.into_iter().take(FURTHER_TRIGRAMS) {
            if expected < FEW_MATCHES {
                break;
            }
            expected *= share;
            chosen.push(trigram);
        }
        chosen.sort_unstable();
        chosen.dedup();
        Ok(chosen)
    }

    /// About which part of the rows has a trigram, by where the first few of them are.
    fn share(&self, trigram: &str, shares: &mut Shares) -> Result<f64, StoreError> {
        if let Some(known) = shares.known.get(trigram) {
            return Ok(*known);
        }
        let mut statement = self.0.prepare_cached(
            "SELECT count(*), max(id) FROM
               (SELECT rowid AS id FROM recordings_search WHERE recordings_search MATCH ?1 LIMIT ?2)",
        )?;
        let (count, highest): (i64, Option<i64>) =
            statement.query_row((trigram, SAMPLED_MATCHES), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let last = shares.last;
        let among = if count < SAMPLED_MATCHES { last } else { highest.unwrap_or(last).min(last) };
        let share = (count as f64 / among.max(1) as f64).min(1.0);
        shares.known.insert(trigram.into(), share);
        Ok(share)
    }
}

/// The trigrams of texts that every row must have, and what a row may have in one way or another.
fn looked_for(filter: &Filter) -> (Vec<Trigrams>, Vec<&Term>) {
    let (mut texts, mut terms) = (Vec::new(), Vec::new());
    for condition in &filter.conditions {
        match condition {
            // Found as it is, also where it ends within a letter.
            Condition::Contains(columns, text) if columns.iter().all(|one| SEARCHED.contains(one)) => {
                texts.extend(parts_on_their_own(text).map(|part| trigrams(&fold(part), COMPARED_TRIGRAMS)));
            }
            Condition::Words(_, parts) => {
                for term in parts {
                    match term.0.as_slice() {
                        [way] => texts.extend(of_way(way)),
                        _ => terms.push(term),
                    }
                }
            }
            _ => {}
        }
    }
    texts.retain(|text| !text.is_empty());
    (texts, terms)
}

fn of_way(way: &[Needle]) -> Vec<Trigrams> {
    way.iter().map(|needle| trigrams(needle.text(), COMPARED_TRIGRAMS)).collect()
}
