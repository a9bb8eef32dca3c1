//! /api/openapi.json: it is OpenAPI, and what it says is so.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use tapeline::api::functions;
use tapeline::model::WIRE;

use crate::app::{TestApp, spawn_app};

fn document(app: &TestApp) -> Value {
    let answer = app.anon().send("GET", "/api/openapi.json", &[], b"");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    answer.json()
}

fn names(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// Follows `#/…`.
fn resolve<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    let Some(reference) = node["$ref"].as_str() else { return node };
    let pointer = reference.strip_prefix('#').expect("a reference within the document");
    resolve(document, document.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere")))
}

/// Whether a value is what a schema of ours allows; only the words that we use.
fn check(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let schema = resolve(document, schema);
    let fail = |why: &str| Err(format!("{why}: {value} is not {schema}"));
    let is_type = |name: &str| match name {
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("what is {other}?"),
    };
    if schema["type"].as_str().is_some_and(|name| !is_type(name)) {
        return fail("type");
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return fail("enum");
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        check(document, part, value)?;
    }
    if let Some(parts) = schema["anyOf"].as_array()
        && !parts.iter().any(|part| check(document, part, value).is_ok())
    {
        return fail("anyOf");
    }
    if let (Some(items), Some(rows)) = (schema.get("items"), value.as_array()) {
        rows.iter().try_for_each(|row| check(document, items, row))?;
    }
    let Some(fields) = value.as_object() else { return Ok(()) };
    for name in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(name.as_str().expect("a name")) {
            return fail(&format!("required {name}"));
        }
    }
    for (name, field) in fields {
        if let Some(property) = schema["properties"].get(name) {
            check(document, property, field)?;
        }
    }
    Ok(())
}

fn success<'a>(document: &'a Value, function: &str) -> &'a Value {
    let path = &document["paths"][format!("/{function}")];
    &path["get"]["responses"]["200"]["content"]["application/json"]["schema"]
}

#[test]
fn it_is_openapi_3_1_and_every_reference_resolves() {
    let app = spawn_app();
    let document = document(&app);
    assert_eq!(document["openapi"], "3.1.0");
    assert_ne!(document["info"]["title"], Value::Null);
    assert_ne!(document["info"]["version"], Value::Null);
    assert_eq!(document["servers"][0]["url"], "/api/json");
    let known = ["openapi", "info", "servers", "tags", "paths", "components"];
    assert_eq!(names(&document), BTreeSet::from(known));
    let text = document.to_string();
    let references = text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().expect("its end"));
    let mut count = 0;
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
        count += 1;
    }
    assert!(count > 20);
    let named: BTreeSet<&str> = names(&document["components"]["schemas"]);
    for name in named {
        assert!(text.contains(&format!("#/components/schemas/{name}\"")), "{name} is not used");
    }
}

#[test]
fn every_function_is_there_with_its_parameters() {
    let app = spawn_app();
    let document = document(&app);
    let paths = names(&document["paths"]);
    let expected: Vec<String> = functions().iter().map(|function| format!("/{}", function.path)).collect();
    assert_eq!(paths, expected.iter().map(String::as_str).collect());
    let tags: Vec<&Value> =
        document["tags"].as_array().expect("tags").iter().map(|tag| &tag["name"]).collect();
    for function in functions() {
        let path = &document["paths"][format!("/{}", function.path)];
        let methods: &[&str] = if function.head { &["get", "head", "post"] } else { &["get", "post"] };
        assert_eq!(names(path), methods.iter().copied().collect(), "{}", function.path);
        let written: BTreeSet<&str> = function.parameters.iter().map(|parameter| parameter.name).collect();
        let query = path["get"]["parameters"].as_array().expect("parameters");
        let named: BTreeSet<&str> = query.iter().map(|one| one["name"].as_str().expect("a name")).collect();
        assert_eq!(named, written, "{}", function.path);
        let form = &path["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
        assert_eq!(names(&form["allOf"][1]["properties"]), written, "{}", function.path);
        for parameter in query {
            assert_eq!(names(parameter), BTreeSet::from(["name", "in", "required", "description", "schema"]));
            assert_eq!(parameter["in"], "query");
        }
        for method in methods {
            let operation = &path[*method];
            assert!(tags.contains(&&operation["tags"][0]), "{}", function.path);
            assert_eq!(operation["summary"], function.summary);
            for code in ["200", "400", "401", "402", "500"] {
                let response = resolve(&document, &operation["responses"][code]);
                assert!(response["description"].is_string(), "{} {method} {code}", function.path);
            }
            for way in operation["security"].as_array().expect("ways") {
                for scheme in names(way) {
                    assert!(document["components"]["securitySchemes"][scheme].is_object(), "{scheme}");
                }
            }
        }
    }
}

#[test]
fn what_is_called_required_is_required() {
    let app = spawn_app();
    for function in functions() {
        let required = function.parameters.iter().filter(|parameter| parameter.required);
        let codes: Vec<String> = required.map(|parameter| format!("400 {}", parameter.name)).collect();
        if !codes.is_empty() {
            let answer = app.viewer("adam").post(function.path, "");
            assert_eq!(answer.codes(), codes.join(", "), "{}", function.path);
        }
    }
}

#[test]
fn real_answers_are_as_it_says() {
    let app = spawn_app();
    let media = app.db.with_file_name("sound/a");
    fs::create_dir_all(&media).expect("a folder");
    fs::write(media.join("a.wav"), "sound").expect("a file");
    fs::write(media.join("b.ulaw"), [1; 1000]).expect("a file");
    app.sqlite3("UPDATE recordings SET path = 'a/b.ulaw' WHERE id = 12;");
    let document = document(&app);
    let one = "recordgroup=1;uniqueid=a;recordid=1";
    for (function, query) in [
        ("recording/recordings/list", ""),
        ("recording/recordings/list", "limit=2"),
        ("recording/recordings/list", "called=none-such"),
        ("recording/recordings/list", "count=1"),
        ("recording/recordings/summary", "interval=month"),
        ("recording/recordings/get", one),
        ("recording/recordings/get", &format!("{one};sha1=1;sha256=1")),
        ("recording/recordings/get", &format!("{one};wrap=meta")),
        ("recording/recordings/peaks", "recordgroup=1;uniqueid=b;recordid=1"),
        ("recording/groups/list", ""),
        ("recording/groups/get", "id=1"),
        ("user/login", ""),
        ("user/login", "token=1"),
        ("user/logout", ""),
        ("recording/groups/create", "name=New"),
        ("recording/groups/create", "name=Newer;validation=1"),
        ("recording/groups/members/list", "recordgroup=1"),
        ("recording/groups/members/add", "recordgroup=1;person=5"),
        ("people/list", ""),
        ("people/list", "count=1"),
        ("people/create", "username=new;role=user;password=long+enough"),
        ("people/update", "id=5;name=x"),
        ("roles/list", ""),
        ("customers/list", ""),
        ("audit/list", "limit=1"),
    ] {
        let answer = app.administrator().get(&format!("{function}?{query}")).json();
        check(&document, success(&document, function), &answer)
            .unwrap_or_else(|why| panic!("{function} {query}: {why}"));
    }
    let refused = app.anon().get("recording/recordings/list").json();
    check(&document, &json!({ "$ref": "#/components/schemas/Envelope" }), &refused).expect("an envelope");
    let wrong = json!({ "responses": [{ "code": 200, "key": "", "message": "" }], "data": [] });
    assert!(
        check(&document, success(&document, "recording/groups/list"), &wrong).is_err(),
        "the check checks"
    );
}

#[test]
fn what_an_absent_parameter_means_is_no_value_to_send() {
    let app = spawn_app();
    let document = document(&app);
    let parameters = &document["paths"]["/recording/groups/update"]["get"]["parameters"];
    for parameter in parameters.as_array().expect("parameters").iter().skip(1) {
        if parameter["name"] != "validation" {
            assert_eq!(parameter["schema"].get("default"), None, "{parameter}");
            assert!(parameter["description"].as_str().is_some_and(|told| told.contains("as it is")));
        }
    }
}

#[test]
fn rows_have_the_fields_that_it_names_in_their_order() {
    let app = spawn_app();
    let document = document(&app);
    let schemas = &document["components"]["schemas"];
    let fields = |name: &str| -> Vec<String> {
        schemas[name]["properties"].as_object().expect("fields").keys().cloned().collect()
    };
    assert_eq!(fields("Recording"), WIRE.map(|column| column.name.to_owned()));
    for (function, name, optional) in [
        ("recording/recordings/list", "Recording", 0),
        ("recording/groups/list", "Group", 0),
        ("recording/recordings/summary?interval=month", "Interval", 0),
        ("recording/recordings/list?count=1", "Totals", 0),
        ("user/login", "Person", 3),
        ("recording/groups/members/list?recordgroup=1", "Member", 0),
        ("people/list", "Listed", 0),
        ("roles/list", "Role", 0),
        ("customers/list", "Customer", 0),
        ("audit/list", "Entry", 0),
    ] {
        app.sqlite3("INSERT INTO audit (time, action, customer) VALUES (1, 'x', 1);");
        let data = app.administrator().get(function).data();
        let row = data.get(0).unwrap_or(&data);
        let sent: Vec<&String> = row.as_object().expect("a row").keys().collect();
        let mut described = fields(name);
        described.truncate(described.len() - optional);
        assert_eq!(sent, described.iter().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn it_has_a_page() {
    let app = spawn_app();
    let page = app.anon().send("GET", "/api-docs", &[], b"");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(
        page.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'"))
    );
    let script =
        page.text().split("src=\"").nth(1).and_then(|rest| rest.split('"').next().map(str::to_owned));
    let script = script.expect("a script");
    assert_eq!(app.anon().send("GET", &script, &[], b"").status, 200, "{script}");
}
