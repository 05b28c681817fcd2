//! Settles what is done with an attribute: table, options, exceptions and VR come together here.

pub(crate) mod dummy;
pub(crate) mod exceptions;
pub(crate) mod fixed;
pub(crate) mod reason;
pub(crate) mod table;

use std::fmt;

use dicom_core::dictionary::{DataDictionary, TagRange, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use crate::policy::Choices;
use crate::rules::exceptions::{
    exception, is_date_of_patient, is_kept_binary, is_removed_group, is_typed_text, is_written_by_device,
};
use crate::rules::fixed::Fixed;
use crate::rules::reason::Reason;
use crate::rules::table::{Action, Listed, listed, unlisted_action};
use crate::value::is_free_text;
use crate::{Documents, ProfileOption};

/// What is done with the value of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// Nothing of the value stays.
    Fixed(Fixed),
    /// Each UID becomes the one derived from it, unless DICOM registered it.
    ReplaceUids,
    /// The value becomes the pseudonym of the patient.
    PatientPseudonym,
    /// Each date goes back by the patient's offset.
    ShiftDates,
    /// Dates, times of day and the offset from UTC stay, if they are well-formed.
    KeepTemporal,
    /// The bytes stay, whatever they are.
    KeepPayload,
    /// The value stays, if it fits its VR; the items of a sequence are treated one by one.
    Keep,
    /// Of the text, the words that are known to identify nobody stay.
    CleanText,
    /// The items of the sequence are treated one by one, and the texts in them that would stay are cleaned.
    CleanItems,
    /// The content items are cleaned.
    CleanContent,
    /// The graphic annotations are cleaned.
    CleanGraphics,
}

/// The settled rule for one tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) treatment: Treatment,
    /// What is done when `treatment` cannot be carried out on the value.
    pub(crate) otherwise: Fixed,
    /// VR in the data dictionary.
    pub(crate) vr: VirtualVr,
    /// Where the treatment comes from.
    pub(crate) reason: Reason,
}

impl Rule {
    /// The element goes, whatever the IOD needs.
    pub(crate) fn remove(reason: Reason) -> Rule {
        let vr = VirtualVr::Exact(VR::UN);
        Rule { treatment: Treatment::Fixed(Fixed::X), otherwise: Fixed::X, vr, reason }
    }
}

/// The rule for `tag`. In this order: groups that go as a whole; attributes that the dictionary does not know or that
/// repeat over groups or elements (all retired); Patient ID; overrides; our exceptions; the options; the table; what
/// the table leaves out; the VR. A standard attribute that none of these names is kept if its value fits its VR. What
/// the strict preset removes by VR, it removes whatever came before but an override.
pub(crate) fn settle(tag: Tag, choices: &Choices) -> Rule {
    let Some(vr) = vr_in_dictionary(tag).filter(|_| !is_removed(tag)) else { return settle_unknown(tag) };
    if tag == tags::PATIENT_ID {
        let treatment = Treatment::PatientPseudonym;
        return Rule { treatment, otherwise: Fixed::Z, vr, reason: Reason::PatientId };
    }
    if tag == tags::ENCAPSULATED_DOCUMENT && choices.documents == Documents::Allow {
        let treatment = Treatment::KeepPayload;
        return Rule { treatment, otherwise: Fixed::D, vr, reason: Reason::Documents };
    }
    let (basic, basic_reason) = basic_action(tag, vr);
    // What takes the place of a treatment that fails: that of the profile, if nothing of the value is left after it.
    let otherwise = Fixed::of(basic).filter(|_| vr != VirtualVr::Exact(VR::UI)).unwrap_or(Fixed::X);
    let (action, reason) = match choices.override_of(tag) {
        Some(action) => (action, Reason::Override(action)),
        None => by_option(tag, vr, choices)
            .filter(|(action, reason)| *action != Action::C || cleaned(tag, vr.exact(), *reason).is_some())
            .unwrap_or((basic, basic_reason)),
    };
    let treatment = treatment(action, tag, vr, reason, otherwise);
    let rule = Rule { treatment, otherwise, vr, reason };
    let is_overridden = matches!(reason, Reason::Override(_));
    if choices.strict && !is_overridden { strict(rule, tag) } else { rule }
}

/// The rule for a tag that is not in the dictionary as an attribute of its own, or whose group goes.
pub(crate) fn settle_unknown(tag: Tag) -> Rule {
    Rule::remove(if is_removed(tag) { Reason::Group } else { Reason::Unknown })
}

/// (gggg,0000) is a group length: retired, and wrong as soon as something is removed.
fn is_removed(tag: Tag) -> bool {
    is_removed_group(tag.0) || tag.1 == 0
}

/// The action without any option, and where it comes from.
fn basic_action(tag: Tag, vr: VirtualVr) -> (Action, Reason) {
    if let Some(action) = exception(tag) {
        return (action, Reason::Exception(action));
    }
    if let Some(row) = listed(tag) {
        return (row.basic, Reason::Table(row.basic));
    }
    match unlisted_action(tag) {
        // To be cleaned by an option; without one they go.
        Some(Action::C) => return (Action::X, Reason::Unlisted(Action::X)),
        Some(action) => return (action, Reason::Unlisted(action)),
        None => {}
    }
    let action = action_by_vr(tag, vr);
    (action, Reason::ByVr(action))
}

/// The action of an option that is in force and has something to say about this attribute. Where several have, K wins
/// over C, because whoever chooses an option that retains wants the value as it is; of equal actions, the first in the
/// order of the columns is the reason.
fn by_option(tag: Tag, vr: VirtualVr, choices: &Choices) -> Option<(Action, Reason)> {
    if exception(tag).is_some() {
        let cleaned = (Action::C, Reason::Option(ProfileOption::CleanDescriptors, Action::C));
        let is_cleaned = is_typed_text(tag) && choices.options.contains(ProfileOption::CleanDescriptors);
        return is_cleaned.then_some(cleaned);
    }
    let exact = vr.exact();
    let is_temporal = matches!(exact, Some(VR::DA | VR::DT | VR::TM));
    let row = match listed(tag) {
        Some(row) => row,
        None => unlisted_row(tag, is_temporal)?,
    };
    let said = |wanted: Action| {
        let option = choices.options.iter().find(|option| row.option(*option) == Some(wanted))?;
        Some((wanted, Reason::Option(option, wanted)))
    };
    // A date that stays beside one that is shifted tells by how much.
    let is_modified = choices.options.contains(ProfileOption::RetainLongitudinalModifiedDates);
    if is_modified && matches!(exact, Some(VR::DA | VR::DT)) {
        return is_date_of_patient(tag).then(|| said(Action::C)).flatten();
    }
    said(Action::K).or_else(|| said(Action::C))
}

/// What the options say about dates, times and UIDs that the table leaves out: the same as about those it lists.
fn unlisted_row(tag: Tag, is_temporal: bool) -> Option<Listed> {
    if is_temporal {
        return listed(tags::STUDY_DATE);
    }
    (unlisted_action(tag) == Some(Action::U)).then(|| listed(tags::STUDY_INSTANCE_UID)).flatten()
}

/// True for a tag that could be an attribute of the standard and is in no row of the dictionary that is its own.
pub(crate) fn is_unknown(tag: Tag) -> bool {
    !is_removed_group(tag.0) && tag.1 != 0 && vr_in_dictionary(tag).is_none()
}

pub(crate) fn vr_in_dictionary(tag: Tag) -> Option<VirtualVr> {
    let entry = StandardDataDictionary.by_tag(tag).filter(|entry| entry.tag == TagRange::Single(tag))?;
    Some(entry.vr)
}

/// For attributes that nothing lists. Names of people, dates, network addresses and application entities are never
/// kept, nor are bytes that are not known to be numbers.
fn action_by_vr(tag: Tag, vr: VirtualVr) -> Action {
    match vr {
        VirtualVr::Exact(VR::PN) => Action::Z,
        VirtualVr::Exact(VR::DA | VR::DT | VR::TM) => Action::X,
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

/// How an action is carried out on this attribute; C by VR, and on sequences by the option that asks for it.
fn treatment(action: Action, tag: Tag, vr: VirtualVr, reason: Reason, otherwise: Fixed) -> Treatment {
    let exact = vr.exact();
    let is_temporal =
        matches!(exact, Some(VR::DA | VR::DT | VR::TM)) || tag == tags::TIMEZONE_OFFSET_FROM_UTC;
    match action {
        // A UID has no dummy: one that leads nowhere is as good.
        Action::U => Treatment::ReplaceUids,
        Action::D if exact == Some(VR::UI) => Treatment::ReplaceUids,
        // Sequences of references are kept, and the UIDs in them replaced.
        Action::XZU => Treatment::Keep,
        Action::K if is_temporal => Treatment::KeepTemporal,
        Action::K => Treatment::Keep,
        Action::C => cleaned(tag, exact, reason).unwrap_or(Treatment::Fixed(otherwise)),
        Action::X | Action::Z | Action::D | Action::XZ | Action::XD | Action::ZD | Action::XZD => {
            Treatment::Fixed(Fixed::of(action).unwrap_or(Fixed::X))
        }
    }
}

/// How a value is cleaned; `None` if we cannot.
fn cleaned(tag: Tag, vr: Option<VR>, reason: Reason) -> Option<Treatment> {
    match vr? {
        VR::DA | VR::DT => Some(Treatment::ShiftDates),
        VR::TM => Some(Treatment::KeepTemporal),
        VR::SH if tag == tags::TIMEZONE_OFFSET_FROM_UTC => Some(Treatment::KeepTemporal),
        VR::SQ => Some(match reason {
            Reason::Option(ProfileOption::CleanStructuredContent, _) => Treatment::CleanContent,
            Reason::Option(ProfileOption::CleanGraphics, _) => Treatment::CleanGraphics,
            _ => Treatment::CleanItems,
        }),
        VR::AE => Some(Treatment::CleanText),
        vr if is_free_text(vr) => Some(Treatment::CleanText),
        _ => None,
    }
}

/// What the strict preset makes of a rule: free texts, dates and times go, except what the device writes.
fn strict(rule: Rule, tag: Tag) -> Rule {
    let goes = match rule.vr {
        VirtualVr::Exact(VR::DA | VR::DT | VR::TM) => true,
        VirtualVr::Exact(vr) => is_free_text(vr) && !is_written_by_device(tag),
        _ => false,
    };
    if !goes || matches!(rule.treatment, Treatment::Fixed(_)) {
        return rule;
    }
    Rule { treatment: Treatment::Fixed(Fixed::XZD), otherwise: Fixed::XZD, reason: Reason::Strict, ..rule }
}

/// `keep, else remove`, or `shift dates, else remove or dummy by Type`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.treatment {
            Treatment::Fixed(fixed) => write!(f, "{fixed}"),
            treatment => write!(f, "{}, else {}", treatment.words(), self.otherwise),
        }
    }
}

impl Treatment {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Treatment::Fixed(_) => "fixed",
            Treatment::ReplaceUids => "replace uids",
            Treatment::PatientPseudonym => "patient pseudonym",
            Treatment::ShiftDates => "shift dates",
            Treatment::KeepTemporal => "keep dates and times",
            Treatment::KeepPayload => "keep payload",
            Treatment::Keep => "keep",
            Treatment::CleanText => "clean text",
            Treatment::CleanItems => "clean items",
            Treatment::CleanContent => "clean content items",
            Treatment::CleanGraphics => "clean graphics",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(options: &[ProfileOption]) -> Choices {
        Choices {
            options: options.iter().copied().collect(),
            strict: false,
            documents: Documents::Reject,
            overrides: Vec::new(),
        }
    }

    fn words(group: u16, element: u16) -> String {
        settle(Tag(group, element), &choices(&[ProfileOption::RetainLongitudinalModifiedDates])).to_string()
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
        check(0x0040, 0xA730, "dummy"); // Content Sequence D
        check(0x006A, 0x0003, "replace uids, else remove"); // Annotation Group UID D
        check(0x0008, 0x0018, "replace uids, else remove"); // SOP Instance UID U
        // Listed, compounds.
        check(0x0008, 0x1110, "remove or empty by Type"); // Referenced Study Sequence X/Z
        check(0x0018, 0x1030, "remove or dummy by Type"); // Protocol Name X/D
        check(0x0070, 0x0084, "empty or dummy by Type"); // Content Creator's Name Z/D
        check(0x0008, 0x0080, "remove, empty or dummy by Type"); // Institution Name X/Z/D
        check(0x0008, 0x0082, "remove, empty or dummy by Type"); // Institution Code Sequence X/Z/D
        check(0x0008, 0x1140, "keep, else remove"); // Referenced Image Sequence X/Z/U*
        // Listed, cleaned by the date option.
        check(0x0008, 0x0020, "shift dates, else empty"); // Study Date Z
        check(0x0008, 0x0021, "shift dates, else remove or dummy by Type"); // Series Date X/D
        check(0x0008, 0x0030, "keep dates and times, else empty"); // Study Time Z
        check(0x0008, 0x0201, "keep dates and times, else remove"); // Timezone Offset From UTC
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
            assert_eq!(settle(Tag(group, element), &choices(&[])).to_string(), expected);
        };
        check(0x0008, 0x0020, "empty");
        check(0x0008, 0x0021, "remove or dummy by Type");
        check(0x0008, 0x0201, "remove");
    }
}
