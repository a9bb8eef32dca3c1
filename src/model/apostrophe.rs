//! The apostrophe that keeps a spreadsheet from calculating a text: who writes CSV puts it, who reads it takes it off.

/// Whether a text has an apostrophe put before it: a spreadsheet could take it for a formula, or a reader its own first
/// apostrophe for ours. `+` with digits and blanks alone is a phone number and stays.
pub fn needs_apostrophe(text: &[u8]) -> bool {
    match text {
        [b'=' | b'-' | b'@' | b'\t' | b'\r' | b'\n' | b'\'', ..] => true,
        [b'+', number @ ..] => !is_phone_number(number),
        // The full-width = + - @ of East Asian keyboards.
        [0xef, 0xbc, 0x8b | 0x8d | 0x9d | 0xa0, ..] => true,
        _ => false,
    }
}

/// The text of a cell, without the apostrophe that was put before it.
pub fn without_apostrophe(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// Digits, perhaps with blanks between them: nothing to calculate.
fn is_phone_number(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "[=+@'\t\r\n\" 0-9a-c\u{ff1d}-]{0,12}") {
            let written = if needs_apostrophe(text.as_bytes()) { format!("'{text}") } else { text.clone() };
            prop_assert_eq!(without_apostrophe(&written), text);
        }
    }
}
