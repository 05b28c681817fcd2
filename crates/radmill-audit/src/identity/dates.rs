//! Dates in whatever form people and machines write them.

/// A day, as year, month and day of the Gregorian calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// A day that exists, between 1850 and 2150: outside it no patient was examined and none was born.
    pub(crate) fn new(year: u32, month: u32, day: u32) -> Option<Day> {
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let n_days = match month {
            2 => 28 + u32::from(is_leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let exists = (1850..2150).contains(&year) && (1..=n_days).contains(&day);
        exists.then_some(Day { year: year as u16, month: month as u8, day: day as u8 })
    }

    /// Placeholders that de-identifiers put where a date has to be.
    pub(crate) fn is_placeholder(self) -> bool {
        matches!(
            (self.year, self.month, self.day),
            (1900 | 1970 | 2000 | 1901 | 1999, 1, 1) | (1858, 11, 17) | (1899, 12, 30 | 31)
        )
    }

    /// Days since 1 March of the year 0.
    pub(crate) fn number(self) -> i64 {
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + i64::from(self.day) - 1
    }

    /// The day that many days after 1 January 1970, as Parquet and Arrow count.
    pub(crate) fn from_unix_days(days: i32) -> Option<Day> {
        let target = i64::from(days) + Day { year: 1970, month: 1, day: 1 }.number();
        // The year is known to within one by division; the day is found by looking.
        let year = target * 400 / 146_097;
        (year - 1..=year + 1)
            .flat_map(|year| (1..=12).flat_map(move |month| (1..=31).map(move |day| (year, month, day))))
            .filter_map(|(year, month, day)| Day::new(u32::try_from(year).ok()?, month, day))
            .find(|day| day.number() == target)
    }
}

/// The days that values of VR DA or DT mean: `20240301`, `2024.03.01` of old files, and the first eight digits of a
/// date with time. Values of lower precision mean no day.
pub(crate) fn days_of_value(value: &str) -> impl Iterator<Item = Day> {
    value.split('\\').filter_map(|value| {
        let digits: String = value.trim().chars().filter(|c| *c != '.').take(8).collect();
        if digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            eight_digits(&digits)
        } else {
            None
        }
    })
}

/// Every day that a text may mean, with the byte where it begins. `03/04/2024` means two.
///
/// Digits within a hash or a UUID mean none.
pub(crate) fn days_in_text(text: &str) -> Vec<(usize, Day)> {
    let tokens = tokens(text);
    let mut days = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if let Piece::Number(digits) = token.piece
            && matches!(digits.len(), 8 | 12 | 14)
        {
            days.extend(eight_digits(&digits[..8]).into_iter().map(|day| (token.start, day)));
            // Day first, as Europeans type it without points.
            days.extend(
                Day::new(number(&digits[4..8]), number(&digits[2..4]), number(&digits[..2]))
                    .map(|day| (token.start, day)),
            );
        }
        if let [a, b, c, ..] = &tokens[index..]
            && may_belong_together(text, a, b)
            && may_belong_together(text, b, c)
        {
            days.extend(three(&a.piece, &b.piece, &c.piece).into_iter().map(|day| (a.start, day)));
        }
    }
    days
}

struct Token<'a> {
    start: usize,
    end: usize,
    piece: Piece<'a>,
}

enum Piece<'a> {
    Number(&'a str),
    /// 1 to 12, written as a word.
    Month(u32),
}

/// Numbers and names of months, in their order.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let is_start_of_word = !text[..start].ends_with(|c: char| c.is_alphanumeric());
        let in_hash = if is_start_of_word { hash_length(&text[start..]) } else { 0 };
        if in_hash > 0 {
            start += in_hash;
            continue;
        }
        let is_digit = first.is_ascii_digit();
        let same =
            |c: char| if is_digit { c.is_ascii_digit() } else { c.is_alphabetic() && first.is_alphabetic() };
        let length: usize = text[start..].chars().take_while(|c| same(*c)).map(char::len_utf8).sum();
        let end = start + length.max(first.len_utf8());
        let word = &text[start..end];
        if is_digit {
            tokens.push(Token { start, end, piece: Piece::Number(word) });
        } else if let Some(month) = month_named(word) {
            tokens.push(Token { start, end, piece: Piece::Month(month) });
        }
        start = end;
    }
    tokens
}

/// From this length on, a word of hexadecimal digits is a hash: radmill's own names have 16 or 32.
const HASH_DIGITS_MIN: usize = 16;

/// Digits of the five groups of a UUID (RFC 9562 section 4).
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// Length of the hash or UUID that the text begins with, or 0.
///
/// Every image is called by a hash, and of 6,000 hashes of 32 digits one holds a date by chance.
fn hash_length(text: &str) -> usize {
    let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    let word = |text: &str| text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
    let first = &text[..word(text)];
    // Digits alone are rather a number that somebody gave.
    if first.len() >= HASH_DIGITS_MIN {
        let is_hash = first.chars().all(is_hex) && first.contains(|c: char| c.is_ascii_lowercase());
        return if is_hash { first.len() } else { 0 };
    }
    let length = UUID_GROUPS.iter().sum::<usize>() + UUID_GROUPS.len() - 1;
    let Some(uuid) = text.get(..length) else { return 0 };
    let is_uuid = uuid.split('-').map(str::len).eq(UUID_GROUPS)
        && uuid.chars().all(|c| is_hex(c) || c == '-')
        && uuid.contains(|c: char| c.is_ascii_lowercase())
        && !text[length..].starts_with(char::is_alphanumeric);
    if is_uuid { length } else { 0 }
}

/// What may stand between the parts of a date.
fn may_belong_together(text: &str, a: &Token<'_>, b: &Token<'_>) -> bool {
    let between = &text[a.end..b.start];
    match between {
        "-" | "/" | "." | " " | ". " | ", " | "_" | "\u{a0}" | "年" | "月" | "년" | "월" | "년 " | "월 "
        | " de " => true,
        "" => matches!(a.piece, Piece::Month(_)) || matches!(b.piece, Piece::Month(_)),
        _ => false,
    }
}

fn three(a: &Piece<'_>, b: &Piece<'_>, c: &Piece<'_>) -> Vec<Day> {
    use Piece::{Month, Number};
    let days = match (a, b, c) {
        (Number(a), Number(b), Number(c)) if a.len() == 4 && b.len() <= 2 && c.len() <= 2 => {
            vec![Day::new(number(a), number(b), number(c))]
        }
        // Two digits for the year are too often something else, unless all three parts have two.
        (Number(a), Number(b), Number(c)) if a.len() <= 2 && b.len() <= 2 && c.len() == 4 => {
            vec![Day::new(number(c), number(b), number(a)), Day::new(number(c), number(a), number(b))]
        }
        (Number(day), Month(month), Number(year)) | (Month(month), Number(day), Number(year))
            if day.len() <= 2 && year.len() == 4 =>
        {
            vec![Day::new(number(year), *month, number(day))]
        }
        (Number(year), Month(month), Number(day)) if day.len() <= 2 && year.len() == 4 => {
            vec![Day::new(number(year), *month, number(day))]
        }
        _ => Vec::new(),
    };
    days.into_iter().flatten().collect()
}

fn eight_digits(digits: &str) -> Option<Day> {
    Day::new(number(&digits[..4]), number(&digits[4..6]), number(&digits[6..8]))
}

fn number(digits: &str) -> u32 {
    digits.parse().unwrap_or(0)
}

/// Months in English, German, French, Spanish, Italian and Dutch, by what their names begin with.
fn month_named(word: &str) -> Option<u32> {
    let n_chars = word.chars().count();
    if !(3..=10).contains(&n_chars) {
        return None;
    }
    let word = word.to_lowercase();
    const MONTHS: [&[&str]; 12] = [
        &["jan", "january", "januar", "janvier", "janv", "enero", "ene", "gennaio", "januari"],
        &["feb", "february", "februar", "février", "fevrier", "fév", "febrero", "febbraio", "februari"],
        &["mar", "march", "märz", "maerz", "mrz", "mär", "mars", "marzo", "maart"],
        &["apr", "april", "avril", "avr", "abril", "abr", "aprile"],
        &["may", "mai", "mayo", "maggio", "mei"],
        &["jun", "june", "juni", "juin", "junio", "giugno"],
        &["jul", "july", "juli", "juillet", "juil", "julio", "luglio"],
        &["aug", "august", "août", "aout", "agosto", "ago", "augustus"],
        &["sep", "sept", "september", "septembre", "septiembre", "settembre"],
        &["oct", "october", "okt", "oktober", "octobre", "octubre", "ottobre"],
        &["nov", "november", "novembre", "noviembre"],
        &["dec", "december", "dez", "dezember", "décembre", "decembre", "diciembre", "dic", "dicembre"],
    ];
    MONTHS.iter().zip(1..).find(|(names, _)| names.contains(&word.as_str())).map(|(_, month)| month)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Day {
        Day::new(2024, 3, 1).unwrap()
    }

    #[test]
    fn every_usual_form_is_found() {
        for text in [
            "20240301",
            "2024-03-01",
            "2024/03/01",
            "2024.03.01",
            "01.03.2024",
            "1.3.2024",
            "03/01/2024",
            "3/1/2024",
            "01-03-2024",
            "1 Mar 2024",
            "01-MAR-2024",
            "March 1, 2024",
            "1. März 2024",
            "1 mars 2024",
            "01Mar2024",
            "2024年3月1日",
            "2024년 3월 1일",
            "seen 20240301123000",
            "x_20240301_y",
            "img20240301b",
            "01032024",
            "1 de marzo 2024",
        ] {
            assert!(days_in_text(text).iter().any(|(_, found)| *found == day()), "{text}");
        }
        for text in ["2024-13-01", "120240301", "20240301.5555", "1.2.2024030112", "512 512 2024", "3.14.20"]
        {
            let expected = text == "20240301.5555";
            assert_eq!(days_in_text(text).iter().any(|(_, found)| *found == day()), expected, "{text}");
        }
    }

    #[test]
    fn a_hash_means_no_day() {
        for (text, is_hash) in [
            ("7ee96ec9f20240301adbe588a1d96cc0-0.png", true),
            ("part-00000-a20240301b13f0aa.parquet", true),
            ("20240301-4e1f-4abc-9def-0123456789ab", true),
            ("20240301-4e1f-4abc-9def-0123456789abc", false),
            ("20240301-1111-4111-9111-012345678911", false),
            ("a20240301b13f0a", false),
            ("7ee96ec9f20240301adbe588a1d96ccx", false),
            ("7ee96ec9f20240301adbe588a1d96cc0 20240301", false),
            ("x-20240301-7ee96ec9f1adbe588a1d96cc0", false),
        ] {
            assert_eq!(days_in_text(text).is_empty(), is_hash, "{text}");
        }
    }

    #[test]
    fn values_of_da_and_dt() {
        let days: Vec<Day> =
            days_of_value("20240301\\2024.03.01\\20240301120000.000+0100\\202403\\").collect();
        assert!(days.len() == 3 && days.iter().all(|found| *found == day()));
    }

    #[test]
    fn days_are_counted_like_parquet_counts_them() {
        for (days, expected) in
            [(0, (1970, 1, 1)), (19_783, (2024, 3, 1)), (-25_567, (1900, 1, 1)), (11_016, (2000, 2, 29))]
        {
            assert!(Day::from_unix_days(days) == Day::new(expected.0, expected.1, expected.2), "{days}");
        }
    }
}
