//! Whom a proxy asks for, as its headers say: X-Forwarded-For, -Proto and -Host, and Forwarded (RFC 7239).
//!
//! Whoever sends a request may write such headers too. So they count only if a trusted proxy sent the request, and of
//! several addresses only what trusted proxies wrote: from the right, up to the first that is not trusted.

use std::net::{IpAddr, Ipv6Addr};

use crate::config::Networks;

/// Whoever a request is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Their address, as far as it is known.
    pub address: IpAddr,
    /// Whether they speak TLS with a trusted proxy.
    pub is_https: bool,
    /// The hosts that they asked a trusted proxy for.
    pub hosts: Vec<String>,
}

/// Who asks through a connection from `peer`. `lines` gives each line of a header, as it came.
pub fn client<'a>(peer: IpAddr, trusted: &Networks, lines: impl Fn(&str) -> Vec<&'a [u8]>) -> Client {
    if !trusted.contains(peer) {
        return Client { address: peer, is_https: false, hosts: Vec::new() };
    }
    let list = |name: &str| -> Vec<String> {
        let parts = lines(name).into_iter().flat_map(|line| line.split(|byte| *byte == b','));
        let parts = parts.map(|part| String::from_utf8_lossy(part.trim_ascii()).into_owned());
        parts.filter(|part| !part.is_empty()).collect()
    };
    let forwarded = Element::all(&lines("forwarded"));
    let hops: Vec<_> = list("x-forwarded-for").iter().map(|hop| address(hop)).collect();
    let told_hops: Vec<_> = forwarded.iter().map(|element| element.address).collect();
    let protos =
        list("x-forwarded-proto").into_iter().chain(forwarded.iter().filter_map(|one| one.proto.clone()));
    let is_https = protos.take(1).any(|proto| proto.eq_ignore_ascii_case("https"));
    let hosts = list("x-forwarded-host").into_iter().chain(forwarded.into_iter().filter_map(|one| one.host));
    Client { address: behind(peer, &hops, &told_hops, trusted), is_https, hosts: hosts.collect() }
}

/// Whoever is behind the proxies. A proxy writes one of both headers, and passes on the other as the client wrote it:
/// where they disagree, nobody knows which, and the proxy answers for its client.
fn behind(peer: IpAddr, one: &[Option<IpAddr>], other: &[Option<IpAddr>], trusted: &Networks) -> IpAddr {
    let (by_one, by_other) = (farthest(peer, one, trusted), farthest(peer, other, trusted));
    match (one.is_empty(), other.is_empty()) {
        (_, true) => by_one,
        (true, false) => by_other,
        (false, false) if by_one == by_other => by_one,
        (false, false) => peer,
    }
}

/// The first from the right that is no trusted proxy, or the last that is known. `None` is one that cannot be read,
/// that is unknown, or that has another name (RFC 7239, 6.2 and 6.3).
fn farthest(peer: IpAddr, hops: &[Option<IpAddr>], trusted: &Networks) -> IpAddr {
    let mut known = peer;
    for hop in hops.iter().rev() {
        let Some(address) = hop else { break };
        known = *address;
        if !trusted.contains(known) {
            break;
        }
    }
    known
}

/// An address with or without a port; one of IPv6 also in brackets, and of a zone.
fn address(text: &str) -> Option<IpAddr> {
    let plain = |text: &str| text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
    let is_port = |port: &str| {
        !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    if let Some((inner, port)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let inner = inner.split('%').next()?;
        let v6: Ipv6Addr = inner.parse().ok()?;
        let is_whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return is_whole.then(|| IpAddr::V6(v6).to_canonical());
    }
    plain(text).or_else(|| plain(text.split_once('%')?.0)).or_else(|| {
        let (host, port) = text.split_once(':')?;
        plain(host).filter(|address| address.is_ipv4() && is_port(port))
    })
}

/// What one proxy says in Forwarded.
#[derive(Default)]
struct Element {
    address: Option<IpAddr>,
    proto: Option<String>,
    host: Option<String>,
}

impl Element {
    /// Every element of all lines. What breaks the grammar makes one that says nothing, in place of all.
    fn all(lines: &[&[u8]]) -> Vec<Element> {
        let text = lines.iter().map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>().join(",");
        if text.trim().is_empty() {
            return Vec::new();
        }
        let parts = split(&text, ',').map(|parts| parts.into_iter().filter(|part| !part.trim().is_empty()));
        let elements = parts.and_then(|parts| parts.map(|part| Element::parse(&part)).collect());
        elements.unwrap_or_else(|| vec![Element::default()])
    }

    fn parse(text: &str) -> Option<Element> {
        let mut element = Element::default();
        for pair in split(text, ';')?.iter().map(|pair| pair.trim()).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=')?;
            let value = unquoted(value)?;
            match name.to_ascii_lowercase().as_str() {
                "for" => element.address = address(&value),
                "proto" => element.proto = Some(value),
                "host" => element.host = Some(value),
                _ => {}
            }
        }
        Some(element)
    }
}

/// The parts between separators that stand in no quotes; `None` where a quote does not end.
fn split(text: &str, separator: char) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        if c == separator && !quoted {
            parts.push(String::new());
            continue;
        }
        match c {
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
        parts.last_mut()?.push(c);
    }
    (!quoted).then_some(parts)
}

/// A token as it is, a quoted string without its quotes (RFC 9110, 5.6.4).
fn unquoted(value: &str) -> Option<String> {
    let Some(rest) = value.strip_prefix('"') else {
        return (!value.is_empty() && !value.contains(['"', ' '])).then(|| value.into());
    };
    let mut inner = rest.strip_suffix('"')?.chars();
    let mut text = String::new();
    while let Some(c) = inner.next() {
        text.push(if c == '\\' { inner.next()? } else { c });
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.1";

    fn asked(peer: &str, headers: &[(&str, &str)]) -> Client {
        let trusted = "10.0.0.0/8, fd00::/8".parse().expect("networks");
        client(peer.parse().expect("an address"), &trusted, |name| {
            let of_name = headers.iter().filter(|(of, _)| *of == name);
            of_name.map(|(_, value)| value.as_bytes()).collect()
        })
    }

    #[track_caller]
    fn assert_from(header: &str, value: &str, expected: &str) {
        let client = asked(PROXY, &[(header, value)]);
        assert_eq!(client.address.to_string(), expected, "{header}: {value}");
    }

    #[test]
    fn the_client_is_the_first_from_the_right_whom_nobody_trusts() {
        for (value, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("203.0.113.9, 192.0.2.7", "192.0.2.7"),
            ("192.0.2.7, 10.0.0.2", "192.0.2.7"),
            ("203.0.113.9,192.0.2.7 ,10.0.0.2,\t10.0.0.3", "192.0.2.7"),
            ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("127.0.0.1", "127.0.0.1"),
            ("192.0.2.7:4711", "192.0.2.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("fe80::1%eth0", "fe80::1"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("192.0.2.7, fd00::2", "192.0.2.7"),
            ("192.0.2.7,", "192.0.2.7"),
        ] {
            assert_from("x-forwarded-for", value, expected);
        }
    }

    #[test]
    fn what_cannot_be_read_leaves_the_last_proxy_that_is_known() {
        for (value, expected) in [
            ("", PROXY),
            ("unknown", PROXY),
            ("_hidden", PROXY),
            ("192.0.2.7, unknown", PROXY),
            ("unknown, 10.0.0.2", "10.0.0.2"),
            ("192.0.2", PROXY),
            ("192.0.2.7.8", PROXY),
            ("192.0.2.7:", PROXY),
            ("192.0.2.7 10.0.0.2", PROXY),
            ("[2001:db8::7", PROXY),
            ("[192.0.2.7]", PROXY),
            ("\"192.0.2.7\"", PROXY),
            ("localhost", PROXY),
            ("3221225991", PROXY),
            ("192.0.2.7\u{e9}", PROXY),
            ("<script>", PROXY),
        ] {
            assert_from("x-forwarded-for", value, expected);
        }
    }

    #[test]
    fn forwarded_is_read_as_its_rfc_writes_it() {
        for (value, expected) in [
            ("for=192.0.2.43", "192.0.2.43"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("for=192.0.2.43, for=198.51.100.17", "198.51.100.17"),
            ("for=192.0.2.43,for=\"[fd00::2]\";by=\"[fd00::1]:80\"", "192.0.2.43"),
            ("for=\"192.0.2.43:47011\"", "192.0.2.43"),
            ("for=\"192.0.2.43:_port\"", "192.0.2.43"),
            ("for=192.0.2.43; ext=\"a, for=10.9.9.9; \\\"x\\\\\"", "192.0.2.43"),
            ("for=\"192.0.\\2.43\"", "192.0.2.43"),
            ("for=unknown", PROXY),
            ("for=_SEVKISEK", PROXY),
            ("for=192.0.2.43, for=unknown", PROXY),
            ("for=unknown, for=10.0.0.2", "10.0.0.2"),
            ("proto=https", PROXY),
            ("for=\"192.0.2.43", PROXY),
            ("for=192.0.2.43, x", PROXY),
            ("for=", PROXY),
            ("192.0.2.43", PROXY),
        ] {
            assert_from("forwarded", value, expected);
        }
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "192.0.2.7, 10.0.0.2")];
        assert_eq!(asked(PROXY, &lines).address.to_string(), "192.0.2.7");
        let lines = [("forwarded", "for=203.0.113.9"), ("forwarded", "for=192.0.2.7")];
        assert_eq!(asked(PROXY, &lines).address.to_string(), "192.0.2.7");
    }

    #[test]
    fn headers_that_disagree_leave_the_proxy() {
        let both = |forwarded| asked(PROXY, &[("x-forwarded-for", "192.0.2.7"), ("forwarded", forwarded)]);
        assert_eq!(both("for=192.0.2.7").address.to_string(), "192.0.2.7");
        assert_eq!(both("for=203.0.113.9").address.to_string(), PROXY);
        assert_eq!(both("nonsense").address.to_string(), PROXY);
    }

    #[test]
    fn scheme_and_host_are_what_the_proxy_was_asked_for() {
        for (headers, https, hosts) in [
            (
                &[("x-forwarded-proto", "https"), ("x-forwarded-host", "calls.example:8443")][..],
                true,
                &["calls.example:8443"][..],
            ),
            (&[("x-forwarded-proto", "HTTPS")], true, &[]),
            (&[("x-forwarded-proto", "http"), ("x-forwarded-host", "a, b")], false, &["a", "b"]),
            (&[("forwarded", "proto=https;host=\"calls.example:8443\"")], true, &["calls.example:8443"]),
            (&[("forwarded", "proto=http, proto=https")], false, &[]),
        ] {
            let client = asked(PROXY, headers);
            assert_eq!(
                (client.is_https, &client.hosts[..]),
                (https, &hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>()[..])
            );
        }
    }

    #[test]
    fn whoever_is_not_trusted_says_what_they_like() {
        let headers = [
            ("x-forwarded-for", "192.0.2.7"),
            ("forwarded", "for=192.0.2.7;proto=https;host=x"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "x"),
        ];
        for peer in ["192.0.2.1", "127.0.0.1", "2001:db8::1"] {
            let alone = Client { address: peer.parse().expect("an address"), is_https: false, hosts: vec![] };
            assert_eq!(asked(peer, &headers), alone);
        }
        assert_eq!(asked("::ffff:10.0.0.1", &headers[..1]).address.to_string(), "192.0.2.7");
    }
}
