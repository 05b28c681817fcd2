//! Shifting DA and DT values by whole days (PS3.5 section 6.2, proleptic Gregorian calendar).

/// Days that clocks and programs write when they know no date. Shifted, they would give the offset away, because a
/// reader can guess what they were: epochs of computer clocks, and round dates that devices start from.
const SENTINELS: [(i64, i64, i64); 21] = [
    (1901, 1, 1),
    (1904, 1, 1),
    (1911, 11, 11),
    (1950, 1, 1),
    (1960, 1, 1),
    (1969, 12, 31),
    (1970, 1, 1),
    (1970, 1, 2),
    (1978, 1, 1),
    (1980, 1, 1),
    (1980, 1, 6),
    (1990, 1, 1),
    (1999, 9, 9),
    (1999, 12, 31),
    (2000, 1, 1),
    (2001, 1, 1),
    (2036, 2, 7),
    (2038, 1, 19),
    (2099, 12, 31),
    (2100, 1, 1),
    (2100, 12, 31),
];

/// Dates that a patient's data can have: after 1900-01-01, itself a sentinel, and to the end of 2100.
const FIRST_YEAR: i64 = 1900;
const LAST_YEAR: i64 = 2100;

/// A DA value, trimmed, `offset_days` earlier; `None` if it is not a date or one that means "unknown".
/// Takes `YYYYMMDD` and the old `YYYY.MM.DD` and `YYYY-MM-DD`, gives `YYYYMMDD`.
pub(crate) fn shift_da(value: &str, offset_days: i64) -> Option<String> {
    shift_digits(&day_digits(value)?, offset_days)
}

/// Eight characters of a DA value in the form of today or an old one.
fn day_digits(value: &str) -> Option<String> {
    match value.len() {
        8 => Some(value.to_owned()),
        10 => {
            let separator = value.get(4..5).filter(|s| matches!(*s, "." | "-"))?;
            value.get(7..8).filter(|s| *s == separator)?;
            Some([value.get(0..4)?, value.get(5..7)?, value.get(8..10)?].concat())
        }
        _ => None,
    }
}

/// A DT value, trimmed, `offset_days` earlier, its time of day, precision and offset from UTC as they were.
/// `None` if it is not a valid DT, is coarser than a day, or is one that means "unknown".
pub(crate) fn shift_dt(value: &str, offset_days: i64) -> Option<String> {
    let (date, rest) = value.split_at_checked(8)?;
    let (time, zone) = match rest.find(['+', '-']) {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    if !(time.is_empty() || is_plain_time(time)) || !(zone.is_empty() || is_utc_offset(zone)) {
        return None;
    }
    Some(format!("{}{time}{zone}", shift_digits(date, offset_days)?))
}

/// A DA value, trimmed: a day that exists, also in the old forms.
pub(crate) fn is_date(value: &str) -> bool {
    day_digits(value).is_some_and(|digits| parsed_day(&digits).is_some())
}

/// A DT value, trimmed: `YYYY`, `YYYYMM`, or a day with or without a time, each with or without an offset from UTC.
pub(crate) fn is_date_time(value: &str) -> bool {
    let (whole, zone) = value.split_at(value.find(['+', '-']).unwrap_or(value.len()));
    let is_month = || {
        let (year, month) = whole.split_at_checked(4)?;
        Some(number(year, 4)? > 0 && (1..=12).contains(&number(month, 2)?))
    };
    let is_valid = match whole.len() {
        4 => number(whole, 4).is_some_and(|year| year > 0),
        6 => is_month() == Some(true),
        _ => whole
            .split_at_checked(8)
            .is_some_and(|(day, time)| parsed_day(day).is_some() && (time.is_empty() || is_plain_time(time))),
    };
    is_valid && (zone.is_empty() || is_utc_offset(zone))
}

/// A TM value, trimmed: `HH`, `HHMM`, `HHMMSS`, `HHMMSS.F` to `HHMMSS.FFFFFF`, and the old `HH:MM:SS`.
pub(crate) fn is_time(value: &str) -> bool {
    match value.as_bytes() {
        [_, _, b':', _, _] => is_plain_time(&value.replacen(':', "", 1)),
        [_, _, b':', _, _, b':', ..] => is_plain_time(&value.replacen(':', "", 2)),
        _ => is_plain_time(value),
    }
}

/// `&ZZXX`: sign, hours, minutes, from -1200 to +1400.
pub(crate) fn is_utc_offset(value: &str) -> bool {
    let (sign, digits) = match value.split_at_checked(1) {
        Some((sign @ ("+" | "-"), digits)) => (sign, digits),
        _ => return false,
    };
    let Some((hours, minutes)) = digits.split_at_checked(2) else { return false };
    let (Some(hours), Some(minutes)) = (number(hours, 2), number(minutes, 2)) else { return false };
    let minutes_max = if sign == "+" { 14 * 60 } else { 12 * 60 };
    minutes < 60 && hours * 60 + minutes <= minutes_max
}

fn is_plain_time(value: &str) -> bool {
    let (whole, fraction) = value.split_once('.').map_or((value, None), |(whole, f)| (whole, Some(f)));
    let fraction_valid = match fraction {
        None => true,
        Some(digits) => {
            whole.len() == 6
                && (1..=6).contains(&digits.len())
                && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
    };
    // 60 is a leap second.
    let limits = [24, 60, 61];
    let parts_valid = matches!(whole.len(), 2 | 4 | 6)
        && whole.is_ascii()
        && (0..whole.len() / 2).all(|index| {
            whole
                .get(2 * index..2 * index + 2)
                .and_then(|part| number(part, 2))
                .is_some_and(|n| n < limits[index])
        });
    fraction_valid && parts_valid
}

fn shift_digits(digits: &str, offset_days: i64) -> Option<String> {
    let (year, month, day) = parsed_day(digits)?;
    let unknown = (year, month, day) == (FIRST_YEAR, 1, 1) || SENTINELS.contains(&(year, month, day));
    if unknown || !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
        return None;
    }
    let (year, month, day) = civil_from_days(days_from_civil(year, month, day).checked_sub(offset_days)?);
    (1..=9999).contains(&year).then(|| format!("{year:04}{month:02}{day:02}"))
}

/// Year, month and day of eight digits; `None` if there is no such day.
fn parsed_day(digits: &str) -> Option<(i64, i64, i64)> {
    let year = number(digits.get(0..4)?, 4)?;
    let month = number(digits.get(4..6)?, 2)?;
    let day = number(digits.get(6..)?, 2)?;
    let exists = year > 0 && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    exists.then_some((year, month, day))
}

/// Exactly `length` decimal digits.
fn number(text: &str, length: usize) -> Option<i64> {
    let digits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days before 1 January of this year, counted from 1 January of the year 1.
fn days_before_year(year: i64) -> i64 {
    let years = year - 1;
    years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400)
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    days_before_year(year) + (1..month).map(|month| days_in_month(year, month)).sum::<i64>() + day - 1
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // 400 years are 146097 days; the estimate is at most one year too early or late.
    let mut year = (days * 400).div_euclid(146_097) + 1;
    while days_before_year(year) > days {
        year -= 1;
    }
    while days_before_year(year + 1) <= days {
        year += 1;
    }
    let mut rest = days - days_before_year(year);
    let mut month = 1;
    while rest >= days_in_month(year, month) {
        rest -= days_in_month(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

/// The DA value of the day so many days after 1 January 2002, later than every sentinel but that of 2038.
#[cfg(test)]
pub(crate) fn day_after_2002(days: i64) -> String {
    let (year, month, day) = civil_from_days(days_from_civil(2002, 1, 1) + days);
    format!("{year:04}{month:02}{day:02}")
}

/// The inverse.
#[cfg(test)]
pub(crate) fn days_after_2002(date: &str) -> i64 {
    let part = |range: std::ops::Range<usize>| date[range].parse::<i64>().unwrap();
    days_from_civil(part(0..4), part(4..6), part(6..8)) - days_from_civil(2002, 1, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_a_thousand_years_counts_up_by_one() {
        let mut days = days_from_civil(1600, 1, 1);
        for year in 1600..2600 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    assert_eq!(days_from_civil(year, month, day), days);
                    assert_eq!(civil_from_days(days), (year, month, day));
                    days += 1;
                }
            }
        }
        assert_eq!(days_from_civil(1970, 1, 1), 719_162);
        assert_eq!(civil_from_days(0), (1, 1, 1));
    }

    #[test]
    fn dates() {
        let check = |value, offset_days, expected: Option<&str>| {
            assert_eq!(shift_da(value, offset_days).as_deref(), expected, "{value}");
        };
        check("20240301", 1, Some("20240229"));
        check("20230301", 1, Some("20230228"));
        check("20000301", 1, Some("20000229"));
        check("20200101", 366, Some("20181231"));
        check("20240229", 3650, Some("20140303"));
        check("2024.03.01", 1, Some("20240229"));
        check("2024-03-01", 1, Some("20240229"));
        check("19050102", 3650, Some("18950104"));
        check("20230229", 1, None);
        check("20231301", 1, None);
        check("20230100", 1, None);
        check("2024.03-01", 1, None);
        check("202403", 1, None);
        check("2024030A", 1, None);
        check("+2024030", 1, None);
        check("２０２４", 1, None);
        check("", 1, None);
        check("Smith^John", 1, None);
        check("19000101", 1, None);
        check("19700101", 1, None);
        check("00010101", 1, None);
        check("99991231", 1, None);
        check("11111111", 1, None);
        check("18000101", 1, None);
        check("18581117", 1, None);
        check("18991230", 1, None);
        check("20991231", 1, None);
        check("20240301-20240305", 1, None);
        check("20240301-", 1, None);
        check(" 20240301", 1, None);
    }

    #[test]
    fn date_times() {
        let check = |value, expected: Option<&str>| {
            assert_eq!(shift_dt(value, 1).as_deref(), expected, "{value}");
        };
        check("20240301", Some("20240229"));
        check("2024030123", Some("2024022923"));
        check("202403012359", Some("202402292359"));
        check("20240301235960", Some("20240229235960"));
        check("20240301120000.1", Some("20240229120000.1"));
        check("20240301120000.123456+0900", Some("20240229120000.123456+0900"));
        check("20240301-0330", Some("20240229-0330"));
        check("2024030112-1200", Some("2024022912-1200"));
        check("2024", None);
        check("202403", None);
        check("202403+0900", None);
        check("2024030124", None);
        check("202403011", None);
        check("20240301120000.1234567", None);
        check("202403011200.5", None);
        check("20240301120000.", None);
        check("20240301+1500", None);
        check("20240301+9", None);
        check("20240301 120000", None);
        check("19700101000000", None);
        check("20240301Smith", None);
        check("éééé", None);
    }

    #[test]
    fn dates_that_stay() {
        let check = |value, expected| assert_eq!(is_date(value), expected, "{value}");
        check("20240229", true);
        check("2024.02.29", true);
        check("19000101", true);
        check("18991231", true);
        check("20230229", false);
        check("00000101", false);
        check("202402", false);
        check("", false);
        check("Smith^Jo", false);

        let check = |value, expected| assert_eq!(is_date_time(value), expected, "{value}");
        check("2024", true);
        check("202402", true);
        check("2024+0900", true);
        check("20240229", true);
        check("20240229120000.5-0330", true);
        check("202413", false);
        check("20240230", false);
        check("0000", false);
        check("202402291", false);
        check("2024022912+9", false);
        check("20240229Smith", false);
        check("éééé", false);
        check("ééé", false);
        check("", false);
    }

    #[test]
    fn times() {
        let check = |value, expected| assert_eq!(is_time(value), expected, "{value}");
        check("12", true);
        check("1259", true);
        check("125959", true);
        check("235960.999999", true);
        check("12:59", true);
        check("12:59:59", true);
        check("12:59:59.5", true);
        check("24", false);
        check("1260", false);
        check("12595", false);
        check("12:5959", false);
        check("125959.1234567", false);
        check("125959,5", false);
        check("noon", false);
        check("", false);
    }

    #[test]
    fn intervals_are_preserved() {
        for offset_days in [1, 28, 365, 366, 1461, 3650] {
            let first = shift_da("20160228", offset_days).unwrap();
            let second = shift_da("20200302", offset_days).unwrap();
            assert_eq!(days_after_2002(&second) - days_after_2002(&first), 1464);
        }
    }
}
