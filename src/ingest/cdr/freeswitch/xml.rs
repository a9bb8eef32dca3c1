//! The same record as mod_xml_cdr writes it, read as the JSON of mod_json_cdr.
//!
//! It isn't quite XML: an element is called like the variable that it holds, and a dialplan may set
//! `set api_hangup_hook` or `^^,default_language`. So it is read as what it is: a tag a variable, by what is between `<` and
//! `>`. What is in them is quoted once more.

use serde_json::{Map, Value, json};

/// Elements within elements; a record has six.
const DEEPEST: usize = 32;

/// An element.
#[derive(Default)]
struct Element {
    name: String,
    attributes: Map<String, Value>,
    text: String,
    children: Vec<Element>,
}

/// Reads a record. `None`: it is none.
pub(super) fn read(text: &str) -> Option<Value> {
    let document = tree(text)?;
    let cdr = document.children.into_iter().find(|element| element.name == "cdr")?;
    let (mut variables, mut applications, mut callflow) = (Map::new(), Vec::new(), Vec::new());
    for element in cdr.children {
        match element.name.as_str() {
            "variables" => element.children.into_iter().for_each(|one| add(&mut variables, one)),
            "app_log" => applications.extend(element.children.into_iter().map(|one| one.attributes.into())),
            "callflow" => callflow.extend(element.children.into_iter().find_map(flow)),
            _ => {}
        }
    }
    Some(json!({
        "variables": variables,
        "app_log": {"applications": applications.into_iter().collect::<Vec<Value>>()},
        "callflow": callflow,
    }))
}

/// A variable; one that has several values comes several times.
fn add(variables: &mut Map<String, Value>, one: Element) {
    match variables.get_mut(&one.name) {
        Some(Value::String(before)) if before.starts_with("ARRAY::") => {
            before.push_str("|:");
            before.push_str(&one.text);
        }
        Some(before) => {
            *before = format!("ARRAY::{}|:{}", before.as_str().unwrap_or_default(), one.text).into()
        }
        None => drop(variables.insert(one.name, one.text.into())),
    }
}

/// A profile of the caller.
fn flow(element: Element) -> Option<Value> {
    (element.name == "caller_profile").then(|| json!({"caller_profile": profile(element)}))
}

fn profile(element: Element) -> Value {
    let mut fields = Map::new();
    for one in element.children {
        if one.name == "originator" {
            let callers: Vec<Value> = one.children.into_iter().map(profile).collect();
            fields.insert(one.name, json!({"originator_caller_profiles": callers}));
        } else {
            fields.insert(one.name, one.text.into());
        }
    }
    fields.into()
}

/// All elements, within one without a name.
fn tree(text: &str) -> Option<Element> {
    let mut open = vec![Element::default()];
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>')?;
        rest = after;
        open.last_mut()?.text.push_str(before);
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            close(&mut open, called(name));
            continue;
        }
        let whole = tag.strip_suffix('/');
        let element = element(whole.unwrap_or(tag));
        if whole.is_some() || open.len() > DEEPEST {
            open.last_mut()?.children.push(element);
        } else {
            open.push(element);
        }
    }
    while open.len() > 1 {
        end(&mut open);
    }
    open.pop()
}

/// Ends the element of that name, with what is still open in it.
fn close(open: &mut Vec<Element>, name: &str) {
    let Some(place) = open.iter().rposition(|element| element.name == name) else { return };
    while open.len() > place.max(1) {
        end(open);
    }
}

/// Ends the innermost element.
fn end(open: &mut Vec<Element>) {
    if let (Some(mut element), Some(outer)) = (open.pop(), open.last_mut()) {
        element.text = plain(&element.text);
        outer.children.push(element);
    }
}

/// An element, by what is in its tag.
fn element(tag: &str) -> Element {
    let Some((name, mut rest)) = tag.split_once(' ').filter(|_| tag.contains("=\"")) else {
        return Element { name: called(tag).into(), ..Element::default() };
    };
    let mut element = Element { name: name.into(), ..Element::default() };
    while let Some((name, value)) = rest.split_once("=\"") {
        let (value, after) = value.split_once('"').unwrap_or((value, ""));
        element.attributes.insert(name.trim().into(), plain(value).into());
        rest = after;
    }
    element
}

/// The name of a variable, without what a dialplan put before it in vain.
fn called(tag: &str) -> &str {
    tag.trim().rsplit([' ', ':', ',']).next().unwrap_or_default()
}

/// A text without entities.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let entity = after.split_once(';').and_then(|(name, after)| Some((letter(name)?, after)));
        rest = match entity {
            Some((letter, after)) => {
                plain.push(letter);
                after
            }
            None => {
                plain.push('&');
                after
            }
        };
    }
    plain.push_str(rest);
    plain
}

/// The letter that an entity stands for.
fn letter(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(number) => u32::from_str_radix(number, 16),
                None => number.parse(),
            };
            number.ok().and_then(char::from_u32)
        }
    }
}
