//! The access log: a line for each request, without what nobody else may know.

use std::borrow::Cow;
use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

/// Parameters whose values may stand in the log. Others – passwords, tokens, and what somebody mistyped – do not.
const LOGGED: [&str; 36] = [
    "action",
    "after",
    "called",
    "caller",
    "complete",
    "count",
    "customer",
    "descending",
    "destination",
    "direction",
    "encoding",
    "end",
    "expires",
    "format",
    "hold",
    "id",
    "interval",
    "limit",
    "offset",
    "person",
    "play",
    "points",
    "recordgroup",
    "recordid",
    "search",
    "sha1",
    "sha256",
    "sort",
    "stale",
    "start",
    "timezone",
    "totaltime_maximum",
    "totaltime_minimum",
    "uniqueid",
    "validation",
    "wrap",
];

/// Logs each request with its status and the time to its first byte.
pub async fn access_log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begun = Instant::now();
    let response = next.call(request).await?;
    let request = response.request();
    let address = request.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default();
    tracing::info!(
        "{address} {} {} {} {:.1} ms",
        request.method(),
        redacted(request.path(), request.query_string()),
        response.status().as_u16(),
        begun.elapsed().as_secs_f64() * 1000.0
    );
    Ok(response)
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
            if LOGGED.contains(&name) && !value.contains(['=', '?']) && !has_escaped(value) =>
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
}
