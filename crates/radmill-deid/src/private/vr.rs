//! Under which VR a private value is understood, between what the file says and what the table knows.

use dicom_core::VR;

use crate::value::{is_binary, is_number, is_plain_text};

/// The VR by which a value is checked, and under which it goes on; `None` if file and table contradict each other so
/// that the value may be anything. UN and OB are what private elements become that passed through somebody who did not
/// know them: the table says what they are. Else the file's own VR stands, if it is of the same kind: makers change VRs
/// between releases. A date, a time or a UID is one if either says so.
pub(crate) fn effective_vr(written: VR, known: VR) -> Option<VR> {
    let is_numeric = |vr: VR| is_number(vr) || matches!(vr, VR::DS | VR::IS);
    let is_opaque = |vr: VR| vr == VR::UN || is_binary(vr);
    match written {
        _ if is_opaque(written) => (!is_opaque(known)).then_some(known),
        VR::SQ | VR::PN | VR::AE | VR::UR => None,
        VR::UI | VR::DA | VR::DT | VR::TM => (!is_number(known) && known != VR::SQ).then_some(written),
        _ if is_numeric(written) && is_numeric(known) => Some(written),
        _ if is_opaque(known) => Some(written),
        // The stricter of the two.
        _ if is_plain_text(written) && matches!(known, VR::UI | VR::DA | VR::DT | VR::TM) => Some(known),
        _ if is_plain_text(written) && is_plain_text(known) => Some(written),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_against_table() {
        let check = |written, known, expected| {
            assert_eq!(effective_vr(written, known), expected, "{written:?} {known:?}");
        };
        check(VR::UN, VR::FD, Some(VR::FD));
        check(VR::OB, VR::LO, Some(VR::LO));
        check(VR::UN, VR::UI, Some(VR::UI));
        check(VR::UN, VR::UN, None);
        check(VR::OB, VR::UN, None);
        check(VR::UN, VR::OW, None);
        check(VR::SS, VR::SL, Some(VR::SS));
        check(VR::DS, VR::FL, Some(VR::DS));
        check(VR::LT, VR::CS, Some(VR::LT));
        check(VR::IS, VR::LO, Some(VR::IS));
        check(VR::LO, VR::DS, Some(VR::LO));
        check(VR::LO, VR::UN, Some(VR::LO));
        check(VR::US, VR::UN, Some(VR::US));
        // A date, a time or a UID if either says so.
        check(VR::DA, VR::LO, Some(VR::DA));
        check(VR::UI, VR::UN, Some(VR::UI));
        check(VR::LO, VR::DT, Some(VR::DT));
        check(VR::SH, VR::TM, Some(VR::TM));
        // Contradictions.
        check(VR::LO, VR::FL, None);
        check(VR::FL, VR::LO, None);
        check(VR::DA, VR::US, None);
        check(VR::PN, VR::LO, None);
        check(VR::PN, VR::UN, None);
        check(VR::AE, VR::LO, None);
        check(VR::UR, VR::UN, None);
        check(VR::SQ, VR::SQ, None);
        check(VR::UN, VR::SQ, Some(VR::SQ));
        check(VR::LO, VR::SQ, None);
    }
}
