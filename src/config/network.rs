//! Addresses and networks, as settings have them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

/// Addresses and networks, of IPv4 and IPv6: `10.0.0.0/8`, `fd00::/8`, `127.0.0.1`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    /// The bits that count, from the left.
    bits: u8,
}

impl Networks {
    /// Whether an address is one of these or in one of them. One of IPv4 in IPv6's clothes is one of IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address.to_canonical()))
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                shifted(own.to_bits().into(), 32, self.bits) == shifted(other.to_bits().into(), 32, self.bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                shifted(own.to_bits(), 128, self.bits) == shifted(other.to_bits(), 128, self.bits)
            }
            _ => false,
        }
    }
}

/// The first `bits` of a number of so many.
fn shifted(number: u128, of: u8, bits: u8) -> u128 {
    number.checked_shr(u32::from(of - bits)).unwrap_or(0)
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        let wrong = || {
            format!("{text:?} is no address or network; give those such as 127.0.0.1, 10.0.0.0/8 or fd00::/8")
        };
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let digits = |bits: &str| bits.bytes().all(|byte| byte.is_ascii_digit());
        let bits = match bits {
            None => most,
            Some(bits) if digits(bits) => bits.parse().map_err(|_| wrong())?,
            Some(_) => return Err(wrong()),
        };
        if bits > most {
            return Err(wrong());
        }
        Ok(Network { address, bits }.plain())
    }
}

impl Network {
    /// One of IPv4 in IPv6's clothes is one of IPv4.
    fn plain(self) -> Network {
        match (self.address, self.address.to_canonical()) {
            (IpAddr::V6(_), v4 @ IpAddr::V4(_)) if self.bits >= 96 => {
                Network { address: v4, bits: self.bits - 96 }
            }
            _ => self,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.address.is_ipv4() { 32 } else { 128 };
        match self.bits == whole {
            true => write!(formatter, "{}", self.address),
            false => write!(formatter, "{}/{}", self.address, self.bits),
        }
    }
}

impl FromStr for Networks {
    type Err = String;

    /// Those between commas.
    fn from_str(text: &str) -> Result<Networks, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::parse).collect::<Result<_, _>>().map(Networks)
    }
}

impl Serialize for Networks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Network::to_string))
    }
}

impl<'de> Deserialize<'de> for Networks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Networks, D::Error> {
        deserializer.deserialize_any(Texts)
    }
}

/// One text, or a list of them.
struct Texts;

impl<'de> Visitor<'de> for Texts {
    type Value = Networks;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("addresses and networks such as [\"127.0.0.1\", \"10.0.0.0/8\"]")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Networks, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Networks, A::Error> {
        let mut networks = Networks::default();
        while let Some(text) = texts.next_element::<String>()? {
            networks.0.push(text.trim().parse().map_err(A::Error::custom)?);
        }
        Ok(networks)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn networks(text: &str) -> Networks {
        text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
    }

    #[test]
    fn an_address_is_in_a_network_if_its_first_bits_are_the_networks() {
        let these =
            networks("127.0.0.1, 10.0.0.0/8,192.168.7.9/30, fd00::/8 ,2001:db8::1,::ffff:172.16.0.0/108");
        for (address, expected) in [
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("192.168.7.8", true),
            ("192.168.7.11", true),
            ("192.168.7.12", false),
            ("::ffff:10.1.2.3", true),
            ("fd12::1", true),
            ("fe80::1", false),
            ("2001:db8::1", true),
            ("2001:db8::2", false),
            ("172.31.0.1", true),
            ("172.32.0.1", false),
            ("::1", false),
        ] {
            assert_eq!(these.contains(address.parse().expect("an address")), expected, "{address}");
        }
        let all = networks("0.0.0.0/0");
        assert!(
            all.contains(Ipv4Addr::LOCALHOST.into()) && !all.contains(std::net::Ipv6Addr::LOCALHOST.into())
        );
        assert!(!networks("").contains(Ipv4Addr::LOCALHOST.into()));
    }

    #[test]
    fn what_is_no_network_is_named() {
        for text in [
            "localhost",
            "10.0.0",
            "10.0.0.0/33",
            "::1/129",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "1.2.3.4:80",
            "[::1]",
            "10.0.0.0/8/8",
            "*",
        ] {
            let said = format!("127.0.0.1,{text}").parse::<Networks>().unwrap_err();
            assert!(said.contains(&format!("{text:?}")), "{said}");
        }
    }
}
