use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;

/// The VR that the data dictionary (PS3.6) gives, or what PS3.5 says of tags that no dictionary lists.
pub(crate) fn dictionary_vr(tag: Tag) -> Option<VR> {
    if tag.1 == 0 {
        return Some(VR::UL);
    }
    if is_private(tag) {
        // Private creators (PS3.5 7.8.1); everything else private has no known VR.
        return (0x0010..=0x00FF).contains(&tag.1).then_some(VR::LO);
    }
    StandardDataDictionary.by_tag(tag).map(|entry| entry.vr().relaxed())
}

pub(crate) fn is_private(tag: Tag) -> bool {
    tag.0 % 2 == 1
}

/// VRs whose length field has four bytes in the explicit encodings (PS3.5 7.1.2).
pub(crate) fn has_long_length(vr: VR) -> bool {
    matches!(
        vr,
        VR::OB
            | VR::OD
            | VR::OF
            | VR::OL
            | VR::OV
            | VR::OW
            | VR::SQ
            | VR::SV
            | VR::UC
            | VR::UN
            | VR::UR
            | VR::UT
            | VR::UV
    )
}

/// VRs whose values are characters of the Specific Character Set (PS3.5 6.1.2.2).
pub(crate) fn has_character_set(vr: VR) -> bool {
    matches!(vr, VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT)
}

/// VRs whose values are characters of any kind.
pub(crate) fn is_text(vr: VR) -> bool {
    has_character_set(vr)
        || matches!(
            vr,
            VR::AE | VR::AS | VR::CS | VR::DA | VR::DS | VR::DT | VR::IS | VR::TM | VR::UI | VR::UR
        )
}

/// VRs whose values are bytes of no stated meaning.
pub(crate) fn is_binary(vr: VR) -> bool {
    matches!(vr, VR::OB | VR::OW | VR::UN | VR::OL | VR::OV | VR::OF | VR::OD)
}
