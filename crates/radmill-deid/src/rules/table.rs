//! The words of PS3.15 Table E.1-1 and the look-up in its generated rows.

use dicom_core::Tag;

use crate::ProfileOption;
use crate::generated::table_e1_1::{PATTERNS, TABLE, UNLISTED};

/// What the table asks for (PS3.15 Table E.1-1a). Compounds leave the choice to the Type of the attribute in its IOD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Remove.
    X,
    /// Empty, or replace with a dummy.
    Z,
    /// Replace with a dummy.
    D,
    /// Replace with a new UID, the same for the same UID.
    U,
    /// Keep; the items of a sequence are treated one by one.
    K,
    /// Clean: replace with something of similar meaning that identifies nobody.
    C,
    /// X, or Z if the Type needs it.
    XZ,
    /// X, or D if the Type needs it.
    XD,
    /// Z, or D if the Type needs it.
    ZD,
    /// X, Z or D by Type.
    XZD,
    /// X or Z by Type, or keep the sequence and replace the UIDs in it.
    XZU,
}

impl Action {
    /// As the table writes it, such as `X/Z/D`.
    pub fn code(self) -> &'static str {
        match self {
            Action::X => "X",
            Action::Z => "Z",
            Action::D => "D",
            Action::U => "U",
            Action::K => "K",
            Action::C => "C",
            Action::XZ => "X/Z",
            Action::XD => "X/D",
            Action::ZD => "Z/D",
            Action::XZD => "X/Z/D",
            Action::XZU => "X/Z/U*",
        }
    }

    /// The action with this code, if it is one of X, Z, D, U, K and C.
    pub(crate) fn single(code: &str) -> Option<Action> {
        let single = [Action::X, Action::Z, Action::D, Action::U, Action::K, Action::C];
        single.into_iter().find(|action| action.code() == code)
    }
}

/// The ten columns after that of the Basic Profile.
pub(crate) type OptionActions = [Option<Action>; 10];

/// A row for one tag.
pub(crate) struct Row {
    pub(crate) tag: Tag,
    pub(crate) keyword: &'static str,
    pub(crate) basic: Action,
    pub(crate) options: OptionActions,
}

/// A row for many tags.
pub(crate) struct PatternRow {
    pub(crate) pattern: TagPattern,
    pub(crate) keyword: &'static str,
    pub(crate) basic: Action,
    pub(crate) options: OptionActions,
}

/// Which tags a [`PatternRow`] is about.
pub(crate) enum TagPattern {
    /// All groups of this range, and of them one element or all.
    Groups { from: u16, to: u16, element: Option<u16> },
    /// Private elements (PS3.5 section 7.8).
    OddGroup,
}

/// An attribute that the table does not list.
pub(crate) struct UnlistedRow {
    pub(crate) tag: Tag,
    pub(crate) keyword: &'static str,
    pub(crate) action: Action,
}

/// What the standard says about one tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) basic: Action,
    options: OptionActions,
}

impl Listed {
    /// The action of `option`, if it has something to say about this attribute.
    pub(crate) fn option(&self, option: ProfileOption) -> Option<Action> {
        self.options[option as usize]
    }
}

/// The row for this tag; patterns count too.
pub(crate) fn listed(tag: Tag) -> Option<Listed> {
    if let Ok(index) = TABLE.binary_search_by_key(&tag, |row| row.tag) {
        let row = &TABLE[index];
        return Some(Listed { basic: row.basic, options: row.options });
    }
    let row = PATTERNS.iter().find(|row| row.pattern.matches(tag))?;
    Some(Listed { basic: row.basic, options: row.options })
}

/// The action for an attribute that the table leaves out.
pub(crate) fn unlisted_action(tag: Tag) -> Option<Action> {
    let index = UNLISTED.binary_search_by_key(&tag, |row| row.tag).ok()?;
    Some(UNLISTED[index].action)
}

impl TagPattern {
    fn matches(&self, tag: Tag) -> bool {
        match *self {
            TagPattern::Groups { from, to, element } => {
                (from..=to).contains(&tag.0) && element.is_none_or(|element| element == tag.1)
            }
            TagPattern::OddGroup => tag.0 % 2 == 1,
        }
    }
}

// The generated rows are written with these, one line each.

pub(crate) const fn row(g: u16, e: u16, keyword: &'static str, basic: Action, options: OptionActions) -> Row {
    Row { tag: Tag(g, e), keyword, basic, options }
}

pub(crate) const fn pattern(
    pattern: TagPattern,
    keyword: &'static str,
    basic: Action,
    options: OptionActions,
) -> PatternRow {
    PatternRow { pattern, keyword, basic, options }
}

pub(crate) const fn unlisted(g: u16, e: u16, keyword: &'static str, action: Action) -> UnlistedRow {
    UnlistedRow { tag: Tag(g, e), keyword, action }
}

#[cfg(test)]
mod tests {
    use dicom_core::dictionary::DataDictionary;
    use dicom_dictionary_std::StandardDataDictionary;

    use super::*;

    #[test]
    fn rows_are_sorted_for_binary_search() {
        assert!(TABLE.is_sorted_by(|a, b| a.tag < b.tag));
        assert!(UNLISTED.is_sorted_by(|a, b| a.tag < b.tag));
        assert_eq!(TABLE.len() + PATTERNS.len(), 657);
    }

    #[test]
    fn keywords_agree_with_the_dictionary() {
        let named = TABLE.iter().map(|row| (row.tag, row.keyword));
        for (tag, keyword) in named.chain(UNLISTED.iter().map(|row| (row.tag, row.keyword))) {
            let entry = StandardDataDictionary.by_tag(tag).unwrap();
            assert_eq!(entry.alias, keyword, "{tag}");
        }
        assert!(PATTERNS.iter().all(|row| row.basic == Action::X && !row.keyword.is_empty()));
    }

    #[test]
    fn looks_up_rows_and_patterns() {
        let check = |group, element, basic| {
            assert_eq!(
                listed(Tag(group, element)).map(|row| row.basic),
                basic,
                "({group:04X},{element:04X})"
            );
        };
        check(0x0010, 0x0010, Some(Action::Z));
        check(0x0010, 0x0020, Some(Action::ZD));
        check(0x0008, 0x1140, Some(Action::XZU));
        check(0x5004, 0x3000, Some(Action::X));
        check(0x6002, 0x3000, Some(Action::X));
        check(0x6002, 0x0010, None);
        check(0x0009, 0x0010, Some(Action::X));
        check(0x0028, 0x0010, None);
    }

    #[test]
    fn option_columns_are_in_order() {
        let study_date = listed(Tag(0x0008, 0x0020)).unwrap();
        assert_eq!(study_date.option(ProfileOption::RetainLongitudinalModifiedDates), Some(Action::C));
        let birth_date = listed(Tag(0x0010, 0x0030)).unwrap();
        assert_eq!(birth_date.option(ProfileOption::RetainLongitudinalModifiedDates), None);
        // One column a row that only that option touches, so that a shift of the columns is seen.
        let column = |group, element| {
            let row = listed(Tag(group, element)).unwrap();
            row.options
                .iter()
                .map(|action| action.map_or('.', |a| if a == Action::K { 'K' } else { 'C' }))
                .collect()
        };
        let check = |group, element, expected: &str| {
            let found: String = column(group, element);
            assert_eq!(found, expected, "({group:04X},{element:04X})");
        };
        check(0x0009, 0x0010, "C.........");
        check(0x0020, 0x000D, ".K........");
        check(0x0008, 0x0020, ".....KC...");
        check(0x0010, 0x0040, "....K.....");
        check(0x0008, 0x1030, ".......C..");
        check(0x6000, 0x3000, ".........C");
    }

    #[test]
    fn unlisted_attributes() {
        let check = |group, element, action| assert_eq!(unlisted_action(Tag(group, element)), action);
        check(0x0014, 0x2006, Some(Action::Z));
        check(0x0008, 0x1167, Some(Action::U));
        check(0x0008, 0x0016, Some(Action::K));
        check(0x0008, 0x041F, Some(Action::C));
        check(0x0040, 0x2006, Some(Action::X));
        check(0x0028, 0x0010, None);
    }
}
