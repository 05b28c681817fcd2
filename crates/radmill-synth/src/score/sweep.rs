//! A second look: planted identifiers anywhere in a result, not only where they were planted.

use std::collections::HashSet;

use super::words::split;
use crate::canary::contains;
use crate::check::{Action, Check};
use crate::data_set::{DataSet, Value};
use crate::place::{Name, Place};
use crate::read::ReadFile;
use crate::text::Charset;

/// Where in a result planted identifiers of its source stand: id of the check, path. Pixels are not looked at.
pub(super) fn sweep(checks: &[&Check], file: &ReadFile) -> Vec<(u64, String)> {
    let retained: HashSet<String> = checks
        .iter()
        .filter(|check| check.action == Action::TextRetained)
        .flat_map(|c| split(&c.expected))
        .collect();
    let mut needles: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut known = HashSet::new();
    for check in checks.iter().filter(|check| check.planted) {
        for text in telling(check) {
            if !retained.contains(&text.to_lowercase()) && known.insert(text.clone()) {
                needles.extend(encodings(&text).into_iter().map(|bytes| (check.id, bytes)));
            }
        }
    }
    let mut found = Vec::new();
    if let Some(preamble) = &file.preamble {
        look(preamble, "preamble", &needles, &mut found);
    }
    if let Some(meta) = &file.meta {
        look_in(meta, None, &needles, &mut found);
    }
    look_in(&file.data, None, &needles, &mut found);
    // Where a check looks, it has judged.
    let judged: HashSet<&str> = checks.iter().map(|check| check.tag.as_str()).collect();
    found.retain(|(_, place)| !judged.contains(place.as_str()));
    found
}

/// What of a check cannot be there by chance: UIDs, ids with many digits, names in other scripts.
fn telling(check: &Check) -> Vec<String> {
    match check.action {
        Action::UidChanged => vec![check.expected.clone()],
        Action::TextRemoved => {
            let words = check.expected.split(|c: char| !c.is_alphanumeric());
            let is_number = |word: &str| word.bytes().filter(u8::is_ascii_digit).count() >= 6;
            let is_script = |word: &str| !word.is_ascii() && word.chars().count() >= 3;
            words.filter(|word| is_number(word) || is_script(word)).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The bytes of a text in every character set that has it.
fn encodings(text: &str) -> HashSet<Vec<u8>> {
    const ALL: [Charset; 7] = [
        Charset::Utf8,
        Charset::Latin1,
        Charset::Cyrillic,
        Charset::Greek,
        Charset::Gb18030,
        Charset::Japanese,
        Charset::Korean,
    ];
    ALL.into_iter().filter(|charset| charset.can_write(text)).map(|charset| charset.encode(text)).collect()
}

fn look_in(
    data: &DataSet,
    at: Option<&(Place, usize)>,
    needles: &[(u64, Vec<u8>)],
    found: &mut Vec<(u64, String)>,
) {
    for element in &data.elements {
        let place = match at {
            Some((place, index)) => place.item(*index, Name::Tag(element.tag)),
            None => Place::top(element.tag),
        };
        match &element.value {
            Value::Items { items, .. } => {
                for (index, item) in items.iter().enumerate() {
                    look_in(item, Some(&(place.clone(), index)), needles, found);
                }
            }
            Value::Bytes(bytes) if element.tag != (0x7fe0, 0x0010) => {
                look(bytes, &place.to_string(), needles, found);
            }
            Value::Bytes(_) | Value::Fragments(_) => {}
        }
    }
}

fn look(bytes: &[u8], place: &str, needles: &[(u64, Vec<u8>)], found: &mut Vec<(u64, String)>) {
    for (id, needle) in needles {
        if occurs(needle, bytes) {
            found.push((*id, place.to_owned()));
        }
    }
}

/// Six digits within more digits are there by chance: new UIDs are full of digits.
fn occurs(needle: &[u8], bytes: &[u8]) -> bool {
    if needle.len() > bytes.len() || !needle.iter().all(u8::is_ascii_digit) {
        return contains(bytes, needle);
    }
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let mut places = bytes.windows(needle.len()).enumerate().filter(|(_, window)| *window == needle);
    places.any(|(at, _)| !is_digit(at.checked_sub(1)) && !is_digit(Some(at + needle.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_within_digits_are_chance() {
        for (needle, text, expected) in [
            ("641747", "2.25.9641747123", false),
            ("641747", "id 641747.", true),
            ("641747", "641747", true),
            ("A641747", "xA6417470", true),
            ("641747", "41", false),
        ] {
            assert_eq!(occurs(needle.as_bytes(), text.as_bytes()), expected, "{needle} {text}");
        }
    }
}
