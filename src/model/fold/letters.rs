//! What becomes of single characters.

/// What nobody sees: it comes along with what is copied from a page, a telephone or a mail.
pub(super) fn is_ignored(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Accents that stand alone fall into a blank and a mark where they are taken apart; people type them for apostrophes.
pub(super) fn before(c: char) -> char {
    match c {
        '´' | '\u{384}' | '\u{1fbd}' | '\u{1fbf}' | '\u{1fef}' | '\u{1ffd}' | '\u{1ffe}' => '\'',
        '\u{37a}' => 'ι',
        other => other,
    }
}

/// Marks of Latin, Greek, Cyrillic, Hebrew and Arabic, in texts that are taken apart, and tatweel, which only makes a word
/// longer. Those of other scripts make other letters.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20f0}'
        | '\u{fe20}'..='\u{fe2f}'
        // Cyrillic.
        | '\u{483}'..='\u{489}' | '\u{2de0}'..='\u{2dff}' | '\u{a66f}'..='\u{a672}' | '\u{a674}'..='\u{a67d}'
        | '\u{a69e}'..='\u{a69f}'
        // Hebrew.
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c5}' | '\u{5c7}' | '\u{fb1e}'
        // Arabic, where hamza and madda on a letter are marks as well.
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{898}'..='\u{89f}'
        | '\u{8ca}'..='\u{8e1}' | '\u{8e3}'..='\u{8ff}')
}

/// Adds a letter as people write it who have no key for it.
pub(super) fn otherwise(c: char, out: &mut String) {
    match c {
        c if c.is_ascii() && c != '`' => out.push(c),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        _ => out.push(digit(c).unwrap_or_else(|| one(c))),
    }
}

#[rustfmt::skip]
fn one(c: char) -> char {
    match c {
        'ⱥ' => 'a', 'ƀ' | 'ɓ' => 'b', 'ȼ' | 'ƈ' => 'c', 'đ' | 'ð' | 'ɖ' | 'ɗ' | 'ƌ' => 'd', 'ə' | 'ǝ' | 'ɛ' | 'ɇ' => 'e',
        'ƒ' => 'f', 'ǥ' | 'ɠ' | 'ɣ' => 'g', 'ħ' | 'ⱨ' => 'h', 'ı' | 'ɨ' | 'ɩ' => 'i', 'ɉ' => 'j', 'ƙ' | 'ĸ' | 'ⱪ' => 'k',
        'ł' | 'ƚ' | 'ɫ' | 'ⱡ' => 'l', 'ŋ' | 'ɲ' | 'ƞ' => 'n', 'ø' | 'ɔ' | 'ɵ' => 'o', 'ƥ' | 'ᵽ' => 'p', 'ɍ' | 'ɽ' => 'r',
        'ŧ' | 'ƭ' | 'ʈ' | 'ⱦ' => 't', 'ʉ' | 'ʊ' => 'u', 'ʋ' => 'v', 'ɏ' | 'ƴ' => 'y', 'ƶ' | 'ȥ' | 'ⱬ' => 'z',
        // Apostrophes, quotation marks, dashes and slashes.
        '`' | '‘' | '’' | '‚' | '‛' | '′' | '‵' | '‹' | '›' | 'ʹ' | 'ʻ' | 'ʼ' | 'ʽ' | 'ʾ' | 'ʿ' | 'ˈ' | 'ˊ' | 'ˋ' | '׳' | 'ꞌ' => '\'',
        '“' | '”' | '„' | '‟' | '«' | '»' | 'ʺ' | '״' | '″' => '"',
        '‐'..='―' | '⁃' | '−' | '˗' | '־' => '-',
        '⁄' | '∕' => '/',
        // Letters of Arabic that are written alike, or alike in other countries.
        'ٱ' => 'ا', 'ى' | 'ی' => 'ي', 'ة' | 'ە' | 'ہ' | 'ھ' => 'ه', 'ک' => 'ك',
        other => other,
    }
}

/// Where ten digits from 0 to 9 begin, of those that form KC leaves as they are.
const ZEROS: [char; 20] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}',
    '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}',
    '\u{17e0}', '\u{1810}',
];

/// A digit of another script.
fn digit(c: char) -> Option<char> {
    let above = ZEROS.iter().filter_map(|zero| u32::from(c).checked_sub(u32::from(*zero)));
    above.min().filter(|value| *value < 10).and_then(|value| char::from_digit(value, 10))
}
