//! What `static/` holds, and what is made of it: a page's one stylesheet, and its modules before they are asked for.
//!
//! A debug build reads the files anew each time, since they change while it runs.

use std::borrow::Cow;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
// The work of build.rs, which joins the scripts.
#[cfg_attr(embedded, folder = "$OUT_DIR/page/")]
#[cfg_attr(not(embedded), folder = "static/")]
struct Static;

/// The stylesheet that a page names, and the rooms of `css/` whose sheets are joined to it, the lowest floor first: over
/// HTTP/1.1 twenty files would cost the first paint more than one.
const SHEETS: [(&str, &[&str]); 2] = [
    ("app.css", &["kit", "server", "page", "search", "player", "call", "calls", "manage"]),
    ("api.css", &["kit", "page", "apidocs"]),
];

/// One hash for the whole set: a module that imports another by a relative path inherits the prefix.
pub(super) static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for name in names() {
        digest.update(name.as_bytes());
        digest.update(Static::get(&name).map(|file| file.data).unwrap_or_default());
    }
    digest.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
});

fn names() -> Vec<Cow<'static, str>> {
    let mut names: Vec<_> = Static::iter().collect();
    names.sort();
    names
}

/// A file, or a stylesheet of [`SHEETS`].
pub(super) fn get(name: &str) -> Option<Cow<'static, [u8]>> {
    match SHEETS.iter().find(|(sheet, _)| *sheet == name) {
        Some((_, rooms)) => Some(joined(rooms).into()),
        None => Static::get(name).map(|file| file.data),
    }
}

fn joined(rooms: &[&str]) -> Vec<u8> {
    let names = names();
    let sheets = rooms.iter().flat_map(|room| {
        let folder = format!("css/{room}/");
        names.iter().filter(move |name| name.starts_with(&folder))
    });
    sheets.filter_map(|name| Static::get(name)).flat_map(|file| file.data.into_owned()).collect()
}

/// A page, with the modules behind its scripts named after them: a browser asks for them at once instead of one after the
/// other, as each names the next. What is imported only when it is needed is not among them, and joined files need none.
pub(super) fn page(name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(&get(name)?).into_owned();
    let named = named(&text);
    let Some(last) = named.last() else { return Some(text) };
    let after = text.find(last).and_then(|at| Some(at + text[at..].find('\n')? + 1))?;
    let links: String = behind(&named)
        .iter()
        .map(|name| format!("<link rel=\"modulepreload\" href=\"/static/{name}\">\n"))
        .collect();
    Some(format!("{}{links}{}", &text[..after], &text[after..]))
}

/// The scripts that a page names.
fn named(page: &str) -> Vec<&str> {
    let names = page.split("\"/static/").skip(1).filter_map(|rest| rest.split('"').next());
    names.filter(|name| name.ends_with(".js")).collect()
}

/// All modules that scripts need, directly or by way of others.
fn behind(scripts: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = scripts.iter().map(|name| (*name).to_owned()).collect();
    let mut read = 0;
    while let Some(module) = found.get(read).cloned() {
        let source = Static::get(&module).map(|file| file.data).unwrap_or_default();
        for path in imports(&String::from_utf8_lossy(&source)) {
            let name = resolved(&module, path);
            if !found.contains(&name) {
                found.push(name);
            }
        }
        read += 1;
    }
    found.split_off(scripts.len())
}

/// The relative paths after `from` in a module; `import()` has none.
fn imports(source: &str) -> Vec<&str> {
    source
        .split(" from \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|path| path.starts_with('.'))
        .collect()
}

/// Where a relative path leads from a file. One that leads out of `static/` names nothing there.
fn resolved(from: &str, path: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stylesheet_is_in_a_page() {
        let rooms: Vec<&str> = SHEETS.iter().flat_map(|(_, rooms)| rooms.iter().copied()).collect();
        for name in names().iter().filter(|name| name.ends_with(".css")) {
            let room = name.split('/').nth(1).unwrap_or_default();
            assert!(rooms.contains(&room), "{name} is in no room of SHEETS, so no page has it");
        }
    }

    #[test]
    fn a_page_names_each_module_behind_its_scripts_once_and_each_is_there() {
        for name in ["index.html", "api.html"] {
            let page = page(name).unwrap();
            let modules = named(&page);
            assert_eq!(modules.contains(&"js/kit/html.js"), cfg!(not(embedded)), "{modules:?}");
            for (i, module) in modules.iter().enumerate() {
                assert!(!modules[..i].contains(module), "{module} twice");
                assert!(Static::get(module).is_some(), "{name} needs {module}, which is not there");
            }
        }
    }

    #[test]
    fn a_path_leads_on_from_the_file_that_names_it() {
        assert_eq!(resolved("js/call/details.js", "../kit/html.js"), "js/kit/html.js");
        assert_eq!(resolved("js/app.js", "./kit/html.js"), "js/kit/html.js");
        assert_eq!(imports("import { a } from \"./a.js\";\nconst b = () => import(\"./b.js\");"), ["./a.js"]);
    }
}
