use super::*;

fn customers() -> Vec<Customer> {
    [(1, "Alder"), (2, "Birch")].map(|(id, name)| Customer { id, name: name.into() }).into()
}

fn groups() -> Vec<Group> {
    [(1, 1, "Sales"), (2, 1, "Support"), (3, 2, "Sales")]
        .map(|(id, customer, name)| Group {
            id,
            customer,
            name: name.into(),
            description: String::new(),
            email: String::new(),
            expires: 30,
            fraction: 100,
            beep: 0,
            owner: 0,
            record_in: 1,
            record_out: 1,
            transcribe: 0,
        })
        .into()
}

fn rules(text: &str) -> Result<Rules, String> {
    #[derive(serde::Deserialize)]
    struct File {
        rules: Vec<Rule>,
    }
    let File { rules } = toml::from_str(text).expect("TOML");
    Rules::new(&rules, &customers(), &groups())
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
    let group = |id: i64| Ok::<_, ()>(groups().into_iter().find(|group| id == 0 || group.id == id));
    rules.explain(&subject(), group).expect("groups").join("\n")
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
        let rules = rules(&format!("[[rules]]\n{condition}\ngroup = 1{REST}")).expect("rules");
        let number = rules.taking(&subject()).expect("a rule").number;
        assert_eq!(number == 1, fits, "{condition}");
    }
}

#[test]
fn nothing_holds_of_what_is_not_known() {
    let empty = Subject { path: "x.wav".into(), ..Subject::default() };
    for condition in ["extension", "number", "context", "account", "queue"] {
        let rules = rules(&format!("[[rules]]\n{condition} = \"*\"\ngroup = 1{REST}")).expect("rules");
        assert_eq!(rules.taking(&empty).expect("a rule").number, 2, "{condition}");
    }
    for condition in ["folder = \"**\"", "folder = [\"\", \"sales\"]", "name = \"*\""] {
        let rules = rules(&format!("[[rules]]\n{condition}\ngroup = 1{REST}")).expect("rules");
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
        explained(&three.expect("rules")),
        "rule 1 wants that direction is out; but direction is in\n\
         rule 2 wants that context is from-trunk; but no context is known\n\
         rule 3 takes it, since folder is pbx1/** and queue is 400 or 401\n\
         filed in group 2 (Support) of customer 1, kept for ever"
    );
    let rest = rules("[[rules]]\ngroup = \"Sales\"\ncustomer = 2\nexpires = 7").expect("rules");
    assert_eq!(
        explained(&rest),
        "rule 1 takes it, as it takes everything that comes this far\n\
         filed in group 3 (Sales) of customer 2, kept for 7 days"
    );
    let skipped = rules("[[rules]]\nqueue = \"9\"\ngroup = 1\n[[rules]]\nskip = true").expect("rules");
    assert_eq!(
        explained(&skipped),
        "rule 1 wants that queue is 9; but queue is 400\n\
         rule 2 takes it, as it takes everything that comes this far\n\
         left out: rule 2 skips it"
    );
    let none = rules("[[rules]]\ngroup = 1\nexpires = 0").expect("rules");
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
            "rule 1 cannot be used: there is no group 3 of customer 1; see: tapeline group list",
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
            "there are 2 customers, and the rules don't say where the rest of the new recordings is filed: end [[rules]] in the configuration with one that has no condition, and a group, or skip = true to leave the rest out",
        ),
    ] {
        assert_eq!(rules(&format!("[[rules]]\n{text}")).expect_err(text), sentence);
    }
}

#[test]
fn without_rules_all_goes_to_the_first_group_of_the_only_customer() {
    let alone = Rules::new(&[], &customers()[..1], &groups()[..2]).expect("rules");
    assert_eq!(
        explained(&alone),
        "no rule takes it, so that it goes where all goes without rules\n\
         filed in group 1 (Sales) of customer 1, kept for 30 days"
    );
    assert!(Rules::new(&[], &customers(), &groups()).is_err());
    assert!(Rules::new(&[], &[], &[]).is_ok(), "a new file");
}

#[test]
fn what_no_rule_and_no_group_looks_at_changes_nothing() {
    let rules = rules(&format!("[[rules]]\naccount = \"4711\"\ngroup = 1{REST}")).expect("rules");
    let alike = |other: Subject| rules.judges_alike(&subject(), &other);
    assert!(alike(Subject { context: "from-trunk".into(), dnumber: "202".into(), ..subject() }));
    assert!(!alike(Subject { account: "4712".into(), ..subject() }), "another rule takes it");
    assert!(!alike(Subject { direction: "out".into(), ..subject() }), "groups have record_in and record_out");
    assert!(!alike(Subject { uniqueid: "1795499613.117".into(), ..subject() }), "groups have a fraction");
}
