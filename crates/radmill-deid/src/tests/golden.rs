use super::*;
use crate::{Policy, deidentify};

/// A whole instance under a fixed key, to be read. When this fails, data sets made before and after do not fit together.
#[test]
fn one_instance() {
    let item = vec![
        text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, "1.2.3.4"),
        text(tags::PATIENT_ID, VR::LO, "MRN 0012"),
    ];
    let elements = vec![
        text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.840.113619.2.55.3.604688119.969"),
        text(tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.2.840.10008.1.4.1.1"),
        text(tags::STUDY_DATE, VR::DA, "20240301"),
        text(tags::STUDY_TIME, VR::TM, "0915"),
        text(tags::ACQUISITION_DATE_TIME, VR::DT, "20240301091523.125+0900"),
        text(tags::PATIENT_NAME, VR::PN, "Smith^John"),
        text(tags::MANUFACTURER, VR::LO, "Maker"),
        sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![item]),
    ];
    let output = deidentify(instance(elements), &Policy::basic(), &key()).unwrap();
    let mut lines = Vec::new();
    visit_elements(&output.data, &mut |element, _| {
        let is_claim = matches!(element.tag.0, 0x0012) || element.tag == tags::CODE_MEANING;
        if let Value::Bytes(bytes) = &element.value
            && !is_claim
        {
            let value = String::from_utf8_lossy(bytes);
            lines.push(format!(
                "({:04X},{:04X}) {}",
                element.tag.0,
                element.tag.1,
                value.trim_end_matches([' ', '\0'])
            ));
        }
    });
    let expected: Vec<&str> = include_str!("one_instance.txt").lines().collect();
    assert_eq!(lines, expected);
}

/// The rules for the Patient group, to be read. When this fails, read the difference before accepting it.
#[test]
fn rules_for_the_patient_group() {
    let rules = Policy::basic().rules_text();
    let found: Vec<&str> = rules.lines().filter(|line| line.starts_with("(0010,")).collect();
    let expected: Vec<&str> = include_str!("patient_rules.txt").lines().collect();
    assert_eq!(found, expected);
}

/// When this fails, some rule has changed: data sets made before and after differ.
#[test]
fn policy_id() {
    assert_eq!(Policy::basic().id(), "2026d-r5-6f80c2610cee");
}

/// When this fails, a generated table has changed, and with it what is done to a value under the same rule: count up
/// `RULES_VERSION` in `policy`.
#[test]
fn tables_behind_the_rules() {
    use sha2::{Digest, Sha256};
    let tables = [
        include_str!("../generated/burned_in_regions.rs"),
        include_str!("../generated/dictionary.rs"),
        include_str!("../generated/iod_types.rs"),
        include_str!("../generated/safe_private.rs"),
        include_str!("../generated/table_e1_1.rs"),
        include_str!("../generated/table_e3_4_1.rs"),
    ];
    let digest = Sha256::digest(tables.concat());
    let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(short, "afcaf43ac036");
}
