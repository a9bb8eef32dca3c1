//! A trigram index goes, in whatever state it is.

use rusqlite::Connection;

/// Drops an index, also one so damaged that it cannot be dropped: then its own tables go one by one.
pub(super) fn drop_index(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    if connection.execute_batch(&format!("DROP TABLE IF EXISTS {name}")).is_ok() {
        return Ok(());
    }
    let mut all = format!(
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = '{name}';
         PRAGMA writable_schema = RESET;"
    );
    for table in ["data", "idx", "content", "docsize", "config"] {
        all += &format!("DROP TABLE IF EXISTS {name}_{table};");
    }
    connection.execute_batch(&all)
}
