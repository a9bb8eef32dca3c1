//! The rows: five years of an office building's calls, the same for the same count on every machine.
//!
//! Only whole numbers and multiplications go in, so that no mathematics library can make two machines differ.

/// The five years, Unix seconds: 2021 to 2025, UTC.
pub const YEARS: std::ops::Range<i64> = 1_609_459_200..1_767_225_600;

/// A month of them, for the questions: November 2025, which begins on a Saturday.
pub const MONTH: std::ops::Range<i64> = 1_761_955_200..1_764_547_200;

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// Changes whenever the same count gives other rows, so that a kept file is not taken for this one.
pub const EDITION: u32 = 1;

/// Three digits that are found in about every fortieth called number.
pub const COMMON_DIGITS: &str = "841";

/// The customers, by id from 1.
pub const CUSTOMERS: [&str; 3] = ["Harbour Freight", "Bäckerei Öztürk", "לוי ושות׳"];

/// The groups of each customer; the first has the most calls.
pub const GROUPS: [&str; 4] = ["Orders", "Service desk", "Accounts", "Reception"];

/// Per mille of a customer's calls, for each of its groups.
const GROUP_SHARE: [u64; 4] = [450, 300, 150, 100];

/// Outside numbers that call or are called; most of them rarely, some never.
const OUTSIDERS: u64 = 200_000;

/// Extensions of a customer, a quarter of them in each group.
const EXTENSIONS: usize = 100;

/// Calls in a thousand that begin in each hour of a working day.
const HOURS: [u64; 24] =
    [2, 1, 1, 1, 2, 4, 10, 25, 70, 105, 118, 110, 66, 84, 106, 104, 86, 52, 24, 12, 8, 5, 3, 1];

/// Per cent of a working day's calls, from Sunday.
const WEEKDAYS: [u64; 7] = [6, 108, 102, 100, 98, 92, 14];

/// Seconds of a call at equal steps of probability; between two of them every length is as likely.
const LENGTHS: [u64; 17] = [2, 18, 31, 42, 53, 64, 75, 87, 100, 116, 135, 158, 188, 230, 300, 450, 2_700];

const GIVEN: [&str; 24] = [
    "Aisha", "Bernd", "Chiara", "Dov", "Elena", "Femke", "Gerrit", "Hanna", "Ivo", "Jolanda", "Kofi",
    "Leila", "Marek", "Nadia", "Olaf", "Pieter", "Rachel", "Sanne", "Thijs", "Ulla", "Victor", "Wendy",
    "Yosef", "Zara",
];
const FAMILY: [&str; 24] = [
    "Achterberg",
    "Blom",
    "Costa",
    "Diallo",
    "Evers",
    "Fischer",
    "Groen",
    "Haddad",
    "Ivanov",
    "Jonker",
    "Keller",
    "Lindqvist",
    "Mizrahi",
    "Novak",
    "Okafor",
    "Postma",
    "Rossi",
    "Schouten",
    "Timmer",
    "Unger",
    "Vermeer",
    "Weber",
    "Yilmaz",
    "Zwart",
];
/// Names that go wrong where somebody assumed ASCII, or forgot an escape.
const AWKWARD: [&str; 20] = [
    "Ελένη Παπαδοπούλου",
    "Дмитрий Соколов",
    "יעל אברהמי",
    "محمد حداد",
    "अनिता शर्मा",
    "山田 太郎",
    "김민준",
    "Łucja Żmuda",
    "Nguyễn Thị Hạnh",
    "Þórður Æsuson",
    "Desk \"B\", 2nd floor",
    "CORP\\jvermeer",
    "C:\\voice\\new",
    "Night line 🌙",
    "👩‍🔧 Workshop",
    "Line\tTwo",
    "<i>Lobby</i> & Co",
    "50 % off_line",
    "İpek Şahin",
    "Zoe\u{301} Noe\u{308}l",
];
/// Country code, digits behind it, per cent of the outside numbers.
const COUNTRIES: [(&str, u32, u64); 6] =
    [("31", 9, 56), ("49", 10, 14), ("44", 10, 11), ("972", 9, 9), ("33", 9, 6), ("1", 10, 4)];
const DUTCH_AREAS: [u64; 8] = [20, 10, 70, 30, 40, 61, 62, 65];

/// A stream of chances: SplitMix64, from Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A whole number below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.roll()) * u128::from(bound)) >> 64) as u64
    }

    /// True so many times in a thousand.
    fn permille(&mut self, times: u64) -> bool {
        self.below(1000) < times
    }

    /// A whole number below `bound`, the small ones far more often: half of all are in the first sixteenth,
    /// half of those in its first sixteenth, and so on, as Zipf's law has it.
    fn skewed(&mut self, bound: u64) -> u64 {
        let unit = (self.roll() >> 11) as f64 / (1u64 << 53) as f64;
        let squared = unit * unit;
        (squared * squared * bound as f64) as u64
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    /// Which of the shares of a whole it falls in.
    fn share(&mut self, shares: impl IntoIterator<Item = u64>, whole: u64) -> usize {
        let mut left = self.below(whole);
        let mut index = 0;
        for share in shares {
            if left < share {
                break;
            }
            left -= share;
            index += 1;
        }
        index
    }
}

/// Somebody at one end of a call.
struct Line {
    number: String,
    plus: String,
    name: String,
    display: String,
}

/// One end of a call, as a row has it.
#[allow(missing_docs, reason = "the wire columns, less their first letter")]
#[derive(Clone, Copy)]
pub struct Party<'a> {
    pub kind: &'static str,
    pub number: &'a str,
    pub name: &'a str,
    pub display: &'a str,
    pub customer: i64,
}

/// A row of `recordings`.
#[allow(missing_docs, reason = "the wire columns; the three parties take five each, the called one four")]
pub struct Row<'a> {
    pub customer: i64,
    pub recordgroup: i64,
    pub uniqueid: String,
    pub recordid: &'static str,
    pub asteriskid: String,
    pub machine: &'static str,
    pub start: i64,
    pub end: i64,
    pub talktime: i64,
    pub totaltime: i64,
    pub status: &'static str,
    pub source: Party<'a>,
    pub called: Party<'a>,
    pub destination: Party<'a>,
    pub callerid: &'a str,
    pub spresent: i64,
    pub complete: i64,
    pub expires: i64,
    pub size: i64,
    pub path: String,
}

/// Everyone who calls and is called.
pub struct World {
    outsiders: Vec<Line>,
    extensions: Vec<Vec<Line>>,
    direct: Vec<Vec<Line>>,
}

impl World {
    /// The same world for every count of rows.
    pub fn new() -> World {
        let mut dice = Dice(0x7461_7065);
        World {
            outsiders: (0..OUTSIDERS).map(|rank| outsider(&mut dice, rank)).collect(),
            extensions: (0..CUSTOMERS.len()).map(|customer| extensions(&mut dice, customer)).collect(),
            direct: (0..CUSTOMERS.len()).map(direct_numbers).collect(),
        }
    }

    /// Seven digits that a few calls in a million have.
    pub fn rare_digits(&self) -> &str {
        last(&self.outsiders[1_200].number, 7)
    }

    /// Five digits of a regular caller.
    pub fn familiar_digits(&self) -> &str {
        last(&self.outsiders[40].number, 5)
    }

    /// Calls `each` with so many rows, in the order that they were stored.
    pub fn each_row<'a, E>(
        &'a self,
        count: u64,
        mut each: impl FnMut(Row<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut dice = Dice(0x6c69_6e65 ^ count);
        let mut serial = 100_000;
        for (hour, calls) in hours(count) {
            let mut starts: Vec<i64> = (0..calls).map(|_| hour + dice.below(3600) as i64).collect();
            starts.sort_unstable();
            for start in starts {
                serial += 1 + dice.below(4);
                each(self.row(&mut dice, start, serial))?;
            }
        }
        Ok(())
    }

    fn row(&self, dice: &mut Dice, on_time: i64, serial: u64) -> Row<'_> {
        // One in a hundred is stored late: it began before the rows that precede it.
        let late = if dice.permille(10) { 60 + dice.skewed(6 * 3600) as i64 } else { 0 };
        let start = (on_time - late).max(YEARS.start);
        let customer = dice.below(CUSTOMERS.len() as u64) as usize;
        let group = dice.share(GROUP_SHARE, 1000);
        let (source, called, destination, callerid) = self.parties(dice, customer, group);
        let status =
            *dice.pick(&["answer", "answer", "answer", "answer", "answer", "answer", "cancel", "busy"]);
        let in_progress = dice.permille(2);
        let totaltime = if in_progress { 0 } else { length(dice, status) };
        let ringing = 2 + dice.below(18) as i64;
        let recordid = ["1", "2", "3"][dice.share([900, 80], 1000)];
        let recordgroup = (customer * GROUPS.len() + group + 1) as i64;
        Row {
            customer: customer as i64 + 1,
            recordgroup,
            uniqueid: format!("{start}.{serial}"),
            recordid,
            asteriskid: format!("pbx-{}", customer + 1),
            machine: if serial.is_multiple_of(2) { "rec1" } else { "rec2" },
            start,
            end: if in_progress { 0 } else { start + totaltime },
            talktime: if status == "answer" { (totaltime - ringing).max(0) } else { 0 },
            totaltime,
            status,
            source,
            called,
            destination,
            callerid,
            spresent: i64::from(!serial.is_multiple_of(40)),
            complete: i64::from(!in_progress),
            // Twenty years, so that no retention takes the data away from under the bench.
            expires: if recordgroup % 4 == 0 { 0 } else { start + 20 * 365 * DAY },
            size: if in_progress { 0 } else { 44 + 16_000 * totaltime },
            path: format!("{}/{start}-{serial}-{recordid}-recording.wav", folder(start)),
        }
    }

    /// Source, called, destination and the caller id that the callee saw.
    fn parties(
        &self,
        dice: &mut Dice,
        customer: usize,
        group: usize,
    ) -> (Party<'_>, Party<'_>, Party<'_>, &str) {
        let id = customer as i64 + 1;
        let outsider = &self.outsiders[dice.skewed(OUTSIDERS) as usize];
        let colleagues = &self.extensions[customer];
        let desk = colleagues.len() / GROUPS.len();
        let extension = &colleagues[desk * group + dice.skewed(desk as u64) as usize];
        let mut outside = Party::of("external", outsider, 0);
        // The PBX writes a few with the plus sign.
        if dice.permille(80) {
            outside.number = &outsider.plus;
        }
        let mut inside = Party::of("extension", extension, id);
        let mut colleague = Party::of("extension", dice.pick(colleagues), id);
        if dice.permille(20) {
            let name = dice.pick(&AWKWARD);
            (outside.name, inside.name, colleague.name) = (name, name, name);
        }
        match dice.share([470, 390], 1000) {
            0 => (outside, Party::of("did", dice.pick(&self.direct[customer]), id), inside, &outsider.number),
            1 => (inside, outside, outside, &extension.number),
            _ => (inside, colleague, colleague, &extension.number),
        }
    }
}

impl<'a> Party<'a> {
    fn of(kind: &'static str, line: &'a Line, customer: i64) -> Party<'a> {
        Party { kind, number: &line.number, name: &line.name, display: &line.display, customer }
    }
}

/// The outside number of a rank: the lower, the more it calls. No two are the same: within a country the
/// digits are the rank times a number that shares no factor with ten.
fn outsider(dice: &mut Dice, rank: u64) -> Line {
    let (country, digits, _) = COUNTRIES[dice.share(COUNTRIES.map(|(_, _, share)| share), 100)];
    let (area, digits) = match country {
        "31" => (*dice.pick(&DUTCH_AREAS), digits - 2),
        _ => (20 + dice.below(70), digits - 2),
    };
    let rest = (rank + 1) * 7_654_321 % 10u64.pow(digits);
    let rest = format!("{rest:0width$}", width = digits as usize);
    let name = if dice.permille(400) { person(dice) } else { String::new() };
    let number = format!("{country}{area}{rest}");
    Line { plus: format!("+{number}"), number, name, display: format!("+{country} {area} {rest}") }
}

fn extensions(dice: &mut Dice, customer: usize) -> Vec<Line> {
    let number = |index: usize| (200 + 100 * customer + index).to_string();
    (0..EXTENSIONS).map(|index| Line::new(number(index), person(dice))).collect()
}

/// The numbers under which a customer is reached from outside.
fn direct_numbers(customer: usize) -> Vec<Line> {
    let number = |index: usize| format!("31{}5{:06}", DUTCH_AREAS[customer], 408_300 + index * 11);
    (0..20).map(|index| Line::new(number(index), GROUPS[index % GROUPS.len()].to_owned())).collect()
}

impl Line {
    fn new(number: String, name: String) -> Line {
        Line { plus: format!("+{number}"), display: number.clone(), number, name }
    }
}

fn person(dice: &mut Dice) -> String {
    format!("{} {}", dice.pick(&GIVEN), dice.pick(&FAMILY))
}

/// Seconds of a call that ended in such a way.
fn length(dice: &mut Dice, status: &str) -> i64 {
    let step = dice.below(LENGTHS.len() as u64 - 1) as usize;
    let seconds = LENGTHS[step] + dice.below(LENGTHS[step + 1] - LENGTHS[step]);
    if status == "answer" { seconds as i64 } else { 1 + seconds as i64 % 60 }
}

/// Each hour of the years in which there are calls, and how many: by hour, weekday and holiday, and growing
/// from 7 to 13 as the years go by.
fn hours(count: u64) -> impl Iterator<Item = (i64, u64)> {
    let weigh = |hour: i64| {
        let day = hour.div_euclid(DAY);
        let holiday = matches!(&folder(hour)[5..], "12/25" | "12/26" | "01/01");
        let weekday = if holiday { 5 } else { WEEKDAYS[(day + 4).rem_euclid(7) as usize] };
        let growth = 700 + 600 * (hour - YEARS.start) / (YEARS.end - YEARS.start);
        HOURS[(hour % DAY / 3600) as usize] * weekday * growth as u64
    };
    let weights: Vec<u64> = YEARS.step_by(3600).map(weigh).collect();
    let whole: u64 = weights.iter().sum();
    let (mut passed, mut given) = (0u64, 0u64);
    YEARS.step_by(3600).zip(weights).filter_map(move |(hour, weight)| {
        passed += weight;
        let due = (u128::from(passed) * u128::from(count) / u128::from(whole)) as u64;
        let calls = due - given;
        given = due;
        (calls > 0).then_some((hour, calls))
    })
}

/// The folder of a day's recordings: `2025/11/04`. After Howard Hinnant, "chrono-compatible low-level date
/// algorithms".
fn folder(time: i64) -> String {
    let day = time.div_euclid(DAY) + 719_468;
    let of_era = day.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + day.div_euclid(146_097) * 400 + i64::from(month <= 2);
    format!("{year}/{month:02}/{:02}", of_year - (153 * shifted + 2) / 5 + 1)
}

fn last(text: &str, count: usize) -> &str {
    &text[text.len() - count..]
}
