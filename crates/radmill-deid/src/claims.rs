//! What the instance says about its own de-identification, from what was done (PS3.15 E.1.1, PS3.3 C.12.1.1.6).

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{CharacterSet, DataSet, Element, Value};

use crate::apply::text_element;

/// The attributes that [`claims`] writes. Earlier values of them are removed at every level, because we cannot know
/// whether they still hold.
pub(crate) const CLAIM_TAGS: [Tag; 4] = [
    tags::PATIENT_IDENTITY_REMOVED,
    tags::DEIDENTIFICATION_METHOD,
    tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
    tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
];

/// PS3.16 CID 7050.
const BASIC_PROFILE: (&str, &str) = ("113100", "Basic Application Confidentiality Profile");
const MODIFIED_DATES: (&str, &str) =
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option");

/// `kept_temporal`: dates were shifted or times kept. If there was nothing to shift, the option was not carried out,
/// and temporal information is not there.
pub(crate) fn claims(policy_id: &str, kept_temporal: bool) -> [Element; 4] {
    let codes = if kept_temporal { vec![BASIC_PROFILE, MODIFIED_DATES] } else { vec![BASIC_PROFILE] };
    let items = codes.into_iter().map(code_item).collect();
    let modified = if kept_temporal { "MODIFIED" } else { "REMOVED" };
    let method = format!("PS3.15 profile by radmill, policy {policy_id}");
    [
        text_element(tags::PATIENT_IDENTITY_REMOVED, VR::CS, &["YES"]),
        text_element(tags::DEIDENTIFICATION_METHOD, VR::LO, &[method]),
        Element { tag: tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, vr: VR::SQ, value: Value::Items(items) },
        text_element(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED, VR::CS, &[modified]),
    ]
}

fn code_item((value, meaning): (&str, &str)) -> DataSet {
    let elements = vec![
        text_element(tags::CODE_VALUE, VR::SH, &[value]),
        text_element(tags::CODING_SCHEME_DESIGNATOR, VR::SH, &["DCM"]),
        text_element(tags::CODE_MEANING, VR::LO, &[meaning]),
    ];
    DataSet::new(elements, CharacterSet::default())
}
