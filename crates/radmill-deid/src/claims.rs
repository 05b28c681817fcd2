//! What the instance says about its own de-identification, from what was done (PS3.15 E.1.1, PS3.3 C.12.1.1.6).

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{CharacterSet, DataSet, Element, Value};

use crate::apply::{Done, text_element};

/// The attributes that [`claims`] writes. Earlier values of them are removed at every level, because we cannot know
/// whether they still hold.
pub(crate) const CLAIM_TAGS: [Tag; 4] = [
    tags::PATIENT_IDENTITY_REMOVED,
    tags::DEIDENTIFICATION_METHOD,
    tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
    tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
];

/// How De-identification Method (0012,0063) begins.
pub(crate) const METHOD: &str = "PS3.15 profile by radmill";

/// PS3.16 CID 7050.
const BASIC_PROFILE: (&str, &str) = ("113100", "Basic Application Confidentiality Profile");
pub(crate) const CLEAN_PIXEL_DATA: (&str, &str) = ("113101", "Clean Pixel Data Option");

/// Of the options only those that kept or cleaned something here. If there was nothing to shift, dates were not
/// modified, and temporal information is not there.
pub(crate) fn claims(policy_id: &str, done: Done, pixels_cleaned: bool) -> Vec<Element> {
    let mut codes = vec![BASIC_PROFILE];
    codes.extend(pixels_cleaned.then_some(CLEAN_PIXEL_DATA));
    codes.extend(done.options.iter().map(|option| option.code()));
    codes.sort_unstable();
    let items = codes.into_iter().map(code_item).collect();
    let modified = match done {
        Done { modified_temporal: true, .. } => "MODIFIED",
        Done { full_temporal: true, .. } => "UNMODIFIED",
        _ => "REMOVED",
    };
    let method = format!("{METHOD}, policy {policy_id}");
    let mut elements = vec![
        text_element(tags::PATIENT_IDENTITY_REMOVED, VR::CS, &["YES"]),
        text_element(tags::DEIDENTIFICATION_METHOD, VR::LO, &[method]),
        Element { tag: tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, vr: VR::SQ, value: Value::Items(items) },
        text_element(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED, VR::CS, &[modified]),
    ];
    if pixels_cleaned {
        elements.push(text_element(tags::BURNED_IN_ANNOTATION, VR::CS, &["NO"]));
    }
    elements
}

fn code_item((value, meaning): (&str, &str)) -> DataSet {
    let elements = vec![
        text_element(tags::CODE_VALUE, VR::SH, &[value]),
        text_element(tags::CODING_SCHEME_DESIGNATOR, VR::SH, &["DCM"]),
        text_element(tags::CODE_MEANING, VR::LO, &[meaning]),
    ];
    DataSet::new(elements, CharacterSet::default())
}
