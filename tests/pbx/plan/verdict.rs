//! What is wrong with the rows of a plan.

use serde_json::Value;

use super::kind::{Kind, Row, Talk, name_of};
use super::open::open;
use super::witness::Witness;
use crate::ami::Ami;
use crate::lab::Lab;
use crate::shared::Office;
use crate::waiting::{in_the_end, settled};

/// Fails where a row is not as planned, unless that is known; says what is known.
pub fn is_as_planned(lab: &Lab, office: &Office, pbx: &Ami, kinds: &[Kind]) {
    let look = || {
        let rows = settled("a list that changes no more", || office.list());
        let witness = Witness(pbx.heard());
        let (wrong, known) = judge(lab, &witness, &rows, kinds);
        (rows, wrong, known)
    };
    let (rows, wrong, known) =
        in_the_end(|| Some(look()).filter(|(_, wrong, _)| wrong.is_empty())).unwrap_or_else(look);
    let version = lab.version();
    for one in &known {
        println!("!!!! {version}: {one}");
    }
    println!(
        "{version}: {} kinds of call, {} rows, {} wrong, {} known",
        kinds.len(),
        rows.len(),
        wrong.len(),
        known.len()
    );
    assert!(wrong.is_empty(), "{version}:\n{}\n{}", wrong.join("\n"), office.serving().log());
}

/// What is wrong, and what is known of it.
fn judge(lab: &Lab, witness: &Witness, rows: &[Value], kinds: &[Kind]) -> (Vec<String>, Vec<String>) {
    let (mut wrong, mut known, mut nobodys) = (Vec::new(), Vec::new(), rows.to_vec());
    for kind in kinds {
        let calls = witness.call(|event| kind.began(event));
        let is_own = |row: &Value| {
            calls.iter().any(|call| row["callid"] == **call)
                || kind.rows.iter().any(|expected| text(row, "path").contains(expected.path))
        };
        let own: Vec<Value> = nobodys.extract_if(.., |row| is_own(row)).collect();
        let faults = faults(lab, witness, &own, kind);
        match (faults.is_empty(), open(kind.name)) {
            (true, None) => {}
            (true, Some(open)) => known.push(format!("NO LONGER WRONG: {}: {open}", kind.name)),
            (false, None) => wrong.push(format!("{}: {}", kind.name, faults.join("; "))),
            (false, Some(open)) => {
                known.push(format!("STILL WRONG: {}: {open}: {}", kind.name, faults.join("; ")))
            }
        }
    }
    wrong.extend(nobodys.iter().map(|row| format!("a row of nobody: {row}")));
    (wrong, known)
}

fn faults(lab: &Lab, witness: &Witness, own: &[Value], kind: &Kind) -> Vec<String> {
    let (mut faults, mut left) = (Vec::new(), own.to_vec());
    for expected in &kind.rows {
        let those: Vec<Value> =
            left.extract_if(.., |row| text(row, "path").contains(expected.path)).collect();
        if those.len() != expected.times {
            faults.push(format!("{} rows {}", those.len(), expected.path));
        }
        for row in &those {
            let found = Found { lab, witness, row, faults: &mut faults };
            found.compare(kind, expected);
        }
    }
    faults.extend(left.iter().map(|row| format!("a row too many: {row}")));
    faults
}

/// A row, and where what is wrong with it goes.
struct Found<'a> {
    lab: &'a Lab,
    witness: &'a Witness,
    row: &'a Value,
    faults: &'a mut Vec<String>,
}

impl Found<'_> {
    fn compare(mut self, kind: &Kind, expected: &Row) {
        let number = if expected.from.is_empty() { kind.number() } else { expected.from };
        let name = match kind.caller.split_once(" <") {
            Some((name, _)) if expected.from_name.is_empty() => name,
            _ => expected.from_name,
        };
        self.is("snumber", number);
        if name != "?" {
            self.begins("snumber_name", &self.witness.latin(kind).unwrap_or_else(|| name.to_owned()));
        }
        self.is("cnumber", expected.to);
        self.is("dnumber", expected.by);
        self.begins("dnumber_name", name_of(expected.by));
        self.is("direction", expected.direction);
        if expected.status != "?" {
            self.is("status", expected.status);
        }
        if !expected.kind.is_empty() {
            self.is("ctype", expected.kind);
        }
        self.has("complete", 1);
        self.has("stale", 0);
        let size = self
            .lab
            .monitor()
            .join(text(self.row, "path"))
            .metadata()
            .map_or(-1, |file| file.len().cast_signed());
        self.has("size", size);
        self.times(expected);
    }

    fn times(&mut self, expected: &Row) {
        let value = |name: &str| self.row[name].as_i64().unwrap_or(-1);
        let (start, end, total, talk) = (value("start"), value("end"), value("totaltime"), value("talktime"));
        self.says(total == end - start, || format!("totaltime {total} from {start} to {end}"));
        let heard = self.witness.heard(text(self.row, "path"), expected.whole);
        if let Some(heard) = &heard {
            let began = heard.began;
            self.says((start as f64 - began.floor()).abs() <= 2.0, || {
                format!("start {start}, but {began:.1}")
            });
            match heard.ended {
                Some(at) => self.says((end as f64 - at).abs() <= 3.0, || format!("end {end}, but {at:.1}")),
                None => self.says(false, || "its end was not heard of".into()),
            }
        }
        // Asterisk writes sound of 16 bits at 8 kHz, from the first that it hears.
        let sound = value("size") / 16_000;
        self.says(sound <= total + 1, || format!("totaltime {total}, but sound of {sound} s"));
        let billed = heard.map_or(total, |heard| heard.billed).min(total);
        match expected.talk {
            Talk::Never => self.says(talk == 0, || format!("talktime {talk}")),
            Talk::Partly => self.says((1..=total).contains(&talk), || format!("talktime {talk} of {total}")),
            Talk::Billed => {
                self.says((talk - billed).abs() <= 2, || format!("talktime {talk}, but {billed} billed"))
            }
        }
    }

    fn is(&mut self, field: &str, expected: &str) {
        let found = text(self.row, field);
        self.says(found == expected, || format!("{field} {found:?} instead of {expected:?}"));
    }

    fn begins(&mut self, field: &str, expected: &str) {
        let found = text(self.row, field);
        let is_so = found.starts_with(expected) && found.is_empty() == expected.is_empty();
        self.says(is_so, || format!("{field} {found:?} instead of {expected:?}"));
    }

    fn has(&mut self, field: &str, expected: i64) {
        let found = &self.row[field];
        self.says(*found == expected, || format!("{field} {found} instead of {expected}"));
    }

    fn says(&mut self, is_so: bool, what: impl FnOnce() -> String) {
        if !is_so {
            self.faults.push(what());
        }
    }
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().expect("text")
}
