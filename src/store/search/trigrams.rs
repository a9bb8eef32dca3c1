//! What the trigram index is asked: of each text its rarest trigram, and more only while too many rows would be left,
//! since the index takes its time for each.

use super::cost::{COMPARED_TRIGRAMS, FEW_MATCHES, FURTHER_TRIGRAMS, SAMPLED_MATCHES};
use crate::model::{Filter, SEARCHED};
use crate::store::needles::trigrams;
use crate::store::{Reader, StoreError};

impl Reader {
    /// The question to the trigram index; `None` where it cannot help.
    pub(super) fn asked(&self, filter: &Filter) -> Result<Option<String>, StoreError> {
        let indexed = filter.texts().filter(|(columns, _)| columns.iter().all(|one| SEARCHED.contains(one)));
        let texts = indexed.map(|(_, text)| trigrams(text, COMPARED_TRIGRAMS));
        let texts: Vec<Vec<String>> = texts.filter(|trigrams| !trigrams.is_empty()).collect();
        let several = texts.iter().map(Vec::len).sum::<usize>() > 1 + FURTHER_TRIGRAMS;
        let chosen = if several { self.rarest(texts)? } else { texts.concat() };
        Ok((!chosen.is_empty()).then(|| chosen.join(" AND ")))
    }

    fn rarest(&self, texts: Vec<Vec<String>>) -> Result<Vec<String>, StoreError> {
        let last: i64 = self
            .0
            .prepare_cached("SELECT ifnull(max(id), 1) FROM recordings")?
            .query_row([], |row| row.get(0))?;
        let mut expected = last as f64;
        let (mut chosen, mut others) = (Vec::new(), Vec::new());
        for text in texts {
            let mut rated = Vec::with_capacity(text.len());
            for trigram in text {
                rated.push((self.share(&trigram, last)?, trigram));
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
    fn share(&self, trigram: &str, last: i64) -> Result<f64, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT count(*), max(id) FROM
               (SELECT rowid AS id FROM recordings_search WHERE recordings_search MATCH ?1 LIMIT ?2)",
        )?;
        let (count, highest): (i64, Option<i64>) =
            statement.query_row((trigram, SAMPLED_MATCHES), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let among = if count < SAMPLED_MATCHES { last } else { highest.unwrap_or(last).min(last) };
        Ok((count as f64 / among.max(1) as f64).min(1.0))
    }
}
