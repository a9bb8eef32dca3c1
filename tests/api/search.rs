//! `search`, `called`, `caller` and `answered`: what is found, whatever stands in a name, whoever writes meanwhile and whatever plan
//! answers.

use std::fmt::Write;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use serde_json::json;

use crate::app::{START, TestApp, make_database, spawn, spawn_app};
use crate::dice::{Dice, quoted};
use crate::http::encoded;
use crate::program::{Folder, run, sqlite3};

const LIST: &str = "recording/recordings/list";

const FORENAMES: [&str; 12] =
    ["Émile", "ÉMILE", "Anna", "anna", "Σίσυφος", "Давид", "ДАВИД", "Søren", "Zoë", "O'Brien", "100%", "a_b"];
const SURNAMES: [&str; 10] =
    ["Zola", "Ångström", "Straße", "日本語", "שלום", "مرحبا", "\"NOT\"", "Nguyễn", "Łódź", "👩‍👧 Berg"];

fn name(dice: &mut Dice) -> String {
    if dice.one_in(5) { String::new() } else { format!("{} {}", dice.pick(&FORENAMES), dice.pick(&SURNAMES)) }
}

fn number(dice: &mut Dice) -> String {
    let prefix = dice.pick(&["", "+4930", "0049", "030 "]);
    format!("{prefix}{}", dice.below(4_000))
}

const COLUMNS: &str = "customer, recordgroup, uniqueid, recordid, start, totaltime, complete, expires, size, direction, \
                       snumber, snumber_name, snumber_display, cnumber, cnumber_name, cnumber_display, dnumber, \
                       dnumber_name, dnumber_display, callerid_internal";
const SEARCHED: &str = "snumber, snumber_name, snumber_display, cnumber, cnumber_name, cnumber_display, dnumber, \
                        dnumber_name, dnumber_display, callerid_internal";

fn row(dice: &mut Dice, uniqueid: &str) -> String {
    let (customer, group) = dice.pick(&[(1, 1), (1, 1), (1, 2), (1, 3), (2, 4)]);
    let complete = u8::from(!dice.one_in(9));
    let mut values = format!(
        "({customer}, {group}, '{uniqueid}', '1', {}, {}, {complete}, {}, {}, '{}'",
        START + dice.below(500).cast_signed(),
        dice.below(9),
        dice.pick(&[0, 5, 6]),
        dice.below(1_000),
        dice.pick(&["", "in", "out", "internal"]),
    );
    for _ in 0..3 {
        let (number, name) = (number(dice), name(dice));
        let _ =
            write!(values, ", {}, {}, {}", quoted(&number), quoted(&name), quoted(&format!("({number})")));
    }
    let caller = if dice.one_in(2) { number(dice) } else { name(dice) };
    let _ = write!(values, ", {})", quoted(&caller));
    values
}

fn rows(dice: &mut Dice, prefix: &str, count: u64) -> String {
    let rows: Vec<String> = (0..count).map(|n| row(dice, &format!("{prefix}{n}"))).collect();
    rows.join(",\n")
}

/// The letters of these names as people type them who have no keys for them.
fn plain(text: &str) -> String {
    const LETTERS: [(char, &str); 17] = [
        ('ä', "a"),
        ('é', "e"),
        ('ø', "o"),
        ('ë', "e"),
        ('å', "a"),
        ('ö', "o"),
        ('ß', "ss"),
        ('ễ', "e"),
        ('ł', "l"),
        ('ó', "o"),
        ('ź', "z"),
        ('ί', "ι"),
        ('ς', "σ"),
        ('\u{200d}', ""),
        ('’', "'"),
        ('ñ', "n"),
        ('ü', "u"),
    ];
    let lower = text.to_lowercase();
    LETTERS.iter().fold(lower, |text, (letter, typed)| text.replace(*letter, typed))
}

/// The plain scan: a connection of its own, which knows no index and has its own idea of case.
fn oracle(app: &TestApp) -> Connection {
    let oracle =
        Connection::open_with_flags(&app.db, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the file opens");
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    oracle
        .create_scalar_function("has", -1, flags, |context| {
            let word = plain(&context.get::<String>(0)?);
            let has = |at| context.get::<String>(at).is_ok_and(|text| plain(&text).contains(&word));
            Ok((1..context.len()).any(has))
        })
        .expect("a function");
    oracle
}

/// A part of what names and numbers are made of.
fn needle(dice: &mut Dice) -> String {
    let text = match dice.below(8) {
        0 => number(dice),
        1..=5 => dice.pick(&[FORENAMES.as_slice(), SURNAMES.as_slice()].concat()).to_owned(),
        6 => dice.pick(&["%", "_", "NOT", "\"", "xyz", "1_", "absent"]).to_owned(),
        _ => dice.below(100).to_string(),
    };
    let characters: Vec<char> = text.chars().collect();
    let begin = usize::try_from(dice.below(characters.len() as u64)).expect("small");
    let text: String =
        characters[begin..].iter().take(1 + usize::try_from(dice.below(9)).expect("small")).collect();
    if dice.one_in(3) { text.to_lowercase() } else { text }
}

fn ask(app: &TestApp, oracle: &Connection, dice: &mut Dice) {
    let (caller, scope, pair) = match dice.below(5) {
        0 => (app.agent(), "customer = 1 AND recordgroup IN (1, 2)", ""),
        1 => (app.supervisor(), "recordgroup = 2", "recordgroup=2;"),
        2 => (app.owner(), "customer = 2", "customer=2;"),
        _ => (app.supervisor(), "customer = 1", ""),
    };
    let (mut pairs, mut conditions, mut values) = (pair.to_owned(), scope.to_owned(), Vec::new());
    let mut words: Vec<String> = (0..dice.pick(&[0, 1, 1, 1, 2, 3])).map(|_| needle(dice)).collect();
    // Longer ones are numbers, which are found in other spellings, too.
    if words.concat().bytes().filter(u8::is_ascii_digit).count() > 5 {
        words.retain(|word| !word.contains(|c: char| c.is_ascii_digit()));
    }
    if !words.is_empty() {
        let _ = write!(pairs, "search={};", encoded(&words.join(dice.pick(&[" ", "  ", "\t"]))));
    }
    for word in words.iter().flat_map(|word| word.split_whitespace()) {
        values.push(word.to_owned());
        let _ = write!(conditions, " AND has(?{}, {SEARCHED})", values.len());
    }
    for (key, columns) in [
        ("called", &["cnumber"][..]),
        ("caller", &["callerid_internal"]),
        ("answered", &["dnumber", "dnumber_name", "dnumber_display"]),
    ] {
        if dice.one_in(4) {
            let needle = needle(dice);
            let _ = write!(pairs, "{key}={};", encoded(&needle));
            values.push(needle);
            let in_one = |column: &&str| format!("instr(lower({column}), lower(?{})) > 0", values.len());
            let in_any: Vec<String> = columns.iter().map(in_one).collect();
            let _ = write!(conditions, " AND ({})", in_any.join(" OR "));
        }
    }
    if dice.one_in(3) {
        let start = START + dice.below(500).cast_signed();
        let end = start + dice.below(400).cast_signed();
        let _ = write!(pairs, "start={start};end={end};");
        let _ = write!(conditions, " AND start BETWEEN {start} AND {end}");
    } else {
        conditions += " AND start <= unixepoch()";
    }
    match dice.pick(&["-1", "0", "1", ""]) {
        "-1" => pairs += "complete=-1;",
        "0" => (pairs, conditions) = (pairs + "complete=0;", conditions + " AND complete = 0"),
        complete => {
            pairs += if complete.is_empty() { "" } else { "complete=1;" };
            conditions += " AND complete = 1";
        }
    }
    if dice.one_in(5) {
        pairs += "totaltime_minimum=2;totaltime_maximum=6;direction=in;";
        conditions += " AND totaltime BETWEEN 2 AND 6 AND direction = 'in'";
    }
    if dice.one_in(5) {
        let sql = format!(
            "SELECT count(*), ifnull(sum(totaltime), 0), ifnull(sum(size), 0) FROM recordings WHERE {conditions}"
        );
        let (count, totaltime, size): (i64, i64, i64) = oracle
            .query_row(&sql, params_from_iter(&values), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .expect("plain SQL");
        let answer = caller.get(&format!("{LIST}?{pairs}count=1;limit=3"));
        assert_eq!(answer.data(), json!({"count": count, "totaltime": totaltime, "size": size}), "{pairs}");
        return;
    }
    let sort = dice.pick(&["start", "start", "start", "cnumber", "expires", "snumber", "totaltime"]);
    let (descending, order) = dice.pick(&[(0, "ASC"), (1, "DESC")]);
    let _ = write!(pairs, "sort={sort};descending={descending};");
    let sql = format!(
        "SELECT uniqueid FROM recordings NOT INDEXED WHERE {conditions} ORDER BY {sort} {order}, start {order}, id {order}"
    );
    let mut statement = oracle.prepare(&sql).expect("plain SQL");
    let all = statement.query_map(params_from_iter(&values), |row| row.get(0)).expect("plain SQL");
    let all: Vec<String> = all.map(|row| row.expect("a row")).collect();
    let limit = dice.pick(&[0, 1, 10, 100, 1_000]);
    if limit == 0 {
        assert_eq!(caller.get(&format!("{LIST}?{pairs}")).rows(), all.join(" "), "{pairs}");
        return;
    }
    // The first pages, each behind the one before.
    let mut after = String::new();
    for page in 0..3 {
        let answer = caller.get(&format!("{LIST}?{pairs}limit={limit};after={after}"));
        let expected: Vec<String> = all.iter().skip(page * limit).take(limit).cloned().collect();
        assert_eq!(answer.rows(), expected.join(" "), "{pairs} page {page}");
        let next = answer.json()["next"].as_str().map(str::to_owned);
        assert_eq!(next.is_some(), all.len() > (page + 1) * limit, "{pairs} page {page}");
        let Some(next) = next else { return };
        after = next;
    }
}

#[test]
fn whatever_is_searched_the_rows_are_those_of_plain_sql_while_the_sqlite3_shell_writes() {
    let mut dice = Dice(7);
    let fill = format!("INSERT INTO recordings ({COLUMNS}) VALUES {};", rows(&mut dice, "r", 6_000));
    // What the sums of JSON numbers hold.
    let app = spawn(|_| {}, |db| drop(sqlite3(db, &format!("UPDATE recordings SET size = 1; {fill}"))));
    let oracle = oracle(&app);
    for turn in 0..3 {
        let again = rows(&mut dice, "r", 40);
        let scripts = [
            String::new(),
            format!("INSERT INTO recordings ({COLUMNS}) VALUES {};", rows(&mut dice, &format!("t{turn}-"), 300)),
            format!("UPDATE recordings SET snumber_name = 'Émile Neu{turn}', cnumber = '77' || id WHERE id % 31 = {turn};"),
            format!("DELETE FROM recordings WHERE id % 29 = {turn};"),
            format!("PRAGMA foreign_keys = OFF; INSERT OR REPLACE INTO recordings ({COLUMNS}) VALUES {again};"),
            format!(
                "INSERT INTO recordings ({COLUMNS}) VALUES {again} ON CONFLICT (recordgroup, uniqueid, recordid)
                   DO UPDATE SET cnumber_name = 'Søren', callerid_internal = excluded.snumber_display;"
            ),
            format!("UPDATE OR IGNORE recordings SET id = -id WHERE id % 101 = {turn}; VACUUM;"),
            format!("UPDATE recordings SET complete = 1, \"end\" = start + 9, totaltime = 9, size = 5 WHERE complete = 0 AND id % 3 = {turn};"),
        ];
        for script in scripts {
            app.sqlite3(&script);
            for _ in 0..7 {
                ask(&app, &oracle, &mut dice);
            }
        }
    }
}

/// A row with this name of the caller, and whether each of these finds it.
fn assert_found(app: &TestApp, name: &str, finds: &[&str], finds_not: &[&str]) {
    app.sqlite3(&format!("UPDATE recordings SET snumber_name = {} WHERE uniqueid = 'b'", quoted(name)));
    for (searches, row) in [(finds, "b"), (finds_not, "")] {
        for search in searches {
            let query =
                format!("{LIST}?start={};end={};search={}", START + 100, START + 100, encoded(search));
            assert_eq!(app.supervisor().get(&query).rows(), row, "{search:?} in {name:?}");
        }
    }
}

#[test]
fn letters_are_found_by_what_people_type_for_them() {
    let app = spawn_app();
    let table: [(&str, &[&str], &[&str]); 20] = [
        ("Émile Zola", &["émile", "ÉMILE", "emile", "éMiLe zOLA", "E\u{301}mile"], &["émilie"]),
        ("E\u{301}mile", &["Émile", "emile"], &[]),
        ("Inês Conceição", &["ines conceicao"], &[]),
        ("Søren Kjær", &["Soren", "kjaer", "SØREN"], &["kjar"]),
        ("D'Souza", &["D’Souza", "D`Souza", "dʼsouza"], &["dsouza"]),
        ("D’Souza", &["D'Souza"], &[]),
        ("Σίσυφος", &["ΣΊΣΥΦΟΣ", "σισυφοσ", "σίσυφος", "ς"], &["σησυφος"]),
        ("ДАВИД Чайка", &["давид", "Давид", "авИ", "чаика"], &["даввд"]),
        ("Фёдор", &["федор", "ФЁДОР"], &[]),
        ("Iğdır", &["iğdır", "IĞD", "igdir", "İğdır"], &[]),
        ("İzmir", &["İzmir", "i\u{307}zmir", "izmir", "IZMIR"], &[]),
        ("Straße", &["straße", "STRAẞE", "strasse", "STRASSE"], &["strase"]),
        ("Nguyễn Łódź", &["nguyen", "NGUYỄN", "lodz"], &[]),
        ("Ձուկ Ω", &["ձուկ", "ω", "Ω"], &[]),
        ("ﬁnance Ａｎｎａ １２３", &["finance", "anna", "123"], &[]),
        ("أحمد مُحَمَّد", &["احمد محمد"], &[]),
        ("שָׁלוֹם", &["שלום"], &[]),
        ("がんばって", &["が", "か\u{3099}ん"], &["か", "かん"]),
        ("हिन्दी ไทย", &["हिन्दी", "ไทย"], &["हन"]),
        ("Smith–Jones", &["smith-jones"], &[]),
    ];
    for (name, finds, finds_not) in table {
        assert_found(&app, name, finds, finds_not);
    }
}

#[test]
fn called_and_caller_and_answered_fold_nothing_but_ascii() {
    let app = spawn_app();
    for name in ["Zoë o\u{308}", "か\u{3099}x", "Straße 12", "aﬁb"] {
        app.sqlite3(&format!(
            "UPDATE recordings SET cnumber = {0}, callerid_internal = {0}, dnumber_name = {0} WHERE uniqueid = 'b'",
            quoted(name)
        ));
        let found = |key: &str, text: &str| {
            let query = format!("{LIST}?start={0};end={0};{key}={1}", START + 100, encoded(text));
            app.supervisor().get(&query).rows()
        };
        for key in ["called", "caller", "answered"] {
            let first: String = name.chars().take(1).collect();
            for text in [name, &name.to_ascii_uppercase(), &first, "か"] {
                let is_there = name.to_ascii_lowercase().contains(&text.to_ascii_lowercase());
                assert_eq!(found(key, text), if is_there { "b" } else { "" }, "{key} {text:?} in {name:?}");
            }
            for text in ["zoe", "strasse", "fi", "が"] {
                assert_eq!(found(key, text), "", "{key} {text:?} in {name:?}");
            }
        }
    }
}

/// What is typed or pasted, and the number that a row has, however it stands there.
const NUMBERS: [&str; 4] = ["442079460340", "02079460340", "(020) 7946-0340", "+44 (0)20/7946.0340"];
const PASTED: [&str; 13] = [
    "02079460340",
    "442079460340",
    "+442079460340",
    "00442079460340",
    "0044 20 7946 0340",
    "+44 20 7946 0340",
    "(020) 7946-0340",
    "020-7946-0340",
    "020 7946 0340",
    "020.7946.0340",
    "tel:+44-20-7946-0340",
    "\u{202a}+44 20 7946 0340\u{202c}",
    "7946 0340",
];

#[test]
fn a_number_is_found_as_it_is_pasted_by_every_client() {
    for country in ["44", ""] {
        // Behind more rows than a search looks through.
        let fill = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 17000)
             INSERT INTO recordings (customer, recordgroup, uniqueid, start, complete, cnumber)
               SELECT 1, 1, 'n' || i, {START} - 1 - i, 1, '4930' || i FROM n;"
        );
        let app = spawn(
            |config| config.country = country.parse().expect("a country"),
            |db| drop(sqlite3(db, &fill)),
        );
        for column in ["cnumber", "snumber_name"] {
            for number in NUMBERS {
                app.sqlite3(&format!(
                    "UPDATE recordings SET {column} = {} WHERE uniqueid = 'b'",
                    quoted(number)
                ));
                for pasted in PASTED {
                    let answer = app.supervisor().get(&format!("{LIST}?search={}", encoded(pasted)));
                    assert_eq!(answer.rows(), "b", "{pasted} {number} {column} {country:?}");
                }
                for other in ["020 7946 0341", "+44 20 7946 034", "+49 20 7946 0340"] {
                    let answer = app.supervisor().get(&format!("{LIST}?search={}", encoded(other)));
                    // Without a country, the last nine digits say all.
                    let expected = if other.starts_with("+49") && country.is_empty() { "b" } else { "" };
                    assert!(other.ends_with("034") || answer.rows() == expected, "{other} {number} {column}");
                }
            }
            app.sqlite3(&format!("UPDATE recordings SET {column} = 'x' WHERE uniqueid = 'b'"));
        }
    }
}

#[test]
fn words_of_a_number_are_tried_singly_too_and_short_ones_are_extensions() {
    let app = spawn_app();
    app.sqlite3(
        "UPDATE recordings SET snumber = '7946', snumber_name = 'x', snumber_display = '', cnumber = '30340',
           cnumber_display = '', dnumber = '201', dnumber_display = '' WHERE uniqueid = 'b'",
    );
    for (search, found) in [
        ("7946 0340", "b"),
        ("0340 201 7946", "b"),
        ("79460340", ""),
        ("7946-0340", ""),
        ("0201", ""),
        ("201", "b"),
        ("x 7946 0340", "b"),
    ] {
        let query = format!("{LIST}?start={0};end={0};search={1}", START + 100, encoded(search));
        assert_eq!(app.supervisor().get(&query).rows(), found, "{search}");
    }
}

#[test]
fn every_word_must_be_found_in_any_number_or_name() {
    let app = spawn_app();
    app.sqlite3(
        "UPDATE recordings SET snumber = 's-1', snumber_name = 'Anna Berg', snumber_display = 's 1', cnumber = 'c-2',
           cnumber_name = 'Queue', cnumber_display = 'c 2', dnumber = 'd-3', dnumber_name = 'Bea', dnumber_display = 'd 3',
           callerid_internal = 'i-4', path = 'path-5', status = 'status-6' WHERE uniqueid = 'b'",
    );
    for (search, found) in [
        ("anna", true),
        ("berg anna", true),
        ("anna+queue+d-3+i-4", true),
        ("s-1", true),
        ("c-2", true),
        ("bea", true),
        ("i-4", true),
        ("d-3", true),
        ("s%091", true),
        ("%C2%A0anna%C2%A0", true),
        ("anna queue nobody", false),
        ("annaberg", false),
        ("1anna", false),
        ("path-5", false),
        ("status-6", false),
        ("call-", false),
        ("anna anna an a ANNA", true),
    ] {
        let query = format!("{LIST}?start={};end={};search={search}", START + 100, START + 100);
        let query = query.replace(' ', "+");
        assert_eq!(app.supervisor().get(&query).rows(), if found { "b" } else { "" }, "{search}");
    }
    // Empty, and nothing but blanks, is no search.
    for search in ["", "+++", "%09%0a", "%C2%A0"] {
        assert_eq!(app.supervisor().get(&format!("{LIST}?search={search}")).rows(), "a b c d", "{search}");
    }
}

#[test]
fn fifty_words_are_searched_and_one_more_is_refused() {
    let app = spawn_app();
    let words = |count: u32| (0..count).map(|word| format!("w{:02}", word)).collect::<Vec<_>>();
    assert_found(&app, &words(50).concat(), &[&words(50).join(" ")], &[]);
    let answer = app.supervisor().get(&format!("{LIST}?search={}", words(51).join("+")));
    assert_eq!(answer.codes(), "400 search");
    let answer = app.supervisor().get(&format!("{LIST}?search={};count=2;limit=x", words(51).join("+")));
    let mut codes: Vec<String> = answer.codes().split(", ").map(str::to_owned).collect();
    codes.sort();
    assert_eq!(codes, ["400 count", "400 limit", "400 search"]);
}

#[test]
fn hostile_strings_are_looked_for_as_they_are() {
    let long = "0123456789".repeat(1_000);
    let hostile = [
        "%",
        "_",
        "%%%",
        "a%b",
        "a_b",
        "\\",
        "\\%",
        "'",
        "''",
        "\"",
        "\"\"",
        "\"a\"b\"",
        "'; DROP TABLE recordings; --",
        "AND",
        "OR",
        "NOT",
        "NEAR(a b)",
        "NEAR(",
        "a*",
        "***",
        "^abc",
        "-abc",
        "---",
        "text:abc",
        ":::",
        "\"abc\" OR",
        "(abc)",
        "{a b}",
        "+abc",
        "abc;def&ghi=1",
        "a?b#c",
        "x\0y",
        "\0\0\0",
        "abc\0def",
        "\u{1}\u{7f}",
        "日本語テスト",
        "한국어",
        "ไทย",
        "हिन्दी",
        "አማርኛ",
        "ქართული",
        "עברית",
        "العربية",
        "\u{202e}abc\u{202c}",
        "👩‍👩‍👧‍👦",
        "🇩🇪🇫🇷",
        "e\u{301}\u{323}x",
        "\u{fffd}\u{fffd}\u{fffd}",
        "\u{feff}bom",
        "\u{10ffff}\u{10ffff}\u{10ffff}",
        "𝔘𝔫𝔦",
        "ﬀﬁﬂ",
        "²³¹",
        "①②③",
    ];
    let texts: Vec<&str> = hostile.into_iter().chain([long.as_str()]).collect();
    // As many rows as there are texts, each with its own; behind more than a search looks through.
    let mut fill = format!(
        "DELETE FROM recordings;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 17000)
         INSERT INTO recordings (customer, recordgroup, uniqueid, start, complete, cnumber)
           SELECT 1, 1, 'n' || i, {START} - 1 - i, 1, 'common' FROM n;"
    );
    for (number, text) in texts.iter().enumerate() {
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let _ = write!(
            fill,
            "INSERT INTO recordings (customer, recordgroup, uniqueid, start, complete, snumber_name, cnumber, callerid_internal, dnumber_name)
               SELECT 1, 1, '{number}', {START}, 1, text, text, text, text FROM (SELECT 'x' || CAST(x'{hex}' AS TEXT) || 'x' AS text);",
        );
    }
    let app = spawn(|_| {}, |db| drop(sqlite3(db, &fill)));
    assert_eq!(app.sqlite3("SELECT count(*) FROM recordings_unindexed"), "0");
    let sara = app.supervisor();
    let plainly = |contains: &dyn Fn(&str) -> bool| -> String {
        let rows = texts.iter().enumerate().filter(|(_, text)| contains(&format!("x{text}x")));
        rows.map(|(number, _)| number.to_string()).collect::<Vec<_>>().join(" ")
    };
    for text in &texts {
        let words: Vec<&str> = text.split_whitespace().collect();
        let searched =
            plainly(&|name| words.iter().all(|word| name.to_lowercase().contains(&word.to_lowercase())));
        let called = plainly(&|name| name.to_ascii_lowercase().contains(&text.to_ascii_lowercase()));
        for window in [format!("start={START}"), "limit=100".into(), "sort=snumber;descending=1".into()] {
            let keys =
                [("called", &called), ("caller", &called), ("answered", &called), ("search", &searched)];
            for (key, found) in keys {
                let answer = sara.post(LIST, &format!("{window};end={START};{key}={}", encoded(text)));
                let rows = answer.rows();
                let mut rows: Vec<&str> = rows.split_terminator(' ').collect();
                rows.sort_by_key(|row| row.parse::<usize>().expect("a number"));
                if key == "search" {
                    // Folded, some are in others, too.
                    let mut found = found.split_terminator(' ');
                    assert!(found.all(|row| rows.contains(&row)), "{window} {rows:?} {text:?}");
                } else {
                    assert_eq!(rows.join(" "), *found, "{window} {key} {text:?}");
                }
            }
        }
    }
    assert_eq!(sara.get(&format!("{LIST}?search=%ff")).codes(), "400 search");
    assert_eq!(sara.get(&format!("{LIST}?search=%zz;called=%c3")).codes(), "400 called, 400 search");
}

#[test]
fn nobody_finds_what_they_may_not_see() {
    let app = spawn_app();
    app.sqlite3("UPDATE recordings SET cnumber_name = 'Secret ' || uniqueid");
    for (name, rows) in
        [("anna", "a b c"), ("sara", "a b c d"), ("adam", "a b c d"), ("boris", "f g"), ("bea", "f")]
    {
        let caller = app.person(name);
        for query in ["search=secret", "search=secret;sort=cnumber", "search=ecr;limit=99"] {
            let mut found: Vec<String> =
                caller.get(&format!("{LIST}?{query}")).rows().split(' ').map(str::to_owned).collect();
            found.sort();
            assert_eq!(found.join(" "), rows, "{name} {query}");
        }
        let count = rows.split(' ').count();
        assert_eq!(caller.get(&format!("{LIST}?search=secret;count=1")).data()["count"], count, "{name}");
    }
    let anna = app.agent();
    assert_eq!(anna.get(&format!("{LIST}?recordgroup=3;search=secret")).codes(), "400 recordgroup");
    app.sqlite3("DELETE FROM recordgroup_members WHERE person = 4");
    assert_eq!(anna.get(&format!("{LIST}?search=secret")).rows(), "c");
}

/// What schema.sql had of it before there was a search.
const VERSION_1: &str = "
    DROP TABLE recordings_search; DROP TABLE recordings_folding;
    DROP TRIGGER recordings_search_insert; DROP TRIGGER recordings_search_update; DROP TABLE recordings_unindexed;
    DROP INDEX recordings_recordgroup_list; DROP INDEX recordings_customer_list;
    DROP INDEX recordings_recordgroup_in_progress; DROP INDEX recordings_customer_in_progress;
    DROP INDEX recordings_recordgroup_stale; DROP INDEX recordings_customer_stale;
    DROP INDEX recordings_recordgroup_hold; DROP INDEX recordings_customer_hold;
    PRAGMA application_id = 0x54415045; PRAGMA user_version = 1;";

#[test]
fn a_file_of_version_1_becomes_searchable_where_it_is() {
    let fill = |db: &std::path::Path| {
        sqlite3(db, VERSION_1);
        sqlite3(
            db,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
             INSERT INTO recordings (customer, recordgroup, uniqueid, start, complete, snumber_name)
               SELECT 1, 1, 'n' || i, 1600000000 + i, 1, 'Person ' || i FROM n;",
        );
    };
    let app = spawn(|_| {}, fill);
    let version = "PRAGMA application_id; PRAGMA user_version;";
    assert_eq!(app.sqlite3(version), spawn_app().sqlite3(version));
    assert_eq!(app.sqlite3("SELECT count(*) FROM recordings_unindexed"), "0");
    assert_eq!(app.supervisor().get(&format!("{LIST}?search=person+4321")).rows(), "n4321");
    assert_eq!(app.supervisor().get(&format!("{LIST}?search={}", encoded("ångström"))).rows(), "a");
    let folder = app.db.parent().expect("a folder");
    let files = std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").file_name());
    let copies = files.filter(|name| name.to_string_lossy().contains("before")).count();
    assert_eq!(copies, 0, "a file of ours is upgraded where it is");
    assert_eq!(app.sqlite3("PRAGMA integrity_check"), "ok");
}

#[test]
fn search_plan_says_which_way_a_request_takes_and_why() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    sqlite3(
        &db,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70000)
         INSERT INTO recordings (customer, recordgroup, uniqueid, start, complete, snumber_name, cnumber)
           SELECT 1, 1, 'n' || i, 1600000000 + i, 1, 'Person ' || i, i FROM n;",
    );
    let plan = |query: &str| run(&["search-plan", query, "--db", db.to_str().expect("UTF-8")]);
    for (query, words) in [
        ("limit=100", &["Rows"][..]),
        ("sort=cnumber", &["Index"]),
        ("complete=0", &["InProgress"]),
        ("stale=1", &["Stale"]),
        ("stale=1;count=1", &["Stale"]),
        ("hold=1;limit=100", &["Hold: only recordings on hold"]),
        ("hold=1;stale=1;count=1", &["Hold"]),
        ("status=busy;limit=100", &["Index: the index has what is filtered by"]),
        ("count=1", &["Index"]),
        ("search=person+17123", &["Candidates: ", "\"712\"", "trigram"]),
        ("search=zz", &["Rows", "three characters"]),
        ("called=17123;limit=100", &["head", "Candidates"]),
        ("called=7", &["Index", "three characters"]),
        ("recordgroup=4;called=17123", &["Index", "short"]),
        ("answered=17123;limit=100", &["head", "Candidates"]),
        ("answered=7", &["Index", "three characters"]),
        ("customer=2;search=person", &["Rows", "short"]),
        ("search=S%C3%B8ren", &["looked for: \"soren\""]),
        (
            "search=020+7946+0340",
            &["looked for: the digits 079460340, or ", "\"020\" and \"7946\" and \"0340\""],
        ),
    ] {
        let said = plan(query).ok();
        for word in words {
            assert!(said.contains(word), "{query}: {said}");
        }
        assert!(
            said.lines().all(|line| line.contains(": ") || line.contains(" for ") || line.ends_with(':')),
            "{said}"
        );
    }
    for (query, word) in [
        ("after=x", "after"),
        ("limit=-1", "limit"),
        ("recordgroup=77", "recordgroup"),
        ("status=BUSY", "status"),
    ] {
        let said = plan(query);
        assert_eq!(said.status, 1, "{query}");
        assert!(said.err.contains(word) && said.out.is_empty(), "{query}: {said:?}");
    }
}
