//! The words of the safe private elements (PS3.15 Table E.3.10-1) and the look-up in their generated rows.

use dicom_core::VR;

use crate::generated::safe_private::CREATORS;

/// Who defines the elements of a private block (PS3.5 7.8.1).
pub(crate) struct Creator {
    /// The value of the private creator element, without padding.
    pub(crate) name: &'static str,
    /// The groups in ascending order, with their elements in ascending order.
    pub(crate) groups: &'static [(u16, &'static [SafeElement])],
}

/// A private element that is known not to identify anybody.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SafeElement {
    /// The element number without the block: the low byte.
    pub(crate) low_byte: u8,
    /// UN if it is not known.
    pub(crate) vr: VR,
    pub(crate) safety: Safety,
}

/// What makes it safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safety {
    /// The value may stay.
    Keep,
    /// The value may stay once its dates are shifted.
    ShiftDates,
    /// The value may stay once its UIDs are replaced.
    ReplaceUids,
}

/// The creator of this name; upper and lower case differ.
pub(crate) fn known_creator(name: &str) -> Option<&'static Creator> {
    let index = CREATORS.binary_search_by_key(&name, |creator| creator.name).ok()?;
    CREATORS.get(index)
}

impl Creator {
    /// The safe element of this group and low byte.
    pub(crate) fn safe_element(&self, group: u16, low_byte: u8) -> Option<&'static SafeElement> {
        let index = self.groups.binary_search_by_key(&group, |(group, _)| *group).ok()?;
        let (_, elements) = self.groups.get(index)?;
        let index = elements.binary_search_by_key(&low_byte, |element| element.low_byte).ok()?;
        elements.get(index)
    }
}

// The generated rows are written with these.

pub(crate) const fn creator(name: &'static str, groups: &'static [(u16, &'static [SafeElement])]) -> Creator {
    Creator { name, groups }
}

/// Kept.
pub(crate) const fn k(low_byte: u8, vr: VR) -> SafeElement {
    SafeElement { low_byte, vr, safety: Safety::Keep }
}

/// Dates are shifted.
pub(crate) const fn c(low_byte: u8, vr: VR) -> SafeElement {
    SafeElement { low_byte, vr, safety: Safety::ShiftDates }
}

/// UIDs are replaced.
pub(crate) const fn u(low_byte: u8, vr: VR) -> SafeElement {
    SafeElement { low_byte, vr, safety: Safety::ReplaceUids }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_for_binary_search() {
        assert!(CREATORS.is_sorted_by(|a, b| a.name < b.name));
        for creator in &CREATORS {
            assert!(creator.groups.is_sorted_by(|a, b| a.0 < b.0), "{}", creator.name);
            for (group, elements) in creator.groups {
                assert!(group % 2 == 1 && *group > 0x0008, "{group:04X}");
                assert!(
                    elements.is_sorted_by(|a, b| a.low_byte < b.low_byte),
                    "{} {group:04X}",
                    creator.name
                );
            }
        }
    }

    #[test]
    fn names_have_no_padding_and_one_value() {
        for creator in &CREATORS {
            assert_eq!(creator.name, creator.name.trim_matches([' ', '\0']));
            assert!(!creator.name.contains('\\') && creator.name.is_ascii(), "{}", creator.name);
            assert!((1..=64).contains(&creator.name.len()), "{}", creator.name);
        }
    }

    #[test]
    fn looks_up_by_creator_group_and_low_byte() {
        let check = |name, group, low_byte, expected: Option<(VR, Safety)>| {
            let found = known_creator(name).and_then(|creator| creator.safe_element(group, low_byte));
            assert_eq!(
                found.map(|row| (row.vr, row.safety)),
                expected,
                "{name} ({group:04X},xx{low_byte:02X})"
            );
        };
        check("SIEMENS MR HEADER", 0x0019, 0x0C, Some((VR::IS, Safety::Keep)));
        check("SIEMENS MR HEADER", 0x0019, 0x27, Some((VR::FD, Safety::Keep)));
        check("GEMS_PARM_01", 0x0043, 0x27, Some((VR::SH, Safety::Keep)));
        check("GEMS_PETD_01", 0x0009, 0x0D, Some((VR::DT, Safety::ShiftDates)));
        check("GEMS_PARM_01", 0x0043, 0x88, Some((VR::UI, Safety::ReplaceUids)));
        check("NQHeader", 0x0099, 0x02, Some((VR::UI, Safety::Keep)));
        // A VR that only the private dictionary knows.
        check("LORAD Selenia", 0x0019, 0x30, Some((VR::US, Safety::Keep)));
        check("LORAD Selenia", 0x0019, 0x81, Some((VR::UN, Safety::Keep)));
        // Opaque bytes.
        check("HOLOGIC, Inc.", 0x7E01, 0x12, None);
        check("SIEMENS Ultrasound SC2000", 0x7FD1, 0x10, None);
        // Others.
        check("SIEMENS MR HEADER", 0x0019, 0xFF, None);
        check("SIEMENS MR HEADER", 0x0021, 0x0C, None);
        check("siemens mr header", 0x0019, 0x0C, None);
        check("SIEMENS CSA HEADER", 0x0029, 0x10, None);
        check("", 0x0019, 0x0C, None);
    }
}
