//! What a PBX writes in the place of a number that the caller withheld.

/// Asterisk's, FreeSWITCH's and the trunks' words, in any case. `unknown` and `unavailable` are none of them: they stand
/// where the network has no number, and a caller who withholds nothing may be there (3GPP TS 24.607 tells
/// `anonymous@anonymous.invalid` from `unavailable@unknown.invalid`, ITU-T Q.951 presentation 1 from 2).
const WORDS: [&str; 4] = ["anonymous", "restricted", "private", "withheld"];

/// Whether a text in the place of a number says that the caller withheld it. A number with digits never does.
pub fn is_withheld(number: &str) -> bool {
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(number.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_every_source_are_withheld_numbers_in_any_case() {
        for number in
            ["anonymous", "Anonymous", "restricted", "RESTRICTED", "private", "Withheld", " anonymous "]
        {
            assert!(is_withheld(number), "{number}");
        }
    }

    #[test]
    fn numbers_names_and_words_for_no_number_are_not_withheld() {
        for number in
            ["", "unknown", "Unavailable", "<unknown>", "5550100", "+441632960000", "anonymous1", "s"]
        {
            assert!(!is_withheld(number), "{number}");
        }
    }
}
