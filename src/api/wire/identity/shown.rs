//! What a caller shows to be known by.

use actix_web::http::header::{self, HeaderMap};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::api::wire::error::{Fault, Refusal};
use crate::api::wire::params::Params;

/// What a caller shows, but for the viewer's cookie.
pub(super) enum Shown {
    Token(String),
    Password(String, String),
}

/// What stands in the parameters: a token, or else a name with its password.
pub(super) fn in_params(params: &Params) -> Result<Option<Shown>, Refusal> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut read = |name| {
        params.get(name).unwrap_or_else(|fault| {
            faults.push(fault);
            None
        })
    };
    let (token, username, password) = (read("auth_token"), read("auth_username"), read("auth_password"));
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    match (token, username, password) {
        (Some(token), ..) => Ok(Some(Shown::Token(token.into()))),
        (None, Some(username), Some(password)) => Ok(Some(Shown::Password(username.into(), password.into()))),
        (None, None, None) => Ok(None),
        _ => Err(Refusal::Unauthorized),
    }
}

/// What stands in the Authorization header.
pub(super) fn in_header(headers: &HeaderMap) -> Result<Option<Shown>, Refusal> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    value.to_str().ok().and_then(from_header).map(Some).ok_or(Refusal::Unauthorized)
}

fn from_header(value: &str) -> Option<Shown> {
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Shown::Token(rest.into()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = text(STANDARD.decode(rest).ok()?);
    let (username, password) = decoded.split_once(':')?;
    Some(Shown::Password(username.into(), password.into()))
}

/// RFC 7617 leaves open how letters become bytes. Bytes that are no UTF-8 can only be Latin-1, which many clients send.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().copied().map(char::from).collect())
}
