//! What is done with a safe private element: the same as with a standard one of its kind.

use dicom_core::VR;

use super::exceptions::{Care, care};
use super::table::{Creator, SafeElement, Safety};
use crate::rules::fixed::Fixed;
use crate::rules::reason::Reason;
use crate::rules::table::Action;
use crate::rules::{Rule, Treatment};
use crate::value::is_free_text;
use crate::{Policy, ProfileOption};

/// The rule for a safe element of `creator` whose value is of this VR.
pub(super) fn rule(creator: &Creator, group: u16, safe: &SafeElement, vr: VR, policy: &Policy) -> Rule {
    let settled = match care(creator.name, group, safe.low_byte) {
        Some(Care::Remove) => None,
        Some(Care::Typed) => by_option(policy, ProfileOption::CleanDescriptors, Treatment::CleanText)
            .filter(|_| is_free_text(vr)),
        Some(Care::Under(option)) => policy.has(option).then(|| by_kind(safe.safety, vr, policy)).flatten(),
        None => by_kind(safe.safety, vr, policy),
    };
    let reason = Reason::Option(ProfileOption::RetainSafePrivate, Action::C);
    let (treatment, reason) = settled.unwrap_or((Treatment::Fixed(Fixed::X), reason));
    Rule { treatment, otherwise: Fixed::X, vr: vr.into(), reason }
}

/// By what the value is: a date, a time, a UID or something else. `None` if no option in force lets it stay.
fn by_kind(safety: Safety, vr: VR, policy: &Policy) -> Option<(Treatment, Reason)> {
    let is_uid = vr == VR::UI || safety == Safety::ReplaceUids;
    let is_date = matches!(vr, VR::DA | VR::DT) || safety == Safety::ShiftDates;
    let modified = ProfileOption::RetainLongitudinalModifiedDates;
    let full = ProfileOption::RetainLongitudinalFullDates;
    // Numbers are neither, whatever the table says.
    if (is_uid || is_date) && !(is_free_text(vr) || matches!(vr, VR::UI | VR::DA | VR::DT)) {
        return None;
    }
    if is_uid {
        let retained = by_option(policy, ProfileOption::RetainUids, Treatment::Keep).filter(|_| vr == VR::UI);
        return retained.or_else(|| Some(safe(Treatment::ReplaceUids)));
    }
    if is_date {
        return by_option(policy, modified, Treatment::ShiftDates)
            .or_else(|| by_option(policy, full, Treatment::KeepTemporal));
    }
    if vr == VR::TM {
        return by_option(policy, modified, Treatment::KeepTemporal)
            .or_else(|| by_option(policy, full, Treatment::KeepTemporal));
    }
    Some(safe(Treatment::Keep))
}

fn safe(treatment: Treatment) -> (Treatment, Reason) {
    (treatment, Reason::Option(ProfileOption::RetainSafePrivate, Action::C))
}

/// This treatment, if the option is in force.
fn by_option(policy: &Policy, option: ProfileOption, treatment: Treatment) -> Option<(Treatment, Reason)> {
    policy.has(option).then_some((treatment, Reason::Option(option, Action::C)))
}
