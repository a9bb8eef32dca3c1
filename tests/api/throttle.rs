//! Those who guess passwords, and those who do not and share a server with them.

use crate::app::{Caller, PASSWORD, TestApp, credentials, spawn_app, spawn_with};
use crate::http::Answer;

const LOGIN: &str = "user/login";
/// More wrong passwords than anyone types.
const MANY: usize = 60;

fn try_password(caller: &Caller, name: &str, password: &str) -> Answer {
    caller.post(LOGIN, &credentials(name, password))
}

/// Guesses until it is told to wait.
#[track_caller]
fn guess(caller: &Caller, name: &str) -> Answer {
    for number in 0..MANY {
        let answer = try_password(caller, name, &format!("wrong {number}"));
        if answer.status != 401 {
            return answer;
        }
    }
    panic!("{MANY} wrong passwords and nobody minds");
}

#[track_caller]
fn assert_throttled(answer: &Answer) {
    assert_eq!(answer.codes(), "429");
    let seconds: u32 = answer.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!(seconds > 0);
}

#[test]
fn whoever_guesses_has_to_wait_and_the_owner_elsewhere_has_not() {
    let app = spawn_app();
    let sara = app.supervisor().from([127, 0, 0, 2]);
    assert_eq!(sara.get(LOGIN).status, 200);
    assert_throttled(&guess(&app.anon(), "sara"));
    assert_throttled(&try_password(&app.anon(), "sara", "yet another"));
    assert_eq!(sara.get(LOGIN).status, 200, "known to be right");
    assert_eq!(app.supervisor().from([127, 0, 0, 3]).get(LOGIN).status, 200, "an address never seen");
    assert_eq!(try_password(&app.anon().from([127, 0, 0, 3]), "sara", "wrong").codes(), "401");
    assert_eq!(app.agent().get(LOGIN).status, 200, "another name at the guesser's address");
}

#[test]
fn unknown_names_are_throttled_like_known_ones_and_nothing_tells_them_apart() {
    let app = spawn_app();
    let story = |name: &str| -> Vec<(u16, String)> {
        let hide = |text: String| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        (0..MANY)
            .map(|number| {
                let answer = try_password(&app.anon(), name, &format!("wrong {number}"));
                (answer.status, hide(answer.text()))
            })
            .collect()
    };
    let known = story("sara");
    assert!(known.iter().any(|(status, _)| *status == 429));
    assert_eq!(known, story("nobody"));
    assert_eq!(known, story("nobody at all' --"));
}

#[test]
fn every_way_to_send_a_wrong_password_counts() {
    let app = spawn_app();
    let wrong: [(&str, &dyn Fn(usize) -> Answer); 4] = [
        ("form", &|number| try_password(&app.anon(), "sara", &format!("wrong {number}"))),
        ("basic", &|number| {
            app.anon()
                .with("Authorization", &crate::app::basic("anna", &format!("wrong {number}")))
                .get(LOGIN)
        }),
        ("too long", &|number| try_password(&app.anon(), "uwe", &format!("{number}{}", "x".repeat(80)))),
        ("password_old", &|number| {
            let form = format!("password_old=wrong{number};password_new=another-secret");
            app.administrator().post("user/password/update", &form)
        }),
    ];
    for (way, send) in wrong {
        assert!((0..MANY).any(|number| send(number).status == 429), "{way}");
    }
}

#[test]
fn a_right_password_never_counts_as_a_failure() {
    let app = spawn_app();
    for _ in 0..MANY {
        assert_eq!(app.supervisor().get(LOGIN).status, 200);
    }
}

#[test]
fn tokens_work_while_the_password_of_the_same_name_is_guessed() {
    let app = spawn_app();
    let token = app.token("sara");
    let viewer = app.viewer("sara");
    assert_throttled(&guess(&app.anon(), "sara"));
    assert_eq!(app.anon().get(&format!("{LOGIN}?auth_token={token}")).status, 200);
    assert_eq!(viewer.get(LOGIN).status, 200);
}

#[test]
fn the_same_wrong_password_again_and_again_is_one_guess() {
    let app = spawn_app();
    for _ in 0..MANY {
        assert_eq!(try_password(&app.anon(), "sara", "last year's").codes(), "401");
        assert_eq!(try_password(&app.anon(), "nobody", "last year's").codes(), "401", "as for a known name");
    }
    assert_eq!(app.supervisor().get(LOGIN).status, 200);
    let guesses = (0..MANY).take_while(|number| {
        try_password(&app.anon(), "anna", "last year's");
        try_password(&app.anon(), "anna", &format!("wrong {number}")).status == 401
    });
    assert!(guesses.count() < 20, "it makes no guess free");
}

#[test]
fn whoever_logged_in_before_at_an_address_is_not_locked_out_by_others_there() {
    let app = spawn_app();
    let sara = app.supervisor();
    assert_eq!(sara.get(LOGIN).status, 200);
    for number in 0..MANY / 2 {
        try_password(&app.anon(), "sara", &format!("wrong {number}"));
        assert_eq!(sara.get(LOGIN).status, 200, "after {number}");
    }
    assert_throttled(&try_password(&app.anon(), "sara", "wrong"));
    let elsewhere = app.anon().from([127, 0, 0, 2]);
    guess(&elsewhere, "sara");
    assert_throttled(&try_password(&elsewhere, "sara", PASSWORD));
}

#[test]
fn what_is_known_to_be_right_is_not_to_be_found_by_trying_it_all() {
    let app = spawn_app();
    assert_eq!(app.supervisor().get(LOGIN).status, 200);
    for number in 0..10 * MANY {
        try_password(&app.anon(), "sara", &format!("wrong {number}"));
    }
    assert_throttled(&try_password(&app.anon(), "sara", PASSWORD));
    assert_eq!(app.supervisor().from([127, 0, 0, 2]).get(LOGIN).status, 200);
}

#[test]
fn a_flood_from_one_address_is_in_nobodys_way_at_another() {
    let app = spawn_with(|config| config.bcrypt_cost = 9);
    let flood: Vec<_> = (0..120)
        .map(|number| {
            let anon = app.anon();
            std::thread::spawn(move || try_password(&anon, &format!("name {number}"), "wrong").status)
        })
        .collect();
    // Each of them never logged in before.
    for (name, address) in [("sara", 2), ("anna", 3), ("uwe", 4)] {
        let login = app.person(name).from([127, 0, 0, address]).get(LOGIN);
        assert_eq!(login.status, 200, "{name} has a turn");
    }
    let statuses: Vec<u16> = flood.into_iter().map(|one| one.join().expect("an answer")).collect();
    assert!(statuses.contains(&503), "there was a flood");
}

fn slow_hash(app: &TestApp, id: i64) {
    let hash = tapeline::auth::hash_password(PASSWORD, 9).expect("a hash");
    app.sqlite3(&format!("UPDATE people SET hash = '{hash}' WHERE id = {id}"));
}

#[test]
fn many_first_logins_at_once_with_the_right_password_all_succeed() {
    let app = spawn_app();
    slow_hash(&app, 3);
    let sara = app.supervisor();
    let logins: Vec<_> = (0..40)
        .map(|_| {
            let sara = sara.clone();
            std::thread::spawn(move || sara.get(LOGIN).status)
        })
        .collect();
    for login in logins {
        assert_eq!(login.join().expect("an answer"), 200);
    }
}

#[test]
fn a_flood_of_unknown_names_is_told_to_come_back_and_known_callers_are_served() {
    let app = spawn_with(|config| config.bcrypt_cost = 9);
    let sara = app.supervisor();
    assert_eq!(sara.get(LOGIN).status, 200);
    let flood: Vec<_> = (0..120)
        .map(|number| {
            let anon = app.anon();
            std::thread::spawn(move || try_password(&anon, &format!("name {number}"), "wrong"))
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(sara.get("recording/recordings/list").status, 200);
    }
    for answer in flood {
        let answer = answer.join().expect("an answer");
        assert!(matches!(answer.codes().as_str(), "401" | "503"));
        assert_eq!(answer.header("retry-after").is_some(), answer.status == 503);
    }
    assert_eq!(app.agent().get(LOGIN).status, 200, "and the flood over, whoever is new");
}
