//! Addresses of pages, as browsers and settings have them.

use std::net::Ipv6Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a page comes from (RFC 6454): scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Whether by TLS.
    pub is_https: bool,
    /// In small letters; an IPv6 address in its brackets.
    host: String,
    port: u16,
}

impl Origin {
    /// Of the header of that name; `None` for `null` and for what is no address of a page.
    pub fn parse(text: &str) -> Option<Origin> {
        let (scheme, authority) = text.split_once("://")?;
        let is_https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (host, port) = host_and_port(authority)?;
        Some(Origin { is_https, host, port: port.unwrap_or_else(|| usual_port(is_https)) })
    }

    /// Whether this is the host and port that a Host header names.
    pub fn is_at(&self, host: &str) -> bool {
        let usual = usual_port(self.is_https);
        host_and_port(host)
            .is_some_and(|(host, port)| host == self.host && port.unwrap_or(usual) == self.port)
    }
}

fn usual_port(is_https: bool) -> u16 {
    if is_https { 443 } else { 80 }
}

/// `host` or `host:port`, and nothing else.
fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    let ends = |at: usize| authority.split_at_checked(at);
    let (host, rest) = match authority.strip_prefix('[') {
        Some(inner) => ends(inner.find(']')? + 2)?,
        None => ends(authority.find(':').unwrap_or(authority.len()))?,
    };
    let of_v6 = |host: &str| host.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_ok();
    let of_name = |host: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        !host.is_empty() && host.bytes().all(allowed)
    };
    if !(if host.starts_with('[') { of_v6(host) } else { of_name(host) }) {
        return None;
    }
    let port = match rest.strip_prefix(':') {
        None if rest.is_empty() => None,
        Some(port) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(port.parse().ok()?)
        }
        _ => return None,
    };
    Some((host.to_ascii_lowercase(), port))
}

/// Where people reach the page, if that is not where the server listens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl {
    text: String,
    origin: Option<Origin>,
}

impl PublicUrl {
    /// Where its pages come from; `None` where nothing is set.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// The path that all of it lies below: `/`, or one without a slash at its end.
    pub fn path(&self) -> &str {
        let path = self.text.splitn(4, '/').nth(3).unwrap_or_default();
        if path.is_empty() { "/" } else { &self.text[self.text.len() - path.len() - 1..] }
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<PublicUrl, String> {
        let text = text.trim().trim_end_matches('/');
        if text.is_empty() {
            return Ok(PublicUrl::default());
        }
        let end =
            text.find("://").and_then(|at| Some(at + 3 + text[at + 3..].find('/')?)).unwrap_or(text.len());
        let (origin, path) = text.split_at(end);
        let in_path = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte);
        match Origin::parse(origin) {
            Some(origin) if path.bytes().all(in_path) => {
                Ok(PublicUrl { text: text.into(), origin: Some(origin) })
            }
            _ => Err(format!(
                "{text:?} is no address of a page; give one such as https://calls.example.com, \
                 as the browser shows it, without ? and # (letters beyond ASCII as xn--…)"
            )),
        }
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = String;

    fn try_from(text: String) -> Result<PublicUrl, String> {
        text.parse()
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> String {
        url.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_at_a_host_if_host_and_port_are_the_same() {
        for (origin, host, expected) in [
            ("http://pbx:8080", "pbx:8080", true),
            ("http://PBX:8080", "pbx:8080", true),
            ("http://pbx:8080", "PBX:8080", true),
            ("http://pbx", "pbx", true),
            ("http://pbx", "pbx:80", true),
            ("https://pbx", "pbx", true),
            ("https://pbx", "pbx:443", true),
            ("https://pbx", "pbx:80", false),
            ("http://pbx:8080", "pbx", false),
            ("http://pbx", "pbx:8080", false),
            ("http://pbx:8080", "pbx:8081", false),
            ("http://[fd00::1]:8080", "[fd00::1]:8080", true),
            ("http://[fd00::1]", "[fd00::1]", true),
            ("http://[fd00::1]:8080", "[fd00::2]:8080", false),
            ("http://pbx.evil.example:8080", "pbx:8080", false),
            ("http://pbx:8080", "pbx:8080@evil.example", false),
            ("http://pbx:8080", "", false),
        ] {
            let parsed = Origin::parse(origin).unwrap_or_else(|| panic!("{origin}"));
            assert_eq!(parsed.is_at(host), expected, "{origin} at {host}");
        }
    }

    #[test]
    fn what_is_no_page_has_no_origin() {
        for text in [
            "",
            "null",
            "pbx:8080",
            "file://",
            "file:///x",
            "ftp://pbx",
            "http://",
            "http://pbx/",
            "http://pbx:",
            "http://pbx:x",
            "http://pbx:+80",
            "http://pbx:65536",
            "http://a@pbx",
            "http://pbx:80@evil.example",
            "http://[fd00::1",
            "http://[x]",
            "http://[fd00::1]x",
            "http://fd00::1",
            "http://b\u{fc}ro",
            "http://p bx",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_public_address_has_an_origin_and_a_path() {
        for (text, origin, path) in [
            ("https://calls.example.com", "https://calls.example.com", "/"),
            ("https://calls.example.com/", "https://calls.example.com:443", "/"),
            ("http://pbx:8080/tapeline/", "http://pbx:8080", "/tapeline"),
            ("https://pbx/a/b", "https://pbx", "/a/b"),
        ] {
            let url: PublicUrl = text.parse().unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!((url.origin(), url.path()), (Origin::parse(origin).as_ref(), path), "{text}");
        }
        assert_eq!("".parse(), Ok(PublicUrl::default()));
        assert_eq!(PublicUrl::default().path(), "/");
        for text in [
            "calls.example.com",
            "https://",
            "ftp://pbx",
            "https://pbx?x",
            "https://pbx/#a",
            "https://pbx/;a",
            "https://b\u{fc}ro",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
