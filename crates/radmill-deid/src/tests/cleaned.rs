//! Whole instances under Clean Descriptors, Clean Structured Content and Clean Graphics.

use super::*;
use crate::ProfileOption::{
    CleanDescriptors, CleanGraphics, CleanStructuredContent, RetainDeviceIdentity,
    RetainLongitudinalModifiedDates,
};
use crate::{
    BurnedIn, DeidentifiedInstance, Documents, Policy, PolicyOptions, Preset, ProfileOption, deidentify,
};

fn policy(options: &[ProfileOption]) -> Policy {
    Policy::new(&PolicyOptions {
        preset: Preset::Basic,
        options: options.to_vec(),
        overrides: Vec::new(),
        burned_in: BurnedIn::Reject,
        documents: Documents::Reject,
    })
    .unwrap()
}

fn deidentified(elements: Vec<Element>, options: &[ProfileOption]) -> DeidentifiedInstance {
    let output = deidentify(instance(elements), &policy(options), &key()).unwrap();
    // A second time nothing more changes. Claims are of what was done this time.
    let again = bare(output.data.elements().to_vec());
    let again = deidentify(again, &policy(options), &key()).unwrap();
    assert_eq!(texts(&again.data), texts(&output.data));
    output
}

/// All texts but claims, UIDs and dates, in order.
fn texts(data: &DataSet) -> Vec<String> {
    let mut texts = Vec::new();
    visit_elements(data, &mut |element, level| {
        if matches!(element.vr, VR::LO | VR::SH | VR::ST | VR::LT | VR::UT | VR::PN)
            && element.tag.0 != 0x0010
        {
            texts.extend(level.texts(element.tag));
        }
    });
    texts
}

fn codes_claimed(output: &DeidentifiedInstance) -> Vec<String> {
    let items = output.data.items(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE);
    items.iter().filter_map(|item| item.text(tags::CODE_VALUE)).collect()
}

fn code(value: &str, scheme: &str, meaning: &str) -> Vec<Element> {
    vec![
        text(tags::CODE_VALUE, VR::SH, value),
        text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme),
        text(tags::CODE_MEANING, VR::LO, meaning),
    ]
}

#[test]
fn descriptions_keep_their_known_words() {
    let check = |tag: Tag, vr: VR, value: &str, expected: Option<&str>| {
        let header = vec![
            text(tags::PATIENT_NAME, VR::PN, "Arm^Jane"),
            text(tags::INSTITUTION_NAME, VR::LO, "Lakeside Spine Hospital"),
            text(tag, vr, value),
        ];
        let output = deidentified(header, &[CleanDescriptors]);
        assert_eq!(output.attributes().text(tag).as_deref(), expected, "{value}");
        let is_claimed = codes_claimed(&output).contains(&"113105".to_owned());
        assert_eq!(is_claimed, expected.is_some_and(|text| text != "DEIDENTIFIED"), "{value}");
    };
    let study = tags::STUDY_DESCRIPTION;
    check(study, VR::LO, "CT chest abdomen pelvis - 55F Dr. Smith", Some("CT chest abdomen pelvis"));
    check(study, VR::LO, "CT arm and spine", Some("CT"));
    check(study, VR::LO, "Smith", None);
    check(study, VR::LO, "id 4711", None);
    check(tags::SERIES_DESCRIPTION, VR::LO, "t1_mprage_sag_p2_iso", Some("t1_mprage_sag_p2_iso"));
    check(tags::PROTOCOL_NAME, VR::LO, "Dr. Hand", None);
    check(tags::IMAGE_COMMENTS, VR::LT, "CT chest\r\nfor Mrs. Brown", Some("CT chest"));
    check(tags::STUDY_DESCRIPTION, VR::PN, "CT chest", None);
    check(tags::STUDY_DESCRIPTION, VR::UN, "CT chest", Some("CT chest"));
}

#[test]
fn values_are_cleaned_one_by_one() {
    let comments = text(tags::ADMITTING_DIAGNOSES_DESCRIPTION, VR::LO, "stroke\\Smith\\fracture of the hip");
    let output = deidentified(vec![comments], &[CleanDescriptors]);
    let found = output.attributes().texts(tags::ADMITTING_DIAGNOSES_DESCRIPTION);
    assert_eq!(found, ["stroke", "", "fracture of the hip"]);
}

#[test]
fn codes_in_cleaned_sequences_stay_whole() {
    let procedure =
        vec![code("24627-2", "LN", "CT chest"), code("SMITH", "99LAKESIDE", "Dr. Smith special CT")];
    let output = deidentified(vec![sequence(tags::PROCEDURE_CODE_SEQUENCE, procedure)], &[CleanDescriptors]);
    let found: Vec<[Option<String>; 3]> = output
        .data
        .items(tags::PROCEDURE_CODE_SEQUENCE)
        .iter()
        .map(|item| {
            [tags::CODE_VALUE, tags::CODING_SCHEME_DESIGNATOR, tags::CODE_MEANING].map(|tag| item.text(tag))
        })
        .collect();
    let expected = |code: [&str; 3]| code.map(|text| Some(text.to_owned()));
    assert_eq!(
        found,
        [expected(["24627-2", "LN", "CT chest"]), expected(["DEIDENTIFIED", "99DEIDENTIFIED", "special CT"])]
    );
}

fn item(value_type: &str, concept: Vec<Element>, mut more: Vec<Element>) -> Vec<Element> {
    more.extend([
        text(tags::RELATIONSHIP_TYPE, VR::CS, "CONTAINS"),
        text(tags::VALUE_TYPE, VR::CS, value_type),
        sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![concept]),
    ]);
    more
}

fn report() -> Vec<Element> {
    let measured = vec![
        text(tags::NUMERIC_VALUE, VR::DS, "12.5"),
        sequence(tags::MEASUREMENT_UNITS_CODE_SEQUENCE, vec![code("mm", "UCUM", "millimeter")]),
    ];
    let reference = vec![
        text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, CT_IMAGE_STORAGE),
        text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, "1.2.3.77"),
    ];
    let text_of = |value: &str| vec![text(tags::TEXT_VALUE, VR::UT, value)];
    let findings = vec![
        item("TEXT", code("121071", "DCM", "Finding"), text_of("Nodule in the left lung. Seen by Dr. Smith")),
        item("TEXT", code("X1", "99LOCAL", "Our note"), text_of("Patient Smith was here")),
        item(
            "NUM",
            code("410668003", "SCT", "Length"),
            vec![sequence(tags::MEASURED_VALUE_SEQUENCE, vec![measured])],
        ),
        item(
            "CODE",
            code("363698007", "SCT", "Finding Site"),
            vec![sequence(tags::CONCEPT_CODE_SEQUENCE, vec![code("39607008", "SCT", "Lung")])],
        ),
        item(
            "IMAGE",
            code("121112", "DCM", "Source of Measurement"),
            vec![sequence(tags::REFERENCED_SOP_SEQUENCE, vec![reference])],
        ),
    ];
    let content = vec![
        item(
            "PNAME",
            code("121008", "DCM", "Person Observer Name"),
            vec![text(tags::PERSON_NAME, VR::PN, "Smith^A")],
        ),
        item("TEXT", code("121022", "DCM", "Accession Number"), text_of("A-1")),
        item("TEXT", code("121013", "DCM", "Device Observer Name"), text_of("Workstation 5")),
        item(
            "UIDREF",
            code("121012", "DCM", "Device Observer UID"),
            vec![text(tags::UID, VR::UI, "1.2.3.88")],
        ),
        item("DATE", code("121031", "DCM", "Subject Birth Date"), vec![text(tags::DATE, VR::DA, "19700102")]),
        item("DATE", code("111060", "DCM", "Study Date"), vec![text(tags::DATE, VR::DA, "20240301")]),
        item(
            "CONTAINER",
            code("121070", "DCM", "Findings"),
            vec![sequence(tags::CONTENT_SEQUENCE, findings)],
        ),
    ];
    vec![sequence(tags::CONTENT_SEQUENCE, content)]
}

fn outline(items: &[DataSet]) -> Vec<String> {
    let mut lines = Vec::new();
    for item in items {
        let value_type = item.text(tags::VALUE_TYPE).unwrap();
        let values = [tags::TEXT_VALUE, tags::PERSON_NAME, tags::DATE];
        let value = values.iter().find_map(|tag| item.text(*tag)).unwrap_or_default();
        lines.push(format!("{value_type} {value}").trim().to_owned());
        lines.extend(outline(item.items(tags::CONTENT_SEQUENCE)).into_iter().map(|line| format!("> {line}")));
    }
    lines
}

#[test]
fn reports_keep_their_tree() {
    let output = deidentified(report(), &[CleanStructuredContent, CleanDescriptors, RetainDeviceIdentity]);
    let content = output.data.items(tags::CONTENT_SEQUENCE);
    assert_eq!(
        outline(content),
        [
            "PNAME DEIDENTIFIED",
            "TEXT Workstation 5",
            "UIDREF",
            "DATE 19000101",
            "CONTAINER",
            "> TEXT Nodule in the left lung",
            "> TEXT DEIDENTIFIED",
            "> NUM",
            "> CODE",
            "> IMAGE",
        ]
    );
    assert_eq!(content[2].text(tags::UID).as_deref(), Some("1.2.3.88"));
    let findings = content[4].items(tags::CONTENT_SEQUENCE);
    let image = &findings[4].items(tags::REFERENCED_SOP_SEQUENCE)[0];
    assert!(image.text(tags::REFERENCED_SOP_INSTANCE_UID).unwrap().starts_with("2.25."));
    let units = &findings[2].items(tags::MEASURED_VALUE_SEQUENCE)[0];
    assert_eq!(units.text(tags::NUMERIC_VALUE).as_deref(), Some("12.5"));
    let claimed = codes_claimed(&output);
    assert!(
        ["113104", "113105", "113109"].iter().all(|code| claimed.contains(&(*code).to_owned())),
        "{claimed:?}"
    );
}

#[test]
fn reports_without_clean_descriptors_have_no_texts() {
    let output = deidentified(report(), &[CleanStructuredContent, RetainLongitudinalModifiedDates]);
    let outline = outline(output.data.items(tags::CONTENT_SEQUENCE));
    assert_eq!(outline[0], "PNAME DEIDENTIFIED");
    assert!(outline.iter().any(|line| line.starts_with("DATE 20") && line != "DATE 20240301"), "{outline:?}");
    assert!(!outline.iter().any(|line| line.contains("Nodule") || line.contains("1970")), "{outline:?}");
}

#[test]
fn without_the_option_one_item_says_nothing() {
    let output = deidentified(report(), &[CleanDescriptors]);
    assert_eq!(outline(output.data.items(tags::CONTENT_SEQUENCE)), ["TEXT DEIDENTIFIED"]);
}

#[test]
fn items_that_are_referred_to_by_place_keep_their_place() {
    let mut items = report();
    let reference = item("CONTAINER", code("121070", "DCM", "Findings"), vec![]);
    let mut reference = reference;
    reference.push(Element {
        tag: tags::REFERENCED_CONTENT_ITEM_IDENTIFIER,
        vr: VR::UL,
        value: Value::Bytes(Bytes::from_static(&[1, 0, 0, 0, 2, 0, 0, 0])),
    });
    let Value::Items(content) = &mut items[0].value else { panic!() };
    content.push(DataSet::new(reference, utf8()));
    let output = deidentified(items, &[CleanStructuredContent]);
    assert_eq!(output.data.items(tags::CONTENT_SEQUENCE).len(), 8);
    assert!(!outline(output.data.items(tags::CONTENT_SEQUENCE)).iter().any(|line| line.contains("A-1")));
}

#[test]
fn annotations_are_cleaned() {
    let text_object = |value: &str| vec![text(tags::UNFORMATTED_TEXT_VALUE, VR::ST, value)];
    let graphic = vec![text(tags::GRAPHIC_TYPE, VR::CS, "POLYLINE"), text(tags::GRAPHIC_FILLED, VR::CS, "N")];
    let annotation = vec![
        text(tags::GRAPHIC_LAYER, VR::CS, "LAYER1"),
        sequence(
            tags::TEXT_OBJECT_SEQUENCE,
            vec![text_object("nodule 5 mm, Dr. Smith"), text_object("Smith")],
        ),
        sequence(tags::GRAPHIC_OBJECT_SEQUENCE, vec![graphic]),
    ];
    let elements = || vec![sequence(tags::GRAPHIC_ANNOTATION_SEQUENCE, vec![annotation.clone()])];
    let output = deidentified(elements(), &[CleanGraphics]);
    let kept = &output.data.items(tags::GRAPHIC_ANNOTATION_SEQUENCE)[0];
    let texts: Vec<_> = kept
        .items(tags::TEXT_OBJECT_SEQUENCE)
        .iter()
        .map(|item| item.text(tags::UNFORMATTED_TEXT_VALUE).unwrap())
        .collect();
    assert_eq!(texts, ["nodule 5 mm", "DEIDENTIFIED"]);
    assert_eq!(kept.items(tags::GRAPHIC_OBJECT_SEQUENCE).len(), 1);
    assert!(codes_claimed(&output).contains(&"113103".to_owned()));

    let output = deidentified(elements(), &[]);
    assert!(output.data.items(tags::GRAPHIC_ANNOTATION_SEQUENCE).is_empty());
    assert!(!codes_claimed(&output).contains(&"113103".to_owned()));
}

#[test]
fn overlays_stay_if_they_are_one_region() {
    let overlay = |kind: &str, bits: &'static [u8]| {
        let number = |element, value: &'static [u8]| Element {
            tag: Tag(0x6000, element),
            vr: VR::US,
            value: Value::Bytes(Bytes::from_static(value)),
        };
        vec![
            number(0x0010, &[4, 0]),
            number(0x0011, &[8, 0]),
            text(Tag(0x6000, 0x0022), VR::LO, "liver Dr. Smith "),
            text(Tag(0x6000, 0x0040), VR::CS, kind),
            text(Tag(0x6000, 0x4000), VR::LT, "Smith"),
            Element { tag: Tag(0x6000, 0x3000), vr: VR::OW, value: Value::Bytes(Bytes::from_static(bits)) },
        ]
    };
    let check = |kind, bits, options: &[ProfileOption], expected: bool| {
        let output = deidentified(overlay(kind, bits), options);
        let n_kept = output.data.elements().iter().filter(|element| element.tag.0 == 0x6000).count();
        assert_eq!(n_kept, if expected { 5 } else { 0 }, "{kind} {bits:?}");
        assert_eq!(codes_claimed(&output).contains(&"113103".to_owned()), expected);
        let description = output.attributes().text(Tag(0x6000, 0x0022));
        assert_eq!(description.as_deref(), expected.then_some("liver"));
    };
    check("R ", &[0, 0x3C, 0x3C, 0], &[CleanGraphics], true);
    check("R ", &[0x81, 0x81, 0x81, 0], &[CleanGraphics], false);
    check("R ", &[0, 0x3C, 0x3C, 0, 0, 0], &[CleanGraphics], false);
    check("R ", &[0, 0x3C, 0x3C, 0], &[], false);
    check("G ", &[0, 0x3C, 0x3C, 0], &[CleanGraphics], false);
}

/// A name may be spelled like a Value Type; without its type a content item means nothing, and a second time its value
/// would be one of another type.
#[test]
fn content_items_keep_their_type_beside_any_name() {
    let mut elements = report();
    elements.push(text(tags::OPERATORS_NAME, VR::PN, "TEXT^CONTAINS"));
    let output = deidentified(elements, &[CleanStructuredContent, CleanDescriptors]);
    let mut types = Vec::new();
    visit_elements(&output.data, &mut |element, level| {
        if element.tag == tags::VALUE_TYPE {
            types.push(level.text(tags::VALUE_TYPE).unwrap_or_default());
        }
    });
    assert!(types.contains(&"TEXT".to_owned()) && !types.contains(&String::new()), "{types:?}");
}
