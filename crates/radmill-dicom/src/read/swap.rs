//! Values of big-endian files in little-endian order, and back (PS3.5 7.3).

use bytes::Bytes;
use dicom_core::VR;

/// The value with the bytes of each number in the opposite order; text and bytes stay as they are.
/// What is left over at the end of a value that is no multiple of the size stays too.
pub(crate) fn to_little_endian(value: Bytes, vr: VR) -> Bytes {
    let size = match vr {
        VR::US | VR::SS | VR::OW | VR::AT => 2,
        VR::UL | VR::SL | VR::FL | VR::OL | VR::OF => 4,
        VR::FD | VR::OD | VR::OV | VR::SV | VR::UV => 8,
        _ => return value,
    };
    let mut swapped = value.to_vec();
    swapped.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    swapped.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swaps_by_the_size_of_the_number() {
        let check = |vr, expected: &[u8]| {
            let value = Bytes::from_static(&[1, 2, 3, 4, 5, 6, 7, 8, 9]);
            assert_eq!(&to_little_endian(value, vr)[..], expected, "{}", vr.to_string());
        };
        check(VR::US, &[2, 1, 4, 3, 6, 5, 8, 7, 9]);
        check(VR::AT, &[2, 1, 4, 3, 6, 5, 8, 7, 9]);
        check(VR::OW, &[2, 1, 4, 3, 6, 5, 8, 7, 9]);
        check(VR::FL, &[4, 3, 2, 1, 8, 7, 6, 5, 9]);
        check(VR::OD, &[8, 7, 6, 5, 4, 3, 2, 1, 9]);
        check(VR::OB, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
        check(VR::LO, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
        check(VR::UN, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
}
