use bytes::Bytes;
use radmill_dicom::Element;

use super::*;

fn element(tag: Tag, vr: VR, value: &str) -> Element {
    Element { tag, vr, value: Value::Bytes(Bytes::copy_from_slice(value.as_bytes())) }
}

fn utf8() -> CharacterSet {
    CharacterSet::new(b"ISO_IR 192")
}

fn own_words() -> OwnWords {
    let item = DataSet::new(vec![element(tags::OPERATORS_NAME, VR::PN, "Garcia^Ana Maria")], utf8());
    let code = DataSet::new(vec![element(tags::CODE_MEANING, VR::LO, "Grace Hopper")], utf8());
    let items = |item: DataSet| Value::Items(vec![item]);
    let data = DataSet::new(
        vec![
            element(tags::PATIENT_NAME, VR::PN, "Hand^Jo^^Mr.^II=山田^太郎=やまだ^たろう"),
            element(tags::PATIENT_BIRTH_NAME, VR::PN, "O'Brien-Müller"),
            element(tags::PATIENT_ID, VR::LO, "ID-4711 "),
            element(tags::REFERRING_PHYSICIAN_NAME, VR::UN, "Okafor"),
            element(tags::REQUESTING_PHYSICIAN, VR::PN, "NAME^NONE"),
            element(tags::ACCESSION_NUMBER, VR::SH, "12"),
            element(tags::INSTITUTION_NAME, VR::LO, "Mayfield Chest Hospital of the Lake"),
            element(Tag(0x0010, 0x1090), VR::LO, "88-77-66"),
            element(tags::PATIENT_BIRTH_DATE, VR::DA, "19630517"),
            element(tags::ACQUISITION_DATE_TIME, VR::DT, "20240301120000"),
            element(tags::SERIES_DATE, VR::DA, "19000101"),
            element(Tag(0x0009, 0x1001), VR::PN, "Weiß^Łucja"),
            Element { tag: tags::OPERATOR_IDENTIFICATION_SEQUENCE, vr: VR::SQ, value: items(item) },
            Element { tag: tags::PERSON_IDENTIFICATION_CODE_SEQUENCE, vr: VR::SQ, value: items(code) },
        ],
        utf8(),
    );
    OwnWords::of(&data, |_| false)
}

#[test]
fn finds_names_and_identifiers() {
    let own = own_words();
    let check = |text: &str, expected| assert_eq!(own.occur_in(text.as_bytes(), &utf8()), expected, "{text}");
    check("left HAND, lateral", true);
    check("handle with care", false);
    check("seen by garcia.", true);
    check("for Okafor", true);
    check("OKAFORCHEST", true);
    check("Jo", false);
    check("Jo Hand", true);
    check("see id-4711b", true);
    check("12 slices", false);
    check("患者山田さん", true);
    check("山田太郎", true);
    check("obrien", true);
    check("mueller", true);
    check("MULLER", true);
    check("WEISS lucja", true);
    check("hopper", true);
    check("Mayfield", true);
    check("chest", false);
    check("hospital", false);
    check("none", false);
    check("nothing of theirs", false);
    check("", false);
    check("record 887766", true);
    check("born 17.05.1963", true);
    check("05/17/1963", true);
    check("scan_2024-03-01", true);
    check("1900-01-01", false);

    let check = |numbers: &str, expected| {
        assert_eq!(own.are_among_numbers(numbers.as_bytes()), expected, "{numbers}");
    };
    check("887766 ", true);
    check("1\\+19630517", true);
    check("20240301.000", true);
    check("20240301.5", false);
    check("12", false);
    check("4711", false);
    check("", false);
}

#[test]
fn removes_known_words_too() {
    let own = own_words();
    let check = |text: &str, expected: &str| {
        assert_eq!(descriptors::clean_text(text, &own), expected, "{text}");
    };
    check("CT chest abdomen", "CT abdomen");
    check("XR hand 2 views", "XR views");
    check("CT abdomen id 4711", "CT abdomen");
    check("MRI brain of the lake", "MRI brain");
    check("MRI brain", "MRI brain");
    check("MR hand", "MR");
    check("2024 03 01 MRI brain", "MRI brain");
    check("山田胸部CT", "胸部CT");
}

#[test]
fn too_many_identifiers_are_in_every_text() {
    let ids: Vec<String> = (1000..1300).map(|id| id.to_string()).collect();
    let own = |n: usize| {
        let data = vec![element(tags::PATIENT_ID, VR::LO, &ids[..n].join("\\"))];
        OwnWords::of(&DataSet::new(data, CharacterSet::default()), |_| false)
    };
    assert!(!own(FRAGMENTS_MAX).occur_in(b"any text", &CharacterSet::default()));
    assert!(own(FRAGMENTS_MAX + 1).occur_in(b"any text", &CharacterSet::default()));
    assert_eq!(descriptors::clean_text("CT chest", &own(FRAGMENTS_MAX + 1)), "");
}
