//! Joins the modules of a script to one file: each in a block of its own, what it needs before it.
//!
//! It understands the forms of `import` and `export` that the page uses, and refuses all others, while it is built.

mod lexer;
mod module;

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use module::Module;

/// A file that is made: the script that it is named after, and the file whose modules it uses instead of having them.
struct Joined {
    script: &'static str,
    on: Option<&'static str>,
}

/// What the login needs; the rest of the page, which comes while one types; the page about the API.
const FILES: [Joined; 3] = [
    Joined { script: "js/start.js", on: None },
    Joined { script: "js/app.js", on: Some("js/start.js") },
    Joined { script: "js/apidocs/apidocs.js", on: None },
];

/// The names of all files in a folder, below `root`.
pub fn files(root: &Path, folder: &Path, names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(root, &path, names)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            names.push(name.to_string_lossy().replace('\\', "/"));
        }
    }
    names.sort();
    Ok(())
}

/// The joined files by their names. `source` gives a module's text.
pub fn joined(source: &impl Fn(&str) -> Option<String>) -> Result<Vec<(String, String)>, String> {
    let mut made: BTreeMap<&str, Vec<Module>> = BTreeMap::new();
    for file in &FILES {
        let under = file.on.and_then(|on| made.get(on)).into_iter().flatten();
        let known: Vec<String> = under.map(|module| module.name.clone()).collect();
        let mut walk = Walk { source, known, order: Vec::new(), open: Vec::new() };
        walk.whole(file.script)?;
        made.insert(file.script, walk.order);
    }
    FILES.iter().map(|file| Ok((file.script.to_owned(), text(file, &made)?))).collect()
}

/// Gathers modules in the order in which they run.
struct Walk<'a, S> {
    source: &'a S,
    /// Those of another file.
    known: Vec<String>,
    order: Vec<Module>,
    /// Those on the way here.
    open: Vec<String>,
}

impl<S: Fn(&str) -> Option<String>> Walk<'_, S> {
    /// Everything that a script needs, at once or later, and at last the script itself.
    fn whole(&mut self, script: &str) -> Result<(), String> {
        let last = self.read(script)?;
        self.open.push(script.into());
        self.all(last.needs())?;
        let mut later = last.later();
        for at in 0.. {
            let Some(module) = self.order.get(at) else { break };
            later.extend(module.later());
        }
        let inside: Vec<&str> = later.iter().map(String::as_str).filter(|name| !is_file(name)).collect();
        self.all(inside.into_iter())?;
        self.order.push(last);
        Ok(())
    }

    fn all<'n>(&mut self, mut names: impl Iterator<Item = &'n str>) -> Result<(), String> {
        names.try_for_each(|name| self.module(name))
    }

    fn module(&mut self, name: &str) -> Result<(), String> {
        if self.open.iter().any(|open| open == name) {
            return Err(format!("{} need each other", self.open.join(", ")));
        }
        let is_there =
            self.known.iter().any(|known| known == name) || self.order.iter().any(|one| one.name == name);
        if is_there {
            return Ok(());
        }
        let module = self.read(name)?;
        self.open.push(name.into());
        self.all(module.needs())?;
        self.open.pop();
        self.order.push(module);
        Ok(())
    }

    fn read(&self, name: &str) -> Result<Module, String> {
        let source = (self.source)(name).ok_or_else(|| format!("there is no {name}"))?;
        Module::read(name, &source).map_err(|why| format!("{name}, {why}"))
    }
}

fn is_file(name: &str) -> bool {
    FILES.iter().any(|file| file.script == name)
}

/// What a module's exports are called in a joined file: the same in every version, so that two files of different versions
/// fit together or fail at once.
fn space(name: &str) -> String {
    name.trim_end_matches(".js").replace(['/', '-', '.'], "_")
}

fn relative(from: &str, to: &str) -> String {
    let up = "../".repeat(from.matches('/').count());
    format!("{}{to}", if up.is_empty() { "./" } else { &up })
}

fn text(file: &Joined, made: &BTreeMap<&str, Vec<Module>>) -> Result<String, String> {
    let modules = &made[file.script];
    let spaces = |modules: &[Module]| modules.iter().map(|module| space(&module.name)).collect::<Vec<_>>();
    let mut text = String::new();
    if let Some(on) = file.on {
        text += &format!(
            "import {{ {} }} from \"{}\";\n",
            spaces(&made[on]).join(", "),
            relative(file.script, on)
        );
    }
    for name in spaces(modules) {
        text += &format!("const {name} = {{}};\n");
    }
    for module in modules {
        text += &block(file, module)?;
    }
    if FILES.iter().any(|other| other.on == Some(file.script)) {
        text += &format!("export {{ {} }};\n", spaces(modules).join(", "));
    }
    Ok(text)
}

/// A module's code between braces, so that its names are its own; then what it exports.
fn block(file: &Joined, module: &Module) -> Result<String, String> {
    let later = |name: &str| match is_file(name) {
        true => format!("import(\"{}\")", relative(file.script, name)),
        false => format!("Promise.resolve({})", space(name)),
    };
    let here = format!("new URL(\"{}\", import.meta.url)", relative(file.script, &module.name));
    let code = module.code(&space, &later, &here)?;
    let exports = match module.exports.is_empty() {
        true => String::new(),
        false => format!("Object.assign({}, {{ {} }});\n", space(&module.name), module.exports.join(", ")),
    };
    Ok(format!("// {}\n{{\n{code}{exports}}}\n", module.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's own files, with some of them replaced.
    fn page(replaced: &[(&str, &str)]) -> Result<Vec<(String, String)>, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
        joined(&|name| match replaced.iter().find(|(other, _)| *other == name) {
            Some((_, text)) => Some((*text).to_owned()),
            None => fs::read_to_string(folder.join(name)).ok(),
        })
    }

    /// What `js/start.js` becomes, beside one other module.
    fn of(start: &str, other: &str) -> Result<String, String> {
        let app = ("js/app.js", "export const app = 1;");
        let all = page(&[("js/start.js", start), ("js/a/other.js", other), app])?;
        Ok(all.into_iter().find(|(name, _)| name == "js/start.js").unwrap().1)
    }

    #[test]
    fn every_module_of_the_page_is_in_one_joined_file_and_only_once() {
        let all = page(&[]).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
        let mut names = Vec::new();
        files(&folder, &folder, &mut names).unwrap();
        for name in names.iter().filter(|name| name.ends_with(".js") && !name.ends_with("types.js")) {
            let holders = |docs: bool| {
                let has = |(file, text): &&(String, String)| {
                    file.contains("apidocs") == docs && text.contains(&format!("// {name}\n{{\n"))
                };
                all.iter().filter(has).count()
            };
            assert!(holders(false) + holders(true) > 0, "no page needs {name}");
            assert!(holders(false) < 2 && holders(true) < 2, "{name} is there twice");
        }
    }

    #[test]
    fn a_module_runs_after_what_it_needs_under_names_of_its_own() {
        let start = "import { a, b as c } from \"./a/other.js\";\nimport * as all from \"./a/other.js\";\n\nf(a, c, all.b);\n";
        let text =
            of(start, "/** A. */\nexport const a = 1; // one\nexport async function b() {}\n").unwrap();
        let expected = "const js_a_other = {};\nconst js_start = {};\n\
            // js/a/other.js\n{\n\nconst a = 1; \nasync function b() {}\n\nObject.assign(js_a_other, { a, b });\n}\n\
            // js/start.js\n{\nconst { a: a, b: c } = js_a_other;\nconst all = js_a_other;\n\nf(a, c, all.b);\n\n}\n\
            export { js_a_other, js_start };\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_loaded_later_is_another_file_or_there_already_and_an_address_is_the_modules_own() {
        let start = "import(\"./app.js\").then(() => import(\"./a/other.js\"));\n";
        let text = of(start, "export const a = new URL(\"./b.svg\", import.meta.url);\n").unwrap();
        assert!(text.contains("import(\"../js/app.js\").then(() => Promise.resolve(js_a_other));"), "{text}");
        assert!(
            text.contains("new URL(\"./b.svg\", new URL(\"../js/a/other.js\", import.meta.url))"),
            "{text}"
        );
    }

    #[test]
    fn what_the_linker_does_not_understand_is_refused_with_the_place() {
        for (start, other) in [
            ("", "export let a = 1;"),
            ("", "export default 1;"),
            ("", "export { a };"),
            ("", "export * from \"./b.js\";"),
            ("", "export const { a } = b;"),
            ("", "  export const a = 1;"),
            ("", "import a from \"../start.js\";"),
            ("", "import \"../app.js\";"),
            ("", "import { a } from '../app.js';"),
            ("", "import { a } from \"elsewhere\";"),
            ("", "f();\nimport { app } from \"../app.js\";"),
            ("", "const a = import(name);"),
            ("", "const a = import(`./b.js`);"),
            ("", "const a = import.meta.env;"),
            ("", "const a = `;"),
            ("", "import { a } from \"./missing.js\";"),
            ("", "import { a } from \"../start.js\";"),
        ] {
            let start = format!("import {{ a }} from \"./a/other.js\";\n{start}");
            let refusal = of(&start, other);
            assert!(refusal.as_ref().is_err_and(|why| why.contains("js/")), "{other}: {refusal:?}");
        }
    }

    #[test]
    fn a_text_that_looks_like_an_import_stays_as_it_is() {
        let text = of("const a = `\nimport it\nexport all // of it\n`;\n", "").unwrap();
        assert!(text.contains("`\nimport it\nexport all // of it\n`"), "{text}");
    }
}
