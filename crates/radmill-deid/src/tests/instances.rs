use super::*;
use crate::{BurnedIn, DeidentifiedInstance, Policy, Refusal, deidentify};

fn deidentified(elements: Vec<Element>) -> DeidentifiedInstance {
    deidentify(instance(elements), &Policy::basic(), &key()).unwrap()
}

fn refusal(elements: Vec<Element>) -> Option<Refusal> {
    deidentify(bare(elements), &Policy::basic(), &key()).err()
}

/// The value of one attribute after de-identification, padding included; `None` if it is gone.
fn check(tag: Tag, vr: VR, value: &str, expected: Option<&str>) {
    let output = deidentified(vec![text(tag, vr, value)]);
    let found = output.attributes().bytes(tag).map(String::from_utf8_lossy);
    assert_eq!(found.as_deref(), expected, "{tag} {vr:?}");
}

#[test]
fn values_by_action() {
    check(tags::PATIENT_NAME, VR::PN, "Smith^John", Some(""));
    check(tags::STUDY_DESCRIPTION, VR::LO, "CT chest - 55F Dr. Smith", None);
    check(tags::INSTITUTION_NAME, VR::LO, "St. Mary", None);
    check(tags::OPERATORS_NAME, VR::PN, "Smith^John", None);
    check(tags::PERSON_NAME, VR::PN, "Smith^John", Some("DEIDENTIFIED"));
    check(tags::DEVICE_SERIAL_NUMBER, VR::LO, "", None);
    check(tags::ACCESSION_NUMBER, VR::SH, "", Some(""));
    check(tags::PATIENT_SEX, VR::CS, "F ", Some(""));
    check(tags::PATIENT_AGE, VR::AS, "030Y", None);
    check(tags::MANUFACTURER, VR::LO, "Maker ", Some("Maker "));
    check(tags::MANUFACTURER, VR::LO, "of 4711", Some(""));
    check(tags::SLICE_THICKNESS, VR::DS, "1.5 ", Some("1.5 "));
    check(tags::SLICE_THICKNESS, VR::DS, "Smith^John", None);
    check(tags::INSTANCE_NUMBER, VR::IS, "Smith", None);
    check(tags::BODY_PART_EXAMINED, VR::CS, "Smith^John", None);
    check(tags::BODY_PART_EXAMINED, VR::CS, "CHEST ", Some("CHEST "));
    check(tags::ROWS, VR::LO, "Smith^John", None);
    check(tags::REFERENCED_SOP_CLASS_UID, VR::UI, "1.2.840.113619.4.30", Some("1.2.840.113619.4.30"));
    check(tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.2.840.10008.1.4.1.1\0", Some("1.2.840.10008.1.4.1.1\0"));
    check(tags::TIMEZONE_OFFSET_FROM_UTC, VR::SH, "+0900 ", Some("+0900 "));
    check(tags::TIMEZONE_OFFSET_FROM_UTC, VR::SH, "Seoul", None);
    check(tags::STUDY_TIME, VR::TM, "120000.5", Some("120000.5"));
    check(tags::STUDY_TIME, VR::TM, "noon", Some(""));
    check(tags::SERIES_DATE, VR::DA, "Smith", None);
    check(tags::STUDY_DATE, VR::DA, "19700101", Some(""));
    check(tags::ACQUISITION_DATE_TIME, VR::DT, "2024", None);
    check(tags::PATIENT_BIRTH_DATE_IN_ALTERNATIVE_CALENDAR, VR::LO, "Heisei 1", None);
}

#[test]
fn zero_is_a_value_of_a_number() {
    check(tags::PIXEL_REPRESENTATION, VR::US, "\0\0", Some("\0\0"));
    check(tags::PIXEL_REPRESENTATION, VR::UN, "\0\0", Some("\0\0"));
    check(tags::PIXEL_PADDING_VALUE, VR::SS, "\0\0", Some("\0\0"));
    check(tags::PIXEL_PADDING_VALUE, VR::SS, "", None);
    check(tags::DIFFUSION_B_VALUE, VR::FD, "\0\0\0\0\0\0\0\0", Some("\0\0\0\0\0\0\0\0"));
    check(tags::LUT_DATA, VR::OW, "\0\0", Some("\0\0"));
    check(tags::ROWS, VR::US, "", Some(""));
    check(tags::MANUFACTURER, VR::LO, "  ", Some(""));
}

#[test]
fn un_is_treated_by_the_vr_of_its_tag() {
    check(tags::SLICE_THICKNESS, VR::UN, "1.5 ", Some("1.5 "));
    check(tags::SLICE_THICKNESS, VR::UN, "Smith", None);
    check(tags::PATIENT_NAME, VR::UN, "Smith", Some(""));
    check(tags::ROWS, VR::UN, "Smith^John", None);
    check(tags::ACQUISITION_CONTEXT_SEQUENCE, VR::UN, "Smith^John", None);
    check(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, VR::UN, "Smith^John", None);
    let output = deidentified(vec![text(tags::STUDY_INSTANCE_UID, VR::UN, "1.2.3")]);
    let same = deidentified(vec![text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3\0")]);
    let uid = output.attributes().text(tags::STUDY_INSTANCE_UID);
    assert!(uid.as_deref().is_some_and(|uid| uid.starts_with("2.25.")));
    assert_eq!(uid, same.attributes().text(tags::STUDY_INSTANCE_UID));
}

#[test]
fn dates_move_together_at_every_level() {
    let output = deidentified(vec![
        text(tags::STUDY_DATE, VR::DA, "20240301"),
        text(tags::ACQUISITION_DATE_TIME, VR::DT, "20240301120000+0900 "),
        text(tags::DATE_OF_SECONDARY_CAPTURE, VR::DA, "20240301\\20240302 "),
        sequence(
            tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
            vec![vec![sequence(
                tags::FRAME_CONTENT_SEQUENCE,
                vec![vec![text(tags::FRAME_REFERENCE_DATE_TIME, VR::DT, "20240301")]],
            )]],
        ),
    ]);
    let top = output.attributes();
    let date = top.text(tags::STUDY_DATE).unwrap();
    assert!(date.as_str() < "20240301" && date.as_str() > "20140101", "{date}");
    assert_eq!(top.text(tags::ACQUISITION_DATE_TIME), Some(format!("{date}120000+0900")));
    assert_eq!(top.texts(tags::DATE_OF_SECONDARY_CAPTURE)[0], date);
    let group = top.items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).next().unwrap();
    let frame = group.items(tags::FRAME_CONTENT_SEQUENCE).next().unwrap();
    assert_eq!(frame.text(tags::FRAME_REFERENCE_DATE_TIME), Some(date));
}

#[test]
fn patients_are_the_same_whatever_the_padding_and_encoding() {
    let pseudonym = |patient_id: &str, character_set: &[u8], bytes: &[u8]| {
        let value = Value::Bytes(Bytes::copy_from_slice(bytes));
        let mut parsed = instance(vec![Element { tag: tags::PATIENT_ID, vr: VR::LO, value }]);
        parsed.data = DataSet::new(parsed.data.into_elements(), CharacterSet::new(character_set));
        let output = deidentify(parsed, &Policy::basic(), &key()).unwrap();
        assert_eq!(output.attributes().text(tags::PATIENT_ID).as_deref(), Some(output.patient_pseudonym()));
        assert_eq!(output.patient_pseudonym().len(), 16, "{patient_id}");
        output.patient_pseudonym().to_owned()
    };
    assert_eq!(pseudonym("4711", b"", b"4711"), pseudonym("4711", b"", b" 4711\0"));
    assert_eq!(pseudonym("Ä1", b"ISO_IR 100", b"\xC41"), pseudonym("Ä1", b"ISO_IR 192", "Ä1".as_bytes()));
    assert_ne!(pseudonym("4711", b"", b"4711"), pseudonym("4712", b"", b"4712"));
}

#[test]
fn without_patient_id_the_study_is_the_patient() {
    let of = |elements: Vec<Element>| {
        let mut all = vec![
            text(tags::SOP_CLASS_UID, VR::UI, CT_IMAGE_STORAGE),
            text(tags::SOP_INSTANCE_UID, VR::UI, "1.2.3.4"),
        ];
        all.extend(elements);
        deidentify(bare(all), &Policy::basic(), &key()).map(|output| output.patient_pseudonym().to_owned())
    };
    let study = |uid| text(tags::STUDY_INSTANCE_UID, VR::UI, uid);
    assert_eq!(of(vec![study("1.2")]), of(vec![study("1.2\0"), text(tags::PATIENT_ID, VR::LO, "  ")]));
    assert_ne!(of(vec![study("1.2")]), of(vec![study("1.3")]));
    assert_eq!(of(vec![]), Err(Refusal::NoPatientIdentity));
}

#[test]
fn refusals() {
    let class = || text(tags::SOP_CLASS_UID, VR::UI, CT_IMAGE_STORAGE);
    let of_class = |uid| text(tags::SOP_CLASS_UID, VR::UI, uid);
    let uid = || text(tags::SOP_INSTANCE_UID, VR::UI, "1.2.3");
    let patient = || text(tags::PATIENT_ID, VR::LO, "1");
    assert_eq!(refusal(vec![uid(), patient()]), Some(Refusal::NoSopClassUid));
    assert_eq!(refusal(vec![of_class("Smith"), uid(), patient()]), Some(Refusal::NoSopClassUid));
    assert_eq!(refusal(vec![class(), patient()]), Some(Refusal::NoSopInstanceUid));
    assert_eq!(refusal(vec![class(), uid()]), Some(Refusal::NoPatientIdentity));
    let document = text(tags::ENCAPSULATED_DOCUMENT, VR::OB, "%PDF");
    assert_eq!(refusal(vec![class(), uid(), patient(), document]), Some(Refusal::EncapsulatedDocument));
    let pdf = of_class("1.2.840.10008.5.1.4.1.1.104.1");
    assert_eq!(refusal(vec![pdf, uid(), patient()]), Some(Refusal::EncapsulatedDocument));
    let voice = of_class("1.2.840.10008.5.1.4.1.1.9.4.1");
    assert_eq!(refusal(vec![voice, uid(), patient()]), Some(Refusal::Audio));

    let mut parsed = instance(vec![]);
    parsed.source.transfer_syntax = "Smith^John".to_owned();
    let found = deidentify(parsed, &Policy::basic(), &key()).err();
    assert_eq!(found, Some(Refusal::InvalidTransferSyntaxUid));

    let mut nested = vec![];
    for _ in 0..80 {
        nested = vec![sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![nested])];
    }
    let found = deidentify(instance(nested), &Policy::basic(), &key()).err();
    assert_eq!(found, Some(Refusal::NestedTooDeep));
}

#[test]
fn burned_in_annotations_can_be_allowed() {
    let policy = Policy::basic().with_burned_in(BurnedIn::Allow);
    assert_ne!(policy.id(), Policy::basic().id());
    let parsed = instance(vec![text(tags::BURNED_IN_ANNOTATION, VR::CS, "YES ")]);
    let output = deidentify(parsed, &policy, &key()).unwrap();
    assert_eq!(output.attributes().text(tags::BURNED_IN_ANNOTATION).as_deref(), Some("YES"));
}

#[test]
fn claims_say_what_was_done() {
    let codes = |output: &DeidentifiedInstance| -> Vec<String> {
        let items = output.attributes().items(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE);
        items.map(|item| item.text(tags::CODE_VALUE).unwrap()).collect()
    };
    let old_claims = || {
        let code = vec![text(tags::CODE_VALUE, VR::SH, "113101")];
        vec![
            text(tags::PATIENT_IDENTITY_REMOVED, VR::CS, "NO"),
            text(tags::DEIDENTIFICATION_METHOD, VR::LO, "by Smith"),
            sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, vec![code]),
            text(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED, VR::CS, "UNMODIFIED"),
        ]
    };
    let mut dated = old_claims();
    dated.push(text(tags::STUDY_DATE, VR::DA, "20240301"));
    dated.push(sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![old_claims()]));
    let output = deidentified(dated);
    let top = output.attributes();
    assert_eq!(top.text(tags::PATIENT_IDENTITY_REMOVED).as_deref(), Some("YES"));
    assert_eq!(codes(&output), ["113100", "113107"]);
    assert_eq!(top.text(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED).as_deref(), Some("MODIFIED"));
    let method = top.text(tags::DEIDENTIFICATION_METHOD).unwrap();
    assert!(method.contains(&Policy::basic().id()) && method.len() <= 64, "{method}");
    let group = top.items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).next().unwrap();
    assert_eq!(group.bytes(tags::PATIENT_IDENTITY_REMOVED), None);

    let undated = deidentified(old_claims());
    assert_eq!(codes(&undated), ["113100"]);
    let modified = undated.attributes().text(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED);
    assert_eq!(modified.as_deref(), Some("REMOVED"));
}

#[test]
fn kept_texts_that_repeat_a_name_or_identifier_go() {
    let output = deidentified(vec![
        text(tags::PATIENT_NAME, VR::PN, "Smith^John"),
        text(tags::MANUFACTURER, VR::LO, "Maker"),
        text(tags::FRAME_COMMENTS, VR::LT, "any"),
        text(tags::SEGMENT_LABEL, VR::LO, "lesion of Mr. SMITH"),
        text(tags::RECONSTRUCTION_DESCRIPTION, VR::LO, "chest 4711"),
    ]);
    assert_eq!(output.attributes().text(tags::MANUFACTURER).as_deref(), Some("Maker"));
    // Type 1 wherever it stands.
    assert_eq!(output.attributes().text(tags::SEGMENT_LABEL).as_deref(), Some("DEIDENTIFIED"));
    assert_eq!(output.attributes().text(tags::RECONSTRUCTION_DESCRIPTION), None);
}

#[test]
fn codes_and_numbers_that_repeat_a_name_identifier_or_date_go() {
    let output = deidentified(vec![
        text(tags::PATIENT_NAME, VR::PN, "Smith^John"),
        text(tags::ACCESSION_NUMBER, VR::SH, "900-123"),
        text(tags::PATIENT_BIRTH_DATE, VR::DA, "19630517"),
        text(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\SMITH JOHN\\AXIAL "),
        text(tags::BODY_PART_EXAMINED, VR::CS, "JOHN"),
        text(tags::SERIES_NUMBER, VR::IS, "900123"),
        text(tags::INSTANCE_NUMBER, VR::IS, "19630517"),
        text(tags::SLICE_THICKNESS, VR::DS, "1.5 "),
        text(tags::CONVOLUTION_KERNEL, VR::SH, "17.05.1963"),
        text(tags::MANUFACTURER, VR::LO, "Garcia^Ana"),
    ]);
    let top = output.attributes();
    assert_eq!(top.bytes(tags::IMAGE_TYPE), Some(&b"ORIGINAL\\\\AXIAL "[..]));
    assert_eq!(top.number(tags::SLICE_THICKNESS), Some(1.5));
    for tag in [
        tags::BODY_PART_EXAMINED,
        tags::SERIES_NUMBER,
        tags::INSTANCE_NUMBER,
        tags::CONVOLUTION_KERNEL,
        tags::MANUFACTURER,
    ] {
        // Manufacturer, Series and Instance Number are of Type 2.
        assert!(top.bytes(tag).is_none_or(<[u8]>::is_empty), "{tag}");
    }
    assert_eq!(output.actions().identifying_value, 5);
}

#[test]
fn debug_shows_no_value() {
    let output = deidentified(vec![text(tags::MANUFACTURER, VR::LO, "Maker")]);
    for shown in [format!("{output:?}"), format!("{:?}", output.attributes())] {
        assert!(!shown.contains("Maker") && !shown.contains("2.25."), "{shown}");
    }
}
