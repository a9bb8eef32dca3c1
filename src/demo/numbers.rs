//! The outside world: phone numbers, and the people behind them.
//!
//! Every number is from a range that its regulator keeps free for film and fiction, so that a curious click
//! on a number rings nowhere: Ofcom (020 7946 0…, 0161 496 0…, 07700 900…), the Bundesnetzagentur (030
//! 23125…), ARCEP (01 99 00…, 06 39 98…), the Swedish PTS (08-465 004…), ComReg (020 91…), the ACMA (02
//! 5550…) and the North American 555-01….

use std::collections::HashSet;

use super::dice::Dice;

/// How many outsiders each customer is on the phone with in a year.
const CONTACTS: usize = 240;

/// A line of the office that outsiders call.
#[derive(Debug)]
pub(super) struct Line {
    /// As the PBX stores it: country code and number.
    pub(super) number: &'static str,
    /// As people write it.
    pub(super) display: &'static str,
    /// Number of the queue behind it.
    pub(super) queue: &'static str,
}

/// The line of each record group, in the order of their ids.
pub(super) const LINES: [Line; 6] = [
    Line { number: "442079460101", display: "020 7946 0101", queue: "401" },
    Line { number: "442079460102", display: "020 7946 0102", queue: "402" },
    Line { number: "442079460100", display: "020 7946 0100", queue: "400" },
    Line { number: "441614960300", display: "0161 496 0300", queue: "500" },
    Line { number: "441614960301", display: "0161 496 0301", queue: "501" },
    Line { number: "441614960302", display: "0161 496 0302", queue: "502" },
];

/// Someone outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Contact {
    /// As the PBX stores it: country code and number.
    pub(super) number: String,
    /// As people write it, in this country without its code.
    pub(super) display: String,
    /// Empty where the network told none.
    pub(super) name: String,
}

/// A range of free numbers: the country code, the trunk prefix that people write at home or the code that
/// they write abroad, and the rest, with `#` for any digit.
struct Range {
    code: &'static str,
    before: &'static str,
    rest: &'static str,
}

const fn range(code: &'static str, before: &'static str, rest: &'static str) -> Range {
    Range { code, before, rest }
}

/// The first ones, which are the likelier, are near: the office is in London and Manchester.
const RANGES: [Range; 16] = [
    range("44", "0", "7700 900###"),
    range("44", "0", "20 7946 0###"),
    range("44", "0", "161 496 0###"),
    range("44", "0", "7700 900###"),
    range("44", "0", "121 496 0###"),
    range("44", "0", "131 496 0###"),
    range("44", "0", "113 496 0###"),
    range("353", "+353 ", "20 91# ####"),
    range("33", "+33 ", "1 99 00 ## ##"),
    range("49", "+49 ", "30 23125 ###"),
    range("33", "+33 ", "6 39 98 ## ##"),
    range("46", "+46 ", "8 465 004 ##"),
    range("49", "+49 ", "89 99998 ###"),
    range("61", "+61 ", "2 5550 ####"),
    range("1", "+1 ", "212 555 01##"),
    range("49", "+49 ", "40 66969 ###"),
];

/// Given and family names that go together, each list with a bar between two.
struct Names {
    given: &'static str,
    family: &'static str,
    /// Chinese, Japanese and Korean names begin with the family, and have no space.
    family_first: bool,
}

const LATIN: Names = Names {
    given: "Amélie|Björn|Caoimhe|Desmond|Eszter|Fergus|Gülay|Hélène|Iñaki|Jörg|Kateřina|Louise|\
            Małgorzata|Nuno|Oisín|Priya|Rhys|Saoirse|Théo|Ursula|Vigdís|Winston|Žana|Åse",
    family: "Adeyemi|Bäcker|Çelik|D'Souza|Eriksson|Fitzgerald|Gonçalves|Håkansson|Ibáñez|Jørgensen|\
             Kowalczyk|Lefèvre|Müller|Nagy|O'Connell|Pettersson|Quigley|Řezníček|Sørensen|Tănase|\
             van 't Hoff|Whitfield|Yılmaz|Žukauskas",
    family_first: false,
};
const HEBREW: Names = Names {
    given: "דניאל|מיכל|אורי|רבקה|יונתן|הדס",
    family: "כהן|פרידמן|מזרחי|אברהמי|שפירא|בן־דוד",
    family_first: false,
};
const ARABIC: Names = Names {
    given: "أحمد|فاطمة|محمود|نور|هالة|إبراهيم",
    family: "الخطيب|عبد الله|حسين|النجار|قاسم|يونس",
    family_first: false,
};
const GREEK: Names = Names {
    given: "Γιώργος|Μαρία|Κώστας|Σοφία|Θεόδωρος|Άννα",
    family: "Παπαδόπουλος|Νικολάου|Βασιλείου|Οικονόμου|Ζαφείρης|Ράπτη",
    family_first: false,
};
const CYRILLIC: Names = Names {
    given: "Ирина|Михайло|Светлана|Андрей|Їванна|Юрий",
    family: "Шевченко|Гончар|Мельник|Бондаренко|Головко|Ткаченко",
    family_first: false,
};
const HAN: Names =
    Names {
        given: "健太|美咲|秀英|建国|陽子|志强", family: "田中|高橋|李|陈|山本|黄", family_first: true
    };
const HANGUL: Names =
    Names { given: "서연|지훈|민준|하은", family: "박|최|정|이", family_first: true };

/// Latin counts more often: it is a British office.
const SCRIPTS: [&Names; 12] =
    [&LATIN, &LATIN, &LATIN, &LATIN, &LATIN, &LATIN, &HEBREW, &ARABIC, &GREEK, &CYRILLIC, &HAN, &HANGUL];

/// Firms, and names with the signs that break careless programs.
const FIRMS: [&str; 18] = [
    "Søren & Partners ApS",
    "Bäckerei \"Zur Mühle\"",
    "O'Malley's Haulage",
    "Crêperie de l'Étoile",
    "Smith; Jones, LLP",
    "Αφοί Μαρκάτου Α.Ε.",
    "ТОВ «Світанок»",
    "חברת אלון בע״מ",
    "مكتبة النور",
    "上海明珠贸易",
    "株式会社さくら",
    "한빛물류",
    "Port of Rosslare",
    "100% Cotton Ltd",
    "Łódzkie Meble",
    "Taxi <night>",
    "Dr. \"Mac\" McAllister",
    "Ship\\Shape",
];

/// The outsiders of one customer, no two with one number; the first are the best known.
pub(super) fn contacts(dice: &mut Dice) -> Vec<Contact> {
    let mut taken: HashSet<String> = LINES.iter().map(|line| line.number.into()).collect();
    let mut contacts = Vec::with_capacity(CONTACTS);
    while contacts.len() < CONTACTS {
        let range = &RANGES[dice.favourite(RANGES.len())];
        let rest = fill(range.rest, dice);
        let number = format!("{}{}", range.code, rest.replace(' ', ""));
        if taken.insert(number.clone()) {
            contacts.push(Contact { number, display: format!("{}{rest}", range.before), name: name(dice) });
        }
    }
    contacts
}

/// The pattern with a digit for each `#`.
fn fill(pattern: &str, dice: &mut Dice) -> String {
    let mut digit = || char::from(b'0' + dice.below(10) as u8);
    pattern.chars().map(|sign| if sign == '#' { digit() } else { sign }).collect()
}

fn name(dice: &mut Dice) -> String {
    if dice.chance(0.25) {
        return String::new();
    }
    if dice.chance(0.15) {
        return (*dice.pick(&FIRMS)).into();
    }
    let names = dice.pick(&SCRIPTS);
    let mut one = |list: &'static str| *dice.pick(&list.split('|').collect::<Vec<_>>());
    let (given, family) = (one(names.given), one(names.family));
    if names.family_first { format!("{family}{given}") } else { format!("{given} {family}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_differ_in_number_and_repeat_by_seed() {
        let made = contacts(&mut Dice::new(3));
        let numbers: HashSet<_> = made.iter().map(|contact| &contact.number).collect();
        assert_eq!(numbers.len(), CONTACTS);
        assert_eq!(made, contacts(&mut Dice::new(3)));
    }

    #[test]
    fn a_number_is_stored_with_its_country_code_and_shown_as_written() {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        for contact in contacts(&mut Dice::new(4)) {
            let home = contact.display.strip_prefix('0').map(|rest| format!("44{rest}"));
            assert_eq!(contact.number, digits(&home.unwrap_or(contact.display)));
        }
    }

    #[test]
    fn names_come_in_many_scripts() {
        let names: String = contacts(&mut Dice::new(5)).into_iter().map(|contact| contact.name).collect();
        let scripts = [
            ('\u{c0}', '\u{17f}'),
            ('\u{370}', '\u{3ff}'),
            ('\u{400}', '\u{4ff}'),
            ('\u{5d0}', '\u{5ea}'),
            ('\u{620}', '\u{64a}'),
            ('\u{4e00}', '\u{9fff}'),
            ('\u{ac00}', '\u{d7a3}'),
            ('"', '"'),
            ('\'', '\''),
        ];
        for (first, last) in scripts {
            assert!(names.chars().any(|letter| (first..=last).contains(&letter)), "{first}");
        }
    }
}
