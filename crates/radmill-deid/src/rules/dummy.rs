//! Values that say nothing, valid for their VR and its length.

use bytes::Bytes;
use dicom_core::dictionary::VirtualVr;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use crate::value::joined;

/// VR and value of the dummy of this attribute.
pub(crate) fn dummy_of(tag: Tag, dictionary: VirtualVr) -> Option<(VR, Bytes)> {
    match tag {
        // A text with a form of its own.
        tags::TIMEZONE_OFFSET_FROM_UTC => Some((VR::SH, joined(VR::SH, &["+0000"]))),
        _ => dummy(dictionary),
    }
}

/// VR and value of a dummy; a sequence has none here, its items are treated.
pub(crate) fn dummy(dictionary: VirtualVr) -> Option<(VR, Bytes)> {
    let vr = dictionary.relaxed();
    let value = match vr {
        // At most 16 characters and in the repertoire of CS, so that one word serves all texts.
        VR::AE | VR::CS | VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT => "DEIDENTIFIED",
        VR::AS => "000D",
        VR::DA | VR::DT => "19000101",
        VR::DS | VR::IS => "0",
        VR::TM => "000000",
        VR::UR => "http://deidentified.invalid",
        VR::OB | VR::OW | VR::SS | VR::UN | VR::US => "\0\0",
        VR::AT | VR::FL | VR::OF | VR::OL | VR::SL | VR::UL => "\0\0\0\0",
        VR::FD | VR::OD | VR::OV | VR::SV | VR::UV => "\0\0\0\0\0\0\0\0",
        // A UID is replaced, never a dummy.
        VR::SQ | VR::UI => return None,
    };
    Some((vr, joined(vr, &[value])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dummies_have_even_length_and_fit_their_vr() {
        for (vr, length_max) in [
            (VR::AE, 16),
            (VR::AS, 4),
            (VR::CS, 16),
            (VR::DA, 8),
            (VR::DS, 16),
            (VR::IS, 12),
            (VR::LO, 64),
            (VR::SH, 16),
            (VR::TM, 14),
            (VR::US, 2),
            (VR::FD, 8),
        ] {
            let (found, value) = dummy(vr.into()).unwrap();
            assert_eq!(found, vr);
            assert!(value.len() % 2 == 0 && value.len() <= length_max, "{vr:?}");
        }
        assert!(dummy(VR::SQ.into()).is_none());
    }
}
