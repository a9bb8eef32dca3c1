//! Base addresses are often written with a slash at their end: repeated slashes in a path are one.

use std::borrow::Cow;

use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;

/// Changes the request's path, where it has such slashes. (What actix-web has for it runs a regular expression on each
/// request.)
pub(super) fn merge(request: &mut ServiceRequest) {
    let Cow::Owned(path) = merged(request.path()) else { return };
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = format!("{path}{query}").parse().ok();
    let Ok(uri) = Uri::from_parts(parts) else { return };
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
}

fn merged(path: &str) -> Cow<'_, str> {
    if !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut merged = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !merged.ends_with('/') {
            merged.push(c);
        }
    }
    Cow::Owned(merged)
}
