//! The companding laws of ITU-T G.711: a byte is a sample.

use std::sync::LazyLock;

/// Samples of the codes of a-law, 13 bits widened to 16.
pub static A_LAW: LazyLock<[i16; 256]> = LazyLock::new(|| table(a_law));
/// Samples of the codes of µ-law, 14 bits widened to 16.
pub static MU_LAW: LazyLock<[i16; 256]> = LazyLock::new(|| table(mu_law));

fn table(law: fn(u8) -> i16) -> [i16; 256] {
    std::array::from_fn(|code| law(code.to_le_bytes()[0]))
}

/// Table 1: the even bits are inverted; the first segment is as fine as the second.
fn a_law(code: u8) -> i16 {
    let code = code ^ 0x55;
    let (segment, step) = (code >> 4 & 7, i16::from(code & 15));
    let size = if segment == 0 { 2 * step + 1 } else { (2 * step + 33) << (segment - 1) };
    if code & 0x80 != 0 { size << 3 } else { -(size << 3) }
}

/// Table 2: all bits are inverted.
fn mu_law(code: u8) -> i16 {
    let code = !code;
    let (segment, step) = (code >> 4 & 7, i16::from(code & 15));
    let size = ((2 * step + 33) << segment) - 33;
    if code & 0x80 == 0 { size << 2 } else { -(size << 2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_middle_are_those_of_the_tables() {
        for (code, sample) in
            [(0xd5, 8), (0x55, -8), (0xaa, 32256), (0x2a, -32256), (0x80, 5504), (0xc5, 264)]
        {
            assert_eq!(a_law(code), sample, "{code:x}");
        }
        for (code, sample) in [(0xff, 0), (0x7f, 0), (0x80, 32124), (0x00, -32124), (0xf0, 120), (0xef, 132)]
        {
            assert_eq!(mu_law(code), sample, "{code:x}");
        }
    }

    #[test]
    fn codes_of_one_sign_are_in_order() {
        let order = |table: &[i16; 256], flip: u8| {
            let sizes: Vec<i16> = (0..128u8).map(|rank| table[usize::from((rank | 0x80) ^ flip)]).collect();
            assert!(sizes.windows(2).all(|pair| pair[0] < pair[1]), "{sizes:?}");
        };
        order(&A_LAW, 0x55);
        order(&MU_LAW, 0x7f);
    }
}
