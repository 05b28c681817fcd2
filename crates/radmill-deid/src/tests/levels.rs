//! What can hide at any level of an instance, each by its name.

use super::planted::NAME_CANARY;
use super::*;
use crate::{Policy, deidentify};

/// The same elements at the top, in a functional group, and two levels deep in a sequence that is kept.
fn at_every_level(elements: &[Element]) -> DataSet {
    let mut all = elements.to_vec();
    let frame = vec![sequence(tags::FRAME_CONTENT_SEQUENCE, vec![elements.to_vec()])];
    all.push(sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![elements.to_vec()]));
    all.push(sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, vec![frame]));
    deidentify(instance(all), &Policy::basic(), &key()).unwrap().data
}

/// Nothing of `elements` is left at any level, but for what our own claims are made of.
#[track_caller]
fn gone(elements: &[Element]) {
    let output = at_every_level(elements);
    let canary = NAME_CANARY.trim_end().as_bytes();
    visit_elements(&output, &mut |element, _| {
        assert!(elements.iter().all(|gone| gone.tag != element.tag), "{element:?}");
        assert!(!element.bytes().windows(canary.len()).any(|window| window == canary), "{element:?}");
    });
}

fn canary(tag: Tag, vr: VR) -> Element {
    text(tag, vr, NAME_CANARY)
}

fn sequence_of_a_canary(tag: Tag) -> Element {
    // Manufacturer is kept elsewhere.
    sequence(tag, vec![vec![text(tags::MANUFACTURER, VR::LO, "Canary"), canary(tags::PATIENT_NAME, VR::PN)]])
}

#[test]
fn icons_and_pixel_data_in_items() {
    gone(&[sequence(tags::ICON_IMAGE_SEQUENCE, vec![vec![canary(tags::PIXEL_DATA, VR::OB)]])]);
    gone(&[canary(tags::PIXEL_DATA, VR::OW)]);
    gone(&[canary(tags::FLOAT_PIXEL_DATA, VR::OF), canary(tags::DOUBLE_FLOAT_PIXEL_DATA, VR::OD)]);
    gone(&[canary(Tag(0x7F00, 0x0010), VR::OW), canary(Tag(0x7FE0, 0x0020), VR::OW)]);
    let sequence = sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![vec![canary(tags::PIXEL_DATA, VR::OW)]]);
    let output = at_every_level(&[sequence]);
    assert!(output.items(tags::REFERENCED_IMAGE_SEQUENCE)[0].elements().is_empty());
}

#[test]
fn signatures_and_what_they_cover() {
    gone(&[sequence_of_a_canary(tags::DIGITAL_SIGNATURES_SEQUENCE)]);
    gone(&[sequence_of_a_canary(tags::REFERENCED_DIGITAL_SIGNATURE_SEQUENCE)]);
    gone(&[sequence_of_a_canary(tags::MAC_PARAMETERS_SEQUENCE)]);
    gone(&[canary(tags::MAC, VR::OB), canary(tags::SIGNATURE, VR::OB)]);
}

#[test]
fn earlier_values() {
    gone(&[sequence_of_a_canary(tags::ORIGINAL_ATTRIBUTES_SEQUENCE)]);
    gone(&[sequence_of_a_canary(tags::MODIFIED_ATTRIBUTES_SEQUENCE)]);
    gone(&[sequence_of_a_canary(tags::NONCONFORMING_MODIFIED_ATTRIBUTES_SEQUENCE)]);
    gone(&[canary(tags::NONCONFORMING_DATA_ELEMENT_VALUE, VR::OB)]);
}

#[test]
fn encrypted_attributes() {
    gone(&[canary(tags::ENCRYPTED_CONTENT, VR::OB)]);
    let syntax = text(tags::ENCRYPTED_CONTENT_TRANSFER_SYNTAX_UID, VR::UI, "1.2.840.10008.1.2");
    let item = vec![syntax, canary(tags::ENCRYPTED_CONTENT, VR::OB)];
    gone(&[sequence(tags::ENCRYPTED_ATTRIBUTES_SEQUENCE, vec![item])]);
}

#[test]
fn private_elements_and_what_is_said_about_them() {
    gone(&[
        text(Tag(0x0019, 0x0010), VR::LO, "SIEMENS MR HEADER"),
        text(Tag(0x0019, 0x100C), VR::IS, "1000"),
    ]);
    gone(&[canary(Tag(0x0009, 0x0010), VR::LO), sequence_of_a_canary(Tag(0x0009, 0x1001))]);
    gone(&[sequence_of_a_canary(tags::PRIVATE_DATA_ELEMENT_CHARACTERISTICS_SEQUENCE)]);
}

#[test]
fn group_lengths_padding_and_odd_tags() {
    for group in [0x0008, 0x0009, 0x0010, 0x0028, 0x7FE0] {
        gone(&[canary(Tag(group, 0x0000), VR::UL)]);
    }
    gone(&[canary(Tag(0xFFFC, 0xFFFC), VR::OB)]);
    gone(&[canary(Tag(0xFFFE, 0xE000), VR::UN), canary(Tag(0xFFFE, 0xE00D), VR::UN)]);
    // Private creators start at (gggg,0010), and there is no group 1, 3, 5, 7 and FFFF.
    for element in [0x0001, 0x000F, 0x0100, 0x0FFF] {
        gone(&[canary(Tag(0x0009, element), VR::LO)]);
    }
    for group in [0x0001, 0x0003, 0x0005, 0x0007, 0xFFFF] {
        gone(&[canary(Tag(group, 0x0010), VR::LO), canary(Tag(group, 0x1001), VR::LO)]);
    }
}

#[test]
fn commands_file_meta_and_directories() {
    // Command group, file meta, directory records.
    for (group, element) in
        [(0x0000, 0x0600), (0x0000, 0x1000), (0x0002, 0x0016), (0x0002, 0x0102), (0x0004, 0x1130)]
    {
        gone(&[canary(Tag(group, element), VR::LO)]);
    }
}

#[test]
fn retired_and_unknown_groups() {
    for tag in [
        Tag(0x0008, 0x7777),
        Tag(0x0020, 0x3105), // Source Image IDs
        Tag(0x1000, 0x0015), // Zonal map
        Tag(0x1010, 0x0004),
        Tag(0x0028, 0x0410), // of (0028,04x0)
        Tag(0x5000, 0x2500), // Curve Label
        Tag(0x6000, 0x0022), // Overlay Description
        Tag(0x6002, 0x3000), // Overlay Data
        Tag(0x3FFE, 0x0001),
        Tag(0x4008, 0x0040), // Results ID
    ] {
        gone(&[canary(tag, VR::LO)]);
        gone(&[canary(tag, VR::UN)]);
    }
}

/// A value of undefined length under UN, and a sequence that a tag knows better.
#[test]
fn un_with_a_known_tag() {
    gone(&[canary(tags::STUDY_DESCRIPTION, VR::UN)]);
    gone(&[canary(tags::OTHER_PATIENT_NAMES, VR::UN)]);
    gone(&[canary(tags::REFERRING_PHYSICIAN_IDENTIFICATION_SEQUENCE, VR::UN)]);
    let output = at_every_level(&[
        canary(tags::PATIENT_NAME, VR::UN),
        canary(tags::MANUFACTURER, VR::UN),
        text(tags::STUDY_DATE, VR::UN, "20240301"),
        text(tags::SERIES_INSTANCE_UID, VR::UN, "1.2.3.977977977.4"),
    ]);
    let mut n_levels = 0;
    visit_elements(&output, &mut |element, level| {
        if element.tag == tags::STUDY_DATE {
            n_levels += 1;
            assert_eq!(element.vr, VR::DA);
            assert_eq!(level.get(tags::STUDY_DATE), output.get(tags::STUDY_DATE));
            assert_eq!(level.get(tags::SERIES_INSTANCE_UID), output.get(tags::SERIES_INSTANCE_UID));
            assert_eq!(level.get(tags::PATIENT_NAME).unwrap().bytes(), b"");
            assert!(level.get(tags::MANUFACTURER).is_none_or(Element::is_empty), "it repeats the name");
        }
    });
    assert_eq!(n_levels, 3);
    assert_ne!(output.text(tags::STUDY_DATE).as_deref(), Some("20240301"));
}

/// A Patient ID further in is that of its own level: another person, or the same one once more.
#[test]
fn patients_further_in() {
    let output = at_every_level(&[text(tags::PATIENT_ID, VR::LO, "4711")]);
    let group = &output.items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)[0];
    assert_eq!(group.text(tags::PATIENT_ID), output.text(tags::PATIENT_ID));
}
