//! recording/groups/list and get.

use serde_json::{Value, json};

use crate::app::spawn_app;
use crate::http::Answer;

fn group(id: i64, customer: i64, name: &str, owner: i64) -> Value {
    json!({
        "id": id, "customer": customer, "name": name, "description": "", "email": "", "expires": 365,
        "fraction": 100, "beep": 0, "owner": owner, "record_in": 1, "record_out": 1, "transcribe": 0
    })
}

fn ids(answer: &Answer) -> Vec<i64> {
    let data = answer.data();
    data.as_array().expect("rows").iter().map(|row| row["id"].as_i64().expect("a number")).collect()
}

#[test]
fn a_supervisor_lists_the_groups_of_the_home_customer() {
    let app = spawn_app();
    let mut groups = app.supervisor().get("recording/groups/list").data();
    groups.as_array_mut().expect("rows").sort_by_key(|row| row["id"].as_i64());
    assert_eq!(
        groups,
        json!([group(1, 1, "Reception", 0), group(2, 1, "Sales", 4), group(3, 1, "Support", 0)])
    );
}

#[test]
fn an_agent_lists_the_own_groups_only() {
    let app = spawn_app();
    let mut groups = ids(&app.agent().get("recording/groups/list"));
    groups.sort_unstable();
    assert_eq!(groups, [1, 2]);
    assert_eq!(ids(&app.person("bea").get("recording/groups/list")), [4]);
}

#[test]
fn an_owner_lists_the_groups_of_any_customer() {
    let app = spawn_app();
    let mut groups = ids(&app.owner().get("recording/groups/list?customer=2"));
    groups.sort_unstable();
    assert_eq!(groups, [4, 5]);
    assert_eq!(app.owner().get("recording/groups/list?customer=3").codes(), "400 customer");
}

#[test]
fn a_group_is_got_by_those_who_may_see_it() {
    let app = spawn_app();
    let get = |id: i64| format!("recording/groups/get?id={id}");
    assert_eq!(app.supervisor().get(&get(2)).data(), group(2, 1, "Sales", 4));
    assert_eq!(app.agent().get(&get(2)).data(), group(2, 1, "Sales", 4));
    assert_eq!(app.owner().get(&get(5)).data(), group(5, 2, "Yard", 6));
    assert_eq!(app.agent().get(&get(3)).codes(), "404 id");
    assert_eq!(app.supervisor().get(&get(4)).codes(), "404 id");
    assert_eq!(app.stranger().get(&get(1)).codes(), "404 id");
    assert_eq!(app.supervisor().get("recording/groups/get").codes(), "400 id");
}

#[test]
fn a_group_that_only_a_row_names_is_listed_as_soon_as_the_row_is_there() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid) VALUES (77, 12, 'x'), (1, 13, 'y');",
    );
    assert_eq!(app.owner().get("recording/groups/get?id=12").data(), group(12, 77, "Group 12", 0));
    assert_eq!(
        app.owner().get("recording/groups/list?customer=77").data(),
        json!([group(12, 77, "Group 12", 0)])
    );
    assert_eq!(app.supervisor().get("recording/groups/get?id=13").data(), group(13, 1, "Group 13", 0));
    assert_eq!(app.sqlite3("SELECT name FROM customers WHERE id = 77"), "Customer 77");
}
