//! No two files need each other, neither directly nor by way of others.
//!
//! File A needs file B if it names an item that B defines, through whatever façade. Re-exporting is not needing, nor
//! is calling a method.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{Edges, House};

/// A circle, as the files on it.
pub fn circle(edges: &Edges) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    edges.keys().find_map(|file| walk(edges, file, &mut Vec::new(), &mut done))
}

fn walk(
    edges: &Edges,
    file: &str,
    way: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(at) = way.iter().position(|passed| passed == file) {
        return Some(way[at..].to_vec());
    }
    if done.contains(file) {
        return None;
    }
    way.push(file.to_owned());
    let found = edges.get(file)?.keys().find_map(|next| walk(edges, next, way, done));
    way.pop();
    done.insert(file.to_owned());
    found
}

/// `a.rs names x::y of b.rs`, once around.
pub fn described(edges: &Edges, circle: &[String]) -> String {
    let next = circle.iter().cycle().skip(1);
    let lines = circle
        .iter()
        .zip(next)
        .map(|(file, next)| format!("  {file} names {} of {next}\n", edges[file][next]));
    lines.collect()
}

#[test]
fn no_two_files_need_each_other() {
    let edges = House::read().edges();
    if let Some(found) = circle(&edges) {
        panic!("a circle (sink what is shared into a file below both):\n{}", described(&edges, &found));
    }
}

#[test]
fn an_item_is_used_where_it_is_defined_whatever_facade_hands_it_on() {
    let house = House::of(&[
        ("a/mod.rs", "mod one; mod two; pub use one::One; pub use two::{self, Two as Pair};"),
        ("a/one.rs", "pub struct One;"),
        ("a/two.rs", "pub struct Two; pub fn make() {}"),
        ("b.rs", "use crate::a::{One, Pair}; fn f(x: One) -> Pair { crate::a::two::make() }"),
    ]);
    let edges = house.edges();
    assert_eq!(edges["b.rs"].keys().collect::<Vec<_>>(), ["a/one.rs", "a/two.rs"]);
    assert!(edges["a/mod.rs"].is_empty(), "a façade needs nothing");
    assert_eq!(circle(&edges), None);
}

#[test]
fn a_child_that_uses_what_its_parent_defines_while_the_parent_calls_it_is_a_circle() {
    let parent = "mod child; pub const MOST: u32 = 1; fn f() { child::g() }";
    for child in [
        "use super::MOST; pub fn g() { MOST; }",
        "pub fn g() { super::MOST; }",
        "pub fn g() { crate::a::MOST; }",
    ] {
        let edges = House::of(&[("a/mod.rs", parent), ("a/child.rs", child)]).edges();
        let found = circle(&edges).expect("a circle");
        assert_eq!(found, ["a/child.rs", "a/mod.rs"]);
        assert_eq!(described(&edges, &found).lines().count(), 2);
    }
    let apart =
        House::of(&[("a/mod.rs", parent), ("a/child.rs", "pub fn g() { let most = \"super::MOST\"; }")]);
    assert_eq!(circle(&apart.edges()), None);
}

#[test]
fn a_circle_goes_by_way_of_other_files_too() {
    let edges = House::of(&[
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "pub struct B(crate::c::C);"),
        ("c.rs", "pub struct C; fn f() -> super::a::A {}"),
        ("d.rs", "use std::fmt; use crate::a::A; fn f(a: A) -> fmt::Result {}"),
    ]);
    assert_eq!(circle(&edges.edges()).expect("a circle").len(), 3);
    assert_eq!(edges.edges()["d.rs"], BTreeMap::from([("a.rs".to_owned(), "crate::a::A".to_owned())]));
}
