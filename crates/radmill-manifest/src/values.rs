//! Checks that every value passes on its way into a row. What does not pass is null: "could not" is never "kept".

/// Longest text of a column in characters: LO (PS3.5 section 6.2).
const TEXT_CHARS_MAX: usize = 64;

/// Ages above are reported as this one, so that nobody stands out by being very old.
const AGE_YEARS_MAX: f64 = 90.0;

/// Free text of a device, such as a manufacturer: at most 64 characters, no control characters.
pub(crate) fn text(value: Option<String>) -> Option<String> {
    let value = value?;
    let trimmed = value.trim();
    let fits = trimmed.chars().count() <= TEXT_CHARS_MAX && !trimmed.chars().any(char::is_control);
    (fits && !trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// A Code String (CS, PS3.5 section 6.2), put into capitals: at most 16 of `A-Z 0-9 _` and blank.
pub(crate) fn code(value: Option<String>) -> Option<String> {
    let value = value?.trim().to_ascii_uppercase();
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || c == ' ';
    (!value.is_empty() && value.len() <= 16 && value.chars().all(allowed)).then_some(value)
}

/// A UID (PS3.5 section 9.1): at most 64 of digits and dots, no empty component.
pub(crate) fn uid(value: Option<String>) -> Option<String> {
    let value = value?;
    let component = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (value.len() <= 64 && value.split('.').all(component)).then_some(value)
}

/// A pseudonym or identifier that software made: at most 128 of letters, digits and `. _ : + @ = -`.
pub(crate) fn identifier(value: &str) -> Option<String> {
    const IDENTIFIER_CHARS_MAX: usize = 128;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:+@=-".contains(&byte);
    let fits = !value.is_empty() && value.len() <= IDENTIFIER_CHARS_MAX && value.bytes().all(allowed);
    fits.then(|| value.to_owned())
}

/// A path below the dataset root: identifiers between slashes, at most 256 characters, none of them starting with a dot.
pub(crate) fn relative_path(value: &str) -> Option<String> {
    const PATH_CHARS_MAX: usize = 256;
    let segment = |part: &str| identifier(part).is_some() && !part.starts_with('.') && !part.contains(':');
    (value.len() <= PATH_CHARS_MAX && value.split('/').all(segment)).then(|| value.to_owned())
}

/// A whole number in the range of `i32`.
pub(crate) fn int(value: Option<f64>) -> Option<i32> {
    let value = value?;
    let fits = value.fract() == 0.0 && value >= f64::from(i32::MIN) && value <= f64::from(i32::MAX);
    fits.then_some(value as i32)
}

/// A finite number.
pub(crate) fn number(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// Exactly `N` finite numbers.
pub(crate) fn numbers<const N: usize>(values: Vec<f64>) -> Option<Vec<f64>> {
    (values.len() == N && values.iter().all(|value| value.is_finite())).then_some(values)
}

/// Days since 1970-01-01 of a DA value `YYYYMMDD` (PS3.5 section 6.2), from 1850 to 2199.
pub(crate) fn date(value: Option<String>) -> Option<i32> {
    let value = value?;
    if value.len() != 8 || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i32 = value.get(0..4)?.parse().ok()?;
    let month: i32 = value.get(4..6)?.parse().ok()?;
    let day: i32 = value.get(6..8)?.parse().ok()?;
    if !(1850..2200).contains(&year) || !(1..=12).contains(&month) || day < 1 || day > month_days(year, month)
    {
        return None;
    }
    Some(days_since_epoch(year, month, day))
}

/// Years of an AS value such as `045Y` or `010M`, to two decimals; 90 stands for 90 and above.
pub(crate) fn age_years(value: Option<String>) -> Option<f64> {
    let value = value?;
    let (count, unit) = value.split_at_checked(3)?;
    if !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: f64 = count.parse().ok()?;
    let years = match unit {
        "D" => count / 365.25,
        "W" => count * 7.0 / 365.25,
        "M" => count / 12.0,
        "Y" => count,
        _ => return None,
    };
    Some(((years * 100.0).round() / 100.0).min(AGE_YEARS_MAX))
}

/// A share from 0 to 1, to six decimals so that the detour over `f32` does not show.
pub(crate) fn share(value: f32) -> Option<f64> {
    let value = f64::from(value);
    (0.0..=1.0).contains(&value).then(|| (value * 1e6).round() / 1e6)
}

/// `YYYY-MM-DD` of days since 1970-01-01.
pub(crate) fn date_text(days: i32) -> String {
    // Counted from 0000-03-01 in eras of 400 years (146097 days), so that the leap day is the last of its year.
    let shifted = i64::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn days_since_epoch(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn month_days(year: i32, month: i32) -> i32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn some(value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    #[test]
    fn texts_are_bounded() {
        for (value, expected) in [
            ("ACME  Imaging", some("ACME  Imaging")),
            ("  Größe  ", some("Größe")),
            ("", None),
            ("   ", None),
            ("a\nb", None),
            (&"x".repeat(64), Some("x".repeat(64))),
            (&"x".repeat(65), None),
        ] {
            assert_eq!(text(some(value)), expected, "{value:?}");
        }
    }

    #[test]
    fn codes_are_defined_term_like() {
        for (value, expected) in [
            ("CHEST", some("CHEST")),
            ("Chest ", some("CHEST")),
            ("C_SPINE 2", some("C_SPINE 2")),
            ("DOE^JOHN", None),
            ("SEVENTEEN_LETTERS", None),
            ("TÊTE", None),
            ("", None),
        ] {
            assert_eq!(code(some(value)), expected, "{value:?}");
        }
    }

    #[test]
    fn identifiers_and_paths_hold_nothing_else() {
        for (value, expected) in
            [("1.2.840.1", true), ("1..2", false), ("1.2a", false), ("", false), (".", false)]
        {
            assert_eq!(uid(some(value)).is_some(), expected, "{value:?}");
        }
        for (value, expected) in [("basic-2026c:ab", true), ("a b", false), ("a/b", false), ("", false)] {
            assert_eq!(identifier(value).is_some(), expected, "{value:?}");
        }
        for (value, expected) in [
            ("images/CHEST/ab12.png", true),
            ("/images/a.png", false),
            ("images/../a.png", false),
            ("images//a.png", false),
            ("images/.a.png", false),
            ("C:/a.png", false),
            ("images/Müller.png", false),
            ("", false),
        ] {
            assert_eq!(relative_path(value).is_some(), expected, "{value:?}");
        }
    }

    #[test]
    fn dates_are_days() {
        for (value, expected) in [
            ("19700101", Some(0)),
            ("19691231", Some(-1)),
            ("20000229", Some(11_016)),
            ("20240101", Some(19_723)),
            ("19000229", None),
            ("20230230", None),
            ("20231301", None),
            ("00010101", None),
            ("2023.1.1", None),
            ("2023", None),
            ("１２３４", None),
        ] {
            assert_eq!(date(some(value)), expected, "{value:?}");
        }
        assert_eq!(date_text(11_016), "2000-02-29");
        assert_eq!(date_text(-1), "1969-12-31");
    }

    #[test]
    fn ages_are_years() {
        for (value, expected) in [
            ("045Y", Some(45.0)),
            ("006M", Some(0.5)),
            ("010W", Some(0.19)),
            ("003D", Some(0.01)),
            ("090Y", Some(90.0)),
            ("101Y", Some(90.0)),
            ("45Y", None),
            ("+45Y", None),
            ("045", None),
            ("äöY", None),
        ] {
            assert_eq!(age_years(some(value)), expected, "{value:?}");
        }
    }

    #[test]
    fn numbers_are_checked() {
        assert_eq!(int(Some(7.0)), Some(7));
        assert_eq!(int(Some(7.5)), None);
        assert_eq!(int(Some(3e9)), None);
        assert_eq!(int(Some(f64::NAN)), None);
        assert_eq!(number(Some(f64::INFINITY)), None);
        assert_eq!(numbers::<3>(vec![1.0, 2.0, 3.0]), Some(vec![1.0, 2.0, 3.0]));
        assert_eq!(numbers::<3>(vec![1.0]), None);
        assert_eq!(share(0.9), Some(0.9));
        assert_eq!(share(1.5), None);
        assert_eq!(share(f32::NAN), None);
    }

    proptest! {
        #[test]
        fn a_date_reads_back(days in -43_829i32..84_000) {
            let written = date_text(days).replace('-', "");
            prop_assert_eq!(date(Some(written)), Some(days));
        }

        #[test]
        fn no_text_panics(value in "\\PC{0,40}") {
            let value = Some(value);
            let _ = (text(value.clone()), code(value.clone()), uid(value.clone()), date(value.clone()), age_years(value));
        }
    }
}
