//! Whether two answers say the same: an answer that is fast and wrong is not fast.

use crate::workloads::Order;
use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    next: Option<String>,
}

/// What tells a row from the others, and what lists are sorted by.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    recordgroup: i64,
    #[serde(borrow)]
    uniqueid: Cow<'a, str>,
    #[serde(borrow)]
    recordid: Cow<'a, str>,
    totaltime: i64,
    #[serde(borrow)]
    cnumber: Cow<'a, str>,
}

fn read<'a>(answer: &'a [u8], whose: &str) -> Result<Answer<'a>> {
    serde_json::from_slice(answer).with_context(|| format!("the answer of {whose} is not the JSON of a list"))
}

/// The count of rows, which both answers have to hold, value for value.
pub fn rows(ours: &[u8], limit: &[u8], order: Order) -> Result<u64> {
    let ours = read(ours, "the server")?;
    let limit = read(limit, "the limit program")?;
    ensure!(
        ours.data.len() == limit.data.len(),
        "the server gives {} rows, the limit program {}",
        ours.data.len(),
        limit.data.len()
    );
    let count = ours.data.len() as u64;
    if order == Order::Same {
        compare(ours.data.into_iter().zip(limit.data))?;
    } else {
        let (ours, limit) = (sorted(ours.data, order)?, sorted(limit.data, order)?);
        compare(ours.into_iter().zip(limit))?;
    }
    Ok(count)
}

/// What the next page has to come after; none on the last page.
pub fn next(ours: &[u8]) -> Result<Option<String>> {
    let ours = read(ours, "the server")?;
    Ok(ours.next)
}

/// The count of rows of a page that has to hold what the limit program gives behind so many.
pub fn last_rows(ours: &[u8], limit: &[u8], behind: u32) -> Result<u64> {
    let ours = read(ours, "the server")?;
    let limit = read(limit, "the limit program")?;
    let limit = limit.data.into_iter().skip(behind as usize);
    ensure!(
        ours.data.len() == limit.len(),
        "the page has {} rows instead of {}",
        ours.data.len(),
        limit.len()
    );
    let count = ours.data.len() as u64;
    compare(ours.data.into_iter().zip(limit))?;
    Ok(count)
}

/// The rows by identity, once it is seen that they come in the order asked for.
fn sorted(rows: Vec<&RawValue>, order: Order) -> Result<Vec<&RawValue>> {
    let mut keyed = Vec::with_capacity(rows.len());
    for row in rows {
        let key: Key<'_> =
            serde_json::from_str(row.get()).with_context(|| format!("a row without its key: {row}"))?;
        keyed.push((key, row));
    }
    let in_order = keyed.is_sorted_by(|(a, _), (b, _)| match order {
        Order::Same => true,
        Order::Totaltime => a.totaltime >= b.totaltime,
        Order::Cnumber => a.cnumber <= b.cnumber,
    });
    ensure!(in_order, "the rows are not in the order asked for");
    keyed.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Ok(keyed.into_iter().map(|(_, row)| row).collect())
}

fn compare<'a>(pairs: impl Iterator<Item = (&'a RawValue, &'a RawValue)>) -> Result<()> {
    for (ours, limit) in pairs {
        if ours.get() != limit.get() && value(ours)? != value(limit)? {
            bail!("the server gives\n  {ours}\nwhere the limit program gives\n  {limit}");
        }
    }
    Ok(())
}

fn value(row: &RawValue) -> Result<Value> {
    serde_json::from_str(row.get()).with_context(|| format!("not JSON: {row}"))
}
