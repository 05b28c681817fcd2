//! Retain Safe Private (PS3.15 E.3.10).

use proptest::collection::vec;
use proptest::prelude::*;

use super::planted::{DATE_CANARY, NAME_CANARY, UID_CANARY, assert_no_canary};
use super::*;
use crate::generated::safe_private::CREATORS;
use crate::private::table::known_creator;
use crate::value::trimmed;
use crate::{
    BurnedIn, DeidentifiedInstance, Documents, Policy, PolicyOptions, Preset, ProfileOption, deidentify,
};

use ProfileOption::{
    CleanDescriptors, RetainDeviceIdentity, RetainLongitudinalFullDates, RetainLongitudinalModifiedDates,
    RetainPatientCharacteristics, RetainSafePrivate, RetainUids,
};

/// The Basic Profile with Retain Safe Private, Modified Dates and these.
fn policy(more: &[ProfileOption]) -> Policy {
    let mut options = vec![RetainSafePrivate];
    if !more.contains(&RetainLongitudinalFullDates) {
        options.push(RetainLongitudinalModifiedDates);
    }
    options.extend(more);
    basic_with(options)
}

fn basic_with(options: Vec<ProfileOption>) -> Policy {
    let (burned_in, documents) = (BurnedIn::Reject, Documents::Reject);
    Policy::new(&PolicyOptions {
        preset: Preset::Basic,
        options,
        overrides: Vec::new(),
        burned_in,
        documents,
    })
    .unwrap()
}

fn deidentified(elements: Vec<Element>, policy: &Policy) -> DeidentifiedInstance {
    deidentify(instance(elements), policy, &key()).unwrap()
}

/// What stays of one element of a creator in block 11, with its VR, at the top and in a functional group; checks that
/// the creator stays beside it and goes with it.
fn treated(
    creator: &str,
    group: u16,
    low_byte: u8,
    vr: VR,
    value: &str,
    policy: &Policy,
) -> Option<(VR, String)> {
    let creator_tag = Tag(group, 0x0011);
    let tag = Tag(group, 0x1100 | u16::from(low_byte));
    let elements = vec![text(creator_tag, VR::LO, creator), text(tag, vr, value)];
    let mut all = vec![sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![elements.clone()])];
    all.extend(elements);
    all.push(text(tags::PATIENT_NAME, VR::PN, "Kowalska^Zofia"));
    let output = deidentified(all, policy);
    let nested = &output.data.items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)[0];
    assert!(output.data.get(tag) == nested.get(tag), "{creator} {tag}");
    for level in [&output.data, nested] {
        let kept_creator = level.get(creator_tag).map(|element| element.bytes().to_vec());
        let expected = level
            .get(tag)
            .map(|_| if creator.len() % 2 == 1 { format!("{creator} ") } else { creator.into() });
        assert_eq!(kept_creator, expected.map(String::into_bytes), "{creator} {tag}");
    }
    let element = output.data.get(tag)?;
    Some((element.vr, String::from_utf8_lossy(element.bytes()).into_owned()))
}

#[track_caller]
fn check(creator: &str, group: u16, low_byte: u8, vr: VR, value: &str, expected: Option<(VR, &str)>) {
    let found = treated(creator, group, low_byte, vr, value, &policy(&[]));
    assert_eq!(
        found.as_ref().map(|(vr, value)| (*vr, value.as_str())),
        expected,
        "{creator} xx{low_byte:02X}"
    );
}

#[test]
fn listed_elements_stay() {
    check("SIEMENS MR HEADER", 0x0019, 0x0C, VR::IS, "1000", Some((VR::IS, "1000")));
    check("GEMS_PARM_01", 0x0043, 0x27, VR::SH, "/1.0:1", Some((VR::SH, "/1.0:1")));
    check("GEMS_ACQU_01", 0x0019, 0x23, VR::DS, "", Some((VR::DS, "")));
    // By creator and low byte only.
    check("SIEMENS MR HEADER", 0x0019, 0xFE, VR::IS, "1000", None);
    check("SIEMENS CSA HEADER", 0x0029, 0x10, VR::OB, "SV10", None);
    check("St. Mary's Hospital", 0x0019, 0x0C, VR::IS, "1000", None);
    check("SIEMENS MR HEADER", 0x0021, 0x0C, VR::IS, "1000", None);
}

#[test]
fn without_the_option_they_go() {
    for options in [vec![], vec![RetainLongitudinalModifiedDates]] {
        let found = treated("SIEMENS MR HEADER", 0x0019, 0x0C, VR::IS, "1000", &basic_with(options));
        assert_eq!(found, None);
    }
}

#[test]
fn the_table_knows_the_vr_of_un() {
    check("SIEMENS MR HEADER", 0x0019, 0x0C, VR::UN, "1000", Some((VR::IS, "1000")));
    check("SIEMENS MR HEADER", 0x0019, 0x0C, VR::UN, "Smith ", None);
    check("SIEMENS MR HEADER", 0x0019, 0x0E, VR::UN, "\0\0\0\0\0\0\0\0", Some((VR::FD, "\0\0\0\0\0\0\0\0")));
    check("SIEMENS MR HEADER", 0x0019, 0x0E, VR::UN, "\0\0\0\0", None);
    check("LORAD Selenia", 0x0019, 0x08, VR::OB, "18x24 ", Some((VR::LO, "18x24 ")));
    // Of unknown VR: only what the file itself says can be checked.
    check("LORAD Selenia", 0x0019, 0x81, VR::UN, "12", None);
    check("LORAD Selenia", 0x0019, 0x81, VR::IS, "12", Some((VR::IS, "12")));
    check("LORAD Selenia", 0x0019, 0x81, VR::PN, "Smith ", None);
}

#[test]
fn values_must_fit_their_vr_and_repeat_nothing_of_the_header() {
    check("SIEMENS MR HEADER", 0x0019, 0x0C, VR::IS, "Smith ", None);
    check("SIEMENS MR HEADER", 0x0019, 0x0C, VR::LO, "Smith ", Some((VR::LO, "Smith ")));
    check("SIEMENS MR HEADER", 0x0019, 0x0C, VR::LO, "Smith^Jo", None);
    check("SIEMENS MR HEADER", 0x0019, 0x0C, VR::LO, "kowalska", None);
    check("SIEMENS MR HEADER", 0x0019, 0x0D, VR::CS, "KOWALSKA", None);
    check("GEMS_PARM_01", 0x0043, 0x27, VR::UN, "Zofia ", None);
    check("SIEMENS MR HEADER", 0x0019, 0x0C, VR::US, "ab", Some((VR::US, "ab")));
    check("SIEMENS MR HEADER", 0x0019, 0x0C, VR::US, "Smithson", None);
}

#[test]
fn opaque_bytes_never_stay() {
    check("SIEMENS Ultrasound SC2000", 0x7FD1, 0x10, VR::OB, "abcdef", None);
    check("Philips Imaging DD 001", 0x2001, 0xFF, VR::OW, "abcdef", None);
    check("HOLOGIC, Inc.", 0x7E01, 0x12, VR::OB, "abcdef", None);
}

#[test]
fn uids_are_replaced() {
    let mapped = |vr: VR, uid: &str| {
        let (found, value) = treated("NQHeader", 0x0099, 0x02, vr, uid, &policy(&[])).unwrap();
        assert_eq!(found, VR::UI);
        value.trim_end_matches('\0').to_owned()
    };
    let series = deidentified(vec![text(tags::SERIES_INSTANCE_UID, VR::UI, "1.2.3.4.5")], &policy(&[]));
    let expected = series.attributes().text(tags::SERIES_INSTANCE_UID).unwrap();
    assert_eq!(mapped(VR::UI, "1.2.3.4.5\0"), expected);
    assert_eq!(mapped(VR::UN, "1.2.3.4.5\0"), expected);
    assert_eq!(mapped(VR::LO, "1.2.3.4.5 "), expected);
    assert_eq!(mapped(VR::UI, "1.2.840.10008.1.4.1.1"), "1.2.840.10008.1.4.1.1");
    // A text of which the list says that it is a UID stays a text.
    let found = treated("SIEMENS MED NM", 0x0061, 0x35, VR::LO, "1.2.3.4.5", &policy(&[])).unwrap();
    assert_eq!((found.0, found.1.trim_end()), (VR::LO, expected.as_str()));
    // Kept under Retain UIDs.
    let found = treated("SIEMENS MED NM", 0x0061, 0x35, VR::LO, "1.2.840.113619.2", &policy(&[RetainUids]));
    assert_eq!(found, Some((VR::LO, "1.2.840.113619.2".to_owned())));
    let found = treated("NQHeader", 0x0099, 0x02, VR::UI, "1.2.3.4.5\0", &policy(&[RetainUids]));
    assert_eq!(found, Some((VR::UI, "1.2.3.4.5\0".to_owned())));
}

#[test]
fn dates_and_times_follow_the_date_options() {
    let of = |low_byte: u8, vr: VR, value: &str, options: Vec<ProfileOption>| {
        treated("GEMS_PETD_01", 0x0009, low_byte, vr, value, &basic_with(options)).map(|(_, value)| value)
    };
    let study = deidentified(vec![text(tags::STUDY_DATE, VR::DA, "20240301")], &policy(&[]));
    let shifted = study.attributes().text(tags::STUDY_DATE).unwrap();
    let modified = || vec![RetainSafePrivate, RetainLongitudinalModifiedDates];
    let full = || vec![RetainSafePrivate, RetainLongitudinalFullDates];
    for vr in [VR::DT, VR::UN, VR::LO] {
        assert_eq!(
            of(0x0D, vr, "20240301120000.00 ", modified()),
            Some(format!("{shifted}120000.00 ")),
            "{vr:?}"
        );
    }
    assert_eq!(of(0x0D, VR::DT, "20240301120000.00 ", full()).as_deref(), Some("20240301120000.00 "));
    assert_eq!(of(0x0D, VR::DT, "20240301120000.00 ", vec![RetainSafePrivate]), None);
    assert_eq!(of(0x0E, VR::DT, "19700101000000", modified()), None);
    assert_eq!(of(0x0D, VR::DT, "202403", modified()), None);
    assert_eq!(of(0x0D, VR::DT, "Smith ", modified()), None);

    let time = |options| treated("SIEMENS CM VA0  CMS", 0x0009, 0x27, VR::TM, "120000", &basic_with(options));
    assert!(time(modified()).is_some() && time(full()).is_some());
    assert_eq!(time(vec![RetainSafePrivate]), None);
    // A date where the table has none.
    let date = treated("GEMS_PARM_01", 0x0043, 0x27, VR::DA, "20240301", &policy(&[]));
    assert_eq!(date, Some((VR::DA, shifted)));
}

#[test]
fn some_stay_under_another_option_only() {
    let check = |creator, group, low_byte, vr, value, option| {
        assert_eq!(treated(creator, group, low_byte, vr, value, &policy(&[])), None, "{creator}");
        let found = treated(creator, group, low_byte, vr, value, &policy(&[option]));
        assert_eq!(found, Some((vr, value.to_owned())), "{creator}");
    };
    check("SIEMENS MR SDS 01", 0x0021, 0x01, VR::IS, "70", RetainPatientCharacteristics);
    check("SIEMENS CM VA0  LAB", 0x0009, 0x11, VR::LO, "GANTRY 7", RetainDeviceIdentity);
    check("CTP", 0x0013, 0x51, VR::LO, "2011", RetainLongitudinalFullDates);
}

#[test]
fn what_people_type_in_is_cleaned_or_goes() {
    let of = |value: &str, options: &[ProfileOption]| {
        treated("TOSHIBA_MEC_CT3", 0x7005, 0x11, VR::LT, value, &policy(options)).map(|(_, value)| value)
    };
    assert_eq!(of("chest", &[]), None);
    let cleaned = of("chest for Dr. Nowak", &[CleanDescriptors]);
    assert!(cleaned.is_none_or(|cleaned| !cleaned.contains("Nowak")));
}

#[test]
fn private_sequences_are_treated_by_all_rules_once_more() {
    // Stack Sequence, with elements of two creators, a creator of its own level missing, and standard attributes.
    let item = vec![
        text(tags::PATIENT_NAME, VR::PN, "Kowalska^Zofia"),
        text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, "1.2.3.4"),
        text(Tag(0x2001, 0x0012), VR::LO, "Philips Imaging DD 001"),
        text(Tag(0x2001, 0x122D), VR::SS, "\x05\0"),
        text(Tag(0x2001, 0x1299), VR::LO, "Kowalska"),
        text(Tag(0x2005, 0x1071), VR::FL, "\0\0\0\0"),
        text(Tag(0x2005, 0x0011), VR::LO, "Nowak"),
        text(Tag(0x2005, 0x1171), VR::FL, "\0\0\0\0"),
    ];
    let output = deidentified(
        vec![
            text(Tag(0x2001, 0x0010), VR::LO, "Philips Imaging DD 001"),
            text(Tag(0x2005, 0x0010), VR::LO, "Philips MR Imaging DD 001"),
            sequence(Tag(0x2001, 0x105F), vec![item, Vec::new()]),
        ],
        &policy(&[]),
    );
    let items = output.data.items(Tag(0x2001, 0x105F));
    assert_eq!(items.len(), 2);
    let tags: Vec<Tag> = items[0].elements().iter().map(|element| element.tag).collect();
    let expected =
        [tags::REFERENCED_SOP_INSTANCE_UID, tags::PATIENT_NAME, Tag(0x2001, 0x0012), Tag(0x2001, 0x122D)];
    assert_eq!(tags, expected);
    assert_eq!(items[0].get(tags::PATIENT_NAME).unwrap().bytes(), b"");
    let uid = items[0].text(tags::REFERENCED_SOP_INSTANCE_UID).unwrap();
    assert_eq!(uid, output.sop_instance_uid());
    // The creator of a block without elements goes.
    assert!(output.data.get(Tag(0x2005, 0x0010)).is_none());
}

#[test]
fn a_sequence_is_one_in_table_and_file() {
    let item = || vec![vec![text(tags::MANUFACTURER, VR::LO, "Maker ")]];
    let creator = |group, name| text(Tag(group, 0x0010), VR::LO, name);
    let kept = |elements: Vec<Element>, tag| deidentified(elements, &policy(&[])).data.get(tag).is_some();
    let stack = Tag(0x2001, 0x105F);
    assert!(kept(vec![creator(0x2001, "Philips Imaging DD 001"), sequence(stack, item())], stack));
    assert!(!kept(vec![creator(0x2001, "Philips Imaging DD 001"), text(stack, VR::LO, "text")], stack));
    assert!(!kept(vec![creator(0x2001, "Philips Imaging DD 001"), text(stack, VR::UN, "text")], stack));
    assert!(kept(vec![creator(0x2001, "Philips Imaging DD 001"), text(stack, VR::UN, "")], stack));
    let number = Tag(0x0019, 0x100C);
    assert!(!kept(vec![creator(0x0019, "SIEMENS MR HEADER"), sequence(number, item())], number));
    // Pixel copies.
    let pixels = Tag(0x7E01, 0x1010);
    assert!(!kept(vec![creator(0x7E01, "HOLOGIC, Inc."), sequence(pixels, item())], pixels));
}

/// The file's own word for what is safe is not believed, and does not stay where it may have become wrong.
#[test]
fn a_file_cannot_declare_its_elements_safe() {
    let block = vec![
        text(Tag(0x0008, 0x0301), VR::US, "\x09\0"),
        text(Tag(0x0008, 0x0302), VR::LO, "ACME"),
        text(Tag(0x0008, 0x0303), VR::CS, "SAFE"),
    ];
    let output = deidentified(
        vec![
            sequence(tags::PRIVATE_DATA_ELEMENT_CHARACTERISTICS_SEQUENCE, vec![block]),
            text(Tag(0x0009, 0x0010), VR::LO, "ACME"),
            text(Tag(0x0009, 0x1001), VR::LO, "anything"),
        ],
        &policy(&[]),
    );
    visit_elements(&output.data, &mut |element, _| assert!(element.tag.0 % 2 == 0, "{element:?}"));
    assert!(output.data.get(tags::PRIVATE_DATA_ELEMENT_CHARACTERISTICS_SEQUENCE).is_none());
}

#[test]
fn the_claim_says_what_was_done() {
    let codes = |elements| -> Vec<String> {
        let output = deidentified(elements, &policy(&[]));
        let items = output.attributes().items(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE);
        items.map(|item| item.text(tags::CODE_VALUE).unwrap()).collect()
    };
    let creator = || text(Tag(0x0019, 0x0010), VR::LO, "SIEMENS MR HEADER");
    let kept = vec![creator(), text(Tag(0x0019, 0x100C), VR::IS, "1000")];
    assert_eq!(codes(kept), ["113100", "113111"]);
    let gone = vec![creator(), text(Tag(0x0019, 0x10FE), VR::IS, "1000")];
    assert_eq!(codes(gone), ["113100"]);
}

/// The reader keeps the first of two creators; which elements are whose, nobody knows then.
#[test]
fn of_two_creators_in_one_place_neither_is_believed() {
    let elements = vec![
        text(Tag(0x0019, 0x0010), VR::LO, "SIEMENS MR HEADER"),
        text(Tag(0x0019, 0x100C), VR::IS, "1000"),
    ];
    let mut parsed = instance(elements);
    parsed.source.defects = vec!["element_repeated"];
    let output = deidentify(parsed, &policy(&[]), &key()).unwrap();
    visit_elements(&output.data, &mut |element, _| assert!(element.tag.0.is_multiple_of(2), "{element:?}"));
}

#[test]
fn counts_add_up() {
    let output = deidentified(
        vec![
            text(Tag(0x0019, 0x0010), VR::LO, "SIEMENS MR HEADER"),
            text(Tag(0x0019, 0x0011), VR::LO, "Smith"),
            text(Tag(0x0019, 0x100C), VR::IS, "1000"),
            text(Tag(0x0019, 0x10FE), VR::IS, "1000"),
            text(Tag(0x0019, 0x1101), VR::IS, "1000"),
            text(Tag(0x0019, 0x0001), VR::IS, "1000"),
        ],
        &policy(&[]),
    );
    assert_eq!(output.actions().removed_private, 4);
}

/// One of the creators that the table knows, and sometimes something else.
fn any_creator() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0..CREATORS.len()).prop_map(|index| CREATORS[index].name.to_owned()),
        1 => Just(NAME_CANARY.to_owned()),
        1 => Just("SIEMENS MR HEADER\\GEMS_ACQU_01".to_owned()),
        1 => "[A-Z ]{0,8}",
    ]
}

fn any_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(NAME_CANARY.into()),
        Just(UID_CANARY.into()),
        Just(DATE_CANARY.into()),
        Just(b"20240301".to_vec()),
        Just(b"12 ".to_vec()),
        Just(b"T1".to_vec()),
        vec(any::<u8>(), 0..24),
    ]
}

/// Some elements of one block and its creator, most of them where the table has something.
fn any_block() -> impl Strategy<Value = Vec<Element>> {
    const VRS: [&str; 12] = ["LO", "UN", "OB", "IS", "DS", "CS", "UI", "DT", "FD", "US", "SQ", "PN"];
    let vr = proptest::sample::select(&VRS[..]).prop_map(|code| code.parse::<VR>().unwrap());
    let elements = vec((any::<prop::sample::Index>(), any::<u8>(), vr, any_value()), 0..6);
    (any_creator(), any::<prop::sample::Index>(), 0x10..=0x13_u16, elements).prop_map(
        |(name, group, block, elements)| {
            let known = known_creator(&name);
            let (group, safe) =
                known.map_or((0x0019, &[][..]), |creator| creator.groups[group.index(creator.groups.len())]);
            let mut block_elements = vec![text(Tag(group, block), VR::LO, &name)];
            block_elements.extend(elements.into_iter().map(|(index, any_low, vr, value)| {
                let low = if safe.is_empty() { any_low } else { safe[index.index(safe.len())].low_byte };
                let tag = Tag(group, block << 8 | u16::from(low));
                Element { tag, vr, value: Value::Bytes(value.into()) }
            }));
            block_elements
        },
    )
}

fn any_elements() -> impl Strategy<Value = Vec<Element>> {
    let blocks = || vec(any_block(), 0..4).prop_map(|blocks| blocks.concat());
    let sequence_tag = proptest::sample::select(vec![
        tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
        Tag(0x2001, 0x105F),
        Tag(0x0019, 0x100C),
        Tag(0x0029, 0x1002),
    ]);
    (blocks(), vec((sequence_tag, vec(blocks(), 0..3)), 0..4)).prop_map(|(mut elements, sequences)| {
        elements.push(text(Tag(0x2001, 0x0010), VR::LO, "Philips Imaging DD 001"));
        elements.extend(sequences.into_iter().map(|(tag, items)| sequence(tag, items)));
        // The canary is somebody's name, and the date one of this header.
        elements.push(text(tags::PATIENT_NAME, VR::PN, NAME_CANARY));
        elements.push(text(tags::ACQUISITION_DATE, VR::DA, DATE_CANARY));
        elements
    })
}

/// What was kept of a level lies in blocks that are its creators' own, and no creator is without elements.
fn assert_known_blocks(level: &DataSet) {
    let is_private = |element: &&Element| element.tag.0 % 2 == 1;
    for element in level.elements().iter().filter(is_private) {
        let Tag(group, number) = element.tag;
        if number < 0x0100 {
            let name = std::str::from_utf8(trimmed(element.bytes())).unwrap();
            assert!(known_creator(name).is_some(), "{element:?}");
            let has_elements = level.elements().iter().any(|e| e.tag.0 == group && e.tag.1 >> 8 == number);
            assert!(has_elements, "{element:?}");
        } else {
            let creator = level.get(Tag(group, number >> 8)).unwrap_or_else(|| panic!("{element:?}"));
            let name = std::str::from_utf8(trimmed(creator.bytes())).unwrap();
            let safe = known_creator(name).unwrap().safe_element(group, number.to_be_bytes()[1]);
            assert!(safe.is_some(), "{element:?}");
            assert!(!matches!(element.vr, VR::UN | VR::OB | VR::OW | VR::PN), "{element:?}");
        }
    }
    for element in level.elements() {
        if let Value::Items(items) = &element.value {
            items.iter().for_each(assert_known_blocks);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn only_what_is_known_stays(elements in any_elements()) {
        let policy = policy(&[]);
        let output = deidentified(elements, &policy);
        assert_known_blocks(&output.data);
        assert_no_canary(&output.data, &policy);
    }

    #[test]
    fn twice_changes_nothing_more(elements in any_elements()) {
        let policy = policy(&[]);
        let first = deidentified(elements, &policy);
        let once = first.data.clone();
        let parsed = ParsedInstance { data: first.data, pixels: None, source: first.source };
        let twice = deidentify(parsed, &policy, &key()).unwrap().data;
        prop_assert!(once == twice);
    }
}
