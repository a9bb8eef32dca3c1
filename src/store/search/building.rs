//! The index of folded texts, made beside the one of before there were any, which answers until the new one is whole.
//!
//! First, the rows of which the old index lacks something are noted as waiting: those that are no plain ASCII. From then on a
//! row that has what is looked for is waiting, or in the new index, or plain and in the old one. Then the plain ones are
//! moved, and last the old index goes, a few blocks at a time. Each step is a transaction that notes where the next one goes
//! on, so that it may end at any moment. What is written meanwhile waits for the new index like any other row.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::dropping::drop_index;
use crate::model::SEARCHED;

/// The index of before.
pub(super) const BEFORE: &str = "recordings_search_before";
/// Rows that are looked at in one transaction: 20 ms.
const LOOKED_AT: i64 = 10_000;
/// Rows that are moved in one transaction: 20 ms.
const MOVED: i64 = 2_000;
/// Blocks of the old index that go in one transaction.
const BLOCKS: i64 = 250;
/// The blocks that the old index needs to be an index at all.
const NEEDED: i64 = 10;

/// How far the search index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Building {
    /// What is done.
    pub step: Step,
    /// How much of that is done.
    pub percent: u8,
}

/// A part of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Rows that are not plain are looked for.
    Looking = 1,
    /// Plain rows are moved.
    Moving = 2,
    /// The old index goes.
    Removing = 3,
}

impl Step {
    const ALL: [Step; 3] = [Step::Looking, Step::Moving, Step::Removing];

    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Looking => "looking for names with accents and other scripts",
            Step::Moving => "indexing numbers and names",
            Step::Removing => "removing the old index",
        }
    }
}

/// A line of recordings_folding.
struct At {
    step: Step,
    first: i64,
    next: i64,
    last: i64,
}

impl At {
    fn read(connection: &Connection) -> rusqlite::Result<Option<At>> {
        let mut statement = connection
            .prepare_cached("SELECT step, \"first\", \"next\", \"last\" FROM recordings_folding LIMIT 1")?;
        let at = statement.query_row([], |row| {
            let number: i64 = row.get(0)?;
            let step = Step::ALL.into_iter().find(|step| *step as i64 == number).unwrap_or(Step::Removing);
            Ok(At { step, first: row.get(1)?, next: row.get(2)?, last: row.get(3)? })
        });
        at.optional()
    }

    fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        forget(connection)?;
        connection
            .prepare_cached(
                "INSERT INTO recordings_folding (step, \"first\", \"next\", \"last\") VALUES (?, ?, ?, ?)",
            )?
            .execute((self.step as i64, self.first, self.next, self.last))?;
        Ok(())
    }

    fn building(&self) -> Building {
        let (done, all) = (
            i128::from(self.next) - i128::from(self.first),
            i128::from(self.last) - i128::from(self.first) + 1,
        );
        let percent = (100 * done.clamp(0, all) / all.max(1)).clamp(0, 100);
        Building { step: self.step, percent: u8::try_from(percent).unwrap_or(100) }
    }
}

fn forget(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM recordings_folding", []).map(drop)
}

/// How far the index is; `None` where it is whole.
pub(in crate::store) fn building(connection: &Connection) -> rusqlite::Result<Option<Building>> {
    Ok(At::read(connection)?.map(|at| at.building()))
}

/// What is done to the index.
pub(super) fn step(connection: &Connection) -> rusqlite::Result<Option<Step>> {
    Ok(At::read(connection)?.map(|at| at.step))
}

/// Whether the file has the index of before there were folded texts, and none beside it.
pub(in crate::store) fn is_of_before(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = 'recordings_text')",
        [],
        |row| row.get(0),
    )
}

/// Puts the index of before aside, so that a new one can be made. `None` where it is too damaged for that.
pub(in crate::store) fn set_aside(connection: &Connection, is_whole: bool) -> rusqlite::Result<bool> {
    connection.execute_batch("DROP VIEW recordings_text")?;
    // The legacy way renames nothing but the table.
    let renamed = is_whole
        && connection
            .execute_batch(&format!(
                "PRAGMA legacy_alter_table = ON; ALTER TABLE recordings_search RENAME TO {BEFORE};"
            ))
            .is_ok();
    connection.execute_batch("PRAGMA legacy_alter_table = OFF")?;
    Ok(renamed)
}

/// Begins to make the new index, once the old one was put aside.
pub(in crate::store) fn begin(connection: &Connection) -> rusqlite::Result<()> {
    let (first, last): (Option<i64>, Option<i64>) = connection.query_row(
        "SELECT (SELECT min(id) FROM recordings), (SELECT max(id) FROM recordings)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let (first, last) = (first.unwrap_or(0), last.unwrap_or(-1));
    At { step: Step::Looking, first, next: first, last }.write(connection)
}

/// Leaves only the removal of the old index to be done: all rows wait for the new one.
pub(super) fn give_up(connection: &Connection) -> rusqlite::Result<()> {
    forget(connection)?;
    if has_before(connection)? { begin_removal(connection) } else { Ok(()) }
}

fn has_before(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?)", [BEFORE], |row| row.get(0))
}

/// Does a part of it. Gives how far it is by then; `None` where nothing was to do.
pub(in crate::store) fn build_some(writer: &mut Connection) -> rusqlite::Result<Option<Building>> {
    if At::read(writer)?.is_none() {
        return Ok(None);
    }
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let Some(at) = At::read(&transaction)? else { return Ok(None) };
    match at.step {
        Step::Looking => look(&transaction, &at)?,
        Step::Moving => move_some(&transaction, &at)?,
        Step::Removing => remove_some(&transaction, &at)?,
    }
    let building = building(&transaction)?;
    transaction.commit()?;
    Ok(Some(building.unwrap_or(Building { step: Step::Removing, percent: 100 })))
}

/// The id that the next so many rows end at.
fn end_of(connection: &Connection, at: &At, most: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "SELECT max(id) FROM (SELECT id FROM recordings WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?)",
        )?
        .query_row((at.next, at.last, most), |row| row.get(0))
}

/// Notes where the next part begins, or that the next step does.
fn go_on(connection: &Connection, at: &At, done: Option<i64>, then: Step) -> rusqlite::Result<()> {
    let next = done.filter(|done| *done < at.last).and_then(|done| done.checked_add(1));
    match next {
        Some(next) => At { next, ..*at }.write(connection),
        None if then == Step::Removing => begin_removal(connection),
        None => At { step: then, next: at.first, ..*at }.write(connection),
    }
}

fn look(connection: &Connection, at: &At) -> rusqlite::Result<()> {
    let end = end_of(connection, at, LOOKED_AT)?;
    if let Some(end) = end {
        let columns = SEARCHED.join(", ");
        connection
            .prepare_cached(&format!(
                "INSERT INTO recordings_unindexed (id) SELECT r.id FROM recordings r WHERE r.id >= ? AND r.id <= ?
                   AND NOT is_plain({columns}) AND NOT EXISTS (SELECT 1 FROM recordings_unindexed u WHERE u.id = r.id)"
            ))?
            .execute((at.next, end))?;
    }
    go_on(connection, at, end, Step::Moving)
}

fn move_some(connection: &Connection, at: &At) -> rusqlite::Result<()> {
    let end = end_of(connection, at, MOVED)?;
    if let Some(end) = end {
        let columns = SEARCHED.join(", ");
        connection
            .prepare_cached(&format!(
                "INSERT INTO recordings_search (rowid, text) SELECT r.id, indexed_text({columns})
                   FROM recordings r WHERE r.id >= ? AND r.id <= ? AND is_plain({columns})
                     AND NOT EXISTS (SELECT 1 FROM recordings_unindexed u WHERE u.id = r.id)"
            ))?
            .execute((at.next, end))?;
    }
    go_on(connection, at, end, Step::Removing)
}

fn begin_removal(connection: &Connection) -> rusqlite::Result<()> {
    let blocks: i64 = connection
        .query_row(&format!("SELECT count(*) FROM {BEFORE}_data"), [], |row| row.get(0))
        .unwrap_or(0);
    At { step: Step::Removing, first: 1, next: 1, last: blocks }.write(connection)
}

/// A table is dropped at once, however large it is; so it is emptied before.
fn remove_some(connection: &Connection, at: &At) -> rusqlite::Result<()> {
    // Without its table, nothing is left of the index that could be emptied.
    let gone = connection
        .execute(
            &format!(
                "DELETE FROM {BEFORE}_data WHERE id IN
                   (SELECT id FROM {BEFORE}_data WHERE id > ? ORDER BY id DESC LIMIT ?)"
            ),
            (NEEDED, BLOCKS),
        )
        .unwrap_or(0);
    if gone > 0 {
        let next = at.next.saturating_add(i64::try_from(gone).unwrap_or(0));
        return At { next, ..*at }.write(connection);
    }
    drop_index(connection, BEFORE)?;
    forget(connection)
}
