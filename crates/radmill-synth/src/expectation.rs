//! What should become of an attribute under the policy `research`, by the standard's tables alone.

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_dictionary_std::StandardDataDictionary;

use crate::data_set::Tag;
pub(crate) use crate::generated::expectations::{EXPECTATIONS, SAFE_PRIVATE};

/// One attribute: tag, VR, fate, and whether it must be there afterwards if it is kept, cleaned or shifted: what is in
/// no IOD may go all the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expectation(pub(crate) Tag, pub(crate) [u8; 2], pub(crate) Fate, pub(crate) bool);

/// What the options of `research` make of an attribute (PS3.15 Table E.1-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Kept as it is.
    Keep,
    /// Kept without what identifies.
    Clean,
    /// Shifted by whole days.
    Date,
    /// Kept: a shift by whole days leaves the time of day.
    Time,
    /// Replaced by another UID, everywhere by the same.
    Uid,
    /// Gone, empty or replaced by something that says nothing.
    Remove,
}

/// Private attributes of one creator that are safe to keep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SafeCreator {
    /// Value of the Private Creator element.
    pub(crate) name: &'static str,
    /// From Table E.3.10-1; otherwise from the TCIA knowledge base.
    pub(crate) standard: bool,
    /// Group, low byte of the element number, VR.
    pub(crate) elements: &'static [(u16, u8, [u8; 2])],
}

/// The expectation for a tag, if the tables say one.
pub(crate) fn expectation(tag: Tag) -> Option<&'static Expectation> {
    EXPECTATIONS.binary_search_by_key(&tag, |row| row.0).ok().map(|at| &EXPECTATIONS[at])
}

/// The VR that the data dictionary (PS3.6) gives; the wider one where it gives two.
pub(crate) fn dictionary_vr(tag: Tag) -> Option<[u8; 2]> {
    let entry = StandardDataDictionary.by_tag(dicom_core::Tag(tag.0, tag.1))?;
    entry.vr().relaxed().to_string().as_bytes().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_standard() {
        let check = |tag, fate| assert_eq!(expectation(tag).map(|row| row.2), fate, "{tag:04x?}");
        check((0x0010, 0x0010), Some(Fate::Remove));
        check((0x0008, 0x0018), Some(Fate::Uid));
        check((0x0008, 0x0020), Some(Fate::Date));
        check((0x0008, 0x0030), Some(Fate::Time));
        check((0x0008, 0x1030), Some(Fate::Clean));
        check((0x0018, 0x1000), Some(Fate::Keep));
        check((0x0010, 0x1010), Some(Fate::Keep));
        // Not listed: a person, an entity, a date; and what is nobody's.
        check((0x0014, 0x0104), Some(Fate::Remove));
        check((0x0008, 0x1167), Some(Fate::Uid));
        check((0x0014, 0x1020), Some(Fate::Date));
        check((0x0028, 0x0010), None);
        assert_eq!(dictionary_vr((0x0028, 0x0106)), Some(*b"US"));
        assert_eq!(dictionary_vr((0x0011, 0x1010)), None);
    }

    #[test]
    fn rows_ascend() {
        assert!(EXPECTATIONS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(SAFE_PRIVATE.len() > 80);
    }
}
