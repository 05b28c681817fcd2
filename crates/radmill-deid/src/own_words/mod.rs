//! The names, identifiers and dates of this very header, so that a kept value that repeats one of them is seen.

use std::collections::{BTreeSet, HashSet};

use dicom_core::dictionary::DataDictionary;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use radmill_dicom::{CharacterSet, DataSet, Value};

use crate::apply::{NESTING_DEPTH_MAX, trim_text};
use crate::date::shift_da;
use crate::value::trimmed;

/// Attributes whose value identifies as a whole.
const IDENTIFIERS: [Tag; 12] = [
    tags::ACCESSION_NUMBER,
    tags::PATIENT_ID,
    // Other Patient IDs and Medical Record Locator, retired and still met.
    Tag(0x0010, 0x1000),
    Tag(0x0010, 0x1090),
    tags::PATIENT_TELEPHONE_NUMBERS,
    tags::PATIENT_ADDRESS,
    tags::STUDY_ID,
    tags::ADMISSION_ID,
    tags::PLACER_ORDER_NUMBER_IMAGING_SERVICE_REQUEST,
    tags::FILLER_ORDER_NUMBER_IMAGING_SERVICE_REQUEST,
    tags::INSTITUTION_NAME,
    tags::DEVICE_SERIAL_NUMBER,
];

/// Shorter identifiers are found by chance in anything.
const IDENTIFIER_CHARACTERS_MIN: usize = 4;

/// Shorter identifiers are found by chance in a number, or in a text without its separators.
const COMPACT_CHARACTERS_MIN: usize = 6;

/// Real headers have a few dozen. With more, every text is taken to repeat one of them, so that the time for a hostile
/// file is bounded.
const FRAGMENTS_MAX: usize = 256;

/// Shorter parts of a name in the Latin script are initials, titles and particles. A name in Chinese, Japanese or
/// Korean script has one or two characters, and no spaces around it.
const LATIN_CHARACTERS_MIN: usize = 3;

/// Words of person names, identifiers and dates, of all levels of one instance; in lower case.
#[derive(Default)]
pub(crate) struct OwnWords {
    names: HashSet<String>,
    fragments: BTreeSet<String>,
    /// Identifiers without separators, and dates by year, by day and by month first.
    compact: BTreeSet<String>,
}

impl OwnWords {
    /// From the data set as it came, but for the attributes whose value stays on purpose.
    pub(crate) fn of(data: &DataSet, is_kept: impl Fn(Tag) -> bool) -> OwnWords {
        let mut words = OwnWords::default();
        words.gather(data, 0, &is_kept);
        words
    }

    /// True if a name stands in `value` as a word, or an identifier or a date anywhere.
    pub(crate) fn occur_in(&self, value: &[u8], character_set: &CharacterSet) -> bool {
        if self.are_too_many() {
            return true;
        }
        if self.names.is_empty() && self.fragments.is_empty() && self.compact.is_empty() {
            return false;
        }
        let text = character_set.decode(value).to_lowercase();
        let compact_text = compact(&text);
        words(&text).any(|word| self.names.contains(word))
            || self.fragments.iter().any(|fragment| text.contains(fragment))
            || self.compact.iter().any(|fragment| compact_text.contains(fragment))
    }

    /// True if one of the values, numbers in ASCII, is an identifier or a date.
    pub(crate) fn are_among_numbers(&self, value: &[u8]) -> bool {
        !self.compact.is_empty()
            && value.split(|byte| *byte == b'\\').any(|number| {
                let number = std::str::from_utf8(trimmed(number)).unwrap_or_default();
                let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
                let is_whole = fraction.bytes().all(|byte| byte == b'0');
                is_whole && self.compact.contains(whole.trim_start_matches(['+', '-']))
            })
    }

    fn are_too_many(&self) -> bool {
        self.fragments.len() > FRAGMENTS_MAX || self.compact.len() > FRAGMENTS_MAX
    }

    fn gather(&mut self, data: &DataSet, depth: usize, is_kept: &impl Fn(Tag) -> bool) {
        // What is deeper is refused later on.
        if depth > NESTING_DEPTH_MAX {
            return;
        }
        for element in data.elements() {
            let bytes = match &element.value {
                Value::Items(items) => {
                    items.iter().for_each(|item| self.gather(item, depth + 1, is_kept));
                    continue;
                }
                Value::Bytes(bytes) => bytes,
            };
            let vr = vr(element.tag, element.vr);
            let is_identifier = IDENTIFIERS.contains(&element.tag);
            if !is_identifier && !matches!(vr, VR::PN | VR::DA | VR::DT) || is_kept(element.tag) {
                continue;
            }
            let text = data.character_set().decode(bytes).to_lowercase();
            if vr == VR::PN {
                words(&text).for_each(|word| self.add_name(word));
            }
            for value in text.split('\\').map(trim_text) {
                match vr {
                    VR::DA => self.add_date(value),
                    VR::DT => self.add_date(value.get(..8).unwrap_or_default()),
                    _ if is_identifier => self.add_identifier(value),
                    _ => {}
                }
            }
        }
    }

    fn add_identifier(&mut self, identifier: &str) {
        if identifier.chars().count() >= IDENTIFIER_CHARACTERS_MIN {
            self.fragments.insert(identifier.to_owned());
        }
        let compact = compact(identifier);
        if compact.chars().count() >= COMPACT_CHARACTERS_MIN {
            self.compact.insert(compact);
        }
    }

    /// Dates that mean "unknown", our own dummy among them, say nothing.
    fn add_date(&mut self, value: &str) {
        let Some(date) = shift_da(value, 0) else { return };
        if let (Some(year), Some(month), Some(day)) = (date.get(..4), date.get(4..6), date.get(6..)) {
            self.compact
                .extend([[year, month, day], [day, month, year], [month, day, year]].map(|d| d.concat()));
        }
    }

    fn add_name(&mut self, word: &str) {
        let is_ideographic = word.chars().any(|c| ('\u{2E80}'..='\u{D7FF}').contains(&c));
        let has_letter = word.chars().any(char::is_alphabetic);
        let n_characters = word.chars().count();
        if is_ideographic && n_characters >= 2 {
            self.fragments.insert(word.to_owned());
        } else if has_letter && n_characters >= LATIN_CHARACTERS_MIN {
            self.names.insert(word.to_owned());
        }
    }
}

/// As written, or if that says nothing, as the dictionary has it.
fn vr(tag: Tag, written: VR) -> VR {
    let in_dictionary = || StandardDataDictionary.by_tag(tag).and_then(|entry| entry.vr.exact());
    if written == VR::UN { in_dictionary().unwrap_or(VR::UN) } else { written }
}

/// Letters and digits only.
fn compact(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use radmill_dicom::Element;

    use super::*;

    fn element(tag: Tag, vr: VR, value: &str) -> Element {
        Element { tag, vr, value: Value::Bytes(Bytes::copy_from_slice(value.as_bytes())) }
    }

    #[test]
    fn finds_names_and_identifiers() {
        let utf8 = CharacterSet::new(b"ISO_IR 192");
        let item = DataSet::new(vec![element(tags::OPERATORS_NAME, VR::PN, "Garcia^Ana Maria")], utf8);
        let items = Value::Items(vec![item]);
        let data = DataSet::new(
            vec![
                element(tags::PATIENT_NAME, VR::PN, "Hand^Jo^^Dr=山田^太郎=やまだ^たろう"),
                element(tags::PATIENT_ID, VR::LO, "ID-4711 "),
                element(tags::REFERRING_PHYSICIAN_NAME, VR::UN, "Okafor"),
                element(tags::ACCESSION_NUMBER, VR::SH, "12"),
                element(Tag(0x0010, 0x1090), VR::LO, "88-77-66"),
                element(tags::PATIENT_BIRTH_DATE, VR::DA, "19630517"),
                element(tags::ACQUISITION_DATE_TIME, VR::DT, "20240301120000"),
                element(tags::SERIES_DATE, VR::DA, "19000101"),
                Element { tag: tags::OPERATOR_IDENTIFICATION_SEQUENCE, vr: VR::SQ, value: items },
            ],
            utf8,
        );
        let own = OwnWords::of(&data, |_| false);
        let check =
            |text: &str, expected| assert_eq!(own.occur_in(text.as_bytes(), &utf8), expected, "{text}");
        check("left HAND, lateral", true);
        check("handle with care", false);
        check("seen by garcia.", true);
        check("for Okafor", true);
        check("Jo", false);
        check("see id-4711b", true);
        check("12 slices", false);
        check("患者山田さん", true);
        check("nothing of theirs", false);
        check("", false);
        check("record 887766", true);
        check("born 17.05.1963", true);
        check("05/17/1963", true);
        check("scan_2024-03-01", true);
        check("1900-01-01", false);

        let check = |numbers: &str, expected| {
            assert_eq!(own.are_among_numbers(numbers.as_bytes()), expected, "{numbers}");
        };
        check("887766 ", true);
        check("1\\+19630517", true);
        check("20240301.000", true);
        check("20240301.5", false);
        check("12", false);
        check("4711", false);
        check("", false);
    }

    #[test]
    fn too_many_identifiers_are_in_every_text() {
        let ids: Vec<String> = (1000..1300).map(|id| id.to_string()).collect();
        let own = |n: usize| {
            let data = vec![element(tags::PATIENT_ID, VR::LO, &ids[..n].join("\\"))];
            OwnWords::of(&DataSet::new(data, CharacterSet::default()), |_| false)
        };
        assert!(!own(FRAGMENTS_MAX).occur_in(b"any text", &CharacterSet::default()));
        assert!(own(FRAGMENTS_MAX + 1).occur_in(b"any text", &CharacterSet::default()));
    }
}
