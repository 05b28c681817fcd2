//! Finds DICOM by content, whatever the file is called.

use dicom_core::dictionary::VirtualVr;
use dicom_core::{Tag, VR};

use super::dictionary::{allows, look_up};
use super::header::{Encoding, Header, UNDEFINED, VrField, known_vr, read_header, value_end};
use crate::ParseError;
use crate::defect::{Defect, Defects};

/// Where the preamble ends (PS3.10 7.1).
const PREAMBLE_BYTES: usize = 128;
const PREFIX: &[u8] = b"DICM";

const ENCODINGS: [Encoding; 3] = [Encoding::EXPLICIT, Encoding::IMPLICIT, Encoding::EXPLICIT_BIG_ENDIAN];

/// How many elements are looked at to tell one encoding from another.
const PROBED_ELEMENTS: usize = 4;
/// How many elements have to read well before bytes without prefix and file meta count as DICOM.
/// One would let through a text file in a few billion; two make chance impossible.
const BARE_ELEMENTS_MIN: usize = 2;

/// What a file begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// The prefix, or File Meta Information without one: group 0002 begins here, if there is any.
    FileMeta { at: usize },
    /// A data set and nothing before it.
    DataSet { encoding: Encoding },
}

/// Finds out how the file begins; [`ParseError::NotDicom`] if it does not look like DICOM at all.
pub(super) fn find(bytes: &[u8], defects: &mut Defects) -> Result<Start, ParseError> {
    let after_prefix = PREAMBLE_BYTES + PREFIX.len();
    if bytes.get(PREAMBLE_BYTES..after_prefix) == Some(PREFIX) {
        return Ok(Start::FileMeta { at: after_prefix });
    }
    for at in [0, PREFIX.len()] {
        let has_prefix = at == 0 || bytes.starts_with(PREFIX);
        if has_prefix && bytes.get(at..).is_some_and(starts_with_file_meta) {
            defects.add(Defect::NoPreamble);
            return Ok(Start::FileMeta { at });
        }
    }
    let encoding = bare_encoding(bytes).ok_or(ParseError::NotDicom)?;
    defects.add(Defect::NoPreamble);
    Ok(Start::DataSet { encoding })
}

/// The encoding of a data set with nothing before it; `None` if the bytes are no data set.
fn bare_encoding(bytes: &[u8]) -> Option<Encoding> {
    ENCODINGS.into_iter().find(|&encoding| {
        // The identifying groups come first in every information object; group 0000 would be a network message.
        let first = read_header(bytes, 0, encoding);
        first.is_some_and(|header| (0x0004..=0x0028).contains(&header.tag.0))
            && n_plausible(bytes, encoding, true) >= BARE_ELEMENTS_MIN
    })
}

/// True if the bytes begin with at least two elements, the first of them one of group 0002.
fn starts_with_file_meta(bytes: &[u8]) -> bool {
    ENCODINGS.into_iter().any(|encoding| {
        read_header(bytes, 0, encoding).is_some_and(|header| header.tag.0 == 0x0002)
            && n_plausible(bytes, encoding, true) >= BARE_ELEMENTS_MIN
    })
}

/// The encoding of the File Meta Information, which should be explicit VR little endian (PS3.10 7.1) but is not always.
pub(super) fn file_meta_encoding(bytes: &[u8]) -> Encoding {
    match bytes {
        [0x00, 0x02, ..] => Encoding::EXPLICIT_BIG_ENDIAN,
        [0x02, 0x00, _, _, v0, v1, ..] if known_vr([*v0, *v1]).is_none() => Encoding::IMPLICIT,
        _ => Encoding::EXPLICIT,
    }
}

/// The encoding that the data set really has: the declared one unless its first element makes no sense in it,
/// but does in another one.
pub(super) fn real_encoding(data_set: &[u8], declared: Encoding) -> Encoding {
    if n_plausible(data_set, declared, false) > 0 {
        return declared;
    }
    best_encoding(data_set).unwrap_or(declared)
}

/// The encoding in which most of the first elements make sense; `None` if none does in any.
pub(super) fn best_encoding(data_set: &[u8]) -> Option<Encoding> {
    let counted = ENCODINGS.map(|encoding| (n_plausible(data_set, encoding, false), encoding));
    // Of equals the first one.
    let best = counted.into_iter().rev().max_by_key(|(n, _)| *n)?;
    (best.0 > 0).then_some(best.1)
}

/// How many of the first elements make sense in this encoding.
/// Strictly, an element makes sense only if the dictionary knows it, and with this VR.
fn n_plausible(bytes: &[u8], encoding: Encoding, strict: bool) -> usize {
    let mut at = 0;
    let mut previous = None;
    for n in 0..PROBED_ELEMENTS {
        let Some(header) = read_header(bytes, at, encoding) else { return n };
        if previous.is_some_and(|previous| header.tag <= previous) || !is_plausible(&header, encoding, strict)
        {
            return n;
        }
        match value_end(&header) {
            // Its end is further than the probe goes.
            None => return n + 1,
            Some(end) if end <= bytes.len() => at = end,
            Some(_) => return n,
        }
        previous = Some(header.tag);
    }
    PROBED_ELEMENTS
}

fn is_plausible(header: &Header, encoding: Encoding, strict: bool) -> bool {
    let Tag(group, _) = header.tag;
    let dictionary = if group == 0 || group == 0xFFFE { None } else { look_up(header.tag) };
    let is_known = dictionary.is_some() || !strict && group % 2 == 1 && group > 0x0008;
    match header.vr {
        VrField::Known(vr) => {
            let may_be_undefined = matches!(vr, VR::SQ | VR::UN | VR::OB | VR::OW);
            let agrees = if strict { dictionary.is_some_and(|found| allows(found, vr)) } else { group != 0 };
            agrees && (header.length != UNDEFINED || may_be_undefined)
        }
        VrField::Absent if !encoding.explicit => {
            let may_be_undefined = !matches!(dictionary, Some(VirtualVr::Exact(vr)) if vr != VR::SQ);
            is_known && (header.length != UNDEFINED || may_be_undefined)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(bytes: &[u8]) -> Option<(Start, Vec<&'static str>)> {
        let mut defects = Defects::default();
        find(bytes, &mut defects).ok().map(|start| (start, defects.codes()))
    }

    #[test]
    fn finds_each_kind_of_start() {
        let meta = b"\x02\0\x02\0UI\x02\x001\0\x02\0\x10\0UI\x02\x001\0";
        let mut whole = vec![b'x'; 128];
        whole.extend(b"DICM");
        assert_eq!(start(&whole), Some((Start::FileMeta { at: 132 }, vec![])));
        assert_eq!(start(meta), Some((Start::FileMeta { at: 0 }, vec!["no_preamble"])));
        let prefixed = [&b"DICM"[..], meta].concat();
        assert_eq!(start(&prefixed), Some((Start::FileMeta { at: 4 }, vec!["no_preamble"])));

        let bare = |bytes: &[u8], encoding| {
            assert_eq!(start(bytes), Some((Start::DataSet { encoding }, vec!["no_preamble"])), "{bytes:?}");
        };
        bare(b"\x08\0\x60\0CS\x02\0CT\x08\0\x70\0LO\x02\0ab", Encoding::EXPLICIT);
        bare(b"\x08\0\x60\0\x02\0\0\0CT\x08\0\x70\0\x02\0\0\0ab", Encoding::IMPLICIT);
        bare(b"\0\x08\0\x60CS\0\x02CT\0\x08\0\x70LO\0\x02ab", Encoding::EXPLICIT_BIG_ENDIAN);
        bare(b"\x08\0\0\0\x04\0\0\0\x80\0\0\0\x08\0\x60\0\x02\0\0\0CT", Encoding::IMPLICIT);
    }

    #[test]
    fn other_files_are_not_dicom() {
        let cases: [&[u8]; 14] = [
            b"",
            b"DICM",
            b"DICM is the prefix of a DICOM file, and this is a text about it",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
            b"\xff\xd8\xff\xf7\0\x0b\x08\x01\0\x01\0\x01\x01\x11\0\xff\xda",
            b"PK\x03\x04\x14\0\0\0\x08\0!\0\0\0\0\0",
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
            b"{\"00080060\": {\"vr\": \"CS\", \"Value\": [\"CT\"]}}",
            b"II*\0\x08\0\0\0\x10\0\xfe\0\x04\0\x01\0\0\0",
            b"The patient was seen on 08/01/2020.\r\n",
            &[0; 1000],
            &[0xFF; 1000],
            // One good element is not enough.
            b"\x08\0\x60\0CS\x02\0CT",
        ];
        for bytes in cases {
            assert_eq!(start(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn the_real_encoding_wins_over_the_declared_one() {
        let explicit = b"\x08\0\x60\0CS\x02\0CT";
        let implicit = b"\x08\0\x60\0\x02\0\0\0CT";
        let big_endian = b"\0\x08\0\x60CS\0\x02CT";
        for declared in ENCODINGS {
            assert_eq!(real_encoding(explicit, declared), Encoding::EXPLICIT);
            assert_eq!(real_encoding(implicit, declared), Encoding::IMPLICIT);
            assert_eq!(real_encoding(big_endian, declared), Encoding::EXPLICIT_BIG_ENDIAN);
            assert_eq!(real_encoding(b"nonsense", declared), declared);
        }
    }
}
