//! Codes (PS3.3 Table 8.8-1) inside of what is cleaned.

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{DataSet, Element, Value};

use super::clean_text;
use crate::apply::trim_text;
use crate::own_words::OwnWords;
use crate::value::joined;

/// Coding schemes that are published (PS3.16 Table 8-1 and others), or belong to a maker of devices: their codes name
/// nobody.
#[rustfmt::skip]
const PUBLISHED_SCHEMES: [&str; 60] = [
    "99GEMS", "99PMP", "99SDM", "99SMS_CTMR", "ACR", "ASTM-SIGPURPOSE", "BARI", "BI", "BI-RADS", "C4", "C5",
    "CD8", "CDT-2", "CPT", "CPT4", "DCM", "DCMUID", "FMA", "HCPCS", "HL7", "HPC", "I10", "I10P", "I9", "I9C",
    "IBSI", "ICD10", "ICD9", "ICDO3", "ICDO3T", "IEC61217", "ILX", "ISO3166_1", "ISO639_1", "ISO639_2",
    "ITIS_TSN", "JJ1017", "LN", "LOINC", "MA", "MDC", "NCDR", "NCDR [2.0b]", "NCIt", "NDC", "NEU", "NYUMCCG",
    "PATHLEX", "POS", "PUBCHEM_CID", "RADELEMENT", "RADLEX", "RFC5646", "RXNORM", "SCPECG", "SCT", "SNM3",
    "SRT", "UCUM", "UMLS",
];

/// The attributes that [`cleaned`] writes.
pub(crate) const CODE_TAGS: [Tag; 5] = [
    tags::CODE_VALUE,
    tags::CODING_SCHEME_DESIGNATOR,
    tags::CODE_MEANING,
    tags::LONG_CODE_VALUE,
    tags::URN_CODE_VALUE,
];

/// Stands for a value that is gone; the three attributes of a code are Type 1.
const DUMMY: &str = "DEIDENTIFIED";
const DUMMY_SCHEME: &str = "99DEIDENTIFIED";

/// True for a code of a scheme that is not published.
pub(crate) fn is_private(item: &DataSet) -> bool {
    let scheme = || text_of(item, tags::CODING_SCHEME_DESIGNATOR).unwrap_or_default();
    item.get(tags::CODE_MEANING).is_some() && !is_published(&scheme())
}

fn is_published(scheme: &str) -> bool {
    PUBLISHED_SCHEMES.binary_search(&scheme).is_ok()
}

/// Whatever VR is written; `None` if there is nothing.
fn text_of(item: &DataSet, tag: Tag) -> Option<String> {
    let text = item.character_set().decode_text(item.get(tag)?.bytes());
    Some(trim_text(&text).to_owned()).filter(|text| !text.is_empty())
}

/// The code of this item, if it is one: value, scheme and meaning as far as it has them, each cleaned and none empty.
///
/// A published code keeps its value, if that is written like one, and what the vocabulary knows of its meaning. Of a
/// private code, which somebody made up, only what the vocabulary knows stays, of its scheme too.
pub(crate) fn cleaned(item: &DataSet, own_words: &OwnWords) -> Option<Vec<Element>> {
    let meaning = text_of(item, tags::CODE_MEANING)?;
    let scheme = text_of(item, tags::CODING_SCHEME_DESIGNATOR);
    let is_published = is_published(scheme.as_deref().unwrap_or_default());
    let stays = |text: &str| clean_text(text, own_words) == text;

    // What the character set of the item cannot say is gone, too.
    let element = |tag, vr, text: &str, dummy| {
        let encoded = item.character_set().encode(text).filter(|bytes| !bytes.is_empty());
        let value = encoded.map_or_else(|| joined(vr, &[dummy]), padded);
        Element { tag, vr, value: Value::Bytes(value) }
    };

    let mut elements =
        vec![element(tags::CODE_MEANING, VR::LO, clean_text(&meaning, own_words).trim(), DUMMY)];
    for (tag, vr) in [(tags::CODE_VALUE, VR::SH), (tags::LONG_CODE_VALUE, VR::UC)] {
        let Some(value) = text_of(item, tag) else { continue };
        let is_code = value.len() <= 64
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:/^{}[]%'".contains(&byte))
            && own_words.removed_from(&value) == value;
        let value = if (is_published && is_code) || stays(&value) { &value } else { DUMMY };
        elements.push(element(tag, vr, value, DUMMY));
    }
    if let Some(scheme) = scheme {
        let scheme = if is_published || stays(&scheme) { &scheme } else { DUMMY_SCHEME };
        elements.push(element(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme, DUMMY_SCHEME));
    }
    Some(elements)
}

fn padded(mut bytes: Vec<u8>) -> bytes::Bytes {
    if !bytes.len().is_multiple_of(2) {
        bytes.push(b' ');
    }
    bytes.into()
}

#[cfg(test)]
mod tests {
    use radmill_dicom::CharacterSet;

    use super::*;
    use crate::apply::text_element;

    #[test]
    fn schemes_are_sorted_for_binary_search() {
        assert!(PUBLISHED_SCHEMES.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn codes() {
        let check = |code: [&str; 3], expected: [&str; 3]| {
            let [value, scheme, meaning] = code;
            let item = DataSet::new(
                vec![
                    text_element(tags::CODE_VALUE, VR::SH, &[value]),
                    text_element(tags::CODING_SCHEME_DESIGNATOR, VR::SH, &[scheme]),
                    text_element(tags::CODE_MEANING, VR::LO, &[meaning]),
                ],
                CharacterSet::default(),
            );
            let cleaned = cleaned(&item, &OwnWords::default()).unwrap();
            let cleaned = DataSet::new(cleaned, CharacterSet::default());
            let found = [tags::CODE_VALUE, tags::CODING_SCHEME_DESIGNATOR, tags::CODE_MEANING]
                .map(|tag| cleaned.text(tag).unwrap_or_default());
            assert_eq!(found, expected, "{code:?}");
        };
        check(["T-04000", "SRT", "Breast"], ["T-04000", "SRT", "Breast"]);
        check(["51185008", "SCT", "Chest of Mr. Smith"], ["51185008", "SCT", "Chest"]);
        check(["Smith^John", "SCT", "Kowalski"], ["Smith^John", "SCT", "DEIDENTIFIED"]);
        check(["CHEST", "99MAYO", "CT chest"], ["CHEST", "99DEIDENTIFIED", "CT chest"]);
        check(["SMITH1", "L", "Dr. Smith protocol"], ["DEIDENTIFIED", "L", "protocol"]);
    }

    /// In Latin-1 these are three characters of one byte each.
    #[test]
    fn codes_keep_their_character_set() {
        let element =
            |tag, value: &'static [u8]| Element { tag, vr: VR::SH, value: Value::Bytes(value.into()) };
        let item = DataSet::new(
            vec![
                element(tags::CODE_VALUE, b"\xBC\xB2M "),
                element(tags::CODING_SCHEME_DESIGNATOR, b"\xBC\xB2M "),
                element(tags::CODE_MEANING, b"\xBC\xB2M "),
            ],
            CharacterSet::new(b"ISO_IR 100"),
        );
        for element in cleaned(&item, &OwnWords::default()).unwrap() {
            let says_nothing =
                element.bytes().starts_with(b"DEIDENT") || element.bytes().starts_with(b"99DEIDENT");
            assert!(says_nothing || element.bytes() == b"\xBC\xB2M ", "{:?}", element.bytes());
        }
    }
}
