use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::planted::{DATE_CANARY, NAME_CANARY, UID_CANARY, assert_no_canary, tags_with_a_row};
use super::*;
use crate::rules::Treatment;
use crate::rules::fixed::Fixed;
use crate::{BurnedIn, Documents, Policy, PolicyOptions, Preset, ProfileOption, deidentify};

const ORDINARY_TAGS: [Tag; 14] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::IMAGE_TYPE,
    tags::MANUFACTURER,
    tags::MODALITY,
    tags::SLICE_THICKNESS,
    tags::INSTANCE_NUMBER,
    tags::ROWS,
    tags::PIXEL_SPACING,
    tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
    tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
    tags::REFERENCED_IMAGE_SEQUENCE,
    tags::ANATOMIC_REGION_SEQUENCE,
    tags::CODE_MEANING,
    tags::SMALLEST_IMAGE_PIXEL_VALUE,
];

fn any_tag() -> impl Strategy<Value = Tag> {
    prop_oneof![
        4 => proptest::sample::select(tags_with_a_row()),
        4 => proptest::sample::select(&ORDINARY_TAGS[..]),
        1 => any::<(u16, u16)>().prop_map(|(group, element)| Tag(group, element)),
    ]
}

fn any_vr() -> impl Strategy<Value = VR> {
    const VRS: [&str; 34] = [
        "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF", "OL", "OV",
        "OW", "PN", "SH", "SL", "SQ", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR", "US", "UT", "UV",
    ];
    proptest::sample::select(&VRS[..]).prop_map(|code| code.parse().unwrap())
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(NAME_CANARY.into()),
        Just(UID_CANARY.into()),
        Just(DATE_CANARY.into()),
        Just(format!("{DATE_CANARY}120000.5+0900").into_bytes()),
        Just(format!("AXIAL\\{NAME_CANARY}").into_bytes()),
        Just(format!("1\\{UID_CANARY}\\").into_bytes()),
        vec(any::<u8>(), 0..40),
        "[0-9A-Z_^.\\\\ -]{0,20}".prop_map(String::into_bytes),
    ]
}

fn any_element() -> impl Strategy<Value = Element> {
    let leaf = (any_tag(), any_vr(), any_bytes()).prop_map(|(tag, vr, bytes)| Element {
        tag,
        vr,
        value: Value::Bytes(bytes.into()),
    });
    leaf.prop_recursive(5, 40, 6, |inner| {
        (any_tag(), vec(vec(inner, 0..5), 0..3)).prop_map(|(tag, items)| sequence(tag, items))
    })
}

/// Elements that do not have the instance refused.
fn any_elements() -> impl Strategy<Value = Vec<Element>> {
    let needed = [
        tags::SOP_CLASS_UID,
        tags::SOP_INSTANCE_UID,
        tags::ENCAPSULATED_DOCUMENT,
        tags::BURNED_IN_ANNOTATION,
    ];
    vec(any_element(), 0..30).prop_map(move |mut elements| {
        elements.retain(|element| !needed.contains(&element.tag));
        elements
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_planted_survives_and_nothing_panics(elements in any_elements()) {
        let policy = Policy::basic();
        if let Ok(output) = deidentify(instance(elements), &policy, &key()) {
            assert_no_canary(&output.data, &policy);
            visit_elements(&output.data, &mut |element, _| {
                let rule = policy.rule(element.tag);
                let is_claim = crate::claims::CLAIM_TAGS.contains(&element.tag);
                let says_nothing = element.is_empty()
                    || crate::rules::dummy::dummy(rule.vr).is_some_and(|(_, dummy)| element.bytes() == dummy);
                let goes = rule.treatment == Treatment::Fixed(Fixed::X);
                assert!(is_claim || !goes || says_nothing, "{element:?}");
                assert_eq!(element.tag.0 % 2, 0);
            });
        }
    }

    /// The same input gives the same output; nothing depends on what ran before.
    #[test]
    fn is_a_pure_function(elements in any_elements()) {
        let run = || deidentify(instance(elements.clone()), &Policy::basic(), &key()).map(|output| output.data);
        prop_assert!(run() == run());
    }

    /// De-identified a second time under the same key, an instance stays as it is: pseudonyms of ours are recognised, and
    /// dates that were shifted are not shifted again.
    #[test]
    fn twice_changes_nothing_more(elements in any_elements()) {
        let policy = Policy::basic();
        if let Ok(first) = deidentify(instance(elements), &policy, &key()) {
            let once = first.data.clone();
            let parsed = ParsedInstance { data: first.data, pixels: None, source: first.source };
            let twice = deidentify(parsed, &policy, &key()).unwrap().data;
            prop_assert_eq!(shown(&once), shown(&twice));
        }
    }

    /// Also where a date comes to lie on a day that stands for "unknown", or in a century that no patient has seen.
    #[test]
    fn dates_shifted_once_stay(date in "(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])") {
        let offset_days = crate::pseudonym::PatientPseudonym::of_patient_id(&key(), "4711").date_offset_days;
        let lands_on_unknown = |day: i64| crate::date::day_after_2002(day + offset_days);
        for date in [date, "19010102".to_owned(), lands_on_unknown(-731), lands_on_unknown(-365)] {
            let first = deidentify(
                instance(vec![text(tags::STUDY_DATE, VR::DA, &date), text(tags::CONTENT_DATE, VR::DA, &date)]),
                &Policy::basic(),
                &key(),
            ).unwrap();
            let once = first.data.clone();
            let parsed = ParsedInstance { data: first.data, pixels: None, source: first.source };
            prop_assert_eq!(shown(&once), shown(&deidentify(parsed, &Policy::basic(), &key()).unwrap().data));
        }
    }

    #[test]
    fn equal_uids_map_to_equal_and_different_to_different(uids in vec("[1-9][.][1-3]{1,2}", 2..20)) {
        let items = uids.iter().map(|uid| vec![text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, uid)]).collect();
        let parsed = instance(vec![sequence(tags::REFERENCED_IMAGE_SEQUENCE, items)]);
        let output = deidentify(parsed, &Policy::basic(), &key()).unwrap();
        let items = output.attributes().items(tags::REFERENCED_IMAGE_SEQUENCE);
        let mapped: Vec<String> = items.map(|item| item.text(tags::REFERENCED_SOP_INSTANCE_UID).unwrap()).collect();
        let mut new_of_old = HashMap::new();
        let mut old_of_new = HashMap::new();
        for (old, new) in uids.iter().zip(&mapped) {
            prop_assert_eq!(new_of_old.entry(old).or_insert(new), &new);
            prop_assert_eq!(old_of_new.entry(new).or_insert(old), &old);
        }
    }

    /// However far apart, and whichever patient: days between dates stay the same. The offset is never zero.
    #[test]
    fn intervals_between_dates_are_preserved(
        days in (0..13_000_i64, 14_000..30_000_i64), patient in "[A-Z0-9]{1,10}",
    ) {
        let date = |days: i64| crate::date::day_after_2002(days);
        let parsed = instance(vec![
            text(tags::PATIENT_ID, VR::LO, &patient),
            text(tags::STUDY_DATE, VR::DA, &date(days.0)),
            text(tags::ACQUISITION_DATE_TIME, VR::DT, &format!("{}1200", date(days.1))),
        ]);
        let output = deidentify(parsed, &Policy::basic(), &key()).unwrap();
        let study = output.attributes().text(tags::STUDY_DATE).unwrap();
        let acquisition = output.attributes().text(tags::ACQUISITION_DATE_TIME).unwrap();
        let day = |text: &str| crate::date::days_after_2002(text);
        prop_assert_eq!(day(&acquisition[..8]) - day(&study), days.1 - days.0);
        prop_assert!((1..=3650).contains(&(days.0 - day(&study))));
        prop_assert_eq!(&acquisition[8..], "1200");
    }

    /// Whatever the options, nothing panics, and a second time changes nothing more. The claims are
    /// left out: text where a UID should be becomes a UID, which the second time stays under an option that keeps it.
    #[test]
    fn any_options_twice(elements in any_elements(), chosen in vec(any::<bool>(), ProfileOption::ALL.len())) {
        let modified = ProfileOption::RetainLongitudinalModifiedDates;
        let all = ProfileOption::ALL.into_iter().zip(chosen).filter(|(_, chosen)| *chosen);
        let mut options: Vec<ProfileOption> = all.map(|(option, _)| option).collect();
        if options.contains(&ProfileOption::RetainLongitudinalFullDates) {
            options.retain(|option| *option != modified);
        }
        let policy = Policy::new(&PolicyOptions {
            preset: Preset::Basic,
            options,
            overrides: Vec::new(),
            burned_in: BurnedIn::Allow,
            documents: Documents::Allow,
        }).unwrap();
        if let Ok(first) = deidentify(instance(elements), &policy, &key()) {
            let once = first.data.clone();
            let parsed = ParsedInstance { data: first.data, pixels: None, source: first.source };
            let twice = deidentify(parsed, &policy, &key()).unwrap().data;
            let without_claims = |mut lines: Vec<String>| {
                lines.retain(|line| !line.starts_with("(0012,0064)"));
                lines
            };
            prop_assert_eq!(without_claims(shown(&once)), without_claims(shown(&twice)));
        }
    }

    /// Whatever is written as an age, none over 89 comes out, and none of those up to 89 changes.
    #[test]
    fn ages_over_89_become_90(number in 0..=999_u32, unit in "[DWMYdy]", nested in any::<bool>()) {
        let age = format!("{number:03}{unit}");
        let element = text(tags::PATIENT_AGE, VR::AS, &age);
        let group = |elements| vec![sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![elements])];
        let elements = if nested { group(vec![element]) } else { vec![element] };
        let policy = Policy::new(&PolicyOptions {
            preset: Preset::Basic,
            options: vec![ProfileOption::RetainPatientCharacteristics],
            overrides: Vec::new(),
            burned_in: BurnedIn::Reject,
            documents: Documents::Reject,
        });
        let output = deidentify(instance(elements), &policy.unwrap(), &key()).unwrap();
        let mut top = output.attributes();
        if nested {
            top = output.attributes().items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).next().unwrap();
        }
        let expected = match unit.as_str() {
            "Y" if number > 89 => Some("090Y".to_owned()),
            "D" | "W" | "M" | "Y" => Some(age),
            _ => None,
        };
        prop_assert_eq!(top.text(tags::PATIENT_AGE), expected);
    }

    /// All dates of a patient move together: of other instances and levels, multi-valued, in the old form, with a time of
    /// day and an offset from UTC, which stay.
    #[test]
    fn all_dates_of_a_patient_move_together(
        days in vec(0..12_000_i64, 1..8), time in "([01][0-9]([0-5][0-9]([0-5][0-9]([.][0-9]{1,6})?)?)?)?",
        zone in "([+](0[0-9]|1[0-3])[0-5][0-9])?", nested in any::<bool>(),
    ) {
        let dates: Vec<String> = days.iter().map(|days| crate::date::day_after_2002(*days)).collect();
        let old_form = |date: &str| format!("{}.{}.{}", &date[..4], &date[4..6], &date[6..]);
        let date_times: Vec<String> = dates.iter().map(|date| format!("{date}{time}{zone}")).collect();
        let elements = vec![
            text(tags::DATE_OF_SECONDARY_CAPTURE, VR::DA, &dates.join("\\")),
            text(tags::SERIES_DATE, VR::DA, &dates.iter().map(|date| old_form(date)).collect::<Vec<_>>().join("\\")),
            text(tags::ACQUISITION_DATE_TIME, VR::DT, &date_times.join("\\")),
        ];
        let group = |elements| vec![sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![elements])];
        let parsed = instance(if nested { group(elements) } else { elements });
        let output = deidentify(parsed, &Policy::basic(), &key()).unwrap();
        let mut top = output.attributes();
        if nested {
            top = output.attributes().items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).next().unwrap();
        }
        let offset_days = crate::pseudonym::PatientPseudonym::of_patient_id(&key(), "4711").date_offset_days;
        let expected: Vec<String> =
            days.iter().map(|days| crate::date::day_after_2002(days - offset_days)).collect();
        prop_assert_eq!(&top.texts(tags::DATE_OF_SECONDARY_CAPTURE), &expected);
        prop_assert_eq!(&top.texts(tags::SERIES_DATE), &expected);
        let expected: Vec<String> = expected.iter().map(|date| format!("{date}{time}{zone}")).collect();
        prop_assert_eq!(top.texts(tags::ACQUISITION_DATE_TIME), expected);
    }
}

/// All of a data set as text.
fn shown(data: &DataSet) -> Vec<String> {
    data.elements()
        .iter()
        .map(|element| match &element.value {
            Value::Items(items) => {
                let items: Vec<_> = items.iter().map(shown).collect();
                format!("{} {:?} {items:?}", element.tag, element.vr)
            }
            Value::Bytes(bytes) => format!("{} {:?} {bytes:?}", element.tag, element.vr),
        })
        .collect()
}
