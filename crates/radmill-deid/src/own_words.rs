//! The names and identifiers of this very header, so that a kept text that repeats one of them is seen.

use std::collections::HashSet;

use dicom_core::dictionary::DataDictionary;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use radmill_dicom::{CharacterSet, DataSet, Value};

use crate::apply::{NESTING_DEPTH_MAX, trim_text};

/// Attributes whose value identifies as a whole.
const IDENTIFIERS: [Tag; 7] = [
    tags::ACCESSION_NUMBER,
    tags::PATIENT_ID,
    // Other Patient IDs, retired and still met.
    Tag(0x0010, 0x1000),
    tags::PATIENT_TELEPHONE_NUMBERS,
    tags::PATIENT_ADDRESS,
    tags::STUDY_ID,
    tags::ADMISSION_ID,
];

/// Shorter identifiers are found by chance in anything.
const IDENTIFIER_CHARACTERS_MIN: usize = 4;

/// Shorter parts of a name in the Latin script are initials, titles and particles. A name in Chinese, Japanese or
/// Korean script has one or two characters, and no spaces around it.
const LATIN_CHARACTERS_MIN: usize = 3;

/// Words of person names, and identifiers, of all levels of one instance; in lower case.
#[derive(Default)]
pub(crate) struct OwnWords {
    names: HashSet<String>,
    fragments: Vec<String>,
}

impl OwnWords {
    /// From the data set as it came.
    pub(crate) fn of(data: &DataSet) -> OwnWords {
        let mut words = OwnWords::default();
        words.gather(data, 0);
        words.fragments.sort();
        words.fragments.dedup();
        words
    }

    /// True if a name stands in `value` as a word, or an identifier anywhere.
    pub(crate) fn occur_in(&self, value: &[u8], character_set: &CharacterSet) -> bool {
        if self.names.is_empty() && self.fragments.is_empty() {
            return false;
        }
        let text = character_set.decode(value).to_lowercase();
        words(&text).any(|word| self.names.contains(word))
            || self.fragments.iter().any(|fragment| text.contains(fragment))
    }

    fn gather(&mut self, data: &DataSet, depth: usize) {
        // What is deeper is refused later on.
        if depth > NESTING_DEPTH_MAX {
            return;
        }
        for element in data.elements() {
            match &element.value {
                Value::Items(items) => items.iter().for_each(|item| self.gather(item, depth + 1)),
                Value::Bytes(bytes) if is_person_name(element.tag, element.vr) => {
                    let names = data.character_set().decode(bytes).to_lowercase();
                    words(&names).for_each(|word| self.add_name(word));
                }
                Value::Bytes(bytes) if IDENTIFIERS.contains(&element.tag) => {
                    let identifiers = data.character_set().decode(bytes).to_lowercase();
                    for identifier in identifiers.split('\\').map(trim_text) {
                        if identifier.chars().count() >= IDENTIFIER_CHARACTERS_MIN {
                            self.fragments.push(identifier.to_owned());
                        }
                    }
                }
                Value::Bytes(_) => {}
            }
        }
    }

    fn add_name(&mut self, word: &str) {
        let is_ideographic = word.chars().any(|c| ('\u{2E80}'..='\u{D7FF}').contains(&c));
        let has_letter = word.chars().any(char::is_alphabetic);
        let n_characters = word.chars().count();
        if is_ideographic && n_characters >= 2 {
            self.fragments.push(word.to_owned());
        } else if has_letter && n_characters >= LATIN_CHARACTERS_MIN {
            self.names.insert(word.to_owned());
        }
    }
}

fn is_person_name(tag: Tag, written: VR) -> bool {
    let in_dictionary = || StandardDataDictionary.by_tag(tag).and_then(|entry| entry.vr.exact());
    written == VR::PN || written == VR::UN && in_dictionary() == Some(VR::PN)
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
                Element { tag: tags::OPERATOR_IDENTIFICATION_SEQUENCE, vr: VR::SQ, value: items },
            ],
            utf8,
        );
        let own = OwnWords::of(&data);
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
    }
}
