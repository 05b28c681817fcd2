//! Clean Descriptors (PS3.15 E.3.5).

use bytes::Bytes;
use dicom_core::VR;
use radmill_dicom::CharacterSet;

use crate::own_words::OwnWords;

/// The value with nothing in it but words that are known to identify nobody, still in `character_set` and valid for
/// `vr` (a free text, or AE); `None` if nothing is left, and the caller falls back to the action of the profile.
pub(crate) fn clean(
    _value: &Bytes,
    _vr: VR,
    _character_set: &CharacterSet,
    _own_words: &OwnWords,
) -> Option<Bytes> {
    None
}
