//! The trigram index: kept up with the rows, and made anew where it is damaged.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use super::building::{self, Step, building};
use super::dropping::drop_index;
use crate::model::SEARCHED;
use crate::store::database::Telling;
use crate::store::needles::{indexed, is_plain, trigrams};

/// Rows that may wait to be indexed before they are.
pub(super) const WAITING: i64 = 1_000;
/// Rows that are indexed in one transaction while others may want to write: 20 ms.
const STEP: i64 = 2_000;
/// Rows that are indexed in one transaction at the start, before anybody is served.
const STRIDE: i64 = 50_000;

/// Moves rows that wait into the trigram index, if there are many. Gives how many were moved.
pub(in crate::store) fn index_waiting(writer: &mut Connection) -> rusqlite::Result<usize> {
    if waiting(writer, WAITING)? < WAITING {
        return Ok(0);
    }
    index_some(writer, STEP)
}

/// How many rows wait, counted up to `most`.
pub(in crate::store) fn waiting(connection: &Connection, most: i64) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM recordings_unindexed LIMIT ?)")?
        .query_row([most], |row| row.get(0))
}

/// Indexes all rows that wait, telling how far it is; at the start. While the index is made beside an older one, that is
/// done later, and searches answer all the same.
pub(in crate::store) fn catch_up(writer: &mut Connection, tell: &Telling) -> rusqlite::Result<()> {
    let all: i64 = writer.query_row("SELECT count(*) FROM recordings_unindexed", [], |row| row.get(0))?;
    if all < WAITING || is_underway(writer)? {
        return Ok(());
    }
    let mut done = 0;
    while let moved @ 1.. = index_some(writer, STRIDE)? {
        done += moved as u64;
        tell.so_far("indexing numbers and names", "rows", done, all.unsigned_abs());
    }
    Ok(())
}

/// Whether rows are still only in the index of before.
fn is_underway(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(building(connection)?.is_some_and(|building| building.step != Step::Removing))
}

pub(super) fn index_some(writer: &mut Connection, most: i64) -> rusqlite::Result<usize> {
    let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let last: Option<i64> = transaction
        .prepare_cached("SELECT max(id) FROM (SELECT id FROM recordings_unindexed ORDER BY id LIMIT ?)")?
        .query_row([most], |row| row.get(0))?;
    let Some(last) = last else { return Ok(0) };
    transaction
        .prepare_cached(&format!(
            "INSERT INTO recordings_search (rowid, text) SELECT r.id, indexed_text({})
               FROM recordings_unindexed u CROSS JOIN recordings r ON r.id = u.id WHERE u.id <= ?",
            SEARCHED.join(", ")
        ))?
        .execute([last])?;
    // Rows that are gone again leave the queue with the others.
    let moved =
        transaction.prepare_cached("DELETE FROM recordings_unindexed WHERE id <= ?")?.execute([last])?;
    transaction.commit()?;
    Ok(moved)
}

/// `indexed_text(numbers and names…)`: what the trigram index has of a row. `is_plain(numbers and names…)`: whether the
/// index of before there were folded texts has all of that, too.
pub(in crate::store) fn register_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(c"indexed_text", -1, flags, |context| Ok(indexed(texts(context))))?;
    connection.create_scalar_function(c"is_plain", -1, flags, |context| Ok(is_plain(texts(context))))
}

fn texts<'a>(context: &'a Context<'_>) -> impl Iterator<Item = ValueRef<'a>> {
    (0..context.len()).map(|at| context.get_raw(at))
}

/// Rows of which the start makes sure that the index has them.
const SAMPLES: i64 = 16;

/// Whether the trigram index answers, and has the newest rows, the oldest and some between.
pub(in crate::store) fn is_intact(connection: &Connection) -> bool {
    let check = || -> rusqlite::Result<bool> {
        let building = building(connection)?.map(|building| building.step);
        // Also without rows: this is what finds the index's own tables missing.
        has(connection, "recordings_search", "\"nil\"", 0)?;
        if building == Some(Step::Looking) {
            has(connection, building::BEFORE, "\"nil\"", 0)?;
            return Ok(true);
        }
        for (id, text, is_plain) in sampled(connection)? {
            let in_old = building == Some(Step::Moving) && is_plain;
            for trigram in trigrams(&text, 3) {
                let is_there = has(connection, "recordings_search", &trigram, id)?
                    || in_old && has(connection, building::BEFORE, &trigram, id)?;
                if !is_there {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    };
    check().unwrap_or(false)
}

fn has(connection: &Connection, index: &str, trigram: &str, id: i64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(&format!("SELECT 1 FROM {index} WHERE {index} MATCH ? AND rowid = ?"))?
        .exists((trigram, id))
}

/// Rows that the index must have: what it has of each, and whether one of before has it, too.
fn sampled(connection: &Connection) -> rusqlite::Result<Vec<(i64, String, bool)>> {
    let columns = SEARCHED.join(", ");
    connection
        .prepare(&format!(
            "SELECT id, indexed_text({columns}), is_plain({columns}) FROM recordings
               WHERE id NOT IN (SELECT id FROM recordings_unindexed)
               AND id IN (SELECT * FROM (SELECT id FROM recordings ORDER BY id DESC LIMIT ?1)
                 UNION SELECT * FROM (SELECT id FROM recordings ORDER BY id LIMIT ?1)
                 UNION SELECT (SELECT max(id) FROM recordings) * value / ?1 FROM
                   (WITH RECURSIVE n(value) AS (VALUES (1) UNION ALL SELECT value + 1 FROM n WHERE value < ?1)
                    SELECT value FROM n))"
        ))?
        .query_map([SAMPLES], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

/// Empties the trigram index and lets every row wait for it.
pub(in crate::store) fn start_over(connection: &Connection) -> rusqlite::Result<()> {
    let emptied =
        connection.execute("INSERT INTO recordings_search (recordings_search) VALUES ('delete-all')", []);
    if emptied.is_err() {
        drop_index(connection, "recordings_search")?;
        connection.execute_batch(
            "CREATE VIRTUAL TABLE recordings_search USING fts5
               (text, content = '', tokenize = 'trigram', detail = none, columnsize = 0)",
        )?;
    }
    connection.execute_batch(
        "DELETE FROM recordings_unindexed; INSERT INTO recordings_unindexed (id) SELECT id FROM recordings;",
    )?;
    building::give_up(connection)
}
