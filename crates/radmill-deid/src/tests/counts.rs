//! What is counted, and that every element is.

use super::*;
use crate::{ActionCounts, Policy, deidentify};

fn counts(elements: Vec<Element>) -> ActionCounts {
    *deidentify(instance(elements), &Policy::basic(), &key()).unwrap().actions()
}

/// The names of the counters that one more element counts up, and by how much.
#[track_caller]
fn check(element: Element, expected: &[&str]) {
    let of_bare = counts(Vec::new());
    let with_it = counts(vec![element.clone()]);
    let nested = counts(vec![sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![vec![element]])]);
    for (found, n_kept_more) in [(with_it, 0), (nested, 1)] {
        let mut counted = Vec::new();
        for ((name, after), (_, before)) in found.iter().zip(of_bare.iter()) {
            let n_sequences = if name == "kept" { n_kept_more } else { 0 };
            counted.extend(std::iter::repeat_n(name, (after - before - n_sequences) as usize));
        }
        assert_eq!(counted, expected);
    }
}

#[test]
fn one_element_of_each_kind() {
    check(text(tags::MANUFACTURER, VR::LO, "Maker "), &["kept"]);
    check(text(tags::MANUFACTURER, VR::LO, ""), &["kept"]);
    check(text(tags::CONVOLUTION_KERNEL, VR::SH, "for 4711"), &["removed", "identifying_value"]);
    check(text(tags::SLICE_THICKNESS, VR::DS, "Smith"), &["removed", "value_unfit"]);
    check(text(tags::SLICE_THICKNESS, VR::OB, "1.5 "), &["removed", "value_unfit"]);
    check(text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3"), &["uids_replaced"]);
    check(text(tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.2.840.10008.1.4.1.1\0"), &["kept"]);
    check(text(tags::STUDY_DATE, VR::DA, "20240301"), &["dates_shifted"]);
    check(text(tags::STUDY_DATE, VR::DA, "March"), &["emptied", "value_unfit"]);
    check(text(tags::SERIES_DATE, VR::DA, "March"), &["removed", "value_unfit"]);
    check(text(tags::STUDY_TIME, VR::TM, "1200"), &["times_kept"]);
    check(text(tags::STUDY_TIME, VR::TM, "noon"), &["emptied", "value_unfit"]);
    check(text(tags::PATIENT_NAME, VR::PN, "Smith"), &["emptied"]);
    check(text(tags::PERSON_NAME, VR::PN, "Smith"), &["replaced_by_dummy"]);
    check(text(tags::STUDY_DESCRIPTION, VR::LO, "any"), &["removed"]);
    check(text(Tag(0x0009, 0x0010), VR::LO, "any"), &["removed", "removed_private"]);
    check(text(Tag(0x0008, 0x7777), VR::LO, "any"), &["removed", "removed_unknown"]);
    check(text(Tag(0x6000, 0x3000), VR::OW, "any "), &["removed"]);
    let item = || vec![vec![text(tags::PATIENT_NAME, VR::PN, "Smith")]];
    check(sequence(tags::SOURCE_IMAGE_SEQUENCE, item()), &["kept", "emptied"]);
    check(sequence(tags::CONTENT_SEQUENCE, item()), &["replaced_by_dummy"]);
    check(sequence(tags::GRAPHIC_ANNOTATION_SEQUENCE, item()), &["removed"]);
    check(sequence(tags::MANUFACTURER, item()), &["removed", "value_unfit"]);
    check(sequence(Tag(0x0009, 0x1001), item()), &["removed", "removed_private"]);
}

#[test]
fn what_an_instance_cannot_do_without() {
    let found: Vec<_> = counts(Vec::new()).iter().filter(|(_, n)| *n > 0).collect();
    assert_eq!(found, [("kept", 1), ("uids_replaced", 1), ("patient_ids_replaced", 1)]);
}

#[test]
fn every_element_counts_once() {
    let all = planted::tags_with_a_row();
    let needed = [tags::ENCAPSULATED_DOCUMENT, tags::SOP_CLASS_UID, tags::SOP_INSTANCE_UID, tags::PATIENT_ID];
    for value in [planted::NAME_CANARY, planted::UID_CANARY, planted::DATE_CANARY, ""] {
        for vr in [VR::LO, VR::UI, VR::DA, VR::UN] {
            let elements: Vec<Element> =
                all.iter().filter(|tag| !needed.contains(tag)).map(|tag| text(*tag, vr, value)).collect();
            let parsed = instance(elements);
            let n_elements = parsed.data.elements().len();
            let output = deidentify(parsed, &Policy::basic(), &key()).unwrap();
            let n_counted: u32 = output.actions().iter().take(9).map(|(_, n)| n).sum();
            assert_eq!(n_counted as usize, n_elements, "{vr:?} {value}");
        }
    }
}
