//! `tapeline rules test`: what would become of a file, said to a stranger.

use std::os::unix::fs::PermissionsExt;

use crate::program::{Folder, run};

fn settings(folder: &Folder, text: &str) -> String {
    let (db, root, config) =
        (folder.file("recordings.db"), folder.file("sound"), folder.file("tapeline.toml"));
    let text = format!("db = {db:?}\nmedia_root = {root:?}\n{text}");
    std::fs::write(&config, text).expect("a file");
    std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    config.to_str().expect("UTF-8").to_owned()
}

#[test]
fn rules_test_says_which_rule_takes_what_and_why() {
    let folder = Folder::new();
    let config = settings(
        &folder,
        "[[folders]]\nmonitor_dir = '/var/spool/asterisk/monitor'\nzone = 'UTC'\n\
         [[rules]]\nqueue = '400'\ngroup = 'Support'\nexpires = 7\n\
         [[rules]]\nextension = '101'\ndirection = 'out'\nskip = true\n\
         [[rules]]\ngroup = 1",
    );
    run(&["customer", "add", "Alder", "--config", &config]).ok();
    run(&["group", "add", "Sales", "--customer", "1", "--config", &config]).ok();
    let missing = run(&["rules", "test", "a.wav", "--config", &config]);
    assert_eq!(
        (missing.status, missing.err.as_str()),
        (
            1,
            "tapeline: rule 1 cannot be used: there is no group \"Support\"; add it with: tapeline group add \"Support\" \
             --customer 1\n"
        )
    );
    run(&["group", "add", "Support", "--customer", "1", "--config", &config]).ok();
    let said = run(&[
        "rules",
        "test",
        "--config",
        &config,
        "/var/spool/asterisk/monitor/2026/11/24/q-400-anonymous-20261124-055333-pbx1-1795499613.116.wav",
        "out-5551234567-101-20261124-055326-1795499606.0.wav",
        "meeting.wav",
    ]);
    assert_eq!(
        said.ok(),
        "/var/spool/asterisk/monitor/2026/11/24/q-400-anonymous-20261124-055333-pbx1-1795499613.116.wav
  known of it: uniqueid pbx1-1795499613.116, direction in, caller anonymous, called 400, queue 400
  rule 1 takes it, since queue is 400
  filed in group 2 (Support) of customer 1, kept for 7 days

out-5551234567-101-20261124-055326-1795499606.0.wav
  known of it: uniqueid 1795499606.0, direction out, caller 101, called 5551234567, answered 5551234567
  rule 1 wants that queue is 400; but no queue is known
  rule 2 takes it, since extension is 101 and direction is out
  left out: rule 2 skips it

meeting.wav
  known of it: uniqueid meeting
  rule 1 wants that queue is 400; but no queue is known
  rule 2 wants that extension is 101; but no extension is known
  rule 3 takes it, as it takes everything that comes this far
  filed in group 1 (Sales) of customer 1, kept for 365 days
"
    );
    let said = run(&["rules", "test", "--config", &config, "meeting.wav", "--queue", "400"]).ok();
    assert!(said.ends_with("filed in group 2 (Support) of customer 1, kept for 7 days\n"), "{said}");
}

#[test]
fn a_rule_that_is_wrong_is_said_before_anything_starts() {
    let folder = Folder::new();
    let config = settings(&folder, "[[rules]]\ngruop = 'Sales'");
    let said = run(&["rules", "test", "a.wav", "--config", &config]);
    assert_eq!(said.status, 1);
    assert!(said.err.contains("unknown field `gruop`"), "{}", said.err);
}

#[test]
fn rules_test_tells_what_is_no_recording_here_and_what_is_no_direction() {
    let folder = Folder::new();
    let config = settings(&folder, "");
    run(&["customer", "add", "Alder", "--config", &config]).ok();
    run(&["group", "add", "Sales", "--customer", "1", "--config", &config]).ok();
    let said = run(&["rules", "test", "--config", &config, "/etc/passwd", "../x.wav", ""]).ok();
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("  ")).collect();
    let expected = format!(
        "  it is not below the media root {}, so it is no recording here",
        folder.file("sound").display()
    );
    assert_eq!(lines, [&expected; 3]);
    let said = run(&["rules", "test", "--config", &config, "x.wav", "--direction", "sideways"]);
    assert!(said.status == 2 && said.err.contains("in, out, internal"), "{}", said.err);
}

#[test]
fn rules_test_knows_what_the_calls_records_say() {
    let folder = Folder::new();
    let config = settings(&folder, "[[rules]]\naccount = '4711'\nskip = true\n[[rules]]\ngroup = 1\n");
    run(&["customer", "add", "Alder", "--config", &config]).ok();
    run(&["group", "add", "Sales", "--customer", "1", "--config", &config]).ok();
    let row = r#""4711","101","5551234567","from-internal","<101>","PJSIP/101-1","PJSIP/trunk-2","Dial","","2026-11-24 05:53:26","2026-11-24 05:53:28","2026-11-24 05:53:31",5,3,"ANSWERED","","1795499606.0","","","1795499606.0",1"#;
    std::fs::write(folder.file("Master.csv"), row).expect("a file");
    let master = folder.file("Master.csv");
    let master = master.to_str().expect("UTF-8");
    run(&["import", "asterisk-csv", master, "--timezone", "UTC", "--config", &config]).ok();
    let said = run(&["rules", "test", "1795499606.0.wav", "--config", &config]).ok();
    assert!(said.contains("account 4711") && said.ends_with("left out: rule 1 skips it\n"), "{said}");
}
