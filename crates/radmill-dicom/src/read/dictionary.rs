//! The VR of a tag, where the file does not say.

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;

/// What the data dictionary (PS3.6) says about a tag.
///
/// Private creators and group lengths are known; other private elements are not.
pub(super) fn look_up(tag: Tag) -> Option<VirtualVr> {
    if tag.1 == 0 {
        return Some(VirtualVr::Exact(VR::UL));
    }
    if tag.0 % 2 == 1 {
        return (0x0010..=0x00FF).contains(&tag.1).then_some(VirtualVr::Exact(VR::LO));
    }
    StandardDataDictionary.by_tag(tag).map(DataDictionaryEntry::vr)
}

/// One VR of the several that the dictionary allows, as implicit VR has it (PS3.5 A.1).
/// `signed` is Pixel Representation (0028,0103) in force.
pub(super) fn settle(vr: VirtualVr, signed: bool) -> VR {
    match vr {
        VirtualVr::Exact(vr) => vr,
        VirtualVr::Xs if signed => VR::SS,
        VirtualVr::Xs => VR::US,
        _ => VR::OW,
    }
}

/// True if the dictionary allows this VR; UN is always allowed (PS3.5 6.2.2).
pub(super) fn allows(dictionary: VirtualVr, vr: VR) -> bool {
    match dictionary {
        VirtualVr::Exact(exact) => vr == exact || vr == VR::UN,
        VirtualVr::Xs => matches!(vr, VR::US | VR::SS | VR::UN),
        VirtualVr::Lt => matches!(vr, VR::US | VR::SS | VR::OW | VR::UN),
        _ => matches!(vr, VR::OB | VR::OW | VR::UN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_vr() {
        let check = |group, element, expected: Option<VR>| {
            let found = look_up(Tag(group, element)).map(|vr| settle(vr, false));
            assert_eq!(found, expected, "({group:04X},{element:04X})");
        };
        check(0x0010, 0x0010, Some(VR::PN));
        check(0x0028, 0x0106, Some(VR::US));
        check(0x0028, 0x3006, Some(VR::OW));
        check(0x7FE0, 0x0010, Some(VR::OW));
        check(0x5002, 0x3000, Some(VR::OW));
        check(0x6002, 0x3000, Some(VR::OW));
        check(0x6002, 0x0010, Some(VR::US));
        check(0x0008, 0x0000, Some(VR::UL));
        check(0x0009, 0x0010, Some(VR::LO));
        check(0x0009, 0x1010, None);
        check(0x0008, 0x9999, None);
        assert_eq!(look_up(Tag(0x0028, 0x0106)).map(|vr| settle(vr, true)), Some(VR::SS));
    }
}
