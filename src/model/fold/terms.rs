//! What a search asks for: words, and numbers however they are written.

use std::fmt;

use super::fold;

/// Words that a search may have; more say nothing new of a call.
pub const MOST_WORDS: usize = 50;
/// Digits of what is tried as a number however it is written; less is an extension, or a part of a number.
const NUMBER: usize = 6;
/// Digits that are left of one at least without what is in front of it.
const WITHOUT_PREFIX: usize = 5;
/// Digits at the end that tell a number from others where nobody knows the country.
const TELLING: usize = 9;
/// Words in a row of which some may be one number and others another one, or an extension.
const SPLIT: usize = 6;

/// A part of a search. A row has it if it has all needles of one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term(pub Vec<Vec<Needle>>);

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let needle = |needle: &Needle| match needle {
            Needle::Text(text) => format!("{text:?}"),
            Needle::Number(digits) => format!("the digits {digits}"),
        };
        let way = |way: &Vec<Needle>| way.iter().map(needle).collect::<Vec<_>>().join(" and ");
        f.write_str(&self.0.iter().map(way).collect::<Vec<_>>().join(", or "))
    }
}

/// What is looked for in the folded numbers and names of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needle {
    /// A text.
    Text(String),
    /// Digits, whatever blanks, brackets, dashes, dots, slashes and plus signs are between them.
    Number(String),
}

impl Needle {
    /// What is looked for.
    pub fn text(&self) -> &str {
        match self {
            Needle::Text(text) | Needle::Number(text) => text,
        }
    }
}

/// The parts of a search; `country`: the digits of the office's country code, or nothing. `None` where it has more than
/// [`MOST_WORDS`] words.
pub fn search_terms(search: &str, country: &str) -> Option<Vec<Term>> {
    if search.split_whitespace().nth(MOST_WORDS).is_some() {
        return None;
    }
    let folded = fold(search);
    let words: Vec<&str> = folded.split_whitespace().map(pasted).collect();
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    for run in words.chunk_by(|one, next| is_of_number(one) && is_of_number(next)) {
        match number(run, country) {
            Some(term) => numbers.push(term),
            None => texts.extend(run),
        }
    }
    let mut terms: Vec<Term> =
        longest(texts).into_iter().map(|word| Term(vec![vec![Needle::Text(word.into())]])).collect();
    terms.extend(numbers);
    Some(terms)
}

/// Words that are part of another one are found with it.
fn longest(mut words: Vec<&str>) -> Vec<&str> {
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut kept: Vec<&str> = Vec::new();
    for word in words {
        if !kept.iter().any(|longer| longer.contains(word)) {
            kept.push(word);
        }
    }
    kept
}

/// A link to a number is its number (RFC 3966).
fn pasted(word: &str) -> &str {
    let linked = ["tel:", "callto:", "sms:", "fax:"].into_iter().find_map(|scheme| word.strip_prefix(scheme));
    let number = linked.map(|number| number.split(';').next().unwrap_or_default());
    number.filter(|number| is_of_number(number) && digits(number) > 0).unwrap_or(word)
}

fn is_of_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit() || b"()-./+".contains(&byte))
}

fn digits(word: &str) -> usize {
    word.bytes().filter(u8::is_ascii_digit).count()
}

/// What words that look like a number may stand for; `None` where they are too short for one.
fn number(run: &[&str], country: &str) -> Option<Term> {
    let all: usize = run.iter().map(|word| digits(word)).sum();
    if !is_of_number(run[0]) || all < NUMBER {
        return None;
    }
    let mut ways = vec![vec![Needle::Number(significant(&run.concat(), country))]];
    let singly = |words: &[&str]| words.iter().map(|word| alone(&[*word], country)).collect::<Vec<_>>();
    if run.len() <= SPLIT {
        ways.extend((1..run.len()).filter_map(|at| {
            let (left, right) = run.split_at(at);
            let way: Vec<Needle> =
                [left, right].into_iter().flat_map(|part| part_of(part, country)).collect();
            way.iter().all(|needle| digits(needle.text()) > 2).then_some(way)
        }));
    }
    // 01 23 45 67 89 is one number: nearly every row has each of its pairs somewhere.
    if run.len() > 1 && run.iter().any(|word| digits(word) > 2) {
        ways.push(singly(run));
    }
    let mut different: Vec<Vec<Needle>> = Vec::new();
    for way in ways {
        if !different.contains(&way) {
            different.push(way);
        }
    }
    Some(Term(different))
}

/// One number, or its words singly where they are too short for one.
fn part_of(words: &[&str], country: &str) -> Vec<Needle> {
    let is_long = words.iter().map(|word| digits(word)).sum::<usize>() >= NUMBER;
    let parts = if is_long { words.chunks(words.len()) } else { words.chunks(1) };
    parts.map(|part| alone(part, country)).collect()
}

fn alone(words: &[&str], country: &str) -> Needle {
    let text = words.concat();
    if digits(&text) < NUMBER {
        return Needle::Text(text);
    }
    Needle::Number(significant(&text, country))
}

/// The digits of a number without what one writes in front depending on where one calls from: + or 00 and the own country,
/// or one 0. Where nobody knows the own country, the last nine digits.
fn significant(number: &str, country: &str) -> String {
    let all: String = number.chars().filter(char::is_ascii_digit).collect();
    let is_abroad = |rest: &str| !rest.starts_with('0');
    let plus = number.trim_start_matches('(').starts_with('+');
    let abroad = if plus { Some(&*all) } else { all.strip_prefix("00").filter(|rest| is_abroad(rest)) };
    let home = all.strip_prefix('0').filter(|_| abroad.is_none());
    let bare = abroad.or(home).unwrap_or(&all);
    let rest = if country.is_empty() {
        &bare[bare.len().saturating_sub(TELLING)..]
    } else {
        let of_country = bare
            .strip_prefix(country)
            .filter(|rest| home.is_none() && (abroad.is_some() || rest.len() + 1 >= TELLING));
        // +44 (0)20
        of_country.map_or(bare, |rest| rest.strip_prefix('0').unwrap_or(rest))
    };
    if rest.len() < WITHOUT_PREFIX { all.clone() } else { rest.to_owned() }
}

/// Calls `each` with the digits of every number in a folded text, whatever is between them.
pub fn numbers_in(text: &str, each: &mut dyn FnMut(&str)) {
    let is_between = |c: char| c.is_ascii_digit() || " ()-./+".contains(c);
    for run in text.split(|c| !is_between(c)).filter(|run| digits(run) >= NUMBER) {
        let bare: String = run.chars().filter(char::is_ascii_digit).collect();
        each(&bare);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(search: &str, country: &str) -> Vec<String> {
        let needle = |needle: &Needle| match needle {
            Needle::Text(text) => text.clone(),
            Needle::Number(digits) => format!("#{digits}"),
        };
        let way = |way: &Vec<Needle>| way.iter().map(needle).collect::<Vec<_>>().join(" ");
        let terms = search_terms(search, country).expect("few words");
        terms.iter().map(|Term(ways)| ways.iter().map(way).collect::<Vec<_>>().join(" | ")).collect()
    }

    #[test]
    fn words_fold_and_shorter_ones_within_longer_ones_go() {
        assert_eq!(ways("  ÉMILE zola mil  Ola ", ""), ["emile", "zola"]);
        assert_eq!(ways("Søren D’Souza", ""), ["d'souza", "soren"]);
        assert_eq!(ways(" \t \u{200b} ", ""), Vec::<String>::new());
        assert_eq!(search_terms(&"x ".repeat(50), ""), search_terms("x", ""));
        assert_eq!(search_terms(&"x ".repeat(51), ""), None);
    }

    #[test]
    fn a_number_is_one_however_it_is_written() {
        for typed in [
            "02079460340",
            "442079460340",
            "+442079460340",
            "0044 2079460340",
            "020 7946 0340",
            "(020) 7946-0340",
            "020-7946-0340",
            "020.7946.0340",
            "020/79460340",
            "+44 20 7946 0340",
            "+44 (0)20 7946 0340",
            "(+44) 20 7946 0340",
            "tel:+44-20-7946-0340",
            "tel:+442079460340;ext=7",
            "\u{202a}+44 20 7946 0340\u{202c}",
            "０２０ ７９４６ ０３４０",
            "020\u{a0}7946\u{2011}0340",
        ] {
            let first = |country| ways(typed, country)[0].split(" | ").next().unwrap_or_default().to_owned();
            assert_eq!(first("44"), "#2079460340", "{typed}");
            assert_eq!(first(""), "#079460340", "{typed}");
        }
        assert_eq!(ways("+49 30 901820", "44")[0].split(' ').next(), Some("#4930901820"));
        assert_eq!(ways("4902079", "49"), ["#4902079"]);
    }

    #[test]
    fn the_words_of_a_number_are_tried_singly_and_beside_an_extension_too() {
        assert_eq!(ways("201", "44"), ["201"]);
        assert_eq!(ways("0201", "44"), ["0201"]);
        assert_eq!(ways("1-2 3.4", ""), ["1-2", "3.4"]);
        assert_eq!(ways("anna 201 berg", ""), ["anna", "berg", "201"]);
        assert_eq!(ways("201 20794603", ""), ["#120794603 | 201 #20794603"]);
        assert_eq!(ways("7946 0340", ""), ["#79460340 | 7946 0340"]);
        assert_eq!(ways("020 794", ""), ["#20794 | 020 794"]);
        assert_eq!(ways("7946 anna 0340", ""), ["7946", "anna", "0340"]);
        assert_eq!(ways("201 7946 0340", ""), ["#179460340 | 201 #79460340 | #2017946 0340 | 201 7946 0340"],);
        assert_eq!(ways("01 23 45 67 89", "")[0].split(" | ").next(), Some("#123456789"));
        assert!(!ways("01 23 45 67 89", "")[0].contains("01 23 45"));
    }
}
