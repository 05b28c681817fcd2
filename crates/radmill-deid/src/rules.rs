//! Settles what is done with an attribute: table, options, exceptions and VR come together here.

use std::fmt;

use dicom_core::dictionary::{DataDictionary, TagRange, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use crate::exceptions::{exception, is_date_of_patient, is_kept_binary, is_removed_group};
use crate::table::{Action, ProfileOption, listed, unlisted_action};

/// What is done with the value of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// The element goes.
    Remove,
    /// The element stays, without a value or without items.
    Empty,
    /// The value becomes a fixed one that says nothing.
    Dummy,
    /// Each UID becomes the one derived from it, unless DICOM registered it.
    ReplaceUids,
    /// The value becomes the pseudonym of the patient.
    PatientPseudonym,
    /// Each date goes back by the patient's offset.
    ShiftDates,
    /// Times of day and the offset from UTC stay, if they are well-formed.
    KeepTimes,
    /// The value stays, if it fits its VR; the items of a sequence are treated one by one.
    Keep,
}

/// The settled rule for one tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) treatment: Treatment,
    /// One of Remove, Empty and Dummy: what is done when `treatment` cannot be carried out on the value.
    pub(crate) otherwise: Treatment,
    /// VR in the data dictionary.
    pub(crate) vr: VirtualVr,
}

const REMOVE: Rule =
    Rule { treatment: Treatment::Remove, otherwise: Treatment::Remove, vr: VirtualVr::Exact(VR::UN) };

/// The rule for `tag` with these options. In this order: groups that go as a whole; attributes that the dictionary does
/// not know or that repeat over groups or elements (all retired); our exceptions; the table; what the table leaves
/// out; the VR. A standard attribute that none of these names is kept if its value fits its VR.
pub(crate) fn rule(tag: Tag, options: &[ProfileOption]) -> Rule {
    // (gggg,0000) is a group length: retired, and wrong as soon as something is removed.
    if is_removed_group(tag.0) || tag.1 == 0 {
        return REMOVE;
    }
    let Some(vr) = vr_in_dictionary(tag) else { return REMOVE };
    if tag == tags::PATIENT_ID {
        return Rule { treatment: Treatment::PatientPseudonym, otherwise: Treatment::Empty, vr };
    }
    let listed = listed(tag);
    let basic = exception(tag)
        .or(listed.map(|row| row.basic))
        .or_else(|| unlisted_action(tag))
        .unwrap_or_else(|| action_by_vr(tag, vr));
    let by_option = listed.and_then(|row| options.iter().find_map(|option| row.option(*option)));
    let otherwise = match settled(basic, tag, vr) {
        treatment @ (Treatment::Remove | Treatment::Empty | Treatment::Dummy) => treatment,
        _ => Treatment::Remove,
    };
    let treatment = match by_option.filter(|_| exception(tag).is_none()) {
        None => settled(basic, tag, vr),
        Some(Action::C) => cleaned(tag, vr).unwrap_or(otherwise),
        Some(action) => settled(action, tag, vr),
    };
    Rule { treatment, otherwise, vr }
}

/// True for a tag that could be an attribute of the standard and is in no row of the dictionary that is its own.
pub(crate) fn is_unknown(tag: Tag) -> bool {
    !is_removed_group(tag.0) && tag.1 != 0 && vr_in_dictionary(tag).is_none()
}

fn vr_in_dictionary(tag: Tag) -> Option<VirtualVr> {
    let entry = StandardDataDictionary.by_tag(tag).filter(|entry| entry.tag == TagRange::Single(tag))?;
    Some(entry.vr)
}

/// For attributes that nothing lists. Names of people, network addresses and application entities are never kept,
/// nor are bytes that are not known to be numbers.
fn action_by_vr(tag: Tag, vr: VirtualVr) -> Action {
    match vr {
        VirtualVr::Exact(VR::PN) => Action::Z,
        VirtualVr::Exact(VR::DA | VR::DT | VR::TM) => Action::C,
        VirtualVr::Exact(VR::UI) => Action::U,
        VirtualVr::Exact(VR::AE | VR::UN | VR::UR) => Action::X,
        VirtualVr::Exact(VR::OB | VR::OD | VR::OF | VR::OL | VR::OV | VR::OW)
        | VirtualVr::Ox
        | VirtualVr::Px
        | VirtualVr::Lt
            if !is_kept_binary(tag) =>
        {
            Action::X
        }
        _ => Action::K,
    }
}

/// Compounds are settled without knowing the Type of the attribute in its IOD, so that the object stays valid whatever
/// the Type is: a dummy fits types 1, 2 and 3, an empty value 2 and 3. A dummy tells as little as nothing does.
/// A sequence has no dummy and is emptied. Sequences under X/Z/U* are kept, and the items treated one by one.
fn settled(action: Action, tag: Tag, vr: VirtualVr) -> Treatment {
    match action {
        Action::X => Treatment::Remove,
        Action::Z | Action::XZ => Treatment::Empty,
        Action::D | Action::XD | Action::ZD | Action::XZD => match vr {
            VirtualVr::Exact(VR::SQ) => Treatment::Empty,
            VirtualVr::Exact(VR::UI) => Treatment::ReplaceUids,
            _ => Treatment::Dummy,
        },
        Action::U => Treatment::ReplaceUids,
        Action::K | Action::XZU => Treatment::Keep,
        Action::C => cleaned(tag, vr).unwrap_or(Treatment::Remove),
    }
}

/// How a value is cleaned; `None` if we cannot.
fn cleaned(tag: Tag, vr: VirtualVr) -> Option<Treatment> {
    match vr {
        VirtualVr::Exact(VR::DA | VR::DT) if is_date_of_patient(tag) => Some(Treatment::ShiftDates),
        VirtualVr::Exact(VR::TM) => Some(Treatment::KeepTimes),
        VirtualVr::Exact(VR::SH) if tag == tags::TIMEZONE_OFFSET_FROM_UTC => Some(Treatment::KeepTimes),
        _ => None,
    }
}

/// `keep`, or `shift dates, else remove`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.treatment.words())?;
        match self.treatment {
            Treatment::Remove | Treatment::Empty | Treatment::Dummy => Ok(()),
            _ => write!(f, ", else {}", self.otherwise.words()),
        }
    }
}

impl Treatment {
    fn words(self) -> &'static str {
        match self {
            Treatment::Remove => "remove",
            Treatment::Empty => "empty",
            Treatment::Dummy => "dummy",
            Treatment::ReplaceUids => "replace uids",
            Treatment::PatientPseudonym => "patient pseudonym",
            Treatment::ShiftDates => "shift dates",
            Treatment::KeepTimes => "keep times",
            Treatment::Keep => "keep",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(group: u16, element: u16) -> String {
        rule(Tag(group, element), &[ProfileOption::RetainLongitudinalModifiedDates]).to_string()
    }

    #[test]
    fn rules_by_action_and_vr() {
        let check = |group, element, expected: &str| {
            assert_eq!(words(group, element), expected, "({group:04X},{element:04X})");
        };
        // Listed, single actions.
        check(0x0008, 0x1030, "remove"); // Study Description X
        check(0x0010, 0x0010, "empty"); // Patient's Name Z
        check(0x0040, 0xA123, "dummy"); // Person Name D
        check(0x0040, 0xA730, "empty"); // Content Sequence D
        check(0x006A, 0x0003, "replace uids, else remove"); // Annotation Group UID D
        check(0x0008, 0x0018, "replace uids, else remove"); // SOP Instance UID U
        // Listed, compounds.
        check(0x0008, 0x1110, "empty"); // Referenced Study Sequence X/Z
        check(0x0018, 0x1030, "dummy"); // Protocol Name X/D
        check(0x0070, 0x0084, "dummy"); // Content Creator's Name Z/D
        check(0x0008, 0x0080, "dummy"); // Institution Name X/Z/D
        check(0x0008, 0x0082, "empty"); // Institution Code Sequence X/Z/D
        check(0x0008, 0x1140, "keep, else remove"); // Referenced Image Sequence X/Z/U*
        // Listed, cleaned by the date option.
        check(0x0008, 0x0020, "shift dates, else empty"); // Study Date Z
        check(0x0008, 0x0021, "shift dates, else dummy"); // Series Date X/D
        check(0x0008, 0x0030, "keep times, else empty"); // Study Time Z
        check(0x0008, 0x0201, "keep times, else remove"); // Timezone Offset From UTC
        check(0x0034, 0x0007, "dummy"); // Frame Origin Timestamp: OB, nothing to shift
        check(0x0010, 0x0030, "empty"); // Patient's Birth Date: not under the option
        check(0x0008, 0x0106, "dummy"); // Context Group Version: public
        check(0x0018, 0x1200, "remove"); // Date of Last Calibration: of the device
        // Patient ID.
        check(0x0010, 0x0020, "patient pseudonym, else empty");
        // Not listed.
        check(0x0008, 0x0016, "keep, else remove"); // SOP Class UID: structural
        check(0x0020, 0x9312, "replace uids, else remove"); // Volume Frame of Reference UID
        check(0x0008, 0x041F, "shift dates, else remove"); // Study Update DateTime
        check(0x0008, 0x1190, "remove"); // Retrieve URL
        check(0x0028, 0x0010, "keep, else remove"); // Rows
        check(0x0008, 0x0070, "keep, else remove"); // Manufacturer
        check(0x5200, 0x9230, "keep, else remove"); // Per-Frame Functional Groups Sequence
        check(0x0028, 0x3006, "keep, else remove"); // LUT Data
        check(0x0400, 0x0120, "remove"); // Signature: bytes that are not known to be numbers
        check(0x0012, 0x0064, "remove"); // De-identification Method Code Sequence: an old claim
        // Groups, private, unknown.
        check(0x0009, 0x0010, "remove");
        check(0x0009, 0x1001, "remove");
        check(0x0008, 0x0000, "remove");
        check(0x0008, 0x9999, "remove");
        check(0x5000, 0x3000, "remove");
        check(0x6000, 0x0010, "remove");
        check(0x0020, 0x3100, "remove"); // Source Image IDs: (0020,31xx)
        check(0x7FE0, 0x0010, "remove");
        check(0xFFFC, 0xFFFC, "remove");
    }

    #[test]
    fn without_the_option_dates_follow_the_basic_profile() {
        let check = |group, element, expected: &str| {
            assert_eq!(rule(Tag(group, element), &[]).to_string(), expected);
        };
        check(0x0008, 0x0020, "empty");
        check(0x0008, 0x0021, "dummy");
        check(0x0008, 0x0201, "remove");
    }
}
