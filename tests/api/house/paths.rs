//! What the files of `src` define and name: enough of Rust's paths to know which file uses an item of which.
//!
//! A façade that hands on its children's items defines nothing of them: whoever names them through it uses the file
//! in which they stand.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, sources};

/// How often a name may be handed on before it is taken for a ring of façades.
const DEEPEST: usize = 12;

/// A module's path below the crate: `["store", "search"]`.
type Module = Vec<String>;

/// An imported name: `use crate::store::Store as Open;` gives `Open`.
#[derive(Debug, Clone)]
struct Import {
    name: String,
    path: Vec<String>,
    handed_on: bool,
}

struct File {
    path: String,
    /// The file's own names, of macros too.
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths and single names in the code, as far as they may be an item's.
    named: Vec<Vec<String>>,
}

/// Every module that has a file.
pub struct House(BTreeMap<Module, File>);

/// File → the files whose items it uses, each with one of these.
pub type Edges = BTreeMap<String, BTreeMap<String, String>>;

impl House {
    pub fn read() -> Self {
        Self(sources().iter().map(|source| (module_of(&source.path), File::read(source))).collect())
    }

    pub fn of(files: &[(&str, &str)]) -> Self {
        let read = |(path, code): &(&str, &str)| (module_of(path), File::of(path, code));
        Self(files.iter().map(read).collect())
    }

    pub fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (module, file) in &self.0 {
            let used = edges.entry(file.path.clone()).or_default();
            for path in file.uses(module, self) {
                if let Some(other) = self.home(&path, module, DEEPEST).filter(|other| *other != file.path) {
                    used.entry(other).or_insert_with(|| path.join("::"));
                }
            }
        }
        edges
    }

    /// The file in which the item that a path in `module` means is defined. None for another crate's, and for a
    /// module alone.
    fn home(&self, path: &[String], module: &Module, depth: usize) -> Option<String> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.below(&Module::new(), rest, depth),
            "self" => self.below(module, rest, depth),
            "super" => self.above(module, rest, depth),
            name if self.0.contains_key(&child(module, name)) => {
                self.below(&child(module, name), rest, depth)
            }
            name => {
                let import = self.0.get(module)?.import(name)?;
                self.below_import(import, module, rest, depth)
            }
        }
    }

    fn above(&self, module: &Module, rest: &[String], depth: usize) -> Option<String> {
        let parent = module[..module.len().saturating_sub(1)].to_vec();
        match rest.first().is_some_and(|next| next == "super") {
            true => self.above(&parent, &rest[1..], depth),
            false => self.below(&parent, rest, depth),
        }
    }

    fn below(&self, module: &Module, rest: &[String], depth: usize) -> Option<String> {
        let (name, further) = rest.split_first()?;
        if self.0.contains_key(&child(module, name)) {
            return self.below(&child(module, name), further, depth);
        }
        let file = self.0.get(module)?;
        if file.items.contains(name) {
            return Some(file.path.clone());
        }
        match file.import(name) {
            Some(import) => self.below_import(import, module, further, depth),
            None => self.behind_stars(file, module, rest, depth).or_else(|| Some(file.path.clone())),
        }
    }

    fn below_import(
        &self,
        import: &Import,
        module: &Module,
        rest: &[String],
        depth: usize,
    ) -> Option<String> {
        let path: Vec<String> = import.path.iter().chain(rest).cloned().collect();
        // `use regex;` names itself: another crate.
        if depth == 0 || path.first() == Some(&import.name) && !self.0.contains_key(&child(module, &path[0]))
        {
            return None;
        }
        self.home(&path, module, depth - 1)
    }

    /// What `pub use child::*` hands on, if a child defines it by its name.
    fn behind_stars(&self, file: &File, module: &Module, rest: &[String], depth: usize) -> Option<String> {
        let stars = file.imports.iter().filter(|import| import.name == "*");
        stars
            .filter_map(|star| self.below_import(star, module, rest, depth))
            .find(|home| self.0.values().any(|file| file.path == *home && file.items.contains(&rest[0])))
    }
}

impl File {
    fn read(source: &Source) -> Self {
        Self::of(&source.path, &source.code)
    }

    fn of(path: &str, code: &str) -> Self {
        let words = words(code);
        let (imports, rest) = imports(&words);
        Self { path: path.to_owned(), items: items(&rest), imports, named: named(&rest) }
    }

    fn import(&self, name: &str) -> Option<&Import> {
        self.imports.iter().find(|import| import.name == name)
    }

    /// An import that hands a child's item on is a use only where the code names it too.
    fn uses(&self, module: &Module, house: &House) -> Vec<Vec<String>> {
        let hands_on = |import: &&Import| {
            let child_of_its_own = import
                .path
                .first()
                .is_some_and(|first| first == "self" || house.0.contains_key(&child(module, first)));
            import.handed_on && child_of_its_own
        };
        let imported = self.imports.iter().filter(|import| import.name != "*" && !hands_on(import));
        let paths = imported.map(|import| import.path.clone());
        paths.chain(self.named.iter().filter(|path| !self.items.contains(&path[0])).cloned()).collect()
    }
}

fn module_of(path: &str) -> Module {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').filter(|part| *part != "lib").map(str::to_owned).collect()
}

fn child(module: &Module, name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// Names, `::` and single signs, without strings and characters.
fn words(code: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = code;
    while let Some(next) = rest.chars().next() {
        let (length, is_word) = match next {
            '"' => (string(rest), false),
            'r' if rest.starts_with("r\"") || rest.starts_with("r#\"") => (raw_string(rest), false),
            '\'' => (character(rest), false),
            _ if is_part(next) => (rest.find(|c| !is_part(c)).unwrap_or(rest.len()), true),
            _ if rest.starts_with("::") => (2, true),
            _ => (next.len_utf8(), !next.is_whitespace()),
        };
        if is_word {
            words.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
    }
    words
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn raw_string(text: &str) -> usize {
    let end = if text.starts_with("r#") { "\"#" } else { "\"" };
    let begin = end.len() + 1;
    text[begin..].find(end).map_or(text.len(), |at| begin + at + end.len())
}

/// A character, or the sign of a lifetime.
fn character(text: &str) -> usize {
    let mut signs = text.char_indices().skip(1);
    match (signs.next(), signs.next()) {
        (Some((_, '\\')), _) => {
            text[2..].char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(1, |(at, _)| at + 3)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// The `use` declarations, and the words beside them.
fn imports(words: &[String]) -> (Vec<Import>, Vec<String>) {
    let (mut imports, mut rest, mut at) = (Vec::new(), Vec::new(), 0);
    while at < words.len() {
        if words[at] != "use" {
            rest.push(words[at].clone());
            at += 1;
            continue;
        }
        let end = at + words[at..].iter().position(|word| word == ";").unwrap_or(words.len() - at);
        let handed_on = rest.last().is_some_and(|word| word == "pub" || word == ")");
        tree(&words[at + 1..end], &[], handed_on, &mut imports);
        at = end + 1;
    }
    (imports, rest)
}

/// `a::{b, c::{self, d as e}}`, flat.
fn tree(words: &[String], before: &[String], handed_on: bool, imports: &mut Vec<Import>) {
    let path: Vec<String> = before.to_vec();
    match words.iter().position(|word| word == "{") {
        Some(open) => {
            let before: Vec<String> =
                path.into_iter().chain(words[..open].iter().filter(|word| *word != "::").cloned()).collect();
            for branch in branches(&words[open + 1..words.len() - 1]) {
                tree(branch, &before, handed_on, imports);
            }
        }
        None => imports.extend(leaf(words, path, handed_on)),
    }
}

fn leaf(words: &[String], mut path: Vec<String>, handed_on: bool) -> Option<Import> {
    let (own, name) = match words.iter().position(|word| word == "as") {
        Some(at) => (&words[..at], words.get(at + 1)),
        None => (words, None),
    };
    let nothing = path.is_empty();
    path.extend(own.iter().filter(|word| *word != "::" && (nothing || *word != "self")).cloned());
    let name = name.or(path.last())?.clone();
    if path.last().is_some_and(|last| last == "*") {
        path.pop();
    }
    Some(Import { name, path, handed_on })
}

/// The parts between the commas of one depth.
fn branches(words: &[String]) -> Vec<&[String]> {
    let mut depth = 0;
    let parts = words.split(|word| {
        depth += i32::from(word == "{") - i32::from(word == "}");
        word == "," && depth == 0
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// What stands at the file's own depth.
fn items(words: &[String]) -> BTreeSet<String> {
    let mut depth = 0;
    let mut items = BTreeSet::new();
    for pair in words.windows(3) {
        depth += i32::from(pair[0] == "{") - i32::from(pair[0] == "}");
        let kind = ["fn", "struct", "enum", "trait", "const", "static", "type", "union", "mod"];
        if depth == 0 && kind.contains(&pair[0].as_str()) && pair[2] != ";" {
            items.insert(pair[1].clone());
        }
        if depth == 0 && pair[0] == "macro_rules" {
            items.insert(pair[2].clone());
        }
    }
    items
}

/// Paths (`a::b::C`), types and constants (`C`), and functions where they are called (`f(`): a field or a variable
/// may have an item's name.
fn named(words: &[String]) -> Vec<Vec<String>> {
    let mut named = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let before = at.checked_sub(1).map_or("", |before| words[before].as_str());
        if !words[at].starts_with(is_part) {
            at += 1;
            continue;
        }
        let mut path = vec![words[at].clone()];
        at += 1;
        while at + 1 < words.len() && words[at] == "::" && words[at + 1].starts_with(is_part) {
            path.push(words[at + 1].clone());
            at += 2;
        }
        let called = words.get(at).is_some_and(|next| next == "(" || next == "!");
        let is_item = path.len() > 1 || called || path[0].starts_with(char::is_uppercase);
        if is_item && ![".", "fn", "::"].contains(&before) {
            named.push(path);
        }
    }
    named
}
