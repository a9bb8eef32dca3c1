//! The body of a request as parameters, whatever it is called.

use super::json::take_json;
use super::multipart::take_multipart;
use super::sent::Params;
use crate::api::wire::error::Refusal;

/// What some editors and languages begin a text with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Takes the parameters of a body. What begins with `{` is JSON, since no name of a form does: curl, among others, calls
/// everything a form.
pub fn take_body(params: &mut Params, content_type: &str, body: &[u8]) -> Result<(), Refusal> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let text = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body).trim_ascii();
    if text.is_empty() {
        return Ok(());
    }
    if text.starts_with(b"{") || kind.ends_with("/json") || kind.ends_with("+json") {
        return take_json(params, text);
    }
    match kind.as_str() {
        "multipart/form-data" => take_multipart(params, content_type, body),
        kind if kind.starts_with("multipart/") => {
            Err(Refusal::invalid("", "Of multipart bodies only multipart/form-data is read"))
        }
        // Whoever gets everything has asked for nothing, and does not learn that it was not understood.
        _ if !params.take_pairs(text) => {
            Err(Refusal::invalid("", "The body is neither a form (name=value&…) nor a JSON object"))
        }
        _ => Ok(()),
    }
}
