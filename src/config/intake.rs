//! Settings of intake: the rules, and the folders that are watched.

use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::error::ConfigError;
use super::sides::Sides;

/// One rule: conditions, all of which must hold, and what then becomes of a recording.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Folder of the file, relative to the media root.
    pub folder: Patterns,
    /// Name of the file.
    pub name: Patterns,
    /// The telephone in the office.
    pub extension: Patterns,
    /// Any number of the call.
    pub number: Patterns,
    /// Context of the dialplan.
    pub context: Patterns,
    /// Account code.
    pub account: Patterns,
    /// Queue.
    pub queue: Patterns,
    /// The customer's domain, where the PBX has several.
    pub domain: Patterns,
    /// in, out or internal.
    pub direction: Patterns,
    /// Customer, by name or id.
    pub customer: Option<NameOrId>,
    /// Record group, by name or id.
    pub group: Option<NameOrId>,
    /// How long it is kept, if not as the group says.
    pub expires: Option<Expires>,
    /// It is not kept at all.
    pub skip: bool,
}

/// One pattern or several, of which one must fit. None: everything fits.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(
    untagged,
    expecting = "here stands a pattern in quotation marks, as in \"20?\", or a list of them, as in [\"201\", \"30?\"]"
)]
pub enum Patterns {
    /// No condition.
    #[default]
    Any,
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Patterns {
    /// As a list; empty where there is no condition.
    pub fn list(&self) -> &[String] {
        match self {
            Patterns::Any => &[],
            Patterns::One(one) => std::slice::from_ref(one),
            Patterns::Several(several) => several,
        }
    }
}

/// A customer or group.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(
    untagged,
    expecting = "here stands a name in quotation marks, as in \"Sales\", or the number of an id"
)]
#[allow(missing_docs, reason = "the names say it")]
pub enum NameOrId {
    Id(i64),
    Name(String),
}

/// How long a recording is kept.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(
    untagged,
    expecting = "here stands a number of days, as in 90 (0: it is not kept at all), or \"never\""
)]
pub enum Expires {
    /// Days from its start; 0 not to save.
    Days(u32),
    /// `"never"`.
    Word(Never),
}

/// The word for it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Never {
    /// It is kept until somebody deletes it.
    Never,
}

/// A folder that a PBX records into.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct Folder {
    /// Below the media root; "" is all of it.
    pub folder: PathBuf,
    /// What the PBX calls it.
    pub monitor_dir: Option<PathBuf>,
    /// Machine that rows name; this one's host name unless given.
    pub machine: Option<String>,
    /// The PBX's system name, where names of files don't show that it is one.
    pub systemname: String,
    /// IANA name of the PBX's time zone; this machine's unless given.
    pub zone: Option<String>,
    /// Regular expression of file names that are built like no others.
    pub pattern: Option<String>,
    /// What names of one side of a call end in, besides what is known.
    pub sides: Sides,
    /// Channels whose samples take turns in `.raw`, which has no header to say so.
    pub raw_channels: u16,
    /// Samples a second in `.raw`.
    pub raw_rate: u32,
    /// Whether files without any sound get a row.
    pub keep_empty: bool,
    /// Minutes without a change after which a file counts as closed, where nobody can tell whether it is open.
    pub silent_minutes: u32,
    /// Minutes between two looks at all files.
    pub rescan_minutes: u32,
    /// Other folders of the settings that lie in this one.
    #[serde(skip)]
    pub others: Vec<PathBuf>,
}

impl Default for Folder {
    fn default() -> Folder {
        Folder {
            folder: PathBuf::new(),
            monitor_dir: None,
            machine: None,
            systemname: String::new(),
            zone: None,
            pattern: None,
            sides: Sides::default(),
            raw_channels: 1,
            raw_rate: 8_000,
            keep_empty: true,
            silent_minutes: 10,
            rescan_minutes: 10,
            others: Vec::new(),
        }
    }
}

impl Folder {
    /// The machine that rows name.
    pub fn machine(&self) -> String {
        self.machine.clone().unwrap_or_else(host_name)
    }

    /// Whether a file below it is its own, and not one of a folder within it that has settings too.
    pub fn owns(&self, path: &Path) -> bool {
        !self.others.iter().any(|other| path.starts_with(other))
    }

    /// Whether another folder lies in it.
    pub fn holds(&self, other: &Folder) -> bool {
        other.folder.starts_with(&self.folder) && other.folder != self.folder
    }

    /// Its whole path, as the PBX knows it.
    pub(super) fn monitor(&self, media_root: &Path) -> PathBuf {
        self.monitor_dir.clone().unwrap_or_else(|| media_root.join(&self.folder))
    }

    /// Where below the media root a file lies that the PBX calls `path`; None where it lies elsewhere.
    pub fn below_media_root(&self, media_root: &Path, path: &Path) -> Option<PathBuf> {
        let rest = path.strip_prefix(self.monitor(media_root)).ok()?;
        let climbs = rest.components().any(|part| !matches!(part, Component::Normal(_)));
        // Part by part, since a path may be written with more slashes than it needs, and with dots.
        (!climbs && rest != Path::new(""))
            .then(|| self.folder.components().chain(rest.components()).collect())
    }
}

/// Checks that folders lie below the media root, and notes which of them lie in one another.
pub(super) fn settle(mut folders: Vec<Folder>, media_root: &Path) -> Result<Vec<Folder>, ConfigError> {
    for place in 0..folders.len() {
        let folder = below(&folders[place].folder, media_root)?;
        if folders[..place].iter().any(|other| other.folder == folder) {
            return Err(ConfigError::Twice { folder });
        }
        check_raw(&folders[place])?;
        folders[place].folder = folder;
    }
    let all = folders.clone();
    for folder in &mut folders {
        let inside = all.iter().filter(|other| folder.holds(other));
        folder.others = inside.map(|other| other.folder.clone()).collect();
    }
    Ok(folders)
}

/// Checks what is said of `.raw`.
fn check_raw(folder: &Folder) -> Result<(), ConfigError> {
    for (name, value, most) in
        [("raw_channels", folder.raw_channels.into(), 32), ("raw_rate", folder.raw_rate, 384_000)]
    {
        if !(1..=most).contains(&value) {
            return Err(ConfigError::Range { name, value, range: format!("between 1 and {most}") });
        }
    }
    Ok(())
}

/// A folder's path below the media root, without dots.
fn below(folder: &Path, media_root: &Path) -> Result<PathBuf, ConfigError> {
    let parts = || folder.components().filter(|part| *part != Component::CurDir);
    if parts().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(parts().collect());
    }
    let what = match folder.strip_prefix(media_root) {
        Ok(below) => format!("write it as it is from there: folder = {below:?}"),
        Err(_) => {
            "name a folder in it, as in folder = \"pbx1\", or set media_root to one that both are in".into()
        }
    };
    Err(ConfigError::Outside { folder: folder.into(), root: media_root.into(), what })
}

fn host_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { "localhost".into() } else { name }
}

/// The part of the configuration file about it.
pub(super) const SAMPLE: &str = r#"
# Folders that a PBX records into: every file in them gets a row while it is written. Without [[folders]] the whole media
# root is one, with the settings below. A line [[folders]] for each, then its settings.
#[[folders]]
# The folder, below the media root, and what the PBX calls it (the same folder, unless the PBX is elsewhere). One in another
# is a folder of its own: its files are not those of the outer one.
#folder = ""
#monitor_dir = "/var/spool/asterisk/monitor"
# What rows call the machine, if not by its host name.
#machine = "pbx1"
# The PBX's systemname (asterisk.conf). An Asterisk that is listened to and FreePBX's names say it themselves, and so does
# pbx1-1795499606.0.wav. It is needed where it has no digit or has dashes, and files are named by uniqueids alone or behind a
# word (my-pbx-1795499606.0.wav, auto-my-pbx-1795499606.0.wav): it would be taken for such a word.
#systemname = ""
# The time zone that the PBX writes into names, if not this machine's.
#zone = "Europe/Berlin"
# How names are built, where they are not FreePBX's (in-5550100-5551230002-20261124-055328-1795499608.28.wav), FusionPBX's
# (archive/2026/Nov/24/<uuid>.wav) or plain uniqueids: a regular expression over the path below the folder, with any of the
# groups uniqueid, caller, called, answered, direction, date (20261124 or 261124), time (055328 or 0553), epoch, side (in, out
# or mix; rx, tx, a, b, left, right, all), queue, account, context. Signs between the digits of date and time do not count.
#pattern = '(?<caller>\d+)_(?<called>\d+)_(?<date>\d{8})(?<time>\d{6})\.wav$'
# What the names of one side of a call end in, and of both, where it is none of -in -out -all, _in _out, -rx -tx, -A -B, -mix: a
# file of one side gets no row where one of both is beside it.
#sides = { in = ["-caller"], out = ["-callee"], mix = ["-both"] }
# What is in .raw, which has no header: channels whose samples of 16 bits take turns, and samples of each in a second. What
# MixMonitor writes with its option D has two.
#raw_channels = 1
#raw_rate = 8000
# Whether files without any sound (unanswered calls) get a row. Where nobody knows how long a file's sound is, it has one.
#keep_empty = true
# A file counts as closed when it was closed; where nobody can see that (another host, a crash), when nothing was written
# for so many minutes.
#silent_minutes = 10
# Minutes between two looks at all files, for what was missed.
#rescan_minutes = 10

# Rules: where a new recording is filed. They are asked from the top; the first whose conditions all hold decides, and one
# without conditions takes the rest. Without rules everything goes to the first group of the only customer.
# What a rule names is found when the server reads it first, and kept: renaming it changes nothing, and as long as a rule names
# it, it is not deleted. Where several customers are, name the customer too: a group without one must be there by then, and
# once only. Recordings of which it isn't known whose they are wait, in no list; log and status say why.
# Try them with: tapeline rules test FILE
# Conditions are patterns (* any characters, ? one, [a-z], {this,that}; in folder ** any folders), or lists of them.
#[[rules]]
#folder = "sales/**"            # the file's folder, below the media root
#name = "q-*"                   # its name
#extension = ["20?", "301"]     # the telephone in the office
#number = "+4930*"              # any number of the call
#context = "from-internal"      # this and the next only Asterisk and call detail records know; they may come later
#account = "4711"
#queue = "400"
#domain = "office.example"      # FusionPBX's; where neither the path nor a record tells it, a recording waits until one does
#direction = "in"               # in, out or internal
# What becomes of it: a group, by name or id (and its customer, where several have one of that name); days that it is kept,
# if not as the group says (0 not at all, "never" expires); or skip = true, and it is left out. A rule without a condition is
# the default: it comes last, and takes the rest. Where there is none, the only customer's first group does.
#group = "Sales"
#customer = "My office"
#expires = 90
#skip = false
"#;

#[cfg(test)]
mod tests {
    use super::super::{find_of_pbx, innermost};
    use super::*;

    #[test]
    fn folders_lie_below_the_media_root_and_the_innermost_has_the_file() {
        let settled = |folders: &[&str]| {
            let folders = folders.iter().map(|name| Folder { folder: name.into(), ..Folder::default() });
            settle(folders.collect(), Path::new("/data/sound")).map_err(|error| error.to_string())
        };
        let outside = "which is not below the media root /data/sound; ";
        for (folder, what) in [
            (
                "../out",
                "name a folder in it, as in folder = \"pbx1\", or set media_root to one that both are in",
            ),
            (
                "/data",
                "name a folder in it, as in folder = \"pbx1\", or set media_root to one that both are in",
            ),
            ("/data/sound/siteb", "write it as it is from there: folder = \"siteb\""),
        ] {
            let refusal = format!("folder is {folder:?} in one of [[folders]], {outside}{what}");
            assert_eq!(settled(&[folder]), Err(refusal));
        }
        assert!(settled(&["siteb", "./siteb/"]).unwrap_err().contains("two of [[folders]]"));
        let folders = settled(&["", "siteb", "siteb/old"]).unwrap();
        for (path, folder) in [("a.wav", ""), ("siteb/a.wav", "siteb"), ("siteb/old/x/a.wav", "siteb/old")] {
            let own: Vec<&Path> = folders
                .iter()
                .filter(|f| Path::new(path).starts_with(&f.folder) && f.owns(Path::new(path)))
                .map(|f| f.folder.as_path())
                .collect();
            assert_eq!(own, [Path::new(folder)], "{path}");
            assert_eq!(innermost(&folders, Path::new(path)).unwrap().folder, Path::new(folder));
            let full = Path::new("/data/sound").join(path);
            let found = find_of_pbx(&folders, Path::new("/data/sound"), &full).unwrap();
            assert_eq!((found.0.folder.as_path(), found.1.as_path()), (Path::new(folder), Path::new(path)));
        }
    }

    #[test]
    fn of_folders_that_the_pbx_has_in_one_another_the_innermost_has_the_file() {
        let root = Path::new("/srv/rec");
        let outer = Folder { folder: "other".into(), monitor_dir: Some(root.into()), ..Folder::default() };
        let inner = Folder { folder: "pbx1".into(), ..Folder::default() };
        for folders in [[outer.clone(), inner.clone()], [inner, outer]] {
            let found = |path: &str| {
                find_of_pbx(&folders, root, Path::new(path))
                    .map(|(folder, path)| (folder.folder.clone(), path))
                    .expect("it is in one of them")
            };
            assert_eq!(found("/srv/rec/pbx1/a.wav"), ("pbx1".into(), "pbx1/a.wav".into()));
            assert_eq!(found("/srv/rec/a.wav"), ("other".into(), "other/a.wav".into()));
        }
    }

    #[test]
    fn what_may_stand_in_a_rule_is_said_in_words() {
        for (rule, words) in [
            ("extension = 201", "here stands a pattern in quotation marks, as in \"20?\", or a list of them"),
            (
                "expires = -3",
                "here stands a number of days, as in 90 (0: it is not kept at all), or \"never\"",
            ),
            ("expires = 'ever'", "or \"never\""),
            ("group = 1.5", "here stands a name in quotation marks, as in \"Sales\", or the number of an id"),
        ] {
            let error = toml::from_str::<Rule>(rule).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn paths_of_the_pbx_are_found_below_the_media_root() {
        let folder = Folder {
            folder: "pbx1".into(),
            monitor_dir: Some("/var/spool/asterisk/monitor".into()),
            ..Folder::default()
        };
        let found = |path: &str| folder.below_media_root(Path::new("/data"), Path::new(path));
        assert_eq!(found("/var/spool/asterisk/monitor/2026/a.wav"), Some("pbx1/2026/a.wav".into()));
        for odd in ["//2026//a.wav", "/./2026/./a.wav", "/2026///a.wav"] {
            assert_eq!(
                found(&format!("/var/spool/asterisk/monitor{odd}")).map(PathBuf::into_os_string),
                Some("pbx1/2026/a.wav".into()),
                "{odd}"
            );
        }
        assert_eq!(found("/var/spool/asterisk/monitor"), None);
        assert_eq!(found("/var/spool/asterisk/monitor/../a.wav"), None);
        assert_eq!(found("/var/spool/asterisk/monitors/a.wav"), None);
        assert_eq!(found("a.wav"), None);
        let whole = Folder::default();
        assert_eq!(
            whole.below_media_root(Path::new("/data"), Path::new("/data/a.wav")),
            Some("a.wav".into())
        );
    }
}
