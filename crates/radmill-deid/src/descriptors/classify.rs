//! Looks groups up: what each is by itself, without its neighbours.

use super::groups::{Class, Group, Groups, REMOVED_WORD};
use super::vocabulary::{Word, vocabulary};

/// Prefixes that French and Italian write with an apostrophe.
const ELISIONS: [&str; 12] =
    ["l", "d", "s", "qu", "un", "all", "dell", "dall", "nell", "sull", "quell", "lu"];

/// Beginnings of family names, which no protocol name has.
const NAME_PREFIXES: [&str; 8] = ["mc", "mac", "fitz", "o", "st", "saint", "ibn", "san"];

/// Units that numbers of four digits have, or letters they follow (`b1000`, `TR2000`, `1024x1024`).
const LONG_NUMBER_COMPANY: [&str; 16] =
    ["b", "tr", "te", "ti", "x", "ms", "mm", "hu", "hz", "ml", "mas", "ww", "wl", "w", "bval", "td"];

/// The group's class by itself.
pub(super) fn classify(groups: &mut Groups<'_>) {
    for index in 0..groups.len() {
        let raw = groups.raw(index);
        let class = class_of(raw, &groups.groups[index]);
        groups.set(index, class);
    }
    for index in 1..groups.len() {
        let is_joined = groups.separator_before(index).chars().count() == 1;
        if is_joined && vocabulary().is_phrase(groups.folded(index - 1), groups.folded(index)) {
            groups.set(index - 1, Class::Known);
            groups.set(index, Class::Known);
        }
    }
}

fn class_of(raw: &str, group: &Group) -> Class {
    let folded = group.folded.as_str();
    if folded.contains(REMOVED_WORD) {
        return Class::Unknown;
    }
    if let Some(word) = vocabulary().get(folded) {
        return class_of_word(word);
    }
    let has_digit = folded.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = folded.chars().any(char::is_alphabetic);
    match (has_letter, has_digit) {
        (false, true) => class_of_number(folded),
        (true, true) => class_of_mixed(raw, folded),
        (true, false) if folded.len() == 1 => Class::Letter,
        _ if is_known_by_its_parts(raw, folded) => Class::Known,
        _ => Class::Unknown,
    }
}

fn class_of_word(word: Word) -> Class {
    match word {
        Word::Plain => Class::Known,
        Word::RarelyName => Class::RarelyName,
        Word::OftenName => Class::OftenName,
        Word::Joining => Class::Joining,
    }
}

/// Sizes of a matrix and gradients that are met everywhere.
const COMMON_LONG_NUMBERS: [&str; 5] = ["1000", "1024", "1200", "1400", "1500"];

/// Up to three digits, or with a fraction a few more: a count, a size, a slice. Longer numbers may be those of records,
/// telephones or years.
fn class_of_number(number: &str) -> Class {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_small = match fraction.len() {
        0 => whole.len() <= 3 || COMMON_LONG_NUMBERS.contains(&whole),
        1..=3 => whole.len() <= 4 && !(whole.len() == 3 && fraction.len() == 3),
        4..=8 => whole.len() <= 2,
        _ => false,
    };
    if is_small { Class::Number } else { Class::Identifier }
}

/// Letters and digits without a separator: `t1w`, `b30f`, `5mm`, `2x2x5`, but also `A12345`, `55F`, `12mar2011`.
fn class_of_mixed(raw: &str, folded: &str) -> Class {
    if is_age(folded) {
        return Class::Identifier;
    }
    let parts = parts_of(folded);
    let raw_parts = parts_of(raw);
    let letters = |part: &&str| !part.starts_with(|c: char| c.is_ascii_digit());
    let n_digits: usize = folded.bytes().filter(u8::is_ascii_digit).count();
    let company = parts.iter().filter(|part| letters(part)).any(|part| LONG_NUMBER_COMPANY.contains(part));
    let has_long_number = parts.iter().filter(|part| !letters(part)).any(|number| {
        class_of_number(number) != Class::Number && !(company && number.len() == 4 && !number.contains('.'))
    });
    if has_long_number || n_digits > 12 || is_code_like(&parts) {
        return Class::Identifier;
    }
    let is_known = parts.iter().zip(raw_parts.iter()).filter(|(part, _)| letters(part)).all(|(part, raw)| {
        part.len() == 1 || vocabulary().get(part).is_some() || is_known_by_its_parts(raw, part)
    });
    if is_known { Class::Known } else { Class::Unknown }
}

/// Runs of letters and of digits; a point between digits belongs to them.
fn parts_of(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let mut before: Option<char> = None;
    for (index, character) in text.char_indices() {
        if before.is_some_and(|before| is_number(before) != is_number(character)) {
            parts.push(&text[start..index]);
            start = index;
        }
        before = Some(character);
    }
    parts.push(&text[start..]);
    parts
}

/// Single letters and short numbers in turns, as postcodes and record numbers are: `K1A`, `0B1`, `A1B2C3`.
/// Not `2x2`, `b30f`, `P4S3`.
fn is_code_like(parts: &[&str]) -> bool {
    let is_x = parts.iter().all(|part| *part == "x" || part.starts_with(|c: char| c.is_ascii_digit()));
    let all_single =
        parts.iter().all(|part| part.len() == 1 || part.starts_with(|c: char| c.is_ascii_digit()));
    let one_digit = parts.iter().filter(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    let short = parts.len() == 3 && one_digit.into_iter().all(|part| part.len() == 1);
    !is_x && all_single && (short || parts.len() > 4)
}

/// An age with or without the sex: `55F`, `072M`, `45y`, `45yoM`, `55jahre`; or the sex before it: `F55`.
fn is_age(folded: &str) -> bool {
    let digits = folded.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=3).contains(&digits) {
        let (number, suffix) = folded.split_at(digits);
        let is_sex = match suffix {
            "f" | "m" => true,
            // Weeks of pregnancy.
            "w" => number.parse().is_ok_and(|number: u32| number > 42),
            _ => false,
        };
        let unit = suffix.strip_suffix(['f', 'm', 'w', 'o']).unwrap_or(suffix);
        let unit = unit.strip_suffix('o').unwrap_or(unit);
        return is_sex
            || super::identifiers::YEARS.contains(&unit)
            || super::identifiers::YEARS.contains(&suffix);
    }
    let after = folded.strip_prefix(['f', 'm']).unwrap_or_default();
    after.len() == 2 && after.bytes().all(|byte| byte.is_ascii_digit())
}

/// `AbdPelvis`, `LSpine`, `ThorRoutine` by their capitals, `Thoraxaufnahme` by their parts, `l'abdomen` by the prefix.
fn is_known_by_its_parts(raw: &str, folded: &str) -> bool {
    let elided = raw.split_once(['\'', '’']).is_some_and(|(prefix, word)| {
        let word = super::fold::fold(word);
        ELISIONS.contains(&super::fold::fold(prefix).as_str()) && vocabulary().get(&word).is_some()
    });
    elided || is_camel_case(raw) || vocabulary().is_glued(folded)
}

fn is_camel_case(raw: &str) -> bool {
    let pieces = camel_pieces(raw);
    if pieces.len() < 2 || pieces.len() > 8 {
        return false;
    }
    let folded: Vec<String> = pieces.iter().map(|piece| super::fold::fold(piece)).collect();
    let word = |piece: &String| vocabulary().get(piece);
    !NAME_PREFIXES.contains(&folded[0].as_str())
        && folded.iter().all(|piece| {
            let is_word = word(piece).is_some_and(|word| word != Word::Joining);
            is_word || piece.len() == 1 || vocabulary().is_glued(piece)
        })
        && folded.iter().any(|piece| {
            piece.chars().count() >= 2 && !matches!(word(piece), Some(Word::OftenName | Word::Joining))
        })
}

/// Cut before a capital that follows a small letter, and before the last of several capitals if small letters follow.
fn camel_pieces(raw: &str) -> Vec<&str> {
    let characters: Vec<(usize, char)> = raw.char_indices().collect();
    let mut pieces = Vec::new();
    let mut start = 0;
    let is_lowercase = |at: usize| characters.get(at).is_some_and(|(_, c)| c.is_lowercase());
    for at in 1..characters.len() {
        let (index, character) = characters[at];
        let after_capitals =
            characters[at - 1].1.is_uppercase() && is_lowercase(at + 1) && is_lowercase(at + 2);
        if character.is_uppercase() && (is_lowercase(at - 1) || after_capitals) {
            pieces.push(&raw[start..index]);
            start = index;
        }
    }
    pieces.push(&raw[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        let check = |text: &str, expected: Class| {
            let mut groups = Groups::of(text);
            classify(&mut groups);
            let classes: Vec<Class> = groups.groups.iter().map(|group| group.class).collect();
            assert_eq!(classes, [expected], "{text}");
        };
        for known in [
            "CHEST",
            "t1",
            "T2w",
            "b30f",
            "fl3d",
            "ep2d",
            "3scan",
            "p2",
            "5mm",
            "1.25mm",
            "120kV",
            "90s",
            "3T",
            "2D",
            "C7",
            "L5",
            "S1",
            "AbdPel",
            "ThoraxRoutine",
            "Thoraxaufnahme",
            "LSpine",
            "b1000",
            "TR2000",
            "1024x1024",
            "2x2x5",
            "l'abdomen",
            "d'épaule",
            "GdDTPA",
            "4D",
            "I31f",
            "MPRAGE",
        ] {
            check(known, Class::Known);
        }
        for name in ["Smith", "McHand", "DeFoot", "Kowalski", "JohnSmith", "Shelly", "Brown"] {
            check(name, Class::Unknown);
        }
        for identifier in [
            "55F",
            "72M",
            "45y",
            "45yo",
            "45yoM",
            "072Y",
            "F55",
            "A12345",
            "1234567",
            "2011",
            "12345",
            "K1A",
            "0B1",
            "A1B2C3",
            "0711",
            "12mar2011",
            "1963",
        ] {
            check(identifier, Class::Identifier);
        }
        for number in ["5", "12", "512", "5.0", "0.625", "1000.5"] {
            check(number, Class::Number);
        }
        check("L", Class::Letter);
        check("hand", Class::OftenName);
        check("Lung", Class::RarelyName);
    }
}
