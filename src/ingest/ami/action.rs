//! What is said to the manager interface. Pure.

use md5::{Digest, Md5};

/// An action with its fields. What a value can't hold – line ends, by which it could say more than one thing – is left
/// out.
pub fn action(name: &str, id: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("Action: {name}\r\nActionID: {id}\r\n");
    for (key, value) in fields {
        let value: String = value.chars().filter(|letter| !matches!(letter, '\r' | '\n')).collect();
        text.push_str(&format!("{key}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// The answer to a login challenge: proves that we know the secret without sending it.
pub fn challenge_key(challenge: &str, secret: &str) -> String {
    let digest = Md5::new().chain_update(challenge).chain_update(secret).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_smuggle_in_another_line() {
        let bytes = action("Getvar", "7", &[("Channel", "PJSIP/1\r\nAction: Originate")]);
        let expected = "Action: Getvar\r\nActionID: 7\r\nChannel: PJSIP/1Action: Originate\r\n\r\n";
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
    }

    #[test]
    fn the_key_is_the_digest_of_challenge_and_secret() {
        assert_eq!(challenge_key("840415273", "secret"), "81c3ab5534a432bec402f6d988ee45b4");
    }
}
