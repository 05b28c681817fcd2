//! What a file holds besides: nothing was planted there, yet the standard says what must become of it.

use super::*;
use crate::data_set::{Element, Value};
use crate::expectation::{Expectation, Fate, dictionary_vr, expectation};
use crate::place::Name as PlaceName;
use crate::read::trimmed;

/// Attributes that a de-identifier has to set itself (PS3.15 E.1.1).
const SET_BY_THE_TOOL: &[Tag] = &[
    (0x0008, 0x0005),
    (0x0012, 0x0062),
    (0x0012, 0x0063),
    (0x0012, 0x0064),
    (0x0028, 0x0301),
    (0x0028, 0x0303),
];

/// Code strings that a researcher cannot do without, and that no table of identifying attributes lists.
const NEEDED_CODES: &[Tag] = &[
    (0x0008, 0x0008), // Image Type
    (0x0008, 0x0060), // Modality
    (0x0018, 0x0015), // Body Part Examined
    (0x0018, 0x5100), // Patient Position
    (0x0018, 0x5101), // View Position
    (0x0018, 0x0020), // Scanning Sequence
    (0x0018, 0x0023), // MR Acquisition Type
    (0x0020, 0x0060), // Laterality
    (0x0028, 0x0004), // Photometric Interpretation
    (0x0028, 0x2110), // Lossy Image Compression
];

impl Sower {
    /// Notes what must become of everything of the original file that has no check yet.
    pub(super) fn remains(&mut self, original: &DataSet) {
        let now = self.file.data.clone();
        for element in &original.elements {
            let untouched = now.element(element.tag).is_some_and(|planted| same(planted, element));
            if untouched {
                self.remaining(&Place::top(element.tag), element, 0);
            }
        }
    }

    fn remaining(&mut self, place: &Place, element: &Element, depth: usize) {
        let tag = element.tag;
        let row = expectation(tag);
        let fate = row.map(|row| row.2);
        if is_no_claim(tag) || SET_BY_THE_TOOL.contains(&tag) || dictionary_vr(tag).is_none() {
            return;
        }
        match &element.value {
            // Below a listed sequence all depends on what becomes of that.
            Value::Items { items, .. } if fate.is_none() && depth < 6 => {
                for (index, item) in items.iter().enumerate().take(3) {
                    for inner in &item.elements {
                        self.remaining(&place.item(index, PlaceName::Tag(inner.tag)), inner, depth + 1);
                    }
                }
            }
            Value::Bytes(bytes) => self.remaining_value(place, element, bytes, row),
            _ => {}
        }
    }

    fn remaining_value(&mut self, place: &Place, element: &Element, bytes: &[u8], row: Option<&Expectation>) {
        let text = trimmed(bytes);
        let value = String::from_utf8_lossy(text);
        let is_needed = row.is_some_and(|row| row.3);
        match (row.map(|row| row.2), &element.vr) {
            (Some(Fate::Uid), b"UI") if is_uid(text) && !text.starts_with(b"1.2.840.10008.") => {
                self.note_uid(place, &value, false);
            }
            (Some(Fate::Date), b"DA") if is_date(text) => self.note_date(place, &value, is_needed, false),
            (Some(Fate::Date), b"DT") if text.get(..8).is_some_and(is_date) => {
                self.note_date(place, &value[..8], is_needed, false);
            }
            (None, vr) if is_retained(element.tag, vr, text) => {
                self.note(place, Action::TagRetained, "", IOD, RESEARCH);
                if let Some(check) = self.checks.last_mut() {
                    check.planted = false;
                }
            }
            _ => {}
        }
    }
}

/// Private elements have checks of their own; group lengths are wrong as soon as something goes; curves and overlays
/// (50xx, 60xx) go as a whole with their data.
fn is_no_claim(tag: Tag) -> bool {
    tag.0 % 2 == 1 || tag.0 < 8 || tag.1 == 0 || matches!(tag.0 >> 8, 0x50 | 0x60)
}

/// Numbers, and codes from closed lists.
fn is_retained(tag: Tag, vr: &[u8; 2], text: &[u8]) -> bool {
    let number = |text: &[u8]| {
        std::str::from_utf8(text)
            .is_ok_and(|text| text.split('\\').all(|part| part.trim().parse::<f64>().is_ok()))
    };
    match vr {
        b"US" | b"SS" | b"UL" | b"SL" | b"FL" | b"FD" => !text.is_empty(),
        b"DS" => number(text) && text.split(|&byte| byte == b'\\').all(|part| part.len() <= 16),
        b"IS" => {
            let whole = |text: &[u8]| text.iter().all(|byte| b"0123456789+- \\".contains(byte));
            number(text) && whole(text) && text.split(|&byte| byte == b'\\').all(|part| part.len() <= 12)
        }
        b"CS" => NEEDED_CODES.contains(&tag) && !text.is_empty(),
        _ => false,
    }
}

fn same(a: &Element, b: &Element) -> bool {
    match (&a.value, &b.value) {
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Items { .. }, Value::Items { .. }) | (Value::Fragments(_), Value::Fragments(_)) => true,
        _ => false,
    }
}

/// One UID as PS3.5 section 9.1 has it.
pub(super) fn is_uid(value: &[u8]) -> bool {
    let value = trimmed(value);
    let part = |part: &[u8]| {
        !part.is_empty() && part.iter().all(u8::is_ascii_digit) && (part.len() == 1 || part[0] != b'0')
    };
    value.len() <= 64 && value.contains(&b'.') && value.split(|&byte| byte == b'.').all(part)
}

/// One plausible date of eight digits; the first days of eras and the like stand for no date at all.
fn is_date(text: &[u8]) -> bool {
    let Some(text) = std::str::from_utf8(text).ok().filter(|text| text.len() == 8) else { return false };
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok());
    matches!((part(0..4), part(4..6), part(6..8)), (Some(1950..=2035), Some(1..=12), Some(1..=28)))
        && !text.ends_with("0101")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_uid_and_what_a_date() {
        for (text, uid, date) in [
            ("1.2.840.10008.1.2", true, false),
            ("1.2.03", false, false),
            ("1..2", false, false),
            ("20140317", false, true),
            ("19000101", false, false),
            ("20141332", false, false),
            ("", false, false),
        ] {
            assert_eq!((is_uid(text.as_bytes()), is_date(text.as_bytes())), (uid, date), "{text}");
        }
    }
}
