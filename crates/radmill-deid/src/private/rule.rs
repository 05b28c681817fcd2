//! What is done with a safe private element: the same as with a standard one of its kind.

use dicom_core::VR;

use super::exceptions::{Care, care};
use super::table::{Creator, SafeElement, Safety};
use crate::ProfileOption;
use crate::generated::safe_private::CREATORS;
use crate::policy::OptionSet;
use crate::rules::fixed::Fixed;
use crate::rules::reason::Reason;
use crate::rules::table::Action;
use crate::rules::{Rule, Treatment};
use crate::value::is_free_text;

/// The rule for a safe element of `creator` whose value is of this VR.
pub(super) fn rule(creator: &Creator, group: u16, safe: &SafeElement, vr: VR, options: OptionSet) -> Rule {
    let settled = match care(creator.name, group, safe.low_byte) {
        Some(Care::Remove) => None,
        Some(Care::Typed) => by_option(options, ProfileOption::CleanDescriptors, Treatment::CleanText)
            .filter(|_| is_free_text(vr)),
        Some(Care::Under(option)) => {
            options.contains(option).then(|| by_kind(safe.safety, vr, options)).flatten()
        }
        None => by_kind(safe.safety, vr, options),
    };
    let reason = Reason::Option(ProfileOption::RetainSafePrivate, Action::C);
    let (treatment, reason) = settled.unwrap_or((Treatment::Fixed(Fixed::X), reason));
    Rule { treatment, otherwise: Fixed::X, vr: vr.into(), reason }
}

/// The rules of all safe elements, each with its creator and group, in order of creator.
pub(crate) fn rules(
    options: OptionSet,
) -> impl Iterator<Item = (&'static str, u16, &'static SafeElement, Rule)> {
    CREATORS.iter().flat_map(move |creator| {
        let elements =
            creator.groups.iter().flat_map(|(group, elements)| elements.iter().map(|e| (*group, e)));
        elements.map(move |(group, safe)| {
            (creator.name, group, safe, rule(creator, group, safe, safe.vr, options))
        })
    })
}

/// By what the value is: a date, a time, a UID or something else. `None` if no option in force lets it stay.
fn by_kind(safety: Safety, vr: VR, options: OptionSet) -> Option<(Treatment, Reason)> {
    let is_uid = vr == VR::UI || safety == Safety::ReplaceUids;
    let is_date = matches!(vr, VR::DA | VR::DT) || safety == Safety::ShiftDates;
    let modified = ProfileOption::RetainLongitudinalModifiedDates;
    let full = ProfileOption::RetainLongitudinalFullDates;
    // Numbers are neither, whatever the table says.
    if (is_uid || is_date) && !(is_free_text(vr) || matches!(vr, VR::UI | VR::DA | VR::DT)) {
        return None;
    }
    if is_uid {
        let retained = by_option(options, ProfileOption::RetainUids, Treatment::Keep);
        return retained.or_else(|| Some(safe(Treatment::ReplaceUids)));
    }
    if is_date {
        return by_option(options, modified, Treatment::ShiftDates)
            .or_else(|| by_option(options, full, Treatment::KeepTemporal));
    }
    if vr == VR::TM {
        return by_option(options, modified, Treatment::KeepTemporal)
            .or_else(|| by_option(options, full, Treatment::KeepTemporal));
    }
    Some(safe(Treatment::Keep))
}

fn safe(treatment: Treatment) -> (Treatment, Reason) {
    (treatment, Reason::Option(ProfileOption::RetainSafePrivate, Action::C))
}

/// This treatment, if the option is in force.
fn by_option(options: OptionSet, option: ProfileOption, treatment: Treatment) -> Option<(Treatment, Reason)> {
    options.contains(option).then_some((treatment, Reason::Option(option, Action::C)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private::table::known_creator;

    #[test]
    fn rules_by_kind_and_option() {
        let options = |names: &[&str]| -> OptionSet {
            names.iter().map(|name| ProfileOption::from_name(name).unwrap()).collect()
        };
        let check = |creator, group, low_byte, names: &[&str], expected: &str| {
            let creator = known_creator(creator).unwrap();
            let safe = creator.safe_element(group, low_byte).unwrap();
            let found = rule(creator, group, safe, safe.vr, options(names)).to_string();
            assert_eq!(found, expected, "{} ({group:04X},xx{low_byte:02X}) {names:?}", creator.name);
        };
        let (modified, full) = ("retain_longitudinal_modified_dates", "retain_longitudinal_full_dates");
        check("SIEMENS MR HEADER", 0x0019, 0x0C, &[], "keep, else remove");
        check("NQHeader", 0x0099, 0x02, &[], "replace uids, else remove");
        check("NQHeader", 0x0099, 0x02, &["retain_uids"], "keep, else remove");
        check("SIEMENS MED NM", 0x0061, 0x35, &["retain_uids"], "keep, else remove");
        check("SIEMENS MED NM", 0x0061, 0x35, &[], "replace uids, else remove");
        check("GEMS_PETD_01", 0x0009, 0x0D, &[], "remove");
        check("GEMS_PETD_01", 0x0009, 0x0D, &[modified], "shift dates, else remove");
        check("GEMS_GENIE_1", 0x0013, 0x23, &[modified], "shift dates, else remove");
        check("SIEMENS CM VA0  CMS", 0x0009, 0x27, &[], "remove");
        let kept = rule_words(full);
        check("GEMS_PETD_01", 0x0009, 0x0D, &[full], &kept);
        check("SIEMENS CM VA0  CMS", 0x0009, 0x27, &[modified], &kept);
        check("SIEMENS CM VA0  CMS", 0x0009, 0x27, &[full], &kept);
        check("HOLOGIC, Inc.", 0x7E01, 0x10, &["clean_descriptors"], "remove");
        check("CTP", 0x0013, 0x12, &[], "remove");
        check("SIEMENS MR SDS 01", 0x0021, 0x01, &[], "remove");
        check("SIEMENS MR SDS 01", 0x0021, 0x01, &["retain_patient_characteristics"], "keep, else remove");
    }

    /// How a time that stays reads.
    fn rule_words(option: &str) -> String {
        let options = [ProfileOption::from_name(option).unwrap()].into_iter().collect();
        let creator = known_creator("SIEMENS CM VA0  CMS").unwrap();
        rule(creator, 0x0009, creator.safe_element(0x0009, 0x27).unwrap(), VR::TM, options).to_string()
    }
}
