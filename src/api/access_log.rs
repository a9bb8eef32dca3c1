//! The access log: a line for each request, without secrets.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::functions::functions;
use super::wire::identity;
use crate::app::App;

/// Parameters whose values may stand in the log: those that are declared so wherever they are taken. Others – passwords,
/// tokens, and what somebody mistyped, which may be a password – do not.
static LOGGED: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let functions = functions();
    let all = || functions.iter().flat_map(|function| function.parameters);
    let secret: HashSet<&str> = all().filter(|one| !one.logged).map(|one| one.name).collect();
    all().map(|one| one.name).filter(|name| !secret.contains(name)).collect()
});

/// Bytes of a method that are logged.
const METHOD: usize = 20;
/// Bytes of a path with its query that are logged.
const TARGET: usize = 2_000;

/// Logs each request with its status and the time to its first byte.
pub async fn access_log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begun = Instant::now();
    let response = next.call(request).await?;
    let request = response.request();
    let app = request.app_data::<Data<App>>();
    let address = app.map(|app| identity::address(app, request).to_string()).unwrap_or_default();
    tracing::info!(
        "{address} {} {} {} {:.1} ms",
        cut(request.method().as_str().into(), METHOD),
        cut(redacted(request.path(), request.query_string()), TARGET),
        response.status().as_u16(),
        begun.elapsed().as_secs_f64() * 1000.0
    );
    Ok(response)
}

/// What a stranger chose may be of any length.
fn cut(mut text: String, longest: usize) -> String {
    if let Some(end) = (0..=longest).rev().find(|end| text.is_char_boundary(*end))
        && text.len() > longest
    {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Path and query, with `…` for whatever may be secret.
fn redacted(path: &str, query: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.');
    let end = path.find(|c| !allowed(c)).unwrap_or(path.len());
    let mut line = String::with_capacity(path.len() + query.len() + 8);
    line.push_str(&path[..end]);
    if end < path.len() {
        line.push('…');
    }
    for (index, pair) in query.split(['&', ';']).filter(|pair| !pair.is_empty()).enumerate() {
        line.push(if index == 0 { '?' } else { '&' });
        line.push_str(&redacted_pair(pair));
    }
    line
}

fn redacted_pair(pair: &str) -> Cow<'_, str> {
    match pair.split_once('=') {
        // A value that looks like further parameters may be some, behind a wrong separator.
        Some((name, value))
            if LOGGED.contains(name) && !value.contains(['=', '?']) && !has_escaped(value) =>
        {
            Cow::Borrowed(pair)
        }
        Some((name @ ("auth_username" | "auth_password" | "auth_token"), _)) => {
            Cow::Owned(format!("{name}=…"))
        }
        _ => Cow::Borrowed("…"),
    }
}

fn has_escaped(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    ["%3d", "%3f", "%26", "%3b"].iter().any(|escape| value.contains(escape))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::params::Parameter;

    #[test]
    fn the_log_shows_what_was_searched_and_nothing_secret() {
        for (path, query, line) in [
            (
                "/api/json/recording/recordings/list",
                "start=5;called=%20x",
                "/api/json/recording/recordings/list?start=5&called=%20x",
            ),
            ("/a", "auth_username=anna;auth_password=hunter2", "/a?auth_username=…&auth_password=…"),
            ("/a", "auth_token=hunter2&sort=start", "/a?auth_token=…&sort=start"),
            ("/a", "auth%5Fpassword=hunter2", "/a?…"),
            ("/a", "Auth_Password=hunter2", "/a?…"),
            ("/a", "hunter2", "/a?…"),
            ("/a", "password_new=hunter2", "/a?…"),
            ("/list;auth_password=hunter2", "", "/list…"),
            ("/list%3Fauth_password=hunter2", "", "/list…"),
        ] {
            assert_eq!(redacted(path, query), line);
        }
    }

    #[test]
    fn filters_are_logged_and_passwords_and_tokens_are_not() {
        for filter in crate::model::FILTERS {
            assert!(LOGGED.contains(filter.name), "{}", filter.name);
        }
        for name in ["start", "uniqueid", "validation", "ids", "name", "email", "session"] {
            assert_eq!(LOGGED.contains(name), !["ids", "name", "email", "session"].contains(&name), "{name}");
        }
        for name in LOGGED.iter() {
            assert!(!["password", "token", "secret"].iter().any(|word| name.contains(word)), "{name}");
        }
    }

    #[test]
    fn a_parameter_is_logged_wherever_it_is_taken_or_nowhere() {
        for function in functions() {
            for Parameter { name, logged, .. } in function.parameters {
                assert_eq!(*logged, LOGGED.contains(name), "{name} of {}", function.path);
            }
        }
    }
}
