//! The page's order: which script may import what, and what the page's own tables must have in common with the server.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use tapeline::api::functions;
use tapeline::model::{OUTCOMES, WIRE};

use super::circles::{circle, described};
use super::paths::Edges;
use super::{files, names, root};
use crate::app::spawn_app;

/// A room's floor in `static/js`; `keys.js`, `places.js`, `app.js` and `start.js` are rooms of one file.
const FLOORS: [(&str, u8); 13] = [
    ("kit", 0),
    ("server", 1),
    ("page", 2),
    ("apidocs", 3),
    ("player", 3),
    ("search", 3),
    ("call", 4),
    ("calls", 5),
    ("manage", 5),
    ("keys", 6),
    ("places", 6),
    ("app", 7),
    ("start", 8),
];

/// A script's code, by its path below `static/js`. `types.js` has none.
fn scripts() -> BTreeMap<String, String> {
    let folder = root().join("static/js");
    let read = |path: std::path::PathBuf| {
        let name = path.strip_prefix(&folder).expect("below it").to_str().expect("UTF-8").to_owned();
        (name, without_comments(&fs::read_to_string(path).expect("UTF-8")))
    };
    files(&folder, "js").into_iter().map(read).filter(|(name, _)| name != "types.js").collect()
}

fn script(name: &str) -> String {
    scripts().remove(name).unwrap_or_else(|| panic!("there is no {name}"))
}

fn without_comments(text: &str) -> String {
    let comment = |line: &str| ["//", "/*", "*"].iter().any(|begin| line.trim_start().starts_with(begin));
    text.lines().filter(|line| !comment(line)).fold(String::new(), |all, line| all + line + "\n")
}

/// What a script imports, at once or when it is needed.
fn imports(name: &str, code: &str) -> BTreeSet<String> {
    let paths =
        ["from \"", "import(\"", "import \""].into_iter().flat_map(|before| code.split(before).skip(1));
    let paths = paths.filter_map(|rest| rest.split('"').next()).filter(|path| path.starts_with('.'));
    paths.map(|path| resolved(name, path)).collect()
}

/// Where a relative path leads from a file.
fn resolved(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop().expect("a path within static/js");
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

fn room(name: &str) -> &str {
    name.split(['/', '.']).next().expect("a name")
}

fn floor(name: &str) -> u8 {
    let known = FLOORS.iter().find(|(known, _)| *known == room(name));
    known.unwrap_or_else(|| panic!("{name} is in no room of the page")).1
}

#[test]
fn a_script_imports_from_lower_floors_only() {
    let scripts = scripts();
    assert!(scripts.len() > 30);
    for (name, code) in &scripts {
        for other in imports(name, code) {
            assert!(scripts.contains_key(&other), "{name} imports {other}, which is not there");
            let is_below = room(name) == room(&other) || floor(&other) < floor(name);
            assert!(is_below, "{name} imports {other}, which is not below it");
        }
    }
}

fn edges(scripts: &BTreeMap<String, String>) -> Edges {
    let of =
        |name: &String, code| imports(name, code).into_iter().map(|other| (other.clone(), other)).collect();
    scripts.iter().map(|(name, code)| (name.clone(), of(name, code))).collect()
}

#[test]
fn no_two_scripts_need_each_other() {
    let edges = edges(&scripts());
    if let Some(found) = circle(&edges) {
        panic!("a circle (sink what is shared into a file below both):\n{}", described(&edges, &found));
    }
}

#[test]
fn what_is_imported_when_it_is_needed_is_imported_too() {
    let text = "/** @type {import(\"./types.js\").A} */\nimport { a } from \"../kit/a.js\";\n// from \"./no.js\"\nconst b = () => import(\"./b.js\");\n";
    let found = imports("page/c.js", &without_comments(text));
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["kit/a.js", "page/b.js"]);
}

/// What stands once: elements by their ids, widths of the screen, what the browser keeps, requests.
#[test]
fn what_the_browser_gives_has_one_place_in_the_page() {
    let places = [
        ("document.getElementById", "kit/dom.js"),
        ("matchMedia", "kit/screen.js"),
        ("localStorage", "kit/kept.js"),
        ("fetch(", "server/api.js"),
        ("innerHTML", "kit/html.js"),
    ];
    for (name, code) in scripts() {
        for (word, place) in places {
            assert!(name == place || !code.contains(word), "{name} has {word}, which is for {place}");
        }
    }
}

#[test]
fn a_form_that_is_there_before_the_scripts_asks_nobody_for_anything() {
    for path in files(&root().join("static"), "html") {
        let text = fs::read_to_string(&path).expect("UTF-8");
        for form in text.split("<form ").skip(1).filter_map(|rest| rest.split('>').next()) {
            // A browser would ask for the page anew, with what was typed in the address.
            assert!(form.contains("method=\"dialog\""), "{}: <form {form}>", path.display());
        }
    }
}

/// Every `(max-width: …px)` of a text.
fn widths(text: &str) -> BTreeSet<&str> {
    let found = text.split("(max-width:").skip(1).filter_map(|rest| rest.split(')').next());
    found.map(str::trim).collect()
}

#[test]
fn scripts_and_stylesheets_know_the_same_widths_of_a_screen() {
    let sheets: String = files(&root().join("static/css"), "css")
        .iter()
        .map(|path| fs::read_to_string(path).expect("UTF-8"))
        .collect();
    let screen = script("kit/screen.js");
    assert!(!widths(&screen).is_empty());
    assert!(
        widths(&screen).is_subset(&widths(&sheets)),
        "{:?} of kit/screen.js, {:?} of css/",
        widths(&screen),
        widths(&sheets)
    );
}

/// The API's parameters that narrow a list: the list has them, and so have its statistics.
fn api_filters() -> Vec<&'static str> {
    let parameters = |wanted: &str| -> Vec<&str> {
        let function = functions().into_iter().find(|function| function.path == wanted).expect("a function");
        function.parameters.iter().map(|parameter| parameter.name).collect()
    };
    let summary = parameters("recording/recordings/summary");
    parameters("recording/recordings/list").into_iter().filter(|name| summary.contains(name)).collect()
}

#[test]
fn the_page_has_every_filter_of_the_api_or_says_that_it_has_not() {
    let table = script("search/filters.js");
    let (_, rest) = table.split_once("NOT_SHOWN = [").expect("NOT_SHOWN");
    let not_shown = rest.split(']').next().expect("its end");
    let filters = api_filters();
    assert!(filters.contains(&"totaltime_minimum") && !filters.contains(&"limit"), "{filters:?}");
    for filter in filters {
        let is_shown = table
            .split(|c: char| !(c.is_alphanumeric() || "_:".contains(c)))
            .any(|word| word == format!("{filter}:"));
        let is_named = names(not_shown, filter);
        assert!(
            is_shown != is_named,
            "{filter} is a filter of recording/recordings/list: it belongs in a `wire` of static/js/search/filters.js, or in NOT_SHOWN there"
        );
    }
}

#[test]
fn the_page_has_words_for_every_outcome_of_the_api() {
    let code = script("kit/format.js");
    let (_, rest) = code.split_once("export const OUTCOMES = [\n").expect("OUTCOMES");
    let lines = rest.lines().take_while(|line| *line != "];");
    let words: Vec<&str> = lines.filter_map(|line| line.split('"').nth(1)).collect();
    assert_eq!(words, OUTCOMES);
}

/// The texts that a script gives a property: `path: "/groups"`.
fn values<'a>(code: &'a str, property: &str) -> Vec<&'a str> {
    let before = format!("{property}: \"");
    code.split(before.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_page_can_be_asked_for_by_its_path() {
    let app = spawn_app();
    let code = script("places.js");
    let paths = values(&code, "path");
    assert!(paths.contains(&"/groups"));
    let index = app.anon().send("GET", "/", &[], b"").body;
    for path in paths {
        let answer = app.anon().send("GET", path, &[], b"");
        assert!(answer.status == 200 && answer.body == index, "src/viewer/mod.rs has no {path} in PLACES");
    }
}

#[test]
fn every_icon_that_a_script_names_is_in_the_sprite() {
    let sprite = fs::read_to_string(root().join("static/icons.svg")).expect("UTF-8");
    for (name, code) in scripts() {
        let called = code.split("icon(\"").skip(1).filter_map(|rest| rest.split('"').next());
        for symbol in called.chain(values(&code, "symbol")) {
            assert!(
                sprite.contains(&format!("id=\"{symbol}\"")),
                "{name} names the icon {symbol}, which icons.svg has not"
            );
        }
    }
}

#[test]
fn the_page_knows_the_columns_of_a_recording() {
    let types = fs::read_to_string(root().join("static/js/types.js")).expect("UTF-8");
    let (_, rest) = types.split_once("@typedef {object} Recording").expect("Recording");
    let own = rest.split("@typedef").next().expect("its end");
    let known: Vec<&str> = own
        .split("@property {")
        .skip(1)
        .filter_map(|rest| rest.split(['}', ' ', '\n']).filter(|word| !word.is_empty()).nth(1))
        .collect();
    assert_eq!(
        known,
        WIRE.map(|column| column.name),
        "types.js has Recording's columns in the order of the wire"
    );
}
