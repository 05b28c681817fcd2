//! The head of a data element: tag, VR, length (PS3.5 7.1.2 and 7.1.3).

use dicom_core::{Tag, VR};

/// The length of something that ends with a delimiter (PS3.5 7.5).
pub(crate) const UNDEFINED: u32 = u32::MAX;
/// Item (PS3.5 7.5).
pub(crate) const ITEM: Tag = Tag(0xFFFE, 0xE000);
/// Item Delimitation Item.
pub(crate) const ITEM_DELIMITER: Tag = Tag(0xFFFE, 0xE00D);
/// Sequence Delimitation Item.
pub(crate) const SEQUENCE_DELIMITER: Tag = Tag(0xFFFE, 0xE0DD);

/// How elements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding {
    /// The VR is written.
    pub(crate) explicit: bool,
    /// Tags, lengths and binary values are big-endian.
    pub(crate) big_endian: bool,
}

impl Encoding {
    pub(super) const IMPLICIT: Encoding = Encoding { explicit: false, big_endian: false };
    pub(super) const EXPLICIT: Encoding = Encoding { explicit: true, big_endian: false };
    pub(super) const EXPLICIT_BIG_ENDIAN: Encoding = Encoding { explicit: true, big_endian: true };

    fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

/// What stands where explicit VR has the VR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VrField {
    /// Implicit VR, or a delimiter: nothing.
    Absent,
    /// A VR of the standard.
    Known(VR),
    /// Two capital letters that are no VR.
    Unknown,
    /// Something else: the element is not explicit VR.
    Missing,
}

/// The head of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) tag: Tag,
    pub(super) vr: VrField,
    /// Length of the value field in bytes, or [`UNDEFINED`].
    pub(super) length: u32,
    /// Where the head starts.
    pub(super) at: usize,
    /// Where the value field starts.
    pub(super) value_at: usize,
}

/// The head of the element at `at`; `None` if `data` end before it does.
/// `data` is everything up to the end of what holds the element.
#[inline]
pub(super) fn read_header(data: &[u8], at: usize, encoding: Encoding) -> Option<Header> {
    let head: &[u8; 8] = data.get(at..)?.first_chunk()?;
    let &[g0, g1, e0, e1, b4, b5, b6, b7] = head;
    let tag = Tag(encoding.u16([g0, g1]), encoding.u16([e0, e1]));
    let short = Header { tag, vr: VrField::Absent, length: 0, at, value_at: at + 8 };
    if !encoding.explicit || tag.0 == 0xFFFE {
        return Some(Header { length: encoding.u32([b4, b5, b6, b7]), ..short });
    }
    match known_vr([b4, b5]) {
        Some(vr) if has_long_length(vr) => {
            let length = *data.get(at + 8..)?.first_chunk()?;
            Some(Header { vr: VrField::Known(vr), length: encoding.u32(length), value_at: at + 12, ..short })
        }
        Some(vr) => {
            Some(Header { vr: VrField::Known(vr), length: u32::from(encoding.u16([b6, b7])), ..short })
        }
        None => read_odd_header(data, short, head, encoding),
    }
}

/// The head of an element in explicit VR that has no known VR.
///
/// PS3.5 7.1.2 has every future VR use a 32-bit length, but real files disagree:
/// of the ways to read the length, the first one after which an element can follow is taken.
fn read_odd_header(data: &[u8], short: Header, head: &[u8; 8], encoding: Encoding) -> Option<Header> {
    let &[.., b4, b5, b6, b7] = head;
    let vr =
        if b4.is_ascii_uppercase() && b5.is_ascii_uppercase() { VrField::Unknown } else { VrField::Missing };
    let implicit = Header { vr, length: encoding.u32([b4, b5, b6, b7]), ..short };
    let with_u16 = Header { vr, length: u32::from(encoding.u16([b6, b7])), ..short };
    let with_u32 = data.get(short.at + 8..).and_then(|rest| rest.first_chunk()).map(|length| {
        let length = encoding.u32(*length);
        Header { vr, length, value_at: short.at + 12, ..short }
    });
    let readings = match vr {
        VrField::Unknown => [with_u32.filter(|_| (b6, b7) == (0, 0)), Some(with_u16), Some(implicit)],
        _ => [Some(implicit), Some(with_u16), with_u32],
    };
    let mut readings = readings.into_iter().flatten();
    let first = readings.clone().next();
    readings.find(|header| can_be_followed(data, header, encoding)).or(first)
}

/// True if the value field ends where `data` end or where an element with a higher tag or a delimiter stands.
fn can_be_followed(data: &[u8], header: &Header, encoding: Encoding) -> bool {
    if header.length == UNDEFINED {
        return data.get(header.value_at..).is_some_and(|rest| starts_with_tag(rest, ITEM, encoding));
    }
    let Some(rest) = value_end(header).and_then(|end| data.get(end..)) else { return false };
    match rest.first_chunk() {
        None => rest.is_empty(),
        Some(&[g0, g1, e0, e1]) => Tag(encoding.u16([g0, g1]), encoding.u16([e0, e1])) > header.tag,
    }
}

/// Where the value field ends, if its length is defined.
pub(super) fn value_end(header: &Header) -> Option<usize> {
    if header.length == UNDEFINED {
        return None;
    }
    header.value_at.checked_add(usize::try_from(header.length).ok()?)
}

/// True if `data` start with this tag.
pub(super) fn starts_with_tag(data: &[u8], tag: Tag, encoding: Encoding) -> bool {
    let Some(&[g0, g1, e0, e1]) = data.first_chunk() else { return false };
    Tag(encoding.u16([g0, g1]), encoding.u16([e0, e1])) == tag
}

/// VRs with two reserved bytes and a 32-bit length (PS3.5 Table 7.1-1).
fn has_long_length(vr: VR) -> bool {
    use VR::*;
    matches!(vr, OB | OD | OF | OL | OV | OW | SQ | SV | UC | UN | UR | UT | UV)
}

/// The VR of two bytes (PS3.5 Table 6.2-1).
pub(super) fn known_vr(code: [u8; 2]) -> Option<VR> {
    Some(match &code {
        b"AE" => VR::AE,
        b"AS" => VR::AS,
        b"AT" => VR::AT,
        b"CS" => VR::CS,
        b"DA" => VR::DA,
        b"DS" => VR::DS,
        b"DT" => VR::DT,
        b"FL" => VR::FL,
        b"FD" => VR::FD,
        b"IS" => VR::IS,
        b"LO" => VR::LO,
        b"LT" => VR::LT,
        b"OB" => VR::OB,
        b"OD" => VR::OD,
        b"OF" => VR::OF,
        b"OL" => VR::OL,
        b"OV" => VR::OV,
        b"OW" => VR::OW,
        b"PN" => VR::PN,
        b"SH" => VR::SH,
        b"SL" => VR::SL,
        b"SQ" => VR::SQ,
        b"SS" => VR::SS,
        b"ST" => VR::ST,
        b"SV" => VR::SV,
        b"TM" => VR::TM,
        b"UC" => VR::UC,
        b"UI" => VR::UI,
        b"UL" => VR::UL,
        b"UN" => VR::UN,
        b"UR" => VR::UR,
        b"US" => VR::US,
        b"UT" => VR::UT,
        b"UV" => VR::UV,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        let check = |bytes: &[u8], encoding, vr, length, value_at| {
            let header = read_header(bytes, 0, encoding).unwrap();
            assert_eq!((header.tag, header.vr), (Tag(0x0008, 0x0060), vr), "{bytes:?}");
            assert_eq!((header.length, header.value_at), (length, value_at), "{bytes:?}");
        };
        let known = VrField::Known;
        check(b"\x08\0\x60\0\x02\0\0\0CT", Encoding::IMPLICIT, VrField::Absent, 2, 8);
        check(b"\x08\0\x60\0CS\x02\0CT", Encoding::EXPLICIT, known(VR::CS), 2, 8);
        check(b"\0\x08\0\x60CS\0\x02CT", Encoding::EXPLICIT_BIG_ENDIAN, known(VR::CS), 2, 8);
        check(b"\x08\0\x60\0OB\0\0\x02\0\0\0CT", Encoding::EXPLICIT, known(VR::OB), 2, 12);
        check(b"\0\x08\0\x60OB\0\0\0\0\0\x02CT", Encoding::EXPLICIT_BIG_ENDIAN, known(VR::OB), 2, 12);
        // A VR that is not yet invented, then one written as if it were old, then none at all.
        check(b"\x08\0\x60\0ZZ\0\0\x02\0\0\0CT", Encoding::EXPLICIT, VrField::Unknown, 2, 12);
        check(b"\x08\0\x60\0ZZ\x02\0CT", Encoding::EXPLICIT, VrField::Unknown, 2, 8);
        check(b"\x08\0\x60\0\x02\0\0\0CT", Encoding::EXPLICIT, VrField::Missing, 2, 8);
        check(b"\x08\0\x60\0??\x02\0CT", Encoding::EXPLICIT, VrField::Missing, 2, 8);
    }

    #[test]
    fn ends_inside_the_head() {
        let whole = b"\x08\0\x60\0OB\0\0\x02\0\0\0";
        for length in 0..whole.len() {
            assert_eq!(read_header(&whole[..length], 0, Encoding::EXPLICIT), None, "{length}");
        }
        assert_eq!(read_header(whole, usize::MAX, Encoding::EXPLICIT), None);
    }

    #[test]
    fn knows_every_vr_of_dicom_core() {
        let letters = b'A'..=b'Z';
        for code in letters.clone().flat_map(|a| letters.clone().map(move |b| [a, b])) {
            assert_eq!(known_vr(code), VR::from_binary(code), "{code:?}");
        }
    }
}
