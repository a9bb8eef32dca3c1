//! `limit`, `next` and `after`: pages of a list while rows come and go.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::app::{Caller, spawn, spawn_app};
use crate::dice::Dice;
use crate::http::Answer;
use crate::program::sqlite3;

const LIST: &str = "recording/recordings/list";
const SORTS: [&str; 5] = ["cnumber", "expires", "snumber", "start", "totaltime"];

fn next(answer: &Answer) -> Option<String> {
    let json = answer.json();
    let keys: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
    let next = json.get("next").map(|next| next.as_str().expect("text").to_owned());
    assert_eq!(keys.contains(&"next"), next.is_some());
    next
}

/// All pages of a list; `between` runs before each but the first.
fn pages(caller: &Caller, query: &str, limit: usize, mut between: impl FnMut(usize)) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut after = String::new();
    loop {
        let answer = caller.get(&format!("{LIST}?{query};limit={limit};after={after}"));
        let rows = answer.rows();
        let rows: Vec<String> = rows.split_terminator(' ').map(str::to_owned).collect();
        assert!(rows.len() <= limit);
        let next = next(&answer);
        assert!(next.is_none() || rows.len() == limit, "{query}: a page that has a next one is full");
        pages.push(rows);
        let Some(next) = next else { return pages };
        assert!(pages.len() < 10_000, "{query}: no end");
        between(pages.len());
        after = next;
    }
}

/// Rows that stay: few values in each column, so that ties are common.
fn fill(db: &std::path::Path) {
    sqlite3(
        db,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)
         INSERT INTO recordings (customer, recordgroup, uniqueid, start, complete, snumber, cnumber, totaltime, expires,
             snumber_name)
           SELECT 1, 1 + i % 3, 'p' || i, 1700000400 + i % 7, 1, i % 4, 'C' || (i % 5), i % 3, i % 2, 'Person Ä' || i FROM n;",
    );
}

#[test]
fn what_was_there_all_the_time_is_on_one_page_exactly_while_rows_come_and_go() {
    let app = spawn(|_| {}, fill);
    let mut dice = Dice(11);
    let mut transient = 0;
    for (caller, filter) in [
        (app.supervisor(), "complete=-1"),
        (app.supervisor(), "search=person+%C3%A4"),
        (app.supervisor(), "called=c"),
        (app.agent(), "start=1700000401"),
        (app.supervisor(), "recordgroup=2;totaltime_minimum=1"),
    ] {
        for sort in SORTS {
            for descending in [0, 1] {
                let query = format!("{filter};sort={sort};descending={descending}");
                let stays = caller.get(&format!("{LIST}?{query}")).rows();
                let stays: Vec<&str> = stays.split(' ').filter(|row| !row.starts_with('t')).collect();
                let pages = pages(&caller, &query, 9, |page| {
                    transient += 1;
                    app.sqlite3(&format!(
                        "DELETE FROM recordings WHERE uniqueid LIKE 't%' AND id % 2 = {};
                         INSERT INTO recordings (customer, recordgroup, uniqueid, start, complete, snumber, cnumber, totaltime,
                             expires, snumber_name)
                           SELECT customer, recordgroup, 't{transient}-' || id, start, 1, snumber, cnumber, totaltime, expires,
                             snumber_name FROM recordings WHERE uniqueid LIKE 'p%' AND id % 13 = {};",
                        page % 2,
                        dice.below(13)
                    ));
                });
                let rows: Vec<&str> = pages.iter().flatten().map(String::as_str).collect();
                let stayed: Vec<&str> = rows.iter().copied().filter(|row| !row.starts_with('t')).collect();
                assert_eq!(stayed, stays, "{query}");
                assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), rows.len(), "{query}: no row twice");
                app.sqlite3("DELETE FROM recordings WHERE uniqueid LIKE 't%'");
            }
        }
    }
}

#[test]
fn a_page_goes_on_behind_a_row_that_is_gone_or_has_moved() {
    let app = spawn(|_| {}, fill);
    let sara = app.supervisor();
    for sort in SORTS {
        let all = sara.get(&format!("{LIST}?sort={sort}")).rows();
        let all: Vec<&str> = all.split(' ').collect();
        let first = sara.get(&format!("{LIST}?sort={sort};limit=20"));
        let next = next(&first).expect("more rows");
        let last = all[19];
        app.sqlite3(&format!(
            "UPDATE recordings SET uniqueid = 'gone', customer = 2, start = 5 WHERE uniqueid = '{last}'"
        ));
        assert_eq!(
            sara.get(&format!("{LIST}?sort={sort};after={next}")).rows(),
            all[20..].join(" "),
            "{sort}"
        );
        app.sqlite3("DELETE FROM recordings WHERE uniqueid = 'gone'");
        assert_eq!(
            sara.get(&format!("{LIST}?sort={sort};after={next}")).rows(),
            all[20..].join(" "),
            "{sort}"
        );
    }
}

#[test]
fn next_is_absent_exactly_at_the_end() {
    let app = spawn_app();
    let sara = app.supervisor();
    for query in
        ["sort=start", "sort=cnumber", "sort=totaltime;descending=1", "search=0", "called=0;sort=snumber"]
    {
        let all = sara.get(&format!("{LIST}?{query}"));
        assert_eq!(next(&all), None, "{query}: without a limit");
        let count = all.rows().split(' ').count();
        for limit in 1..count + 2 {
            let answer = sara.get(&format!("{LIST}?{query};limit={limit}"));
            assert_eq!(next(&answer).is_some(), limit < count, "{query} {limit} of {count}");
            let whole: Vec<String> = pages(&sara, query, limit, |_| {}).concat();
            assert_eq!(whole.join(" "), all.rows(), "{query} {limit}");
        }
        assert_eq!(next(&sara.get(&format!("{LIST}?{query};limit=9223372036854775807"))), None);
        // An offset skips rows of the first page; the next one goes on behind it.
        let answer = sara.get(&format!("{LIST}?{query};limit=1;offset=1"));
        let rest = sara.get(&format!("{LIST}?{query};after={}", next(&answer).unwrap_or_default()));
        let expected = all.rows().split(' ').skip(2).collect::<Vec<_>>().join(" ");
        assert_eq!(if count > 2 { rest.rows() } else { String::new() }, expected, "{query}");
    }
    assert_eq!(next(&sara.get(&format!("{LIST}?start=9000000000;limit=1"))), None);
    let text = sara.get(&format!("{LIST}?limit=1")).text();
    let (data, next) = text.split_once("],\"next\":\"").expect("next follows data");
    assert!(data.contains("\"data\":[") && next.ends_with("\"}") && next.len() > 20, "{text}");
}

#[test]
fn after_is_refused_where_it_does_not_belong() {
    let app = spawn_app();
    let sara = app.supervisor();
    let of = |query: &str| next(&sara.get(&format!("{LIST}?{query};limit=1"))).expect("more rows");
    let by_start = of("sort=start");
    let cut = &by_start[..by_start.len() - 1];
    let mut bytes = URL_SAFE_NO_PAD.decode(&by_start).expect("base64");
    bytes.push(0);
    let longer = URL_SAFE_NO_PAD.encode(&bytes);
    let other_version = URL_SAFE_NO_PAD.encode([&[99], &bytes[1..bytes.len() - 1]].concat());
    for query in [
        format!("after={by_start};sort=cnumber"),
        format!("after={by_start};descending=1"),
        format!("after={by_start};sort=totaltime;descending=1"),
        format!("after={};sort=start", of("sort=expires")),
        format!("after={};sort=start", of("descending=1")),
        format!("after={by_start};offset=1"),
        format!("after={by_start};offset=1;limit=2"),
        format!("after={cut}"),
        format!("after={longer}"),
        format!("after={other_version}"),
        format!("after=A{by_start}"),
        "after=0".into(),
        "after=garbage".into(),
        "after=%00".into(),
        "after=%ff".into(),
        "after='%20OR%201=1".into(),
        format!("after={}", "A".repeat(5_000)),
        format!("after={}", URL_SAFE_NO_PAD.encode([0xff; 40])),
    ] {
        assert_eq!(sara.get(&format!("{LIST}?{query}")).codes(), "400 after", "{query}");
    }
    let answer = sara.get(&format!("{LIST}?after=x;limit=x;sort=x"));
    assert_eq!(answer.codes().matches("400").count(), 3);
    assert_eq!(sara.get(&format!("{LIST}?after=garbage;count=1")).codes(), "200", "a count ignores it");
    assert_eq!(sara.get(&format!("{LIST}?after=")).rows(), "a b c d", "empty is absent");
    assert_eq!(sara.get(&format!("{LIST}?after={by_start};offset=0")).rows(), "b c d");
    assert_eq!(sara.get(&format!("{LIST}?after={by_start};sort=start;descending=0")).rows(), "b c d");
}

#[test]
fn after_with_other_filters_never_leaves_them() {
    let app = spawn(|_| {}, fill);
    let callers = [app.supervisor(), app.agent(), app.stranger(), app.owner()];
    for sort in SORTS {
        for descending in [0, 1] {
            let order = format!("sort={sort};descending={descending}");
            for limit in [1, 40, 80] {
                let next =
                    next(&app.owner().get(&format!("{LIST}?{order};limit={limit}"))).expect("more rows");
                for caller in &callers {
                    for filter in [
                        "start=1700000402;end=1700000404",
                        "end=1700000100",
                        "start=1700000406",
                        "search=person+1;start=1700000402;end=1700000404",
                        "called=c1;complete=-1;end=1700000401",
                    ] {
                        let all = caller.get(&format!("{LIST}?{filter};{order}")).rows();
                        let rest = caller.get(&format!("{LIST}?{filter};{order};after={next}")).rows();
                        assert!(all.ends_with(&rest), "{filter};{order}: {rest} of {all}");
                        let begin = all.len() - rest.len();
                        assert!(begin == 0 || rest.is_empty() || all.as_bytes()[begin - 1] == b' ');
                    }
                }
            }
        }
    }
}

#[test]
fn count_ignores_limit_offset_and_after() {
    let app = spawn(|_| {}, fill);
    let sara = app.supervisor();
    let after = next(&sara.get(&format!("{LIST}?limit=50"))).expect("more rows");
    for filter in ["", "search=person", "called=c1", "recordgroup=2;totaltime_minimum=1"] {
        let whole = sara.get(&format!("{LIST}?count=1;{filter}")).data();
        let rows = sara.get(&format!("{LIST}?{filter}")).rows();
        assert_eq!(whole["count"], rows.split(' ').count());
        for page in [
            "limit=1".to_owned(),
            "offset=50".into(),
            format!("after={after}"),
            format!("limit=3;after={after}"),
        ] {
            let answer = sara.get(&format!("{LIST}?count=1;{filter};{page}"));
            assert_eq!(answer.data(), whole, "{filter};{page}");
            assert_eq!(next(&answer), None);
        }
    }
}

/// A table without types, as another program might have made it: every kind of value in every column.
fn fill_with_every_kind(db: &std::path::Path) {
    let columns = sqlite3(
        db,
        "SELECT group_concat('\"' || name || '\"', ', ') FROM pragma_table_info('recordings') WHERE name <> 'id'",
    );
    sqlite3(
        db,
        &format!(
            "DROP TABLE recordings; CREATE TABLE recordings (id INTEGER PRIMARY KEY, {columns});
             CREATE TEMP TABLE kinds (value);
             INSERT INTO kinds VALUES (NULL), (NULL), (0), (-1), (1), (1.5), (-0.5), (1e300), (9223372036854775807), (''), ('a'), ('B'),
               ('ä'), ('10'), ('9'), (x''), (x'00ff'), (x'61'), (CAST(x'ff61' AS TEXT)), (CAST(x'610062' AS TEXT)), (9e999);
             INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, cnumber, snumber, expires, totaltime)
               SELECT 1, 1, 'k' || row_number() OVER (), '1', 1700000000 + (a.rowid % 3) / 2.0, 1, a.value, b.value, a.value, b.value
                 FROM kinds a, kinds b WHERE (a.rowid + b.rowid) % 4 < 2;"
        ),
    );
}

#[test]
fn pages_go_on_behind_values_of_any_kind() {
    let app = spawn(|_| {}, fill_with_every_kind);
    let sara = app.supervisor();
    for sort in SORTS {
        for descending in [0, 1] {
            let query = format!("sort={sort};descending={descending}");
            let all = sara.get(&format!("{LIST}?{query}")).rows();
            assert!(all.split(' ').count() > 100, "{all}");
            for limit in [1, 7] {
                let whole = pages(&sara, &query, limit, |_| {}).concat();
                assert_eq!(whole.join(" "), all, "{query};limit={limit}");
            }
        }
    }
}
