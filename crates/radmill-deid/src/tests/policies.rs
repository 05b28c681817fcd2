//! Presets, options and overrides: what each of them does to an instance, and what it claims about it.

use super::*;
use crate::ProfileOption::{self, *};
use crate::{
    BurnedIn, DeidentifiedInstance, Documents, Override, Policy, PolicyError, PolicyOptions, Preset,
    deidentify, deidentify_with_crosswalk,
};

fn options(preset: Preset, options: &[ProfileOption], overrides: &[(&str, &str)]) -> PolicyOptions {
    PolicyOptions {
        preset,
        options: options.to_vec(),
        overrides: overrides.iter().map(|(tag, action)| Override::parse(tag, action).unwrap()).collect(),
        burned_in: BurnedIn::Reject,
        documents: Documents::Reject,
    }
}

fn policy(chosen: &[ProfileOption]) -> Policy {
    Policy::new(&options(Preset::Basic, chosen, &[])).unwrap()
}

fn deidentified(policy: &Policy, elements: Vec<Element>) -> DeidentifiedInstance {
    deidentify(instance(elements), policy, &key()).unwrap()
}

/// What an instance has that options are about.
fn header() -> Vec<Element> {
    vec![
        text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3.4.5"),
        text(tags::STUDY_DATE, VR::DA, "20240301"),
        text(tags::STUDY_TIME, VR::TM, "091500"),
        text(tags::PATIENT_BIRTH_DATE, VR::DA, "19630517"),
        text(tags::PATIENT_SEX, VR::CS, "F "),
        text(tags::PATIENT_AGE, VR::AS, "093Y"),
        text(tags::DEVICE_SERIAL_NUMBER, VR::LO, "SN-4242"),
        text(tags::DATE_OF_LAST_CALIBRATION, VR::DA, "20240201"),
        text(tags::INSTITUTION_NAME, VR::LO, "St. Mary"),
        text(tags::STUDY_DESCRIPTION, VR::LO, "CT chest"),
        text(tags::ALLERGIES, VR::LO, "contrast"),
    ]
}

/// Value of an attribute after de-identification of [`header`], trimmed; `None` if it is gone.
#[track_caller]
fn check(policy: &Policy, tag: Tag, expected: Option<&str>) {
    let output = deidentified(policy, header());
    let found = output.attributes().bytes(tag).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let found = found.as_deref().map(|text| text.trim_end_matches([' ', '\0']));
    assert_eq!(found, expected, "{tag}");
}

fn codes(output: &DeidentifiedInstance) -> Vec<String> {
    let items = output.attributes().items(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE);
    items.map(|item| item.text(tags::CODE_VALUE).unwrap()).collect()
}

fn temporal(output: &DeidentifiedInstance) -> String {
    output.attributes().text(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED).unwrap()
}

#[test]
fn each_option_keeps_what_its_column_says() {
    let basic = policy(&[]);
    check(&basic, tags::STUDY_DATE, Some(""));
    check(&basic, tags::STUDY_TIME, Some(""));
    check(&basic, tags::PATIENT_SEX, Some(""));
    check(&basic, tags::PATIENT_AGE, None);
    check(&basic, tags::STUDY_DESCRIPTION, None);

    check(&policy(&[RetainUids]), tags::STUDY_INSTANCE_UID, Some("1.2.3.4.5"));
    check(&policy(&[RetainUids]), tags::SOP_INSTANCE_UID, Some("1.2.3.4"));
    let device = policy(&[RetainDeviceIdentity]);
    check(&device, tags::DEVICE_SERIAL_NUMBER, Some("SN-4242"));
    check(&device, tags::DATE_OF_LAST_CALIBRATION, Some("20240201"));
    check(&device, tags::INSTITUTION_NAME, None);
    check(&policy(&[RetainInstitutionIdentity]), tags::INSTITUTION_NAME, Some("St. Mary"));
    let patient = policy(&[RetainPatientCharacteristics]);
    check(&patient, tags::PATIENT_SEX, Some("F"));
    check(&patient, tags::PATIENT_AGE, Some("090Y"));
    check(&patient, tags::PATIENT_BIRTH_DATE, Some(""));
    check(&patient, tags::ALLERGIES, Some("contrast"));
    let full = policy(&[RetainLongitudinalFullDates]);
    check(&full, tags::STUDY_DATE, Some("20240301"));
    check(&full, tags::STUDY_TIME, Some("091500"));
    check(&full, tags::PATIENT_BIRTH_DATE, Some(""));
    check(&policy(&[CleanDescriptors]), tags::STUDY_DESCRIPTION, Some("CT chest"));
}

/// A date that stays beside one that is shifted would tell by how much.
#[test]
fn dates_of_devices_go_beside_dates_that_are_shifted() {
    let both = policy(&[RetainDeviceIdentity, RetainLongitudinalModifiedDates]);
    check(&both, tags::DATE_OF_LAST_CALIBRATION, None);
    check(&both, tags::DEVICE_SERIAL_NUMBER, Some("SN-4242"));
}

#[test]
fn claims_name_the_options_that_did_something() {
    let check = |chosen: &[ProfileOption], elements: Vec<Element>, expected: &[&str], dates: &str| {
        let output = deidentified(&policy(chosen), elements);
        assert_eq!(codes(&output), expected, "{chosen:?}");
        assert_eq!(temporal(&output), dates, "{chosen:?}");
        assert_eq!(output.attributes().text(tags::PATIENT_IDENTITY_REMOVED).as_deref(), Some("YES"));
    };
    let all_but_dates = [
        RetainSafePrivate,
        RetainUids,
        RetainDeviceIdentity,
        RetainInstitutionIdentity,
        RetainPatientCharacteristics,
        CleanDescriptors,
        CleanStructuredContent,
        CleanGraphics,
    ];
    check(&[], header(), &["113100"], "REMOVED");
    check(&[RetainLongitudinalFullDates], header(), &["113100", "113106"], "UNMODIFIED");
    check(&[RetainLongitudinalModifiedDates], header(), &["113100", "113107"], "MODIFIED");
    check(&[RetainLongitudinalFullDates], vec![], &["113100"], "REMOVED");
    let done = ["113100", "113105", "113108", "113109", "113110", "113112"];
    check(&all_but_dates, header(), &done, "REMOVED");
    // The SOP Instance UID is always there to retain.
    check(&all_but_dates, vec![], &["113100", "113110"], "REMOVED");
}

#[test]
fn strict_leaves_nothing_that_a_person_typed() {
    let strict = Policy::new(&PolicyOptions {
        burned_in: BurnedIn::Allow,
        documents: Documents::Allow,
        ..options(Preset::Strict, &[], &[])
    })
    .unwrap();
    assert_eq!((strict.burned_in(), strict.documents()), (BurnedIn::Reject, Documents::Reject));
    let output = deidentified(
        &strict,
        vec![
            text(tags::MANUFACTURER, VR::LO, "Maker"),
            text(tags::CONVOLUTION_KERNEL, VR::SH, "B30f"),
            text(tags::STUDY_DATE, VR::DA, "20240301"),
            text(tags::SLICE_THICKNESS, VR::DS, "1.5 "),
            sequence(
                tags::ANATOMIC_REGION_SEQUENCE,
                vec![vec![
                    text(tags::CODE_VALUE, VR::SH, "51185008"),
                    text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "SCT "),
                    text(tags::CODE_MEANING, VR::LO, "Chest of J. Smith"),
                ]],
            ),
        ],
    );
    let top = output.attributes();
    assert_eq!(top.text(tags::MANUFACTURER).as_deref(), Some("Maker"));
    assert_eq!(top.text(tags::CONVOLUTION_KERNEL), None);
    assert_eq!(top.text(tags::STUDY_DATE), None);
    assert_eq!(top.number(tags::SLICE_THICKNESS), Some(1.5));
    let code = top.items(tags::ANATOMIC_REGION_SEQUENCE).next().unwrap();
    assert_eq!(code.text(tags::CODE_VALUE).as_deref(), Some("51185008"));
    assert_eq!(code.text(tags::CODE_MEANING).as_deref(), Some("DEIDENTIFIED"));
}

#[test]
fn overrides_win_over_everything_else() {
    let overridden = |overrides: &[(&str, &str)], chosen: &[ProfileOption]| {
        Policy::new(&options(Preset::Basic, chosen, overrides)).unwrap()
    };
    check(&overridden(&[("InstitutionName", "K")], &[]), tags::INSTITUTION_NAME, Some("St. Mary"));
    check(&overridden(&[("InstitutionName", "D")], &[]), tags::INSTITUTION_NAME, Some("DEIDENTIFIED"));
    check(&overridden(&[("(0010,0040)", "K")], &[]), tags::PATIENT_SEX, Some("F"));
    check(&overridden(&[("StudyDescription", "X")], &[CleanDescriptors]), tags::STUDY_DESCRIPTION, None);
    check(&overridden(&[("StudyDescription", "C")], &[]), tags::STUDY_DESCRIPTION, Some("CT chest"));
    check(&overridden(&[("StudyDate", "K")], &[]), tags::STUDY_DATE, Some("20240301"));
    check(&overridden(&[("StudyTime", "X")], &[RetainLongitudinalFullDates]), tags::STUDY_TIME, Some(""));
    let output = deidentified(&overridden(&[("StudyDate", "K"), ("InstitutionName", "K")], &[]), header());
    assert_eq!(codes(&output), ["113100"]);
    assert_eq!(temporal(&output), "MODIFIED");
}

#[test]
fn what_does_not_go_together() {
    let fails = |wrong: PolicyOptions| Policy::new(&wrong).err().unwrap();
    let both = [RetainLongitudinalFullDates, RetainLongitudinalModifiedDates];
    assert_eq!(fails(options(Preset::Basic, &both, &[])), PolicyError::FullAndModifiedDates);
    let full = [RetainLongitudinalFullDates];
    assert_eq!(fails(options(Preset::Research, &full, &[])), PolicyError::FullAndModifiedDates);
    let wrong = fails(options(Preset::Strict, &[RetainUids], &[]));
    assert_eq!(wrong, PolicyError::StrictWithOption { option: "retain_uids" });
    let twice = [("StudyDate", "X"), ("(0008,0020)", "Z")];
    let attribute = || "StudyDate".to_owned();
    assert_eq!(
        fails(options(Preset::Basic, &[], &twice)),
        PolicyError::OverriddenTwice { attribute: attribute() }
    );
    for (chosen, overrides) in [
        (vec![RetainLongitudinalModifiedDates], vec![("StudyDate", "K")]),
        (vec![RetainLongitudinalFullDates], vec![("StudyDate", "C")]),
        (vec![], vec![("StudyDate", "K"), ("SeriesDate", "C")]),
        (vec![], vec![("PatientID", "K")]),
    ] {
        let wrong = fails(options(Preset::Basic, &chosen, &overrides));
        assert!(matches!(wrong, PolicyError::ImpossibleOverride { .. }), "{wrong}");
    }
}

#[test]
fn documents_can_be_let_through() {
    let document = || {
        vec![
            text(tags::SOP_CLASS_UID, VR::UI, "1.2.840.10008.5.1.4.1.1.104.2"),
            text(tags::ENCAPSULATED_DOCUMENT, VR::OB, "<ClinicalDocument/> "),
        ]
    };
    let allow = PolicyOptions { documents: Documents::Allow, ..options(Preset::Basic, &[], &[]) };
    let output = deidentified(&Policy::new(&allow).unwrap(), document());
    assert_eq!(output.attributes().bytes(tags::ENCAPSULATED_DOCUMENT), Some(&b"<ClinicalDocument/> "[..]));
    assert!(deidentify(instance(document()), &Policy::basic(), &key()).is_err());
}

#[test]
fn the_id_names_all_that_was_chosen() {
    let mut ids: Vec<String> = ProfileOption::ALL.iter().map(|option| policy(&[*option]).id()).collect();
    ids.extend(Preset::ALL.map(|preset| Policy::new(&options(preset, &[], &[])).unwrap().id()));
    for overrides in [[("StudyDate", "K")], [("StudyDate", "X")], [("Rows", "K")]] {
        if let Ok(policy) = Policy::new(&options(Preset::Basic, &[], &overrides)) {
            ids.push(policy.id());
        }
    }
    for burned_in in [BurnedIn::Clean, BurnedIn::Allow] {
        ids.push(Policy::new(&PolicyOptions { burned_in, ..options(Preset::Basic, &[], &[]) }).unwrap().id());
    }
    let documents = Documents::Allow;
    ids.push(Policy::new(&PolicyOptions { documents, ..options(Preset::Basic, &[], &[]) }).unwrap().id());
    let n_ids = ids.len();
    assert!(ids.iter().all(|id| id.len() <= 32));
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), n_ids, "one of them twice");
    // The order and repetition of options say nothing.
    let id = policy(&[RetainUids, CleanGraphics]).id();
    assert_eq!(policy(&[CleanGraphics, RetainUids, RetainUids]).id(), id);
    assert_eq!(Policy::basic().id(), policy(&[RetainLongitudinalModifiedDates]).id());
}

#[test]
fn the_crosswalk_has_what_was_replaced() {
    let item = vec![
        text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, "1.2.3.9"),
        text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, CT_IMAGE_STORAGE),
        text(tags::PATIENT_ID, VR::LO, "MRN 0012"),
    ];
    let parsed = || {
        instance(vec![
            text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3.5"),
            text(tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.2.840.10008.1.4.1.1\0"),
            sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![item.clone(), item.clone()]),
        ])
    };
    let (output, crosswalk) = deidentify_with_crosswalk(parsed(), &Policy::basic(), &key()).unwrap();
    let old: Vec<&str> = crosswalk.uids.iter().map(|(old, _)| old.as_str()).collect();
    assert_eq!(old, ["1.2.3.4", "1.2.3.5", "1.2.3.9"]);
    assert_eq!(crosswalk.uids[0].1, output.sop_instance_uid());
    let old: Vec<&str> = crosswalk.patients.iter().map(|(old, _)| old.as_str()).collect();
    assert_eq!(old, ["4711", "MRN 0012"]);
    assert_eq!(crosswalk.patients[0].1, output.patient_pseudonym());
    assert!(!format!("{crosswalk:?}").contains("4711"));

    let (_, crosswalk) = deidentify_with_crosswalk(parsed(), &policy(&[RetainUids]), &key()).unwrap();
    assert_eq!((crosswalk.uids.len(), crosswalk.patients.len()), (0, 2));
}
