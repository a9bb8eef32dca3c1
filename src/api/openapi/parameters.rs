//! The parameters of a function: in the query, or in the body.

use serde_json::{Map, Value, json};

use super::schemas::INT64;
use crate::api::wire::function::Function;
use crate::api::wire::params::{Parameter, Type};

/// A parameter in the query.
pub fn query_parameter(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": description(parameter),
        "schema": schema(parameter),
    })
}

fn description(parameter: &Parameter) -> String {
    let told = parameter.default.is_empty() || default(parameter).is_some();
    if told {
        return parameter.about.to_owned();
    }
    format!("{} (default: {})", parameter.about, parameter.default)
}

/// The default, where it is a value and not an explanation.
fn default(parameter: &Parameter) -> Option<Value> {
    match parameter.kind {
        Type::Integer { .. } => parameter.default.parse::<i64>().ok().map(Value::from),
        Type::Choice(_) => (!parameter.default.is_empty()).then(|| parameter.default.into()),
        Type::Text => None,
    }
}

fn schema(parameter: &Parameter) -> Value {
    let mut schema = match parameter.kind {
        Type::Integer { min, max } => whole_number(min, max),
        Type::Choice(words) => json!({ "type": "string", "enum": words }),
        Type::Text => json!({ "type": "string" }),
    };
    if let Some(default) = default(parameter) {
        schema["default"] = default;
    }
    schema
}

fn whole_number(min: i64, max: i64) -> Value {
    let mut schema = json!({ "type": "integer", "format": INT64 });
    if max.saturating_sub(min) <= 2 {
        return json!({ "type": "integer", "enum": (min..=max).collect::<Vec<_>>() });
    }
    if min > i64::MIN {
        schema["minimum"] = min.into();
    }
    if max < i64::MAX {
        schema["maximum"] = max.into();
    }
    schema
}

/// The parameters, and those that say who is asking, as a form or as JSON.
pub fn body(function: &Function) -> Value {
    let properties: Map<String, Value> = function
        .parameters
        .iter()
        .map(|parameter| {
            let mut schema = schema(parameter);
            schema["description"] = description(parameter).into();
            (parameter.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> =
        function.parameters.iter().filter(|parameter| parameter.required).map(|it| it.name).collect();
    let schema = json!({
        "allOf": [
            { "$ref": "#/components/schemas/Credentials" },
            { "type": "object", "properties": properties, "required": required },
        ],
    });
    json!({
        "description": "What stands here may stand in the query as well",
        "required": false,
        "content": {
            "application/x-www-form-urlencoded": { "schema": schema },
            "multipart/form-data": { "schema": schema },
            "application/json": { "schema": schema },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_a_value_or_an_explanation() {
        let now = Parameter::natural("end", "now", "About");
        assert_eq!(schema(&now), json!({ "type": "integer", "format": "int64", "minimum": 0 }));
        assert_eq!(description(&now), "About (default: now)");
        let flag = Parameter::flag("flag", "About");
        assert_eq!(schema(&flag), json!({ "type": "integer", "enum": [0, 1], "default": 0 }));
        assert_eq!(description(&flag), "About");
        let choice = Parameter::choice("choice", &["a", "b"], "", "About");
        assert_eq!(schema(&choice), json!({ "type": "string", "enum": ["a", "b"] }));
    }
}
