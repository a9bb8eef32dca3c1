//! A script as the linker understands it: what it imports, what it exports, and its code.

use super::lexer::{Piece, pieces};

/// A script without its comments. Each line stands where it stood.
pub(super) struct Module {
    pub name: String,
    lines: Vec<Line>,
    /// What it exports, by name.
    pub exports: Vec<String>,
}

enum Line {
    /// The names that it takes, as a pattern or a single name, and the module they come from.
    Import {
        names: String,
        from: String,
    },
    Code(String),
}

/// What a script says where it names another one that is loaded later.
const LATER: &str = "import(\"";
const UNKNOWN_LATER: &str = "import() takes a text between quotes, so that it is known what it loads";
const HERE: &str = "import.meta.url";

impl Module {
    /// Reads a script. Whatever it imports or exports in another form than [`import`] and [`export`] know is refused.
    pub(super) fn read(name: &str, source: &str) -> Result<Module, String> {
        let mut module = Module { name: name.into(), lines: Vec::new(), exports: Vec::new() };
        let (text, is_text) = without_comments(source)?;
        for (number, line) in text.split('\n').enumerate() {
            let is_text = is_text.contains(&number);
            module.line(line, is_text).map_err(|why| format!("line {}: {why}: {line}", number + 1))?;
        }
        Ok(module)
    }

    fn line(&mut self, line: &str, is_text: bool) -> Result<(), String> {
        let line = match line.split([' ', '{', '*', '"']).next() {
            Some("import") if !is_text => self.import(line)?,
            Some("export") if !is_text => Line::Code(self.export(line)?),
            _ if !is_text && begins_indented(line) => {
                return Err("an import or export stands at its line's begin".into());
            }
            _ => Line::Code(line.into()),
        };
        self.lines.push(line);
        Ok(())
    }

    fn import(&self, line: &str) -> Result<Line, String> {
        let is_code = |line: &Line| matches!(line, Line::Code(code) if !code.trim().is_empty());
        if self.lines.iter().any(is_code) {
            return Err("imports stand before everything else".into());
        }
        let (names, path) = import(line).ok_or("no form of import that the linker knows")?;
        Ok(Line::Import { names, from: resolved(&self.name, path) })
    }

    /// Notes a name, and gives the line without the word.
    fn export(&mut self, line: &str) -> Result<String, String> {
        let (name, declared) = export(line).ok_or("no form of export that the linker knows")?;
        self.exports.push(name.into());
        Ok(declared.into())
    }

    /// The modules that it needs before it runs.
    pub(super) fn needs(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| match line {
            Line::Import { from, .. } => Some(from.as_str()),
            Line::Code(_) => None,
        })
    }

    /// The modules that it loads later.
    pub(super) fn later(&self) -> Vec<String> {
        let code = self.lines.iter().filter_map(|line| match line {
            Line::Code(code) => Some(code),
            Line::Import { .. } => None,
        });
        let paths = code.flat_map(|code| code.split(LATER).skip(1)).filter_map(|rest| rest.split('"').next());
        paths.map(|path| resolved(&self.name, path)).collect()
    }

    /// Its code within a file that holds several. `known` names what another module exports, `later` is what stands for a
    /// module that is loaded later, `here` for the module's own address.
    pub(super) fn code(
        &self,
        known: &impl Fn(&str) -> String,
        later: &impl Fn(&str) -> String,
        here: &str,
    ) -> Result<String, String> {
        let mut code = String::new();
        for line in &self.lines {
            match line {
                Line::Import { names, from } => code += &format!("const {names} = {};", known(from)),
                Line::Code(line) => code += &self.replaced(line, later)?.replace(HERE, here),
            }
            code.push('\n');
        }
        if code.replace(here, "").contains("import.meta") {
            return Err(format!("{}: of import.meta there is only its url", self.name));
        }
        Ok(code)
    }

    fn replaced(&self, line: &str, later: &impl Fn(&str) -> String) -> Result<String, String> {
        let mut parts = line.split(LATER);
        let mut code = parts.next().unwrap_or_default().to_owned();
        for rest in parts {
            let (path, after) = rest.split_once("\")").ok_or_else(|| format!("{}: {line}", self.name))?;
            code += &later(&resolved(&self.name, path));
            code += after;
        }
        Ok(code)
    }
}

/// The script without its comments, line by line, and the lines that begin within a text.
fn without_comments(source: &str) -> Result<(String, Vec<usize>), String> {
    let (mut text, mut is_text) = (String::new(), Vec::new());
    for piece in pieces(source)? {
        match piece {
            Piece::Code(code) => {
                let unknown =
                    code.match_indices("import(").any(|(at, word)| at + word.len() < code.trim_end().len());
                if unknown {
                    return Err(UNKNOWN_LATER.into());
                }
                text += code;
            }
            Piece::Comment(comment) => text.extend(comment.matches('\n')),
            Piece::Text(words) => {
                if text.ends_with("import(") && !words.starts_with('"') {
                    return Err(UNKNOWN_LATER.into());
                }
                let line = text.matches('\n').count();
                is_text.extend((1..=words.matches('\n').count()).map(|more| line + more));
                text += words;
            }
        }
    }
    Ok((text, is_text))
}

fn begins_indented(line: &str) -> bool {
    line.starts_with([' ', '\t'])
        && ["import ", "export "].iter().any(|word| line.trim_start().starts_with(word))
}

/// `import { a, b as c } from "path";` and `import * as a from "path";`: what stands before the `=` of a declaration, and
/// the path.
fn import(line: &str) -> Option<(String, &str)> {
    let (names, path) = line.strip_prefix("import ")?.split_once(" from \"")?;
    let path = path.strip_suffix("\";").filter(|path| path.starts_with('.'))?;
    let all = names.strip_prefix("* as ").filter(|name| is_name(name)).map(String::from);
    let some = || {
        let names = names.strip_prefix("{ ")?.strip_suffix(" }")?.split(", ").map(|name| {
            let (name, own) = name.split_once(" as ").unwrap_or((name, name));
            (is_name(name) && is_name(own)).then(|| format!("{name}: {own}"))
        });
        Some(format!("{{ {} }}", names.collect::<Option<Vec<_>>>()?.join(", ")))
    };
    Some((all.or_else(some)?, path))
}

/// `export const a = `, `export function a(`, `export async function a(`, `export class a `: the name, and the line without
/// the first word. What is exported never changes, so it may be handed on as a value: there is no `export let`.
fn export(line: &str) -> Option<(&str, &str)> {
    let declared = line.strip_prefix("export ")?;
    let (rest, end) = [("const ", " ="), ("function ", "("), ("async function ", "("), ("class ", " ")]
        .into_iter()
        .find_map(|(word, end)| Some((declared.strip_prefix(word)?, end)))?;
    let name = rest.split(end).next().filter(|name| is_name(name))?;
    Some((name, declared))
}

fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    !text.is_empty() && text.chars().all(is_part) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Where a relative path leads from a file.
pub(super) fn resolved(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}
