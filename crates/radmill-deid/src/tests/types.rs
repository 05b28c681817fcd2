//! What stands where the IOD needs something and the table wants nothing.

use dicom_dictionary_std::uids;

use super::*;
use crate::{DeidentifiedInstance, Policy, deidentify};

fn of_class(sop_class_uid: &str, mut elements: Vec<Element>) -> DeidentifiedInstance {
    elements.insert(0, text(tags::SOP_CLASS_UID, VR::UI, sop_class_uid));
    deidentify(instance(elements), &Policy::basic(), &key()).unwrap()
}

#[test]
fn compound_actions_by_iod() {
    let check = |class: &str, tag: Tag, vr: VR, value: &str, expected: Option<&str>| {
        let output = of_class(class, vec![text(tag, vr, value)]);
        let found = output.attributes().bytes(tag).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        assert_eq!(found.as_deref().map(str::trim_end), expected, "{class} {tag}");
    };
    let (ct, mr) = (uids::CT_IMAGE_STORAGE, uids::ENHANCED_MR_IMAGE_STORAGE);
    check(ct, tags::DEVICE_SERIAL_NUMBER, VR::LO, "4242", None); // Type 3
    check(mr, tags::DEVICE_SERIAL_NUMBER, VR::LO, "4242", Some("DEIDENTIFIED")); // Type 1
    check("1.2.3", tags::DEVICE_SERIAL_NUMBER, VR::LO, "4242", Some("DEIDENTIFIED"));
    check(ct, tags::PATIENT_SEX_NEUTERED, VR::CS, "ALTERED", Some("")); // Type 2C
    check(ct, tags::CONTENT_DATE, VR::DA, "unknown", Some("")); // Type 2C
    check(mr, tags::CONTENT_DATE, VR::DA, "unknown", Some("19000101")); // Type 1
    // The table says X alone, and the IOD needs a value.
    let gsps = uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE;
    check(gsps, tags::PRESENTATION_CREATION_DATE, VR::DA, "unknown", Some("19000101"));
    check(ct, tags::PRESENTATION_CREATION_DATE, VR::DA, "unknown", None);
}

/// An operator who is needed (Type 1C in this place) says nothing but that there was one.
#[test]
fn sequences_that_are_needed_have_a_dummy_item() {
    let operator = vec![
        sequence(
            tags::PERSON_IDENTIFICATION_CODE_SEQUENCE,
            vec![vec![
                text(tags::CODE_VALUE, VR::SH, "OP-77"),
                text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "99HOSPITAL"),
                text(tags::CODE_MEANING, VR::LO, "Garcia^Ana"),
            ]],
        ),
        text(tags::INSTITUTION_NAME, VR::LO, "St. Mary"),
        text(tags::PERSON_ADDRESS, VR::ST, "12 High Street"),
    ];
    let source = |operator| vec![sequence(tags::OPERATOR_IDENTIFICATION_SEQUENCE, vec![operator])];
    let of = |class: &str| {
        of_class(class, vec![sequence(tags::CONTRIBUTING_SOURCES_SEQUENCE, vec![source(operator.clone())])])
    };
    let output = of(uids::BREAST_TOMOSYNTHESIS_IMAGE_STORAGE);
    let source_of = output.attributes().items(tags::CONTRIBUTING_SOURCES_SEQUENCE).next().unwrap();
    let operator_of = source_of.items(tags::OPERATOR_IDENTIFICATION_SEQUENCE).next().unwrap();
    let code = operator_of.items(tags::PERSON_IDENTIFICATION_CODE_SEQUENCE).next().unwrap();
    assert_eq!(code.text(tags::CODE_MEANING).as_deref(), Some("DEIDENTIFIED"));
    let mut n_values = 0;
    visit_elements(&output.data, &mut |element, _| {
        n_values += 1;
        let value = String::from_utf8_lossy(element.bytes());
        for secret in ["OP-77", "HOSPITAL", "Garcia", "Mary", "High"] {
            assert!(!value.contains(secret), "{element:?}");
        }
    });
    assert!(n_values > 10);

    let output = of_class(uids::CT_IMAGE_STORAGE, source(operator.clone()));
    assert_eq!(output.attributes().items(tags::OPERATOR_IDENTIFICATION_SEQUENCE).len(), 0);

    // Annotations may as well not be there.
    let graphics = sequence(
        tags::GRAPHIC_ANNOTATION_SEQUENCE,
        vec![vec![text(tags::UNFORMATTED_TEXT_VALUE, VR::ST, "Garcia")]],
    );
    let output = of_class(uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE, vec![graphics]);
    assert!(output.data.get(tags::GRAPHIC_ANNOTATION_SEQUENCE).is_none());
}

/// Requested Procedure ID is of Type 1C in Request Attributes Sequence, and X in the table.
#[test]
fn types_are_those_of_the_place() {
    use crate::{BurnedIn, Documents, PolicyOptions, Preset};
    let options = PolicyOptions {
        preset: Preset::Research,
        options: Vec::new(),
        overrides: Vec::new(),
        burned_in: BurnedIn::Reject,
        documents: Documents::Reject,
    };
    let item = vec![
        text(tags::REQUESTED_PROCEDURE_ID, VR::SH, "RP-1234"),
        text(tags::REQUESTED_PROCEDURE_DESCRIPTION, VR::LO, "CT chest"),
    ];
    let parsed = instance(vec![
        text(tags::REQUESTED_PROCEDURE_ID, VR::SH, "RP-1234"),
        sequence(tags::REQUEST_ATTRIBUTES_SEQUENCE, vec![item]),
    ]);
    let output = deidentify(parsed, &Policy::new(&options).unwrap(), &key()).unwrap();
    let top = output.attributes();
    assert_eq!(top.text(tags::REQUESTED_PROCEDURE_ID), None);
    let item = top.items(tags::REQUEST_ATTRIBUTES_SEQUENCE).next().unwrap();
    assert_eq!(item.text(tags::REQUESTED_PROCEDURE_ID).as_deref(), Some("DEIDENTIFIED"));
    assert_eq!(item.text(tags::REQUESTED_PROCEDURE_DESCRIPTION).as_deref(), Some("CT chest"));
}
