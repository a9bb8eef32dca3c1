//! Asterisk's configuration files: sections of lines, with other files in them. Source: Asterisk's documentation, "Asterisk
//! Configuration Files", and what 16.28 and 22.10 make of it.

use std::fs;
use std::path::{Path, PathBuf};

/// Files within files that are followed, one in another.
const DEEPEST: usize = 10;
/// Links that lead to a file, at most.
const LINKS: usize = 8;

/// What a file says, with all that it includes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Conf(Vec<Section>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Section {
    name: String,
    /// `(!)`: only there for others to take over.
    is_template: bool,
    lines: Vec<(String, String)>,
}

/// Where the files of a PBX are, which may have a root of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The root that its paths begin at.
    pub(super) root: PathBuf,
    /// The folder of its settings, as it names it itself.
    pub(super) folder: PathBuf,
}

impl Conf {
    /// Reads a file.
    pub(super) fn read(place: &Place, name: &str) -> std::io::Result<Conf> {
        let mut conf = Conf::default();
        let text = place.text(Path::new(name))?;
        conf.add(place, &text, DEEPEST);
        Ok(conf)
    }

    /// What all sections of this name say for a key, in order. Which one counts is the reader's matter; mostly the last.
    pub(super) fn all(&self, section: &str, key: &str) -> Vec<&str> {
        let lines = self.sections(section).flat_map(|section| &section.lines);
        lines.filter(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| &**value).collect()
    }

    /// Each line of the last section of this name.
    pub(super) fn lines(&self, section: &str) -> &[(String, String)] {
        self.sections(section).last().map_or(&[], |section| &section.lines)
    }

    fn sections(&self, name: &str) -> impl Iterator<Item = &Section> {
        let is = move |section: &&Section| !section.is_template && section.name.eq_ignore_ascii_case(name);
        self.0.iter().filter(is)
    }

    fn add(&mut self, place: &Place, text: &str, deep: usize) {
        let mut hidden = false;
        for line in text.lines() {
            let line = visible(line, &mut hidden);
            if let Some(include) = line.strip_prefix("#include").or(line.strip_prefix("#tryinclude")) {
                let name = include.trim().trim_matches(['"', '<', '>', '\'']);
                for text in place.texts(name).into_iter().filter(|_| deep > 0) {
                    self.add(place, &text, deep - 1);
                }
            } else if let Some((name, options)) = line.strip_prefix('[').and_then(|line| line.split_once(']'))
            {
                self.open(name, options);
            } else if let (Some((key, value)), Some(section)) = (line.split_once('='), self.0.last_mut()) {
                let value = value.strip_prefix('>').unwrap_or(value);
                section.lines.push((key.trim().to_owned(), value.trim().to_owned()));
            }
        }
    }

    /// Begins a section, or goes on with one.
    fn open(&mut self, name: &str, options: &str) {
        let options = options.trim().trim_start_matches('(').trim_end_matches(')');
        let options: Vec<&str> = options.split(',').map(str::trim).collect();
        if options.contains(&"+")
            && let Some(at) = self.0.iter().position(|section| section.name.eq_ignore_ascii_case(name))
        {
            let section = self.0.remove(at);
            self.0.push(section);
            return;
        }
        let is = |section: &&Section| options.iter().any(|one| section.name.eq_ignore_ascii_case(one));
        let lines = self.0.iter().filter(is).flat_map(|section| section.lines.clone()).collect();
        self.0.push(Section { name: name.to_owned(), is_template: options.contains(&"!"), lines });
    }
}

impl Place {
    fn text(&self, name: &Path) -> std::io::Result<String> {
        let bytes = fs::read(self.real(&self.folder.join(name)))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The text of each file that an include names: its last part may be a pattern.
    fn texts(&self, name: &str) -> Vec<String> {
        let Some((before, after)) = name.split_once('*') else {
            return self.text(Path::new(name)).into_iter().collect();
        };
        let path = self.folder.join(before);
        let (folder, start) = match before.ends_with('/') || before.is_empty() {
            true => (path.as_path(), String::new()),
            false => (
                path.parent().unwrap_or(Path::new("")),
                path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            ),
        };
        let entries = fs::read_dir(self.real(folder)).into_iter().flatten().filter_map(Result::ok);
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| {
            name.len() >= start.len() + after.len() && name.starts_with(&start) && name.ends_with(after)
        });
        names.sort();
        names.iter().filter_map(|name| self.text(&folder.join(name)).ok()).collect()
    }

    /// A path of the PBX, seen from here. Its links lead from its own root.
    fn real(&self, path: &Path) -> PathBuf {
        let seen = |path: &Path| self.root.join(path.strip_prefix("/").unwrap_or(path));
        let mut path = path.to_path_buf();
        for _ in 0..LINKS {
            let Ok(target) = fs::read_link(seen(&path)) else { break };
            path = path.parent().unwrap_or(Path::new("/")).join(target);
        }
        seen(&path)
    }
}

/// A line without comments: `;` to its end, and `;--` to `--;`, over lines.
fn visible(line: &str, hidden: &mut bool) -> String {
    let mut seen = String::new();
    let mut rest = line;
    while !rest.is_empty() {
        if *hidden {
            let Some((_, after)) = rest.split_once("--;") else { break };
            (*hidden, rest) = (false, after);
            continue;
        }
        let Some(at) = rest.find(';') else {
            seen.push_str(rest);
            break;
        };
        let (before, comment) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('\\') {
            seen.push_str(before);
            seen.push(';');
            rest = &comment[1..];
        } else if comment.starts_with(";--") && !comment.starts_with(";---") {
            seen.push_str(before);
            (*hidden, rest) = (true, &comment[3..]);
        } else {
            seen.push_str(before);
            break;
        }
    }
    seen.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A root with these files in its folder of settings.
    fn root(name: &str, files: &[(&str, &str)]) -> Place {
        let root = std::env::temp_dir().join(format!("tapeline-conf-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Place { root, folder: "/etc/asterisk".into() }
    }

    #[test]
    fn freepbx_s_files_are_one_however_they_lie() {
        let module = "var/www/html/admin/modules/cdr/etc";
        let place = root(
            "freepbx",
            &[
                ("etc/asterisk/cdr_manager_general_additional.conf", "enabled=no\n"),
                ("etc/asterisk/cdr_manager_general_custom.conf", "enabled = yes ; by hand\n"),
                ("etc/asterisk/cdr_manager_mapping_custom.conf", "did => DID\n"),
                (
                    &format!("{module}/cdr_manager.conf"),
                    "[general]\n#include cdr_manager_general_additional.conf\n#include \"cdr_manager_general_custom.conf\"\n\
                     [mappings]\n#tryinclude <nothing.conf>\n#include cdr_manager_mapping_c*.conf\n",
                ),
            ],
        );
        let link = place.root.join("etc/asterisk/cdr_manager.conf");
        symlink(format!("/{module}/cdr_manager.conf"), link).unwrap();
        let conf = Conf::read(&place, "cdr_manager.conf").unwrap();
        assert_eq!(conf.all("general", "enabled"), ["no", "yes"]);
        assert_eq!(conf.all("mappings", "did"), ["DID"]);
        fs::remove_dir_all(place.root).unwrap();
    }

    #[test]
    fn sections_come_again_go_on_and_take_over_from_others() {
        let text = "enabled = lost\n[base](!)\nread = call\neventfilter = Event: a\\;b\n[general]\nenabled = yes ;-- not\n\
                    enabled = hidden\n--; \n[user](base)\neventfilter(name(Hangup)) =\n[other]\nx = 1\n[general](+)\nenabled=1\n\
                    [General]\nENABLED => no\n;-----\n;enabled = yes\n";
        let place = root("sections", &[("etc/asterisk/manager.conf", text)]);
        let conf = Conf::read(&place, "manager.conf").unwrap();
        assert_eq!(conf.all("general", "enabled"), ["yes", "1", "no"]);
        let lines: Vec<String> =
            conf.lines("user").iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(lines, ["read=call", "eventfilter=Event: a;b", "eventfilter(name(Hangup))="]);
        assert_eq!(conf.all("base", "read"), [""; 0]);
        fs::remove_dir_all(place.root).unwrap();
    }

    #[test]
    fn a_file_that_includes_itself_is_read_all_the_same() {
        let place = root("circle", &[("etc/asterisk/a.conf", "[general]\nx = 1\n#include a.conf\n")]);
        assert!(Conf::read(&place, "a.conf").unwrap().all("general", "x").contains(&"1"));
        assert!(Conf::read(&place, "b.conf").is_err());
        fs::remove_dir_all(place.root).unwrap();
    }
}
