//! recording/recordings/list: its parameters one by one. `oracle.rs` asks at random.

use serde_json::json;

use crate::app::{START, spawn_app};
use crate::http::encoded;

const LIST: &str = "recording/recordings/list";

#[test]
fn a_row_has_every_wire_column_in_the_order_of_the_schema() {
    let app = spawn_app();
    let answer = app.supervisor().get(&format!("{LIST}?recordgroup=1;end={START}"));
    assert_eq!(
        answer.text(),
        concat!(
            r#"{"responses":[{"code":"200","key":"","message":"OK"}],"data":[{"customer":1,"recordgroup":1,"#,
            r#""uniqueid":"a","recordid":"1","callid":"call-a","asteriskid":"pbx","machine":"tape1","#,
            r#""start":1700000000,"end":1700000065,"talktime":60,"totaltime":65,"status":"answer","#,
            r#""stype":"external","snumber":"+49 30 1","snumber_name":"Zoë \"Z\" Ångström","#,
            r#""snumber_display":"030 1","scustomer":0,"ctype":"queue","cnumber":"100","#,
            r#""cnumber_name":"Front\tdesk\\","cnumber_display":"100","dtype":"extension","dnumber":"101","#,
            r#""dnumber_name":"前台","dnumber_display":"1-01","dcustomer":1,"callerid_internal":"0301","#,
            r#""spresent":0,"complete":1,"expires":1800000000,"stale":1,"mimetype":"audio/x-wav","#,
            r#""size":9007199254740993,"path":"a/a.wav","direction":"in","hold":1}]}"#,
        )
    );
    assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
}

#[test]
fn a_list_without_rows_is_an_empty_array() {
    let app = spawn_app();
    assert_eq!(
        app.supervisor().get(&format!("{LIST}?called=none-such")).text(),
        r#"{"responses":[{"code":"200","key":"","message":"OK"}],"data":[]}"#
    );
}

#[test]
fn a_supervisor_narrows_sorts_and_pages() {
    let app = spawn_app();
    let sara = app.supervisor();
    for (query, rows) in [
        ("", "a b c d"),
        ("customer=1", "a b c d"),
        ("recordgroup=3", "d"),
        ("end=9000000000", "a b c d z"),
        ("start=1700000100;end=1700000200", "b c d"),
        ("start=1700000101;end=1700000199", ""),
        ("complete=1", "a b c d"),
        ("complete=0", "e"),
        ("complete=-1", "a b c d e"),
        ("start=9000000000", ""),
        ("called=0", "a b c d"),
        ("called=00", "a b"),
        ("called=%C3%84", "d"),
        ("called=%C3%A4", ""),
        ("called=%25", ""),
        ("called=_", ""),
        ("called=*", ""),
        ("caller=anna", "b c"),
        ("caller=NN", "b c d"),
        ("caller=%C3%84", ""),
        ("totaltime_minimum=30", "a b d"),
        ("totaltime_maximum=30", "b c"),
        ("totaltime_maximum=-1", "a b c d"),
        ("totaltime_maximum=0", ""),
        ("totaltime_minimum=30;totaltime_maximum=65", "a b"),
        ("totaltime_minimum=65;totaltime_maximum=30", ""),
        ("complete=-1;totaltime_maximum=0", "e"),
        ("complete=0;totaltime_minimum=1", ""),
        ("direction=in", "a"),
        ("direction=out", "b"),
        ("direction=internal", "c"),
        ("complete=-1;direction=in", "a e"),
        ("stale=1", "a"),
        ("stale=0", "a b c d"),
        ("stale=1;complete=0", ""),
        ("stale=1;called=1", "a"),
        ("descending=1", "d c b a"),
        ("sort=start;descending=1", "d c b a"),
        ("sort=cnumber;complete=-1", "b a e c d"),
        ("sort=cnumber;complete=-1;descending=1", "d c e a b"),
        ("sort=snumber;complete=-1", "a e b c d"),
        ("sort=snumber;complete=-1;descending=1", "d c b e a"),
        ("sort=totaltime;complete=-1", "e c b a d"),
        ("sort=expires;complete=-1", "b c e d a"),
        ("sort=expires;complete=-1;descending=1", "a d e c b"),
        ("limit=2", "a b"),
        ("limit=2;offset=1", "b c"),
        ("offset=3", "d"),
        ("offset=4", ""),
        ("limit=0", "a b c d"),
        ("limit=9223372036854775807;offset=1", "b c d"),
        ("offset=9223372036854775807", ""),
        ("sort=totaltime;limit=2;offset=1", "b a"),
        ("sort=cnumber;descending=1;offset=2", "a b"),
    ] {
        assert_eq!(sara.get(&format!("{LIST}?{query}")).rows(), rows, "{query}");
    }
}

#[test]
fn who_answered_is_found_by_part_of_the_number_or_of_the_name_as_it_is_written() {
    let app = spawn_app();
    app.sqlite3(
        "UPDATE recordings SET dnumber = '202', dnumber_name = 'Maya_50% Öz', dnumber_display = '2-02' WHERE uniqueid = 'b';
         UPDATE recordings SET dnumber = '203', dnumber_name = 'MAYA' WHERE uniqueid = 'c';
         UPDATE recordings SET dnumber = '204', dnumber_display = '0204 x' WHERE uniqueid IN ('d', 'e', 'z', 'f');",
    );
    let sara = app.supervisor();
    for (query, rows) in [
        ("answered=101", "a"),
        ("answered=1-01", "a"),
        ("answered=%E5%8F%B0", "a"),
        ("answered=20", "b c d"),
        ("answered=02", "b d"),
        ("answered=2-0", "b"),
        ("answered=maya", "b c"),
        ("answered=AYA", "b c"),
        ("answered=50%25", "b"),
        ("answered=_", "b"),
        ("answered=%25", "b"),
        ("answered=*", ""),
        ("answered=%C3%96", "b"),
        ("answered=%C3%B6", ""),
        ("answered=4+X", "d"),
        ("answered=202Maya", ""),
        ("answered=0049", ""),
        ("answered=", "a b c d"),
        ("answered=204;complete=-1", "d e"),
        ("answered=204;complete=0", "e"),
        ("answered=20;called=0;caller=anna", "b c"),
        ("answered=20;search=202", "b"),
        ("answered=20;sort=totaltime;descending=1;limit=2", "d b"),
        ("answered=20;recordgroup=3", "d"),
    ] {
        assert_eq!(sara.get(&format!("{LIST}?{query}")).rows(), rows, "{query}");
    }
    assert_eq!(app.agent().get(&format!("{LIST}?answered=20")).rows(), "b c");
    assert_eq!(
        sara.get(&format!("{LIST}?answered=20;count=1")).data(),
        json!({"count": 3, "totaltime": 125, "size": 60})
    );
    for query in ["answered=%zz", "answered=1;answered=2"] {
        assert_eq!(sara.get(&format!("{LIST}?{query}")).codes(), "400 answered", "{query}");
    }
}

#[test]
fn numbers_are_decimal_digits_within_64_bits_and_nothing_else() {
    let app = spawn_app();
    let sara = app.supervisor();
    for (name, good, bad) in [
        (
            "start",
            vec!["0", "007", "99999999999"],
            vec!["-1", "100000000000", "1700000000000", "9223372036854775807"],
        ),
        ("end", vec!["0", "1700000000"], vec!["-1"]),
        ("limit", vec!["0", "1"], vec!["-1"]),
        ("offset", vec!["0", "1"], vec!["-1"]),
        ("totaltime_minimum", vec!["0", "1"], vec!["-1"]),
        ("totaltime_maximum", vec!["-1", "0", "1"], vec!["-2"]),
        ("complete", vec!["-1", "0", "1"], vec!["-2", "2"]),
        ("descending", vec!["0", "1"], vec!["-1", "2"]),
        ("count", vec!["0", "1"], vec!["-1", "2"]),
        ("customer", vec!["1"], vec![]),
        ("recordgroup", vec!["1", "2", "3"], vec![]),
    ] {
        for value in good {
            assert_eq!(sara.post(LIST, &format!("{name}={value}")).status, 200, "{name}={value}");
        }
        let never = [
            "x",
            "%2B1",
            "+1",
            "1+",
            "1.0",
            "1e3",
            "0x1",
            "--1",
            "-",
            "1_0",
            "1,0",
            "%d9%a3",
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999",
            "true",
            "null",
        ];
        for value in never.into_iter().chain(bad) {
            assert_eq!(sara.post(LIST, &format!("{name}={value}")).codes(), format!("400 {name}"), "{value}");
        }
    }
    for (name, values) in
        [("sort", ["id", "Start", "start,id", "1"]), ("direction", ["IN", "inout", "0", "-"])]
    {
        for value in values {
            assert_eq!(sara.post(LIST, &format!("{name}={value}")).codes(), format!("400 {name}"), "{value}");
        }
    }
}

#[test]
fn every_offending_parameter_is_named_at_once() {
    let app = spawn_app();
    let sara = app.supervisor();
    let sorted = |query: &str| {
        let codes = sara.get(&format!("{LIST}?{query}")).codes();
        let mut codes: Vec<&str> = codes.split(", ").collect();
        codes.sort_unstable();
        codes.join(", ")
    };
    for (query, expected) in [
        ("start=x;end=y;limit=z", "400 end, 400 limit, 400 start"),
        ("customer=1;recordgroup=1", "400 customer, 400 recordgroup"),
        ("customer=2;recordgroup=4", "400 customer, 400 recordgroup"),
        ("customer=99;limit=x", "400 customer, 400 limit"),
        ("recordgroup=4;sort=x", "400 recordgroup, 400 sort"),
        ("start=2;end=1", "400 end"),
        ("start=2;end=1;count=1", "400 end"),
        (
            "start=2;end=1;called=%zz;descending=2;complete=x",
            "400 called, 400 complete, 400 descending, 400 end",
        ),
        (
            "customer=x;start=x;end=x;complete=x;totaltime_minimum=x;totaltime_maximum=x;sort=x;descending=x;limit=x\
             ;offset=x;count=x;direction=x;called=%;caller=%",
            "400 called, 400 caller, 400 complete, 400 count, 400 customer, 400 descending, 400 direction, 400 end, \
             400 limit, 400 offset, 400 sort, 400 start, 400 totaltime_maximum, 400 totaltime_minimum",
        ),
    ] {
        assert_eq!(sorted(query), expected, "{query}");
    }
}

#[test]
fn what_is_not_there_and_what_is_not_the_callers_get_the_same_400() {
    let app = spawn_app();
    for (name, foreign, absent) in [("customer", "2", "99"), ("recordgroup", "4", "99")] {
        for caller in [app.supervisor(), app.agent(), app.administrator()] {
            let [foreign, absent] = [foreign, absent].map(|id| caller.get(&format!("{LIST}?{name}={id}")));
            assert_eq!(foreign.codes(), format!("400 {name}"));
            assert_eq!(foreign.text(), absent.text());
        }
    }
    for id in ["0", "-1", "9223372036854775807", "-9223372036854775808"] {
        assert_eq!(app.owner().get(&format!("{LIST}?customer={id}")).codes(), "400 customer");
        assert_eq!(app.owner().get(&format!("{LIST}?recordgroup={id}")).codes(), "400 recordgroup");
    }
}

#[test]
fn an_agent_sees_the_own_groups_only() {
    let app = spawn_app();
    let anna = app.agent();
    for (query, rows) in [
        ("", "a b c"),
        ("customer=1", "a b c"),
        ("recordgroup=1", "a b"),
        ("recordgroup=2", "c"),
        ("complete=-1;sort=totaltime", "c b a"),
    ] {
        assert_eq!(anna.get(&format!("{LIST}?{query}")).rows(), rows, "{query}");
    }
    assert_eq!(anna.get(&format!("{LIST}?recordgroup=3")).codes(), "400 recordgroup");
    assert_eq!(
        anna.get(&format!("{LIST}?count=1;start=1700000100")).data(),
        json!({"count": 2, "totaltime": 35, "size": 30})
    );
    app.sqlite3("DELETE FROM recordgroup_members WHERE person = 4");
    assert_eq!(anna.get(LIST).rows(), "c", "the next request knows it");
    app.sqlite3("UPDATE recordgroups SET owner = 0 WHERE id = 2");
    assert_eq!(anna.get(LIST).rows(), "");
}

#[test]
fn an_owner_sees_every_customer() {
    let app = spawn_app();
    let olga = app.owner();
    assert_eq!(olga.get(LIST).rows(), "a b c d");
    assert_eq!(olga.get(&format!("{LIST}?customer=2")).rows(), "f g");
    assert_eq!(olga.get(&format!("{LIST}?recordgroup=5")).rows(), "g");
    assert_eq!(app.stranger().get(LIST).rows(), "f g");
}

#[test]
fn count_says_how_much_matches_and_ignores_the_page() {
    let app = spawn_app();
    let sara = app.supervisor();
    for (query, count, totaltime, size) in [
        ("recordgroup=3", 1, 90, 30),
        ("recordgroup=3;complete=-1", 2, 90, 30),
        ("recordgroup=3;complete=-1;limit=1;offset=5", 2, 90, 30),
        ("start=1700000100;sort=cnumber;descending=1;limit=1", 3, 125, 60),
        ("called=none-such", 0, 0, 0),
        ("start=9000000000", 0, 0, 0),
    ] {
        assert_eq!(
            sara.get(&format!("{LIST}?count=1;{query}")).text(),
            format!(
                r#"{{"responses":[{{"code":"200","key":"","message":"OK"}}],"data":{{"count":{count},"totaltime":{totaltime},"size":{size}}}}}"#
            ),
            "{query}"
        );
    }
    assert_eq!(sara.get(&format!("{LIST}?count=0;limit=1")).rows(), "a");
}

#[test]
fn values_of_a_wrong_type_are_served_as_valid_json() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, totaltime, size, expires,
             snumber, cnumber, snumber_name, dnumber_name, path, talktime, spresent) VALUES
           (1, 3, 'w1', x'31', 1700001000, 1, 'abc', '12 apples', x'3432', x'80ff', CAST(x'41ff42' AS TEXT), x'',
            x'00', CAST(x'c3' AS TEXT), 1.5, 1e300);",
    );
    let answer = app.supervisor().get(&format!("{LIST}?start=1700001000"));
    let row = &answer.data()[0];
    for (column, value) in [
        ("recordid", json!("1")),
        ("totaltime", json!(0)),
        ("size", json!(12)),
        ("expires", json!(42)),
        ("snumber", json!("\u{fffd}\u{fffd}")),
        ("cnumber", json!("A\u{fffd}B")),
        ("snumber_name", json!("")),
        ("dnumber_name", json!("\0")),
        ("path", json!("\u{fffd}")),
        ("talktime", json!(1)),
        ("spresent", json!(i64::MAX)),
    ] {
        assert_eq!(row[column], value, "{column}");
    }
    for query in
        ["count=1", "sort=cnumber", "sort=snumber", "sort=expires", "sort=totaltime", "called=b", "caller=x"]
    {
        assert_eq!(app.supervisor().get(&format!("{LIST}?{query}")).status, 200, "{query}");
    }
    assert_eq!(app.supervisor().get(&format!("{LIST}?called=b")).rows(), "w1");
}

#[test]
fn sums_that_no_64_bits_hold_are_no_fault_of_ours() {
    let app = spawn_app();
    app.sqlite3("UPDATE recordings SET size = 9223372036854775807, totaltime = 9223372036854775807 WHERE customer = 1;");
    let answer = app.supervisor().get(&format!("{LIST}?count=1"));
    assert_eq!(answer.data()["count"], 4);
}

#[test]
fn a_row_may_be_as_long_as_sqlite_lets_it() {
    let app = spawn_app();
    app.sqlite3("UPDATE recordings SET cnumber_name = printf('%.*c', 3000000, 'x') WHERE id = 12;");
    let rows = app.supervisor().get(LIST).data();
    assert_eq!(rows[1]["cnumber_name"].as_str().map(str::len), Some(3_000_000));
    assert_eq!(rows[3]["uniqueid"], "d");
}

#[test]
fn paging_by_offset_neither_skips_nor_repeats_a_row() {
    let app = spawn_app();
    app.sqlite3(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
         INSERT INTO recordings (customer, recordgroup, uniqueid, start, complete, snumber, cnumber, totaltime)
         SELECT 1, 3, 'p' || i, 1700000200 + i % 3, 1, i % 2, i % 4, i % 5 FROM n;",
    );
    let sara = app.supervisor();
    for sort in ["cnumber", "expires", "snumber", "start", "totaltime"] {
        let all = sara.get(&format!("{LIST}?sort={sort}")).rows();
        let pages: Vec<String> = (0..10)
            .map(|page| sara.get(&format!("{LIST}?sort={sort};limit=7;offset={}", page * 7)).rows())
            .filter(|rows| !rows.is_empty())
            .collect();
        assert_eq!(pages.join(" "), all, "{sort}");
        let mut reversed: Vec<&str> = all.split(' ').collect();
        reversed.reverse();
        assert_eq!(
            sara.get(&format!("{LIST}?sort={sort};descending=1")).rows(),
            reversed.join(" "),
            "{sort}"
        );
    }
}

#[test]
fn paging_by_next_neither_skips_nor_repeats_a_row_while_others_come_and_go() {
    let app = spawn_app();
    let sara = app.supervisor();
    for sort in ["cnumber", "expires", "snumber", "start", "totaltime"] {
        for descending in 0..2 {
            app.sqlite3(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
                 INSERT OR REPLACE INTO recordings (customer, recordgroup, uniqueid, start, complete, snumber, cnumber,
                     totaltime, expires)
                 SELECT 1, 3, 'p' || i, 1700000200 + i % 3, 1, i % 2, i % 4, i % 5, i % 2 FROM n;
                 UPDATE recordings SET snumber = x'31', cnumber = 'ä;& %' WHERE id % 7 = 0;",
            );
            let call = format!("{LIST}?sort={sort};descending={descending}");
            let all = sara.get(&call).rows();
            let (mut after, mut pages) = (String::new(), Vec::new());
            loop {
                let answer = sara.get(&format!("{call};limit=7;after={after}"));
                pages.push(answer.rows());
                let Some(next) = answer.json().get("next").and_then(|next| next.as_str().map(encoded)) else {
                    break;
                };
                after = next;
                // The row that it stands for goes, and one comes that belongs before all others.
                app.sqlite3(&format!(
                    "DELETE FROM recordings WHERE uniqueid = '{}' AND recordgroup = 3;
                     INSERT OR REPLACE INTO recordings (customer, recordgroup, uniqueid, start, complete)
                       VALUES (2, 4, 'elsewhere', 1700000201, 1);",
                    pages[pages.len() - 1].rsplit(' ').next().expect("a row")
                ));
            }
            assert_eq!(pages.join(" "), all, "{sort} {descending}");
            assert!(pages.len() > 5);
        }
    }
}

#[test]
fn next_comes_only_where_more_rows_match_and_after_goes_with_its_own_list() {
    let app = spawn_app();
    let sara = app.supervisor();
    for (query, has_next) in
        [("limit=3", true), ("limit=4", false), ("limit=5", false), ("", false), ("limit=0", false)]
    {
        let next = sara.get(&format!("{LIST}?{query}")).json().get("next").is_some();
        assert_eq!(next, has_next, "{query}");
    }
    let next = sara.get(&format!("{LIST}?limit=1;sort=cnumber")).json()["next"].as_str().map(encoded);
    let next = next.expect("more rows");
    assert_eq!(sara.get(&format!("{LIST}?sort=cnumber;after={next}")).rows(), "a c d");
    assert_eq!(sara.get(&format!("{LIST}?sort=cnumber;after=")).rows(), "b a c d");
    let count = format!("{LIST}?sort=cnumber;count=1;after={next}");
    assert_eq!(sara.get(&count).data()["count"], 4, "count ignores it");
    for query in [
        format!("after={next}"),
        format!("sort=totaltime;after={next}"),
        format!("sort=cnumber;descending=1;after={next}"),
        format!("sort=cnumber;offset=1;after={next}"),
        format!("sort=cnumber;after={next}x"),
        format!("sort=cnumber;after=x{next}"),
        "after=x".into(),
        "after=%00".into(),
        "after=1700000000".into(),
    ] {
        assert_eq!(sara.get(&format!("{LIST}?{query}")).codes(), "400 after", "{query}");
    }
    let foreign = app.stranger().get(&format!("{LIST}?sort=cnumber;after={next}"));
    assert_eq!(foreign.status, 200, "it is a place, not a permission");
    assert!(foreign.rows().split(' ').all(|row| matches!(row, "" | "f" | "g")));
}

#[test]
fn search_finds_what_any_number_or_name_contains_whatever_its_case_and_accents() {
    let app = spawn_app();
    app.sqlite3(
        "UPDATE recordings SET dnumber_name = 'ΣΊΣΥΦΟΣ Straße 100% a_b*c\"d''e' WHERE id = 12;
         UPDATE recordings SET snumber_display = '+49 (30) 1234', cnumber_name = '前台接待 Ñandú' WHERE id = 13;",
    );
    let sara = app.supervisor();
    for (search, rows) in [
        ("zoë", "a"),
        ("ZOË", "a"),
        ("ångström", "a"),
        ("ÅNGSTRÖM", "a"),
        ("front\tDESK\\", "a"),
        ("前", "a c"),
        ("前台", "a c"),
        ("台接待", "c"),
        ("ñANDÚ", "c"),
        ("(30) 12", "c"),
        ("Anna", "b c d"),
        ("änna", "b c d"),
        ("ÄNNA", "b c d"),
        ("100%", "b"),
        ("a_b*c\"d'e", "b"),
        ("%", "b"),
        ("_", "b"),
        ("*", "b"),
        ("\"", "a b"),
        ("straße", "b"),
        ("none such", ""),
        ("call-a", ""),
        ("answer", ""),
        (" OR ", ""),
        ("a* OR b", ""),
        ("NEAR(", ""),
    ] {
        let call = format!("{LIST}?search={}", encoded(search));
        assert_eq!(sara.get(&call).rows(), rows, "{search}");
        let count = sara.get(&format!("{call};count=1")).data()["count"].as_u64();
        assert_eq!(count, Some(rows.split(' ').filter(|row| !row.is_empty()).count() as u64), "{search}");
    }
    app.sqlite3(
        "PRAGMA foreign_keys = OFF;
         INSERT OR REPLACE INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, cnumber_name)
           VALUES (1, 1, 'a', '1', 1700000000, 1, 'Quentin');
         UPDATE recordings SET cnumber_name = 'Rupert' WHERE id = 13; DELETE FROM recordings WHERE id = 12;",
    );
    for (search, rows) in
        [("zoë", ""), ("quentin", "a"), ("ñandú", ""), ("rupert", "c"), ("straße", ""), ("(30) 1", "c")]
    {
        assert_eq!(sara.get(&format!("{LIST}?search={}", encoded(search))).rows(), rows, "{search}, later");
    }
}
