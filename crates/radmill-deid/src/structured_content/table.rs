//! What Table E.3.4-1 of PS3.15 says about content items.

use crate::ProfileOption;
use crate::generated::table_e3_4_1::CONTENT_ITEMS;
use crate::policy::OptionSet;
use crate::rules::table::{Action, OptionActions};

/// A row of the table.
pub(crate) struct ContentItem {
    scheme: &'static str,
    code_value: &'static str,
    value_type: &'static str,
    basic: Action,
    options: OptionActions,
}

/// A generated row.
pub(crate) const fn item(
    scheme: &'static str,
    code_value: &'static str,
    value_type: &'static str,
    basic: Action,
    options: OptionActions,
) -> ContentItem {
    ContentItem { scheme, code_value, value_type, basic, options }
}

/// The action for a content item with this concept under these options, and the option that it comes from; `None` if
/// the table does not list it. Of several options, one that keeps wins over one that cleans.
pub(super) fn listed_action(
    scheme: &str,
    code_value: &str,
    value_type: &str,
    options: OptionSet,
) -> Option<(Action, Option<ProfileOption>)> {
    // Earlier names of SNOMED RT.
    let scheme = if matches!(scheme, "99SDM" | "SNM3") { "SRT" } else { scheme };
    let key = |row: &ContentItem| (row.scheme, row.code_value, row.value_type);
    let index = CONTENT_ITEMS.binary_search_by(|row| key(row).cmp(&(scheme, code_value, value_type))).ok()?;
    let row = &CONTENT_ITEMS[index];
    let said = |wanted: Action| {
        let option = options.iter().find(|option| row.options[*option as usize] == Some(wanted))?;
        Some((wanted, Some(option)))
    };
    Some(said(Action::K).or_else(|| said(Action::C)).unwrap_or((row.basic, None)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_for_binary_search() {
        let key = |row: &ContentItem| (row.scheme, row.code_value, row.value_type);
        assert!(CONTENT_ITEMS.is_sorted_by(|a, b| key(a) < key(b)));
        assert!(CONTENT_ITEMS.len() >= 214);
    }

    #[test]
    fn actions_by_concept_and_option() {
        let check = |scheme, value, value_type, options: &[ProfileOption], expected| {
            let found = listed_action(scheme, value, value_type, options.iter().copied().collect());
            assert_eq!(found.map(|(action, _)| action), expected, "{scheme} {value} {value_type}");
        };
        check("DCM", "121022", "TEXT", &[], Some(Action::X));
        check("DCM", "121106", "TEXT", &[], Some(Action::X));
        check("DCM", "121106", "TEXT", &[ProfileOption::CleanDescriptors], Some(Action::C));
        check("DCM", "121008", "PNAME", &[ProfileOption::CleanDescriptors], Some(Action::D));
        check("DCM", "121012", "UIDREF", &[ProfileOption::RetainDeviceIdentity], Some(Action::K));
        check("SCT", "363698007", "TEXT", &[], Some(Action::D));
        check("SRT", "G-C0E3", "TEXT", &[], Some(Action::D));
        check("99SDM", "G-C0E3", "TEXT", &[], Some(Action::D));
        check("DCM", "121022", "CODE", &[], None);
        check("99LOCAL", "121022", "TEXT", &[], None);
    }
}
