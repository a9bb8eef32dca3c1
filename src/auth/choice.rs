//! Which password somebody may choose. One that is there already goes on working, whatever it is.

use super::password::{PasswordError, fits};
use crate::model::names::same_username;

/// What is tried first by whoever guesses: the commonest ones of the lists of stolen passwords that are published year by
/// year, and this trade's own.
const COMMON: &[&str] = &[
    "00000000",
    "0123456789",
    "11111111",
    "111111111",
    "1111111111",
    "12121212",
    "123123123",
    "12341234",
    "12345678",
    "123456789",
    "1234567890",
    "1234qwer",
    "12344321",
    "123456789a",
    "147258369",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "22222222",
    "55555555",
    "66666666",
    "77777777",
    "87654321",
    "88888888",
    "987654321",
    "99999999",
    "a1234567",
    "a12345678",
    "a123456789",
    "a1b2c3d4",
    "aa123456",
    "aaaaaaaa",
    "abc12345",
    "abcd1234",
    "abcdefgh",
    "admin123",
    "admin1234",
    "administrator",
    "asdf1234",
    "asdfasdf",
    "asdfghjk",
    "asdfghjkl",
    "asterisk",
    "baseball",
    "changeme",
    "changeme1",
    "computer",
    "football",
    "freepbx1",
    "freeswitch",
    "hello123",
    "iloveyou",
    "internet",
    "letmein1",
    "letmein123",
    "liverpool",
    "michelle",
    "p@ssw0rd",
    "p@ssword",
    "pass1234",
    "passw0rd",
    "password",
    "password!",
    "password1",
    "password12",
    "password123",
    "password1234",
    "passwort",
    "passwort1",
    "princess",
    "q1w2e3r4",
    "q1w2e3r4t5",
    "qazwsxedc",
    "qwer1234",
    "qwerty12",
    "qwerty123",
    "qwerty1234",
    "qwertyui",
    "qwertyuiop",
    "qwertz123",
    "recordings",
    "starwars",
    "sunshine",
    "superman",
    "tapeline",
    "tapeline1",
    "trustno1",
    "welcome1",
    "welcome123",
    "whatever",
    "zaq12wsx",
    "zxcvbnm1",
    "zxcvbnm123",
];

/// Refuses what is no password, what bcrypt would cut off, what is shorter than `minimum` characters, and what is tried
/// before all else: the name to log in with, and the commonest ones.
pub fn check_new_password(password: &str, username: &str, minimum: u32) -> Result<(), PasswordError> {
    let minimum = minimum as usize;
    if password.is_empty() {
        return Err(PasswordError::Empty { minimum });
    }
    fits(password)?;
    let characters = password.chars().count();
    if characters < minimum {
        return Err(PasswordError::TooShort { characters, minimum });
    }
    is_no_name(password, username)?;
    if COMMON.contains(&password.to_lowercase().as_str()) {
        return Err(PasswordError::Common);
    }
    Ok(())
}

/// Refuses the name to log in with, whatever its case.
pub fn is_no_name(password: &str, username: &str) -> Result<(), PasswordError> {
    let is_name = !username.is_empty() && same_username(password) == same_username(username);
    if is_name { Err(PasswordError::Name) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_as_many_characters_as_the_setting_says_and_fits_into_bcrypt() {
        let check = |password: &str| check_new_password(password, "anna", 8);
        assert_eq!(check(""), Err(PasswordError::Empty { minimum: 8 }));
        assert_eq!(check("a"), Err(PasswordError::TooShort { characters: 1, minimum: 8 }));
        // Seven characters, however many bytes they have.
        assert_eq!(check("pässwör"), Err(PasswordError::TooShort { characters: 7, minimum: 8 }));
        assert_eq!(check("日本語の録音です"), Ok(()));
        assert_eq!(check(&"é".repeat(36)), Ok(()));
        assert_eq!(check(&"x".repeat(73)), Err(PasswordError::TooLong(73)));
        assert_eq!(check(&"é".repeat(37)), Err(PasswordError::TooLong(74)));
        assert_eq!(check_new_password("wren", "anna", 4), Ok(()));
        assert_eq!(
            check_new_password("eight-on", "anna", 12).unwrap_err().to_string(),
            "the password has 8 characters; choose one of at least 12"
        );
    }

    #[test]
    fn what_is_tried_first_is_refused_in_any_case() {
        for password in ["12345678", "password", "PassWord1", "QWERTZ123", "Tapeline"] {
            assert_eq!(check_new_password(password, "anna", 8), Err(PasswordError::Common), "{password}");
        }
        for (password, username) in [
            ("annabelle", "annabelle"),
            ("Anna Belle", "anna belle"),
            ("ANNABELLE ", "annabelle"),
            ("Zoë-Marie", "zoe\u{308}-marie"),
        ] {
            assert_eq!(check_new_password(password, username, 8), Err(PasswordError::Name), "{password}");
        }
        assert_eq!(check_new_password("annabelles", "annabelle", 8), Ok(()));
    }

    #[test]
    fn the_common_ones_are_as_they_are_compared() {
        assert!(COMMON.iter().all(|one| *one == one.to_lowercase()), "they are compared in small letters");
    }
}
