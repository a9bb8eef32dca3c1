//! A body of multipart/form-data as parameters (RFC 7578, and RFC 2046, section 5.1).

use super::sent::{Params, Sent};
use crate::api::wire::error::Refusal;

/// Takes the fields of a form. A file in it is refused.
pub fn take_multipart(params: &mut Params, content_type: &str, body: &[u8]) -> Result<(), Refusal> {
    let malformed = || Refusal::invalid("", "The body is not the multipart/form-data that its header says");
    let boundary = boundary(content_type).ok_or_else(malformed)?;
    let mut rest = Some(after_preamble(body, &boundary).ok_or_else(malformed)?);
    while let Some(part) = rest {
        rest = take_part(params, part, &boundary).map_err(|why| match why {
            NoField::Malformed => malformed(),
            NoField::File(name) => {
                Refusal::invalid(&name, "No file is taken here: send a text, without a file name")
            }
        })?;
    }
    Ok(())
}

/// Why a part is no field.
enum NoField {
    Malformed,
    File(String),
}

/// `--` and the boundary that a content type names.
fn boundary(content_type: &str) -> Option<Vec<u8>> {
    let named = parameters(content_type).find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?.1;
    (1..=70).contains(&named.len()).then(|| format!("--{named}").into_bytes())
}

/// The parameters of a header's value, as in `form-data; name="a"; filename="b"`.
fn parameters(value: &str) -> impl Iterator<Item = (&str, String)> {
    let mut rest = value.split_once(';').map_or("", |(_, rest)| rest);
    std::iter::from_fn(move || {
        let (name, value) = rest.split_once('=')?;
        let (value, behind) = match value.trim_start().strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let end = value.find(';').unwrap_or(value.len());
                (value[..end].trim().to_owned(), &value[end..])
            }
        };
        rest = behind.trim_start().strip_prefix(';').unwrap_or_default();
        Some((name.trim(), value))
    })
}

/// A quoted string behind its first quote, and what follows.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut signs = text.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Some((value, &text[at + 1..])),
            // Only these two: browsers of old wrote paths with single backslashes.
            '\\' if text[at + 1..].starts_with(['"', '\\']) => value.push(signs.next()?.1),
            _ => value.push(sign),
        }
    }
    None
}

/// What stands behind the first boundary's line; nothing if there is no part.
fn after_preamble<'a>(body: &'a [u8], boundary: &[u8]) -> Option<&'a [u8]> {
    if body.starts_with(boundary) {
        return Some(&body[boundary.len()..]);
    }
    let at = memchr::memmem::find(body, &[b"\r\n", boundary].concat())?;
    Some(&body[at + 2 + boundary.len()..])
}

/// Takes the part whose boundary ends where `text` begins. Gives what stands behind the next boundary, if another part
/// may follow.
fn take_part<'a>(params: &mut Params, text: &'a [u8], boundary: &[u8]) -> Result<Option<&'a [u8]>, NoField> {
    if text.starts_with(b"--") {
        return Ok(None);
    }
    let line = memchr::memmem::find(text, b"\r\n").ok_or(NoField::Malformed)?;
    if !text[..line].iter().all(|byte| matches!(byte, b' ' | b'\t')) {
        return Err(NoField::Malformed);
    }
    // The line end before the headers, so that no header is two line ends in a row too.
    let headers_end = memchr::memmem::find(&text[line..], b"\r\n\r\n").ok_or(NoField::Malformed)? + line;
    let content = &text[headers_end + 4..];
    let end = memchr::memmem::find(&text[headers_end + 2..], &[b"\r\n", boundary].concat());
    let end = end.ok_or(NoField::Malformed)? + headers_end + 2;
    let headers = String::from_utf8_lossy(&text[line..headers_end]);
    let content = &content[..end.saturating_sub(headers_end + 4)];
    take_field(params, &headers, content)?;
    Ok(Some(&text[end + 2 + boundary.len()..]))
}

fn take_field(params: &mut Params, headers: &str, content: &[u8]) -> Result<(), NoField> {
    let value = |wanted: &str| {
        let lines = headers.split("\r\n").filter_map(|line| line.split_once(':'));
        lines.filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value).next()
    };
    let disposition = value("content-disposition").ok_or(NoField::Malformed)?;
    let named = |wanted: &str| parameters(disposition).find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let kind = disposition.split(';').next().unwrap_or_default().trim();
    let name = named("name").filter(|_| kind.eq_ignore_ascii_case("form-data")).ok_or(NoField::Malformed)?.1;
    if let Some((_, file)) = named("filename").or(named("filename*")) {
        // What a browser sends for a file that nobody chose.
        return if file.is_empty() && content.is_empty() { Ok(()) } else { Err(NoField::File(name)) };
    }
    let coding = value("content-transfer-encoding").map_or("binary", str::trim).to_ascii_lowercase();
    let is_plain = ["7bit", "8bit", "binary"].contains(&coding.as_str());
    if params.wants(&name) {
        let text = std::str::from_utf8(content).ok().filter(|_| is_plain);
        params.take(&name, text.map_or(Sent::Malformed, |text| Sent::Text(text.into())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(content_type: &str, body: &str) -> Result<Params, String> {
        let mut params = Params::default();
        take_multipart(&mut params, content_type, body.as_bytes())
            .map(|()| params)
            .map_err(|refusal| refusal.entries()[0].1.to_owned())
    }

    /// As curl 7.88.1 sent `-F limit=2 --form-string 'called=a;b&c%41 "é"' -F caller=`.
    const CURL: &str = "--------------------------b668a55a154803a4\r\n\
        Content-Disposition: form-data; name=\"limit\"\r\n\r\n2\r\n\
        --------------------------b668a55a154803a4\r\n\
        Content-Disposition: form-data; name=\"called\"\r\n\r\na;b&c%41 \"é\"\r\n\
        --------------------------b668a55a154803a4\r\n\
        Content-Disposition: form-data; name=\"caller\"\r\n\r\n\r\n\
        --------------------------b668a55a154803a4--\r\n";

    #[test]
    fn fields_are_taken_as_they_stand() {
        let params =
            read("multipart/form-data; boundary=------------------------b668a55a154803a4", CURL).unwrap();
        assert_eq!(params.get("limit"), Ok(Some("2")));
        assert_eq!(params.get("called"), Ok(Some("a;b&c%41 \"é\"")));
        assert_eq!(params.get("caller"), Ok(None));
        assert!(params.empty.contains("caller"));
    }

    #[test]
    fn all_that_the_standards_allow_around_a_field_is_read() {
        for (kind, body) in [
            // Python's email package and others quote.
            (
                "multipart/form-data; boundary=\"a b\"",
                "--a b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--a b--",
            ),
            (
                "multipart/form-data; charset=utf-8; boundary=b",
                "--b\r\ncontent-disposition:form-data;name=x\r\n\r\n1\r\n--b--\r\n",
            ),
            (
                "multipart/form-data;boundary=b",
                "--b \t\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\n",
            ),
            (
                "Multipart/Form-Data; Boundary=b",
                "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\nepilogue",
            ),
            // .NET's MultipartFormDataContent.
            (
                "multipart/form-data; boundary=\"b\"",
                "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b--\r\n",
            ),
            (
                "multipart/form-data; boundary=b",
                "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n",
            ),
        ] {
            assert_eq!(read(kind, body).unwrap().get("x"), Ok(Some("1")), "{kind} {body}");
        }
        assert!(read("multipart/form-data; boundary=b", "--b--\r\n").unwrap().sent.is_empty());
    }

    #[test]
    fn a_file_is_refused_by_its_name() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"sound\"; filename=\"a.wav\"\r\n\r\nRIFF\r\n--b--\r\n";
        assert_eq!(read("multipart/form-data; boundary=b", body).unwrap_err(), "sound");
        let body = body.replace("a.wav", "a\\\"b;c.wav");
        assert_eq!(read("multipart/form-data; boundary=b", &body).unwrap_err(), "sound");
    }

    #[test]
    fn what_is_malformed_is_refused_as_a_whole() {
        let right = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\n";
        for (kind, body) in [
            ("multipart/form-data", right),
            ("multipart/form-data; boundary=", right),
            ("multipart/form-data; boundary=c", right),
            ("multipart/form-data; boundary=b", ""),
            ("multipart/form-data; boundary=b", "--b"),
            ("multipart/form-data; boundary=b", "--b\r\n"),
            ("multipart/form-data; boundary=b", "x=1"),
            ("multipart/form-data; boundary=b", &right[..right.len() - 8]),
            ("multipart/form-data; boundary=b", &right.replace("\r\n", "\n")),
            ("multipart/form-data; boundary=b", &right.replace("; name=\"x\"", "")),
            ("multipart/form-data; boundary=b", &right.replace("form-data", "attachment")),
            ("multipart/form-data; boundary=b", &right.replace("Content-D", "D")),
            ("multipart/form-data; boundary=b", &right.replace("\r\n\r\n", "\r\n")),
        ] {
            assert_eq!(read(kind, body).err().as_deref(), Some(""), "{kind} {body:?}");
        }
        let coded = right.replace("\r\n\r\n1", "\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==");
        assert_eq!(read("multipart/form-data; boundary=b", &coded).unwrap().get("x").unwrap_err().key, "x");
    }

    proptest! {
        #[test]
        fn no_bytes_upset_the_parser(kind: String, body in "(--b|\r\n|Content-Disposition: form-data; name=\"?|[a-z;=\" -]|\\PC){0,30}") {
            let _ = take_multipart(&mut Params::default(), &kind, body.as_bytes());
            let _ = take_multipart(&mut Params::default(), "multipart/form-data; boundary=b", body.as_bytes());
        }
    }
}
