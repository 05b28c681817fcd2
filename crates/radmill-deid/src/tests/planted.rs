//! Canaries in every attribute that a table names, under every kind of VR, at the top and nested.

use dicom_core::dictionary::DataDictionary;
use dicom_dictionary_std::StandardDataDictionary;

use super::*;
use crate::generated::table_e1_1::{TABLE, UNLISTED};
use crate::rules::Treatment;
use crate::rules::exceptions::exception_tags;
use crate::rules::fixed::Fixed;
use crate::value::is_free_text;
use crate::{Policy, deidentify};

/// Neither a number, a date, a code nor a UID, but any VR that holds text can hold it. Even length.
pub(super) const NAME_CANARY: &str = "Canary^Zq7xw ";
/// A UID that DICOM did not register.
pub(super) const UID_CANARY: &str = "1.2.3.977977977.4";
/// A date that nothing shifts to, at an offset of at least a day.
pub(super) const DATE_CANARY: &str = "20110213";

const VRS: [VR; 34] = [
    VR::AE,
    VR::AS,
    VR::AT,
    VR::CS,
    VR::DA,
    VR::DS,
    VR::DT,
    VR::FD,
    VR::FL,
    VR::IS,
    VR::LO,
    VR::LT,
    VR::OB,
    VR::OD,
    VR::OF,
    VR::OL,
    VR::OV,
    VR::OW,
    VR::PN,
    VR::SH,
    VR::SL,
    VR::SQ,
    VR::SS,
    VR::ST,
    VR::SV,
    VR::TM,
    VR::UC,
    VR::UI,
    VR::UL,
    VR::UN,
    VR::UR,
    VR::US,
    VR::UT,
    VR::UV,
];

/// Every tag that has a row.
pub(super) fn tags_with_a_row() -> Vec<Tag> {
    let mut tags: Vec<Tag> = TABLE.iter().map(|row| row.tag).collect();
    tags.extend(UNLISTED.iter().map(|row| row.tag));
    tags.extend(exception_tags());
    tags
}

/// Panics if a canary is left where no documented rule lets it: names and dates only in free texts that are kept,
/// UIDs there and in structural UIDs.
pub(super) fn assert_no_canary(data: &DataSet, policy: &Policy) {
    visit_elements(data, &mut |element, _| {
        let is_kept = policy.rule(element.tag).treatment == Treatment::Keep;
        let holds = |canary: &str| {
            element.bytes().windows(canary.len()).any(|w| w.eq_ignore_ascii_case(canary.as_bytes()))
        };
        let may_hold_text = is_kept && is_free_text(element.vr);
        assert!(may_hold_text || !holds(NAME_CANARY.trim_end()), "a name in {element:?}");
        assert!(
            may_hold_text || is_kept && element.vr == VR::UI || !holds(UID_CANARY),
            "a UID in {element:?}"
        );
        let may_hold_digits = is_kept && matches!(element.vr, VR::DS | VR::IS | VR::CS);
        assert!(may_hold_text || may_hold_digits || !holds(DATE_CANARY), "a date in {element:?}");
    });
}

#[test]
fn nothing_planted_survives_in_any_row_under_any_vr() {
    let policy = Policy::basic();
    let tags = tags_with_a_row();
    for vr in VRS {
        for canary in [NAME_CANARY, UID_CANARY, DATE_CANARY] {
            let planted = || tags.iter().map(|tag| text(*tag, vr, canary)).collect::<Vec<_>>();
            let mut top = planted();
            // What an instance needs, and what would have it refused.
            top.retain(|element| {
                element.tag != tags::SOP_CLASS_UID && element.tag != tags::ENCAPSULATED_DOCUMENT
            });
            top.push(sequence(
                tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
                vec![planted(), vec![sequence(tags::FRAME_CONTENT_SEQUENCE, vec![planted()])]],
            ));
            let output = deidentify(instance(top), &policy, &key()).unwrap();
            assert_no_canary(&output.data, &policy);
        }
    }
}

#[test]
fn nothing_planted_survives_in_sequences_that_are_not_kept() {
    let policy = Policy::basic();
    for tag in tags_with_a_row() {
        // As sequences, these have the instance refused.
        let needed =
            [tags::ENCAPSULATED_DOCUMENT, tags::SOP_CLASS_UID, tags::SOP_INSTANCE_UID, tags::PATIENT_ID];
        if needed.contains(&tag) {
            continue;
        }
        let item = vec![text(tags::MANUFACTURER, VR::LO, NAME_CANARY)];
        let output = deidentify(instance(vec![sequence(tag, vec![item])]), &policy, &key()).unwrap();
        let is_kept = policy.rule(tag).treatment == Treatment::Keep;
        let is_sequence = StandardDataDictionary.by_tag(tag).unwrap().vr.exact() == Some(VR::SQ);
        let holds_canary =
            output.data.items(tag).iter().any(|item| {
                item.get(tags::MANUFACTURER).is_some_and(|e| e.bytes() == NAME_CANARY.as_bytes())
            });
        assert!(!holds_canary, "{tag}");
        // A dummy item takes the place of those of a sequence under D.
        let is_dummy = matches!(policy.rule(tag).treatment, Treatment::Fixed(Fixed::D));
        let n_items = output.data.items(tag).len();
        let may_have_items = (is_kept || is_dummy) && is_sequence || tag == CODE_CLAIMS;
        assert!(n_items == 0 || may_have_items, "{tag}");
        assert!(n_items == 1 || !is_kept || !is_sequence, "{tag}");
    }
}

/// Written by us, with one item where there are no dates.
const CODE_CLAIMS: Tag = tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE;

#[test]
fn private_unknown_and_repeating_elements_are_removed() {
    let tags = [
        Tag(0x0009, 0x0010),
        Tag(0x0009, 0x1001),
        Tag(0x0029, 0x1010),
        Tag(0x7FE1, 0x1010),
        Tag(0x0008, 0x0000),
        Tag(0x0008, 0x7777),
        Tag(0x0002, 0x0016),
        Tag(0x0004, 0x1500),
        Tag(0x5000, 0x3000),
        Tag(0x501E, 0x0022),
        Tag(0x6000, 0x0022),
        Tag(0x601E, 0x3000),
        Tag(0x0020, 0x3105),
        Tag(0x1010, 0x0004),
        Tag(0x7FE0, 0x0010),
        Tag(0xFFFC, 0xFFFC),
        Tag(0xFFFE, 0xE000),
    ];
    for vr in VRS {
        let elements = tags.iter().map(|tag| text(*tag, vr, NAME_CANARY)).collect();
        let output = deidentify(instance(elements), &Policy::basic(), &key()).unwrap();
        for tag in tags {
            assert!(output.data.get(tag).is_none(), "{tag} {vr:?}");
        }
    }
}
