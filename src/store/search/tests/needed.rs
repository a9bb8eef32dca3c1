//! schema.sql has the indexes that the filters and sorts of lists need.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::model::{FILTERS, Few, Sort, Test};

const SCOPES: [&str; 2] = ["recordgroup", "customer"];
/// What is summed up of all that matches.
const SUMMED_UP: [&str; 2] = ["totaltime", "size"];

fn empty() -> Connection {
    let connection = Connection::open_in_memory().expect("memory");
    connection.execute_batch(include_str!("../../../../schema.sql")).expect("schema.sql");
    connection
}

fn columns_of(connection: &Connection, index: &str) -> Vec<String> {
    let mut info = connection.prepare("SELECT name FROM pragma_index_info(?) ORDER BY seqno").expect("SQL");
    let names = info.query_map([index], |row| row.get(0)).expect("SQL");
    names.map(|name| name.expect("a column")).collect()
}

#[test]
fn the_index_of_a_list_has_all_that_it_filters_sorts_and_sums_up_by_and_no_more() {
    let connection = empty();
    for scope in SCOPES {
        let index = format!("recordings_{scope}_list");
        let columns = columns_of(&connection, &index);
        // Whose they are, the order of a list, and behind it the rest.
        let first: &[&str] = match scope {
            "recordgroup" => &["recordgroup", "customer", "start", "id"],
            _ => &["customer", "start", "id"],
        };
        assert_eq!(columns.iter().take(first.len()).collect::<Vec<_>>(), first, "{index}");
        let found: BTreeSet<&str> = columns.iter().skip(first.len()).map(String::as_str).collect();
        let filters = FILTERS.iter().flat_map(|filter| {
            filter
                .test
                .columns_of_lists()
                .iter()
                .map(|column| (*column, format!("the filter {}", filter.name)))
        });
        let sorts = Sort::COLUMNS.into_iter().filter(|column| *column != "start");
        let needed: Vec<(&str, String)> = filters
            .chain(sorts.map(|column| (column, "a sort".into())))
            .chain(SUMMED_UP.map(|column| (column, "a count".into())))
            .chain((scope == "customer").then(|| ("recordgroup", "who sees some groups only".into())))
            .collect();
        for (column, for_what) in &needed {
            assert!(
                found.contains(column),
                "schema.sql: {index} lacks {column}, which {for_what} needs; add it to both …_list indexes"
            );
        }
        let needed: BTreeSet<&str> = needed.into_iter().map(|(column, _)| column).collect();
        let more: Vec<_> = found.difference(&needed).collect();
        assert!(more.is_empty(), "schema.sql: {index} has {more:?}, which no filter and no sort needs");
    }
}

#[test]
fn rows_that_are_few_have_an_index_of_their_own() {
    let connection = empty();
    for filter in FILTERS {
        let (Some(Few { index, .. }), Test::Flagged(column, _) | Test::Ended(column, _)) =
            (filter.test.few(), filter.test)
        else {
            continue;
        };
        let value = i32::from(matches!(filter.test, Test::Flagged(..)));
        for scope in SCOPES {
            let index = format!("recordings_{scope}_{index}");
            let sql = format!(
                "SELECT id FROM recordings INDEXED BY {index} WHERE {scope} = 1 AND {column} = {value}"
            );
            if let Err(error) = connection.prepare(&sql) {
                panic!(
                    "schema.sql: the filter {} needs an index {index} ON recordings ({scope}, start) \
                     WHERE {column} = {value}: {error}",
                    filter.name
                );
            }
            assert_eq!(columns_of(&connection, &index), [scope, "start"], "{index}");
        }
    }
}
