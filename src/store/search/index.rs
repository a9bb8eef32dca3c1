//! The trigram index: kept up with the rows, and made anew where it is damaged.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::store::needles::trigrams;

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

/// Indexes all rows that wait, showing how far it is; at the start.
pub(in crate::store) fn catch_up(writer: &mut Connection) -> rusqlite::Result<()> {
    let all: i64 = writer.query_row("SELECT count(*) FROM recordings_unindexed", [], |row| row.get(0))?;
    if all < WAITING {
        return Ok(());
    }
    // Draws on a terminal only.
    let bar = indicatif::ProgressBar::new(all.unsigned_abs());
    if let Ok(style) =
        indicatif::ProgressStyle::with_template("Indexing for search {wide_bar} {percent} %  {eta} left")
    {
        bar.set_style(style);
    }
    while let moved @ 1.. = index_some(writer, STRIDE)? {
        bar.inc(moved as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

pub(super) fn index_some(writer: &mut Connection, most: i64) -> rusqlite::Result<usize> {
    let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Rows that are gone again leave the queue with the others.
    let last: Option<i64> = transaction
        .prepare_cached(
            "SELECT max(id) FROM (SELECT u.id FROM recordings_unindexed u LEFT JOIN recordings_text t ON t.id = u.id
               WHERE t.id IS NULL OR t.text IS NOT NULL ORDER BY u.id LIMIT ?)",
        )?
        .query_row([most], |row| row.get(0))?;
    let Some(last) = last else { return Ok(0) };
    transaction
        .prepare_cached(
            "INSERT INTO recordings_search (rowid, text) SELECT t.id, as_utf8(t.text)
               FROM recordings_unindexed u CROSS JOIN recordings_text t ON t.id = u.id
               WHERE u.id <= ? AND t.text IS NOT NULL",
        )?
        .execute([last])?;
    let moved = transaction
        .prepare_cached(
            "DELETE FROM recordings_unindexed WHERE id <= ?
               AND NOT EXISTS (SELECT 1 FROM recordings_text t WHERE t.id = recordings_unindexed.id AND t.text IS NULL)",
        )?
        .execute([last])?;
    transaction.commit()?;
    Ok(moved)
}

/// `as_utf8(text)`: with U+FFFD for what is no UTF-8, as a search reads it. FTS5 would take stray bytes for a part of
/// the character before them, and miss that one.
pub(in crate::store) fn register_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(c"as_utf8", 1, flags, |context| {
        let text = context.get_raw(0).as_bytes_or_null()?.unwrap_or_default();
        Ok(String::from_utf8_lossy(text).into_owned())
    })
}

/// Rows of which the start makes sure that the index has them.
const SAMPLES: i64 = 16;

/// Whether the trigram index answers, and has the newest rows, the oldest and some between.
pub(in crate::store) fn is_intact(connection: &Connection) -> bool {
    let check = || -> rusqlite::Result<bool> {
        let sampled = connection
            .prepare(
                "SELECT t.id, t.text FROM recordings_text t WHERE t.text IS NOT NULL
                   AND t.id NOT IN (SELECT id FROM recordings_unindexed)
                   AND t.id IN (SELECT * FROM (SELECT id FROM recordings ORDER BY id DESC LIMIT ?1)
                     UNION SELECT * FROM (SELECT id FROM recordings ORDER BY id LIMIT ?1)
                     UNION SELECT (SELECT max(id) FROM recordings) * value / ?1 FROM
                       (WITH RECURSIVE n(value) AS (VALUES (1) UNION ALL SELECT value + 1 FROM n WHERE value < ?1)
                        SELECT value FROM n))",
            )?
            .query_map([SAMPLES], |row| {
                Ok((row.get(0)?, String::from_utf8_lossy(row.get_ref(1)?.as_bytes()?).into_owned()))
            })?
            .collect::<rusqlite::Result<Vec<(i64, String)>>>()?;
        let mut find = connection
            .prepare("SELECT 1 FROM recordings_search WHERE recordings_search MATCH ? AND rowid = ?")?;
        // Also without rows: this is what finds the index's own tables missing.
        find.exists(("\"nil\"", 0))?;
        for (id, text) in sampled {
            for trigram in trigrams(&text, 3) {
                if !find.exists((trigram, id))? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    };
    check().unwrap_or(false)
}

/// Empties the trigram index and lets every row wait for it.
pub(in crate::store) fn start_over(connection: &Connection) -> rusqlite::Result<()> {
    let emptied =
        connection.execute("INSERT INTO recordings_search (recordings_search) VALUES ('delete-all')", []);
    if emptied.is_err() {
        make_anew(connection)?;
    }
    connection.execute_batch(
        "DELETE FROM recordings_unindexed; INSERT INTO recordings_unindexed (id) SELECT id FROM recordings;",
    )
}

/// For an index so damaged that it cannot even be dropped: its own tables go one by one.
fn make_anew(connection: &Connection) -> rusqlite::Result<()> {
    if connection.execute_batch("DROP TABLE recordings_search").is_err() {
        connection.execute_batch(
            "PRAGMA writable_schema = ON;
             DELETE FROM sqlite_schema WHERE name = 'recordings_search';
             PRAGMA writable_schema = RESET;
             DROP TABLE IF EXISTS recordings_search_data; DROP TABLE IF EXISTS recordings_search_idx;
             DROP TABLE IF EXISTS recordings_search_content; DROP TABLE IF EXISTS recordings_search_docsize;
             DROP TABLE IF EXISTS recordings_search_config;",
        )?;
    }
    connection.execute_batch(
        "CREATE VIRTUAL TABLE recordings_search USING fts5
           (text, content = '', tokenize = 'trigram', detail = none, columnsize = 0)",
    )
}
