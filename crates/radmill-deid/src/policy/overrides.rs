use dicom_core::dictionary::{DataDictionary, TagRange, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use crate::claims::CLAIM_TAGS;
use crate::policy::OptionSet;
use crate::rules::exceptions::is_removed_group;
use crate::rules::table::{Action, unlisted_action};
use crate::rules::vr_in_dictionary;
use crate::value::is_free_text;
use crate::{PolicyError, ProfileOption};

/// What a site decides differently for one attribute, at every level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// Of the data dictionary.
    pub tag: Tag,
    /// One of X, Z, D, U, K and C.
    pub action: Action,
}

impl Override {
    /// From a keyword or a tag, `StudyDescription` or `(0008,1030)`, and the code of an action.
    pub fn parse(attribute: &str, action: &str) -> Result<Override, PolicyError> {
        let tag = parse_attribute(attribute)
            .ok_or_else(|| PolicyError::UnknownAttribute { attribute: attribute.to_owned() })?;
        let action =
            Action::single(action).ok_or_else(|| PolicyError::UnknownAction { action: action.to_owned() })?;
        Ok(Override { tag, action })
    }
}

/// The tag of one attribute of its own in the dictionary.
fn parse_attribute(attribute: &str) -> Option<Tag> {
    let entry = match attribute.strip_prefix('(') {
        Some(rest) => {
            let (group, element) = rest.strip_suffix(')')?.split_once(',')?;
            let number = |text: &str| {
                let is_hexadecimal = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                if is_hexadecimal { u16::from_str_radix(text, 16).ok() } else { None }
            };
            StandardDataDictionary.by_tag(Tag(number(group)?, number(element)?))
        }
        None => StandardDataDictionary.by_name(attribute),
    };
    match entry?.tag {
        TagRange::Single(tag) => Some(tag),
        _ => None,
    }
}

/// The keyword.
fn keyword(tag: Tag) -> String {
    StandardDataDictionary.by_tag(tag).map_or_else(|| tag.to_string(), |entry| entry.alias.to_owned())
}

/// Names and identifiers of the patient: kept, Patient Identity Removed (0012,0062) would be a lie.
const PATIENT_IDENTITY: [Tag; 16] = [
    tags::PATIENT_NAME,
    Tag(0x0010, 0x0011),
    Tag(0x0010, 0x0012),
    Tag(0x0010, 0x1000),
    tags::OTHER_PATIENT_NAMES,
    tags::OTHER_PATIENT_I_DS_SEQUENCE,
    tags::PATIENT_BIRTH_NAME,
    tags::PATIENT_ADDRESS,
    Tag(0x0010, 0x1050),
    tags::PATIENT_MOTHER_BIRTH_NAME,
    Tag(0x0010, 0x1090),
    tags::PATIENT_TELEPHONE_NUMBERS,
    tags::PATIENT_TELECOM_INFORMATION,
    tags::RESPONSIBLE_PERSON,
    Tag(0x0400, 0x0500),
    tags::ORIGINAL_ATTRIBUTES_SEQUENCE,
];

/// Without these nobody can find, tell apart or decode an instance.
const NEEDED: [Tag; 6] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::PATIENT_ID,
    tags::STUDY_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
];

/// The overrides in ascending order of tag.
///
/// Fails with the reason where one of them or all together would make the instance invalid, untrue to what it claims
/// about itself, or inconsistent with others.
pub(super) fn checked(overrides: &[Override], options: OptionSet) -> Result<Vec<Override>, PolicyError> {
    let mut sorted = overrides.to_vec();
    sorted.sort_by_key(|change| change.tag);
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0].tag == pair[1].tag) {
        return Err(PolicyError::OverriddenTwice { attribute: keyword(pair[0].tag) });
    }
    for change in &sorted {
        let why = objection(*change).or_else(|| dates_objection(*change, &sorted, options));
        if let Some(why) = why {
            let (attribute, action) = (keyword(change.tag), change.action.code());
            return Err(PolicyError::ImpossibleOverride { attribute, action, why });
        }
    }
    Ok(sorted)
}

/// A date that stays beside one that is shifted tells by how much.
fn dates_objection(change: Override, all: &[Override], options: OptionSet) -> Option<&'static str> {
    let is_date = |tag| matches!(vr_in_dictionary(tag), Some(VirtualVr::Exact(VR::DA | VR::DT)));
    if !is_date(change.tag) {
        return None;
    }
    let also = |action| all.iter().any(|other| other.action == action && is_date(other.tag));
    let shifts = options.contains(ProfileOption::RetainLongitudinalModifiedDates) || also(Action::C);
    let keeps = options.contains(ProfileOption::RetainLongitudinalFullDates) || also(Action::K);
    let mixes = shifts && keeps && matches!(change.action, Action::K | Action::C);
    mixes.then_some("a date that is kept beside one that is shifted tells by how much")
}

/// Why a single override cannot be; `None` if it can.
fn objection(Override { tag, action }: Override) -> Option<&'static str> {
    let entry = StandardDataDictionary.by_tag(tag).filter(|entry| entry.tag == TagRange::Single(tag));
    let Some(entry) = entry.filter(|_| tag.1 != 0) else {
        return Some("it is no attribute of the data dictionary");
    };
    if CLAIM_TAGS.contains(&tag) || tag == tags::BURNED_IN_ANNOTATION {
        return Some("it says what was done to the instance, and is written from that alone");
    }
    if NEEDED.contains(&tag) {
        return Some("instances could no longer be found, told apart or decoded");
    }
    if is_pixel_description(tag) {
        return Some("pixels could no longer be decoded");
    }
    let removes = matches!(action, Action::X);
    if is_removed_group(tag.0) && !removes {
        return Some("its group is removed as a whole");
    }
    if PATIENT_IDENTITY.contains(&tag) && matches!(action, Action::K | Action::C) {
        return Some("Patient Identity Removed would not be true");
    }
    let vr = entry.vr;
    let is_uid = vr == VirtualVr::Exact(VR::UI);
    match action {
        Action::K if is_uid && unlisted_action(tag) != Some(Action::K) => {
            Some("UIDs have to agree between instances: use the option retain_uids")
        }
        Action::K if matches!(vr, VirtualVr::Exact(VR::PN)) => Some("names of people are never kept"),
        Action::K if matches!(vr, VirtualVr::Exact(VR::UN)) => Some("bytes without a VR cannot be checked"),
        Action::U if !is_uid => Some("its value is no UID"),
        Action::Z | Action::D if is_uid => Some("a UID is replaced (U) or removed (X)"),
        Action::C if !can_be_cleaned(tag, vr) => Some("a value of its VR cannot be cleaned"),
        Action::X | Action::Z | Action::D | Action::U | Action::K | Action::C => None,
        _ => Some("one of X, Z, D, U, K and C is needed"),
    }
}

fn can_be_cleaned(tag: Tag, vr: VirtualVr) -> bool {
    match vr {
        VirtualVr::Exact(VR::DA | VR::DT | VR::TM | VR::SQ) => true,
        VirtualVr::Exact(vr) => is_free_text(vr) || tag == tags::TIMEZONE_OFFSET_FROM_UTC,
        _ => false,
    }
}

/// Image Pixel module (PS3.3 C.7.6.3) and Number of Frames.
fn is_pixel_description(tag: Tag) -> bool {
    matches!(tag, Tag(0x0028, 0x0002 | 0x0004 | 0x0006 | 0x0008 | 0x0010 | 0x0011 | 0x0100..=0x0103))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_by_keyword_and_tag() {
        let check = |attribute: &str, expected: Option<Tag>| {
            assert_eq!(Override::parse(attribute, "X").ok().map(|o| o.tag), expected, "{attribute}");
        };
        check("StudyDescription", Some(tags::STUDY_DESCRIPTION));
        check("(0008,1030)", Some(tags::STUDY_DESCRIPTION));
        check("(0018,700a)", Some(Tag(0x0018, 0x700A)));
        check("0008,1030", None);
        check("(8,1030)", None);
        check("(0008,9999)", None);
        check("(0009,0010)", None);
        check("(0008,0000)", None);
        check("(6000,3000)", None);
        check("Study Description", None);
        check("", None);
    }

    #[test]
    fn actions_by_code() {
        for code in ["X", "Z", "D", "U", "K", "C"] {
            assert_eq!(Override::parse("StudyDescription", code).unwrap().action.code(), code);
        }
        for code in ["X/Z", "x", "", "remove"] {
            assert!(Override::parse("StudyDescription", code).is_err(), "{code}");
        }
    }

    #[test]
    fn what_cannot_be_overridden() {
        let fails = |attribute: &str, action: &str| {
            let change = Override::parse(attribute, action).unwrap();
            objection(change).is_some()
        };
        for (attribute, action) in [
            ("PatientID", "K"),
            ("PatientID", "X"),
            ("SOPInstanceUID", "U"),
            ("StudyInstanceUID", "X"),
            ("PatientIdentityRemoved", "X"),
            ("DeidentificationMethodCodeSequence", "K"),
            ("BurnedInAnnotation", "K"),
            ("LongitudinalTemporalInformationModified", "D"),
            ("PatientName", "K"),
            ("PatientName", "C"),
            ("OtherPatientIDsSequence", "K"),
            ("OriginalAttributesSequence", "K"),
            ("OperatorsName", "K"),
            ("FrameOfReferenceUID", "K"),
            ("FrameOfReferenceUID", "Z"),
            ("StudyDescription", "U"),
            ("SliceThickness", "C"),
            ("Rows", "X"),
            ("SpecificCharacterSet", "X"),
            ("FilmOrientation", "K"),
        ] {
            assert!(fails(attribute, action), "{attribute} {action}");
        }
        for (attribute, action) in [
            ("PatientName", "X"),
            ("StudyDescription", "K"),
            ("StudyDescription", "C"),
            ("FrameOfReferenceUID", "X"),
            ("PatientBirthDate", "K"),
            ("PatientBirthDate", "C"),
            ("StudyTime", "D"),
            ("Manufacturer", "Z"),
            ("RequestAttributesSequence", "C"),
        ] {
            assert!(!fails(attribute, action), "{attribute} {action}");
        }
    }
}
