use super::*;
use crate::intake::Facts;
use crate::model::Actor;
use crate::store::{GroupFields, Store};

/// A database with Alder (1: Sales, 2: Support) and Birch (3: Sales).
fn house() -> (Store, Folder) {
    let folder = Folder::new();
    let store = Store::open(&folder.0.join("recordings.db"), 1).expect("a database");
    let filled = store.change(&Actor::intake(), 0, |change| {
        for name in ["Alder", "Birch"] {
            change.add_customer(None, name)?;
        }
        for (customer, name) in [(1, "Sales"), (1, "Support"), (2, "Sales")] {
            let fields = GroupFields { name: Some(name.into()), expires: Some(30), ..GroupFields::default() };
            change.add_group(None, customer, &fields)?;
        }
        Ok::<_, StoreError>(())
    });
    filled.expect("customers and groups");
    (store, folder)
}

/// A folder that goes when the test is over.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Folder {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tapeline-rules-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn rules(text: &str) -> Rules {
    #[derive(serde::Deserialize)]
    struct File {
        rules: Vec<Rule>,
    }
    let File { rules } = toml::from_str(text).expect("TOML");
    Rules::new(&rules)
}

fn faults(rules: &Rules, store: &Store) -> Vec<String> {
    let faults = store.rehearse(&Actor::intake(), 0, |change| rules.settle(change, true)).expect("a look");
    rules.shadowing().into_iter().chain(faults).map(|fault| fault.sentence).collect()
}

fn subject() -> Subject {
    Subject {
        path: "pbx1/2026/11/q-400-5551230007-20261124-055333-1795499613.116.WAV".into(),
        uniqueid: "1795499613.116".into(),
        direction: "in".into(),
        snumber: "5551230007".into(),
        cnumber: "400".into(),
        dnumber: "201".into(),
        account: "4711".into(),
        queue: "400".into(),
        ..Subject::default()
    }
}

fn explained(rules: &Rules) -> String {
    let (store, _folder) = house();
    let told = store.rehearse(&Actor::intake(), 0, |change| rules.explain(&subject(), change));
    told.expect("groups").join("\n")
}

const REST: &str = "\n[[rules]]\ngroup = 2";

#[test]
fn every_condition_fits_what_it_names() {
    for (condition, fits) in [
        (r#"folder = "pbx1/**""#, true),
        (r#"folder = "pbx1/*/*""#, true),
        (r#"folder = "pbx1/2026/11/""#, true),
        (r#"folder = "pbx1""#, false),
        (r#"folder = "pbx1/*""#, false),
        (r#"name = "q-*""#, true),
        (r#"name = "q-*.wav""#, false),
        (r#"extension = "20?""#, true),
        (r#"extension = ["300", "4*"]"#, true),
        (r#"extension = "555*""#, false),
        (r#"number = "555*""#, true),
        (r#"number = "55512300[0-6]?""#, true),
        (r#"number = "{1,2}*""#, true),
        (r#"number = "1*""#, false),
        (r#"context = "*""#, false),
        (r#"account = "*""#, true),
        (r#"folder = "pbx1/2026/11/**""#, true),
        (r#"folder = "**/11/**""#, true),
        (r#"folder = "**""#, true),
        (r#"folder = "pbx/**""#, false),
        (r#"context = "from-*""#, false),
        (r#"account = "4711""#, true),
        (r#"queue = "40[0-9]""#, true),
        (r#"direction = "in""#, true),
        (r#"direction = ["out", "internal"]"#, false),
        (
            r#"number = "555*"
            direction = "out""#,
            false,
        ),
    ] {
        let rules = rules(&format!("[[rules]]\n{condition}\ngroup = 1{REST}"));
        let number = rules.taking(&subject()).expect("a rule").number;
        assert_eq!(number == 1, fits, "{condition}");
    }
}

#[test]
fn nothing_holds_of_what_is_not_known() {
    let empty = Subject { path: "x.wav".into(), ..Subject::default() };
    for condition in ["extension", "number", "context", "account", "queue"] {
        let rules = rules(&format!("[[rules]]\n{condition} = \"*\"\ngroup = 1{REST}"));
        assert_eq!(rules.taking(&empty).expect("a rule").number, 2, "{condition}");
    }
    for condition in ["folder = \"**\"", "folder = [\"\", \"sales\"]", "name = \"*\""] {
        let rules = rules(&format!("[[rules]]\n{condition}\ngroup = 1{REST}"));
        assert_eq!(rules.taking(&empty).expect("a rule").number, 1, "{condition}");
        assert_eq!(rules.taking(&Subject::default()).expect("a rule").number, 2, "no path: {condition}");
    }
}

#[test]
fn what_is_told_says_which_rule_takes_it_and_why() {
    let three = rules(
        r#"
        [[rules]]
        direction = "out"
        skip = true
        [[rules]]
        context = "from-trunk"
        group = 3
        [[rules]]
        queue = ["400", "401"]
        folder = "pbx1/**"
        group = "Support"
        expires = "never"
        [[rules]]
        group = 1"#,
    );
    assert_eq!(
        explained(&three),
        "rule 1 wants that direction is out; but direction is in\n\
         rule 2 wants that context is from-trunk; but no context is known\n\
         rule 3 takes it, since folder is pbx1/** and queue is 400 or 401\n\
         filed in group 2 (Support) of customer 1, kept for ever"
    );
    let rest = rules("[[rules]]\ngroup = \"Sales\"\ncustomer = 2\nexpires = 7");
    assert_eq!(
        explained(&rest),
        "rule 1 takes it, as it takes everything that comes this far\n\
         filed in group 3 (Sales) of customer 2, kept for 7 days"
    );
    let skipped = rules("[[rules]]\nqueue = \"9\"\ngroup = 1\n[[rules]]\nskip = true");
    assert_eq!(
        explained(&skipped),
        "rule 1 wants that queue is 9; but queue is 400\n\
         rule 2 takes it, as it takes everything that comes this far\n\
         left out: rule 2 skips it"
    );
    let none = rules("[[rules]]\ngroup = 1\nexpires = 0");
    assert!(explained(&none).ends_with("left out: rule 1 keeps it 0 days"));
}

#[test]
fn what_is_wrong_with_a_rule_is_said_with_what_to_do() {
    for (text, sentence) in [
        (
            "direction = \"inward\"\ngroup = 1",
            "rule 1 cannot be used: its direction is not right: \"inward\" is none of in, out, internal",
        ),
        (
            "name = \"[\"\ngroup = 1",
            "rule 1 cannot be used: its name is not right: error parsing glob '[': unclosed character class; missing ']'",
        ),
        (
            "number = \"1\"",
            "rule 1 cannot be used: it has neither group nor skip; say where its recordings are filed, as in group = \"Sales\"",
        ),
        (
            "skip = true\ngroup = 1",
            "rule 1 cannot be used: it has skip, and says where to file too; leave out one of them",
        ),
        (
            "group = \"Yard\"\ncustomer = \"Birch\"",
            "rule 1 cannot be used: there is no group \"Yard\"; add it with: tapeline group add \"Yard\" --customer 2",
        ),
        (
            "group = \"Sales\"",
            "rule 1 cannot be used: several customers have a group \"Sales\"; say which one, as in customer = \"…\"",
        ),
        (
            "group = 3\ncustomer = 1",
            "rule 1 cannot be used: there is no group 3 of customer 1 (Alder); see: tapeline group list",
        ),
        (
            "group = 1\ncustomer = \"Cedar\"",
            "rule 1 cannot be used: there is no customer \"Cedar\"; add it with: tapeline customer add \"Cedar\"",
        ),
        (
            "group = 1\n[[rules]]\ndirection = \"out\"\nskip = true",
            "rule 1 has no condition and takes everything, so that those after it are never asked; move it to the end of [[rules]]",
        ),
        (
            "group = 1\nnumber = \"1*\"",
            "there are 2 customers, and nothing says where the rest of the new recordings is filed: end [[rules]] in the configuration with one that has no condition, and a group, or skip = true to leave the rest out",
        ),
    ] {
        let (store, _folder) = house();
        let said = faults(&rules(&format!("[[rules]]\n{text}")), &store);
        assert_eq!(said.first().map(String::as_str), Some(sentence), "{text}: {said:?}");
    }
}

#[test]
fn without_rules_all_waits_where_there_are_several_customers() {
    let (store, _folder) = house();
    let sentence = "there are 2 customers, and nothing says where the rest of the new recordings is filed: end [[rules]] in \
                    the configuration with one that has no condition, and a group, or skip = true to leave the rest out";
    assert_eq!(faults(&Rules::default(), &store), [sentence]);
    assert!(explained(&Rules::default()).ends_with(&format!("\nwaits, and is filed later: {sentence}")));
}

#[test]
fn a_rule_that_cannot_be_used_lets_wait_what_it_may_take_and_nothing_else() {
    let broken = rules(
        r#"
        [[rules]]
        direction = "out"
        number = "["
        group = 1
        [[rules]]
        queue = "400"
        name = "["
        group = 1
        [[rules]]
        group = 2"#,
    );
    let told = explained(&broken);
    assert!(told.starts_with("rule 1 wants that direction is out; but direction is in\n"), "{told}");
    assert!(
        told.contains("waits, and is filed later: rule 2 cannot be used: its name is not right"),
        "{told}"
    );
}

#[test]
fn a_fact_that_may_still_be_told_is_waited_for_where_it_leads_to_another_customer() {
    let (store, _folder) = house();
    let judged = |condition: &str, rest: &str, to_come: bool| {
        let rules = rules(&format!("[[rules]]\n{condition}\ngroup = 3\n[[rules]]\n{rest}"));
        let subject = Subject { to_come, ..subject() };
        let verdict = store.rehearse(&Actor::intake(), 0, |change| rules.judge(&subject, change));
        match verdict.expect("a verdict") {
            Verdict::Waits(wait) => format!("waits for rule {}: {}", wait.rule, wait.to_come),
            Verdict::Filed { customer, .. } => format!("filed for {customer}"),
            Verdict::Excluded(reason) => reason,
        }
    };
    let context = "context = 'birch'";
    assert_eq!(judged(context, "group = 2", true), "waits for rule 1: true");
    assert_eq!(judged(context, "group = 2", false), "filed for 1", "nobody can tell it");
    assert_eq!(judged(context, "group = 3", true), "filed for 2", "the same customer");
    assert_eq!(judged("account = 'birch'", "group = 2", true), "filed for 1", "it is known, and another one");
    assert_eq!(judged("folder = 'birch'\ncontext = 'birch'", "group = 2", true), "filed for 1", "never fits");
    assert_eq!(judged(context, "skip = true", true), "rule 2 skips it");
    let domain = "domain = 'birch.example'";
    assert_eq!(judged(domain, "group = 2", false), "filed for 1", "a call of Asterisk has none");
}

#[test]
fn a_recording_of_freeswitch_waits_for_its_domain_and_is_nobody_elses_meanwhile() {
    let (store, _folder) = house();
    let rules = rules("[[rules]]\ndomain = 'birch.*'\ngroup = 3\n[[rules]]\ngroup = 2");
    let judged = |path: &str, domain: &str| {
        let uniqueid = "06bcd50a-3a2d-4c95-8b49-93d955ab8df1";
        let facts = Facts { domain: Some(domain.into()), ..Facts::default() };
        let subject = Subject::new(path, uniqueid, &facts);
        store.rehearse(&Actor::intake(), 0, |change| rules.judge(&subject, change)).expect("a verdict")
    };
    let customer = |verdict: Verdict| match verdict {
        Verdict::Filed { customer, .. } => customer,
        other => panic!("{other:?}"),
    };
    let archive = "birch.example/archive/2026/Nov/29/x.wav";
    assert_eq!(customer(judged(archive, "")), 2);
    assert_eq!(customer(judged(archive, "alder.example")), 2, "the file is where it is");
    assert_eq!(customer(judged("x.wav", "birch.example")), 2);
    assert_eq!(customer(judged("x.wav", "alder.example")), 1);
    let waits = judged("x.wav", "");
    assert!(matches!(&waits, Verdict::Waits(wait) if wait.to_come && wait.rule == 1), "{waits:?}");
}

#[test]
fn what_no_rule_and_no_group_looks_at_changes_nothing() {
    let rules = rules(&format!("[[rules]]\naccount = \"4711\"\ngroup = 1{REST}"));
    let alike = |other: Subject| rules.judges_alike(&subject(), &other);
    assert!(alike(Subject { context: "from-trunk".into(), dnumber: "202".into(), ..subject() }));
    assert!(!alike(Subject { account: "4712".into(), ..subject() }), "another rule takes it");
    assert!(!alike(Subject { direction: "out".into(), ..subject() }), "groups have record_in and record_out");
    assert!(!alike(Subject { uniqueid: "1795499613.117".into(), ..subject() }), "groups have a fraction");
}
