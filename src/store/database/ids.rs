//! Ids, none of which comes back: whatever names one – a row, the audit log – goes on meaning what it meant.

use rusqlite::{Connection, OptionalExtension};

use super::error::StoreError;

/// The first number that JSON and the page can't tell from the next one. Another program may have stored ids from here
/// on. They don't count where the next one is chosen, or there would soon be none left.
const TOO_LARGE: i64 = 1 << 53;

/// A table that others name the rows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Ids {
    Customers,
    Groups,
    People,
}

/// All of them.
const ALL: [Ids; 3] = [Ids::Customers, Ids::Groups, Ids::People];

/// A column that names ids.
struct Naming {
    ids: Ids,
    table: &'static str,
    column: &'static str,
    /// Whether what it names was there once. Then `ids_used` has it, by a trigger of schema.sql.
    used: bool,
}

/// What only this program writes names what is, or was, there.
const fn used(ids: Ids, table: &'static str, column: &'static str) -> Naming {
    Naming { ids, table, column, used: true }
}

/// What another program may write, or remove a row behind.
const fn named(ids: Ids, table: &'static str, column: &'static str) -> Naming {
    Naming { ids, table, column, used: false }
}

/// Every column that names a customer, a group or a person. A table that begins to has its line here.
#[rustfmt::skip]
const NAMING: [Naming; 22] = [
    used(Ids::Customers,  "customers",           "id"),
    used(Ids::Customers,  "audit",               "customer"),
    used(Ids::Customers,  "intake_files",        "customer"),
    named(Ids::Customers, "recordgroups",        "customer"),
    named(Ids::Customers, "people",              "customer"),
    named(Ids::Customers, "intake_waiting",      "customer"),
    named(Ids::Customers, "rule_targets",        "customer"),
    named(Ids::Customers, "recordings",          "customer"),
    named(Ids::Customers, "recordings",          "scustomer"),
    named(Ids::Customers, "recordings",          "dcustomer"),
    used(Ids::Groups,     "recordgroups",        "id"),
    used(Ids::Groups,     "audit",               "recordgroup"),
    used(Ids::Groups,     "intake_files",        "recordgroup"),
    named(Ids::Groups,    "recordgroup_members", "recordgroup"),
    named(Ids::Groups,    "rule_targets",        "recordgroup"),
    named(Ids::Groups,    "recordings",          "recordgroup"),
    used(Ids::People,     "people",              "id"),
    used(Ids::People,     "audit",               "person"),
    named(Ids::People,    "recordgroups",        "owner"),
    named(Ids::People,    "recordgroup_members", "person"),
    named(Ids::People,    "tokens",              "person"),
    named(Ids::People,    "sessions",            "person"),
];

impl Ids {
    fn table(self) -> &'static str {
        match self {
            Ids::Customers => "customers",
            Ids::Groups => "recordgroups",
            Ids::People => "people",
        }
    }

    /// An id for a new row: the next one, or the wanted one where it was never used.
    pub(in crate::store) fn never_used(
        self,
        connection: &Connection,
        wanted: Option<i64>,
    ) -> Result<i64, StoreError> {
        let Some(id) = wanted else { return Ok(self.next(connection)?) };
        if self.is_used(connection, id)? {
            return Err(StoreError::Refused(format!(
                "{id} was the id of one that is gone, whose recordings or audit log would be the new one's; choose another --id"
            )));
        }
        Ok(id)
    }

    /// The id of the next row: above every one that any table names.
    fn next(self, connection: &Connection) -> rusqlite::Result<i64> {
        let mut below = TOO_LARGE;
        loop {
            let highest = self.highest(connection, below)?;
            if highest + 1 < below {
                return Ok(highest + 1);
            }
            // Another program took the very last one: what nobody named below it is as good.
            below = highest;
        }
    }

    /// Whether there was a row with this id at any time.
    pub(in crate::store) fn is_used(self, connection: &Connection, id: i64) -> rusqlite::Result<bool> {
        let mut statement = connection.prepare_cached("SELECT 1 FROM ids_used WHERE kind = ? AND id = ?")?;
        statement.exists((self.table(), id))
    }

    /// The highest id below that one which any table names, or 0.
    fn highest(self, connection: &Connection, below: i64) -> rusqlite::Result<i64> {
        let table = self.table();
        let mut sql = format!(
            "SELECT CAST(max(id) AS INTEGER) FROM (SELECT 0 AS id
               UNION ALL SELECT max(id) FROM ids_used WHERE kind = '{table}' AND id < ?1
               UNION ALL SELECT max(seq) FROM sqlite_sequence WHERE name = '{table}' AND seq < ?1
               UNION ALL SELECT max(id) FROM {table} WHERE id < ?1"
        );
        for Naming { table, column, .. } in self.naming().filter(|naming| !naming.used) {
            sql.push_str(&format!(" UNION ALL SELECT max({column}) FROM {table} WHERE {column} < ?1"));
        }
        sql.push(')');
        connection.prepare_cached(&sql)?.query_row([below], |row| row.get(0))
    }

    fn naming(self) -> impl Iterator<Item = &'static Naming> {
        NAMING.iter().filter(move |naming| naming.ids == self)
    }
}

/// Notes every id of which the file tells that it was used, whether its row is still there or not.
pub(in crate::store) fn note_used(connection: &Connection) -> rusqlite::Result<()> {
    for Naming { ids, table, column, .. } in NAMING.iter().filter(|naming| naming.used) {
        let kind = ids.table();
        connection.execute_batch(&format!(
            "INSERT INTO ids_used (kind, id) SELECT DISTINCT '{kind}', {column} FROM {table}
               WHERE typeof({column}) = 'integer' AND ({column} <> 0 OR '{table}' = '{kind}')
                 AND NOT EXISTS (SELECT 1 FROM ids_used u WHERE u.kind = '{kind}' AND u.id = {table}.{column})"
        ))?;
    }
    Ok(())
}

/// Lets SQLite itself, which chooses the ids of rows that another program makes, begin above all that is named.
pub(in crate::store) fn raise_sequences(connection: &Connection) -> rusqlite::Result<()> {
    for ids in ALL {
        let (table, highest) = (ids.table(), ids.highest(connection, TOO_LARGE)?);
        connection
            .execute("UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1 AND seq < ?2", (table, highest))?;
        connection.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2
               WHERE ?2 > 0 AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)",
            (table, highest),
        )?;
    }
    // Where a statement found nothing to insert, SQLite noted 0.
    connection.execute_batch("DELETE FROM sqlite_sequence WHERE seq = 0")
}

/// The id of a table's next row, where SQLite would find none, or one that is too large: another program stored such a
/// one. `None`: SQLite's own choice is right.
pub(in crate::store) fn free_id(connection: &Connection, table: &str) -> rusqlite::Result<Option<i64>> {
    let highest = format!(
        "SELECT max(ifnull((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0),
           ifnull((SELECT max(id) FROM {table}), 0))"
    );
    let highest: i64 = connection.prepare_cached(&highest)?.query_row([], |row| row.get(0))?;
    if highest < TOO_LARGE - 1 { Ok(None) } else { id_below_the_large_ones(connection, table).map(Some) }
}

/// What was given last is noted: the row that has it may be gone by the next time.
fn id_below_the_large_ones(connection: &Connection, table: &str) -> rusqlite::Result<i64> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT id FROM ids_used WHERE kind = ?")?
        .query_row([table], |row| row.get(0))
        .optional()?;
    let highest = format!("SELECT ifnull(max(id), 0) FROM {table} WHERE id < ?");
    let highest: i64 = connection.prepare_cached(&highest)?.query_row([TOO_LARGE - 1], |row| row.get(0))?;
    let next = highest.max(last.unwrap_or(0)) + 1;
    let note = match last {
        Some(_) => "UPDATE ids_used SET id = ?2 WHERE kind = ?1",
        None => "INSERT INTO ids_used (kind, id) VALUES (?1, ?2)",
    };
    connection.prepare_cached(note)?.execute((table, next))?;
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_that_names_a_customer_a_group_or_a_person_is_known() {
        let connection = Connection::open_in_memory().expect("memory");
        connection.execute_batch(include_str!("../../../schema.sql")).expect("schema.sql");
        let mut statement = connection
            .prepare(
                "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c
                   WHERE t.type = 'table' AND c.type LIKE 'INTEGER%'
                     AND (c.name LIKE '%customer' OR c.name LIKE '%recordgroup' OR c.name IN ('person', 'owner'))
                 UNION SELECT t.name, k.\"from\" FROM pragma_table_list t, pragma_foreign_key_list(t.name) k
                   WHERE t.type = 'table' AND k.\"table\" IN ('customers', 'recordgroups', 'people')",
            )
            .expect("SQL");
        let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("SQL");
        let found: Vec<(String, String)> = found.map(|row| row.expect("a row")).collect();
        assert!(found.len() > 10, "{found:?}");
        for (table, column) in found {
            assert!(
                NAMING
                    .iter()
                    .any(|naming| (naming.table, naming.column) == (table.as_str(), column.as_str())),
                "src/store/database/ids.rs: NAMING lacks {table}.{column}, so that an id which only it names would be given again"
            );
        }
    }
}
