//! The audit log, read: newest entries first.

use std::ops::ControlFlow;

use rusqlite::params_from_iter;
use rusqlite::types::Value;
use rusqlite::{Row, ToSql};

use super::audited_call::{AuditedCall, ITS_OTHER_ENTRY, ITS_ROW, NOTED, known_elsewhere, text};
use super::{Reader, StoreError};
use crate::model::described;

/// What entries are wanted; every field narrows it.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// About data of this customer; `None`: of all.
    pub customer: Option<i64>,
    /// Unix seconds, inclusive.
    pub start: i64,
    /// Unix seconds, inclusive.
    pub end: i64,
    /// By this person.
    pub person: Option<i64>,
    /// This action.
    pub action: Option<String>,
    /// None of these actions.
    pub except: Vec<String>,
    /// About a call in which such a number takes part, as [`super::ways_to_write`] has it.
    pub number: Option<String>,
    /// About this group.
    pub recordgroup: Option<i64>,
    /// About recordings with this unique id.
    pub uniqueid: Option<String>,
    /// About recordings with this recordid.
    pub recordid: Option<String>,
    /// Older than the entry with this time and id.
    pub after: Option<(i64, i64)>,
}

described! {
    /// An entry as it is shown; what it has not is 0 or empty.
    #[derive(Clone, Debug, serde::Serialize)]
    pub struct Logged {
        /// Which entry.
        pub id: i64,
        /// When, Unix seconds.
        pub time: i64,
        /// Who; 0 on the command line, or the program itself.
        pub person: i64,
        /// Their name to log in with, at that time.
        pub username: String,
        /// Where the request came from.
        pub address: String,
        /// What was done, as in recordings/listen.
        pub action: String,
        /// Whose data it is about; 0 none.
        pub customer: i64,
        /// The group, where there is one, else 0.
        pub recordgroup: i64,
        /// The recording, where there is one.
        pub uniqueid: String,
        /// Which recording of that channel.
        pub recordid: String,
        /// What changed, for people.
        pub detail: String,
        /// The name of who, as it is now.
        pub name: String,
        /// The customer's name, as it is now.
        pub customer_name: String,
        /// The group's name, as it is now.
        pub recordgroup_name: String,
        /// When the recording began, Unix seconds; 0 where there is none, or nobody knows.
        pub start: i64,
        /// The call's source number.
        pub snumber: String,
        /// The name of the source.
        pub snumber_name: String,
        /// The source number as people write it.
        pub snumber_display: String,
        /// The called number.
        pub cnumber: String,
        /// The name of the called number.
        pub cnumber_name: String,
        /// The called number as people write it.
        pub cnumber_display: String,
        /// The number where the call was answered.
        pub dnumber: String,
        /// The name of who answered.
        pub dnumber_name: String,
        /// The destination number as people write it.
        pub dnumber_display: String,
    }
}

fn logged(row: &Row<'_>, call: &AuditedCall<'_>) -> rusqlite::Result<Logged> {
    Ok(Logged {
        id: row.get(0)?,
        time: row.get(1)?,
        person: row.get(2)?,
        username: text(row, 3)?,
        address: text(row, 4)?,
        action: text(row, 5)?,
        customer: row.get(6)?,
        recordgroup: row.get(7)?,
        uniqueid: text(row, 8)?,
        recordid: text(row, 9)?,
        detail: text(row, 10)?,
        name: text(row, 11)?,
        customer_name: text(row, 12)?,
        recordgroup_name: text(row, 13)?,
        start: call.start,
        snumber: call.snumber.as_ref().into(),
        snumber_name: call.snumber_name.as_ref().into(),
        snumber_display: shown(&call.snumber_display, &call.snumber),
        cnumber: call.cnumber.as_ref().into(),
        cnumber_name: call.cnumber_name.as_ref().into(),
        cnumber_display: shown(&call.cnumber_display, &call.cnumber),
        dnumber: call.dnumber.as_ref().into(),
        dnumber_name: call.dnumber_name.as_ref().into(),
        dnumber_display: shown(&call.dnumber_display, &call.dnumber),
    })
}

/// A number as people write it, where that is another way.
fn shown(display: &str, number: &str) -> String {
    if display.is_empty() { number } else { display }.to_owned()
}

impl Reader {
    /// Whether an entry has this action.
    pub fn is_in_log(&self, action: &str) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached("SELECT 1 FROM audit WHERE action = ?")?.exists([action])?)
    }

    /// Calls `each` with every entry that matches, newest first, until it breaks.
    pub fn log(
        &self,
        filter: &LogFilter,
        mut each: impl FnMut(&Logged) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let (conditions, values) = conditions(filter);
        // Casts, since other programs write here too.
        let sql = format!(
            "SELECT id, CAST(time AS INTEGER), CAST(ifnull(person, 0) AS INTEGER), CAST(username AS TEXT),
               CAST(address AS TEXT), CAST(action AS TEXT), CAST(ifnull(customer, 0) AS INTEGER),
               CAST(ifnull(recordgroup, 0) AS INTEGER), CAST(ifnull(uniqueid, '') AS TEXT),
               CAST(ifnull(recordid, '') AS TEXT), CAST(detail AS TEXT),
               (SELECT CAST(p.name AS TEXT) FROM people p WHERE p.id = audit.person),
               (SELECT CAST(c.name AS TEXT) FROM customers c WHERE c.id = audit.customer),
               (SELECT CAST(g.name AS TEXT) FROM recordgroups g WHERE g.id = audit.recordgroup AND g.customer = audit.customer),
               uniqueid IS NOT NULL, CAST(call AS TEXT) FROM audit WHERE {conditions} ORDER BY time DESC, id DESC"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values.iter().map(|value| value as &dyn ToSql)))?;
        while let Some(row) = rows.next()? {
            let mut noted = text(row, 15)?;
            if row.get(14)? && AuditedCall::of(&noted).may_lack() {
                noted = known_elsewhere(&self.0, row.get(0)?, &noted)?;
            }
            if each(&logged(row, &AuditedCall::of(&noted))?).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn conditions(filter: &LogFilter) -> (String, Vec<Value>) {
    let (upto, id) = filter.after.unwrap_or((i64::MAX, 0));
    let mut sql = String::from("time >= ? AND time <= ?");
    let mut values = vec![Value::Integer(filter.start), Value::Integer(filter.end.min(upto))];
    if filter.after.is_some() {
        sql.push_str(" AND (time, id) < (?, ?)");
        values.extend([Value::Integer(upto), Value::Integer(id)]);
    }
    let number = |value: Option<i64>| value.map(Value::Integer);
    let text = |value: &Option<String>| value.clone().map(Value::Text);
    let given = [
        ("customer", number(filter.customer)),
        ("person", number(filter.person)),
        ("action", text(&filter.action)),
        ("recordgroup", number(filter.recordgroup)),
        ("uniqueid", text(&filter.uniqueid)),
        ("recordid", text(&filter.recordid)),
    ];
    for (column, value) in given.into_iter().filter_map(|(column, value)| Some((column, value?))) {
        sql.push_str(&format!(" AND {column} = ?"));
        values.push(value);
    }
    if !filter.except.is_empty() {
        sql.push_str(&format!(" AND action NOT IN (?{})", ", ?".repeat(filter.except.len() - 1)));
        values.extend(filter.except.iter().cloned().map(Value::Text));
    }
    if let Some(number) = &filter.number {
        sql.push_str(&format!(
            " AND uniqueid IS NOT NULL AND coalesce(tells_of(call, ?), tells_of((SELECT {NOTED} FROM {ITS_ROW}), ?),
                tells_of({ITS_OTHER_ENTRY}, ?), 0)"
        ));
        values.extend((0..3).map(|_| Value::Text(number.clone())));
    }
    (sql, values)
}
