//! The country of an office, by the code that is dialled from abroad.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A country code of ITU-T E.164, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(String);

impl Country {
    /// Its digits; empty where none is set.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl FromStr for Country {
    type Err = String;

    fn from_str(text: &str) -> Result<Country, String> {
        let code = text.trim();
        let digits = code.strip_prefix('+').or_else(|| code.strip_prefix("00")).unwrap_or(code);
        let is_code = (1..=3).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        if code.is_empty() || is_code {
            return Ok(Country(digits.into()));
        }
        Err(format!(
            "{text:?} is no country code; give the one to three digits that are dialled behind +, as in 44"
        ))
    }
}

impl TryFrom<String> for Country {
    type Error = String;

    fn try_from(text: String) -> Result<Country, String> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> String {
        country.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_one_to_three_digits_however_it_is_written() {
        for (text, digits) in
            [("44", "44"), ("+44", "44"), ("0044", "44"), (" 1 ", "1"), ("972", "972"), ("", "")]
        {
            assert_eq!(text.parse::<Country>().map(|country| country.digits().to_owned()), Ok(digits.into()));
        }
        for text in ["GB", "4420", "0", "+", "4-4", "٤٤"] {
            assert!(text.parse::<Country>().is_err_and(|error| error.contains("country code")), "{text}");
        }
    }
}
