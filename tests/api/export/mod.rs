//! recording/recordings/export: files that other programs read.

mod archive;
mod csv;
mod long;
mod who;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::app::{Caller, TestApp};
use crate::http::Answer;
use crate::program::{Folder, Said, finish};

const EXPORT: &str = "recording/recordings/export";
const LIST: &str = "recording/recordings/list";

/// Reads CSV as the contract says, and gives the rows of a list: `file` and `missing` stay where they are there.
const READ_CSV: &str = r#"
import csv, datetime, io, json, re, sys
sys.stdin.reconfigure(encoding="utf-8-sig", newline="")
INTEGERS = set("customer recordgroup talktime totaltime scustomer dcustomer spresent complete stale size hold".split())
def value(name, cell):
    if name in ("start", "end", "expires"):
        return 0 if cell == "" else int(cell) if "T" not in cell else int(datetime.datetime.fromisoformat(cell).timestamp())
    return int(cell) if name in INTEGERS else re.sub("(^|[,;\t\r\n])'", r"\1", cell)
rows = csv.DictReader(sys.stdin, strict=True)
print(json.dumps([{name: value(name, cell) for name, cell in row.items()} for row in rows]))
"#;

/// Opens an archive and gives name, size, time and text of each of its files.
const READ_ZIP: &str = r#"
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps([[one.filename, one.file_size, list(one.date_time), one.compress_type,
                       archive.read(one).decode("utf-8-sig", "replace")] for one in archive.infolist()]))
"#;

fn python(script: &str, arguments: &[&Path], input: &str) -> Said {
    finish(Command::new("python3").arg("-c").arg(script).args(arguments), input)
}

fn read_csv(text: &str) -> Value {
    assert!(text.starts_with('\u{feff}'), "a byte order mark");
    serde_json::from_str(&python(READ_CSV, &[], text).ok()).expect("JSON")
}

/// An archive on disk, as unzip and Python see it.
struct Unpacked {
    folder: Folder,
    files: Vec<(String, Value)>,
    index: Value,
}

impl Unpacked {
    #[track_caller]
    fn new(answer: &Answer) -> Unpacked {
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/zip")));
        assert!(answer.whole, "the archive came to its end");
        let folder = Folder::new();
        let path = folder.file("export.zip");
        fs::write(&path, &answer.body).expect("a file");
        let tested = finish(Command::new("unzip").arg("-tq").arg(&path), "").ok();
        assert!(tested.contains("No errors detected"), "{tested}");
        let listed: Value = serde_json::from_str(&python(READ_ZIP, &[&path], "").ok()).expect("JSON");
        let listed = listed.as_array().expect("files").iter();
        let files: Vec<(String, Value)> =
            listed.map(|file| (file[0].as_str().expect("a name").to_owned(), file.clone())).collect();
        let (last, index) = files.last().expect("an index");
        assert_eq!(last, "index.csv");
        let index = read_csv(&format!("\u{feff}{}", index[4].as_str().expect("text")));
        Unpacked { folder, files, index }
    }

    fn names(&self) -> Vec<&str> {
        self.files.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn text(&self, name: &str) -> &str {
        let (_, file) = self.files.iter().find(|(found, _)| found == name).expect("the file");
        file[4].as_str().expect("text")
    }

    /// A column of index.csv.
    fn column(&self, name: &str) -> Vec<&str> {
        self.index.as_array().expect("rows").iter().map(|row| row[name].as_str().expect("text")).collect()
    }
}

fn media(db: &Path) -> PathBuf {
    db.with_file_name("sound")
}

/// A sound of each of Alder's recordings, whose text is its unique id.
fn with_sound(app: &TestApp) {
    fs::create_dir_all(media(&app.db)).expect("a folder");
    for uniqueid in ["a", "b", "c", "d", "e", "f", "g"] {
        fs::write(media(&app.db).join(format!("{uniqueid}.wav")), format!("sound of {uniqueid}"))
            .expect("a file");
    }
    app.sqlite3("UPDATE recordings SET path = uniqueid || '.wav';");
}

fn zip(caller: &Caller, query: &str) -> Unpacked {
    Unpacked::new(&caller.get(&format!("{EXPORT}?format=zip;{query}")))
}

/// The recordings of Alder that have ended, as a list has them.
fn listed(caller: &Caller, query: &str) -> Value {
    caller.get(&format!("{LIST}?{query}")).data()
}
